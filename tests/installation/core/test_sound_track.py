"""The sound of a film begins with its first picture, to the sample, whatever the container and the codec."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.sound_track import add_sound
from installation.core.video_encoder import Encoder
from installation.music.synth.audio_file import AudioWriter

RATE = 44_100


def sound_of(folder: Path, suffix: str) -> tuple[Path, np.ndarray]:
    """A file of noise that is never the same, and its samples."""
    noise = 0.3 * np.random.default_rng(1).standard_normal((RATE, 1)).astype(np.float32)
    path = folder / f"sound{suffix}"
    writer = AudioWriter(path, RATE)
    writer.write(np.repeat(noise, 2, axis=1))
    writer.close()
    return path, noise[:, 0]


@pytest.mark.parametrize("film", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("sound", [".wav", ".m4a", ".mp3"])
def test_sound_and_picture_begin_together(tmp_path: Path, film: str, sound: str) -> None:
    path = tmp_path / f"film{film}"
    encoder = Encoder(path, (64, 48), 10.0)
    for index in range(8):
        encoder.write(np.full((48, 64, 3), 30 * index, np.uint8), index / 10.0)
    encoder.close()
    file, noise = sound_of(tmp_path, sound)

    add_sound(path, file, 0.8)

    with av.open(str(path)) as container:
        first_picture = next(container.decode(video=0)).time
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    heard = np.concatenate([f.to_ndarray()[0] if f.format.is_planar else f.to_ndarray()[0, ::2] for f in frames])
    size = 1 << 17
    matches = np.fft.irfft(np.fft.rfft(heard.astype(float), size) * np.conj(np.fft.rfft(noise, size)))
    lag = (int(np.argmax(matches)) + size // 2) % size - size // 2
    assert frames[0].time is not None and first_picture is not None
    # Matroska has milliseconds.
    near = 1e-3 if film == ".mkv" else 1.0 / RATE
    assert frames[0].time + lag / RATE == pytest.approx(first_picture, abs=near)
