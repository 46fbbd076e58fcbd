"""Sound reaches the picture of a show within two frames, from a file, from the film itself, and from another worker."""

from __future__ import annotations

import time
from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.interface.sound import EarMessage
from installation.show import worker_specs
from installation.show.options import ShowOptions, with_source
from installation.show.show import Show
from installation.show.venue_check import load
from installation.stage.outputs.screenshot import read_pixels
from installation.venue.schema import Venue
from installation.venue.sound_section import SoundSection
from installation.workers.audio_ring import AudioRing
from installation.workers.process_host import ProcessHost
from tests.installation.ear.sounds import blows, tone, write_wav

RATE_HZ = 30.0
SHADER = "uniform float sound_bass_hit;\nvoid main() { colour = vec4(sound_bass_hit, 0.0, 0.0, 1.0); }\n"


def venue_with(folder: Path, source: str, sound: str = "auto") -> Venue:
    (folder / "scenes").mkdir(exist_ok=True)
    (folder / "scenes" / "blow.frag").write_text(SHADER)
    text = f'scenes.playlist = ["blow"]\nsound.source = "{sound}"\n[canvas]\nsize = [32, 32]\n[osc]\nenabled = false\n'
    (folder / "venue.toml").write_text(text)
    return with_source(load(folder / "venue.toml"), source)


def red_frames(venue: Venue, frames: int) -> list[int]:
    """The red of each frame of a film of a venue."""
    with Show(venue, ShowOptions(live=False, headless=True, rate=RATE_HZ)) as show:
        return [int(read_pixels(show.stage.picture)[0, 0, 0]) for _ in show.loop.film(RATE_HZ, frames)]


def film_with_sound(path: Path) -> Path:
    """One second of grey pictures; its sound begins with them, and has a blow after half a second."""
    with av.open(str(path), "w") as out:
        video, audio = out.add_stream("libx264", rate=30), out.add_stream("pcm_s16le", rate=SAMPLE_RATE_HZ)
        video.width = video.height = 64
        audio.layout = "mono"
        for _ in range(30):
            picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
            out.mux(video.encode(picture))
        whole = (blows([0.5], 1.0) * 32_767).astype(np.int16)[None]
        sound = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
        sound.sample_rate = SAMPLE_RATE_HZ
        out.mux(audio.encode(sound))
        for stream in (video, audio):
            out.mux(stream.encode(None))
    return path


@pytest.mark.gl
def test_a_hit_of_a_file_is_in_the_picture_within_two_frames(tmp_path: Path) -> None:
    times = [0.4, 0.8]
    write_wav(tmp_path / "blows.wav", blows(times, 1.0))
    reds = red_frames(venue_with(tmp_path, "ghost", "blows.wav"), 30)
    rises = [frame for frame in range(1, 30) if reds[frame] > reds[frame - 1]]
    assert len(rises) == len(times)
    for frame, begin in zip(rises, times, strict=True):
        assert 0.0 < frame / RATE_HZ - begin <= 2.0 / RATE_HZ
        assert reds[frame] > 120


@pytest.mark.gl
def test_a_film_hears_its_own_sound_and_a_silent_one_has_no_ear(tmp_path: Path) -> None:
    film = film_with_sound(tmp_path / "film.mkv")
    venue = venue_with(tmp_path, str(film))
    venue = venue.model_copy(update={"eye": venue.eye.model_copy(update={"detector": False})})
    reds = red_frames(venue, 20)
    assert 0.5 < reds.index(max(reds)) / RATE_HZ <= 0.5 + 2.0 / RATE_HZ
    with Show(with_source(venue, "ghost"), ShowOptions(live=False, headless=True, rate=RATE_HZ)) as show:
        (moment,) = show.loop.film(RATE_HZ, 1)
        assert [host.name for host in show.hosts] == ["eye"]
    assert moment.sound.source == "none"


@pytest.mark.process
def test_the_ear_in_its_own_process_hears_what_another_worker_writes(tmp_path: Path) -> None:
    ring = AudioRing.create()
    venue = Venue(sound=SoundSection(source="music"))
    epoch = time.perf_counter()
    host = ProcessHost(worker_specs.ear_spec(venue, True, epoch, ring), epoch)
    try:
        end, level = time.perf_counter() + 30.0, 0.0
        while level < 0.5 and time.perf_counter() < end:
            now = time.perf_counter() - epoch
            ring.write(round(now * SAMPLE_RATE_HZ), tone(1_000.0, 0.5))
            host.send({})
            message = host.newest(now)
            if message is not None:
                assert isinstance(message.body, EarMessage)
                level = message.body.sound.high_mid.level
            time.sleep(0.02)
        assert level >= 0.5
    finally:
        host.close()
        ring.close()
