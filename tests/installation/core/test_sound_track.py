"""The sound of a film begins with its first picture, to the sample, whatever the container and the codec."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.sound_track import add_sound, require_sound
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


def film_with(folder: Path, sound: Path, seconds: float = 0.9) -> np.ndarray:
    """The sound of a film, one channel."""
    path = folder / "film.mp4"
    encoder = Encoder(path, (64, 48), 10.0)
    for index in range(round(10 * seconds)):
        encoder.write(np.full((48, 64, 3), 20 * index, np.uint8), index / 10.0)
    encoder.close()
    require_sound(sound)
    add_sound(path, sound, seconds)
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


def test_a_file_of_sound_that_breaks_off_or_is_damaged_is_the_films_sound_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file, _ = sound_of(tmp_path, ".flac")
    content = bytearray(file.read_bytes())
    file.write_bytes(content[: len(content) // 2])
    heard = film_with(tmp_path, file)
    assert 0.3 * RATE < np.count_nonzero(np.abs(heard) > 0.05) / 0.85 < 0.6 * RATE
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    heard = film_with(tmp_path, file)
    loud = np.abs(heard) > 0.05
    assert np.mean(loud[: RATE // 3]) > 0.7 and np.mean(loud[-RATE // 3 :]) > 0.7 and np.mean(loud) < 0.84
    assert "sound.flac: damaged" in caplog.text


def test_samples_that_are_no_numbers_or_far_too_large_cost_no_film_its_sound(tmp_path: Path) -> None:
    samples = np.tile(np.array([0.5, -0.5], np.float32), RATE // 2)
    samples[1000:1100], samples[2000], samples[3000] = np.nan, np.inf, 1e30
    file = tmp_path / "sound.wav"
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + 4 * RATE,
        b"WAVE",
        b"fmt ",
        16,
        3,
        1,
        RATE,
        4 * RATE,
        4,
        32,
        b"data",
        4 * RATE,
    )
    file.write_bytes(head + samples.tobytes())
    heard = film_with(tmp_path, file)
    assert np.all(np.abs(heard) < 2.0) and np.mean(np.abs(heard) > 0.2) > 0.8
