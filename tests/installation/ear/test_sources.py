"""Sources of sound: files in step, devices that vanish, rings that never grow, and clocks without jitter."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from installation.core import sound_cards
from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.sample_clock import SampleClock
from installation.core.sound_cards import SoundCard
from installation.ear.sources import capture, device, player
from installation.ear.sources.choice import is_silent, resolved
from installation.ear.sources.device import DeviceSource
from installation.ear.sources.lock_step import LockStepTrack
from installation.ear.sources.music import MusicSource
from installation.ear.sources.player import FilePlayer
from installation.ear.sources.sample_ring import SampleRing
from installation.ear.sources.source import FilmPosition, Samples, SoundSourceError
from installation.ear.sources.track import SoundTrack
from installation.venue.sound_section import SoundSection
from installation.workers.audio_ring import AudioRing
from tests.installation.ear.sounds import tone, write_wav


def counted(first: int, count: int) -> Samples:
    """Samples whose values are their indices."""
    return np.arange(first, first + count, dtype=np.float32)


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


def test_a_ring_gives_the_newest_and_counts_what_it_lost() -> None:
    ring = SampleRing(0.01)
    for first in range(0, 900, 100):
        ring.write(counted(first, 100))
    assert ring.waiting == 441
    taken = ring.take(1000)
    assert np.array_equal(taken, counted(900 - 441, 441))
    assert ring.lost == 900 - 441
    ring.write(counted(900, 5_000))
    assert np.array_equal(ring.take(10), counted(5_900 - 441, 10))
    ring.skip_to(20)
    assert np.array_equal(ring.take(1000), counted(5_880, 20))
    assert ring.take(10).size == 0


def test_the_clock_of_samples_has_no_jitter_and_follows_a_drift() -> None:
    random, clock = np.random.default_rng(0), SampleClock()
    errors = []
    for block in range(1, 6_000):
        index = 441 * block
        true = 3.0 + index / (SAMPLE_RATE_HZ * 1.0005)
        clock.update(index, true + float(random.uniform(0.0, 0.008)))
        errors.append(clock.time(index) - true - 0.004)
    assert np.std(errors[3_000:]) < 0.001
    assert abs(np.mean(errors[3_000:])) < 0.001
    clock.update(441 * 6_000, 100.0)
    assert clock.time(441 * 6_000) == 100.0, "after a pause it begins anew"


def test_music_is_heard_when_it_is_played_however_far_it_was_rendered_ahead() -> None:
    ring = AudioRing.create(1.0)
    try:
        source = MusicSource({"descriptor": ring.handle.descriptor, "name": ring.handle.name, "size": ring.handle.size})
        source.read(0.0, None)
        ring.write(0, counted(1, 22_050))
        first, end = source.read(0.1, None)
        assert end == pytest.approx(0.1)
        assert np.array_equal(first, counted(1, 4_410))
        ring.write(22_050, np.repeat(counted(22_051, 100)[:, None], 2, axis=1))
        second, _ = source.read(0.51, None)
        assert np.array_equal(second[: 22_050 + 100 - 4_410], counted(4_411, 22_050 + 100 - 4_410))
        assert not second[22_050 + 100 - 4_410 :].any(), "what was not written is silence"
        source.close()
    finally:
        ring.close()


def test_a_ring_of_music_forgets_the_oldest_and_takes_corrections() -> None:
    ring = AudioRing.create(1.0)
    ring.write(0, counted(0, 100_000))
    assert ring.end == 100_000
    assert not ring.read(0, 100).any()
    assert np.array_equal(ring.read(99_000, 100_100)[:1_000], counted(99_000, 1_000))
    ring.write(99_500, np.ones(100, np.float32))
    assert ring.end == 99_600
    assert ring.read(99_499, 99_502).tolist() == [99_499.0, 1.0, 1.0]
    ring.write(99_700, np.ones(10, np.float32))
    assert not ring.read(99_600, 99_700).any(), "a gap is silence"
    ring.close()


def test_a_track_begins_anywhere_and_has_the_same_samples_there(tmp_path: Path) -> None:
    sound = np.arange(2 * SAMPLE_RATE_HZ, dtype=np.float32) / (4 * SAMPLE_RATE_HZ)
    track = SoundTrack(str(write_wav(tmp_path / "a.wav", sound)))
    whole = LockStepTrack(track).read(2.0, None)[0]
    assert np.abs(whole - sound).max() < 1e-4
    index, samples = next(track.blocks(1.25))
    assert index == round(1.25 * SAMPLE_RATE_HZ)
    assert np.abs(samples - sound[index : index + samples.size]).max() < 1e-4


@pytest.mark.process
def test_a_file_plays_at_the_pace_of_show_time_and_again_from_its_start(tmp_path: Path) -> None:
    sound = np.arange(SAMPLE_RATE_HZ // 2, dtype=np.float32) / SAMPLE_RATE_HZ
    source = FilePlayer(SoundTrack(str(write_wav(tmp_path / "a.wav", sound))))
    assert until(lambda: source._buffer.end is not None and source._buffer.end > 2 * SAMPLE_RATE_HZ)
    source.read(10.0, None)
    blocks = [source.read(10.0 + 0.02 * step, None)[0] for step in range(1, 76)]
    played = np.concatenate(blocks)
    source.close()
    assert played.size == pytest.approx(1.5 * SAMPLE_RATE_HZ, abs=2)
    assert np.abs(played - np.tile(sound, 3)[: played.size]).max() < 1e-4


@pytest.mark.process
def test_the_sound_of_a_film_is_in_step_with_its_pictures(tmp_path: Path) -> None:
    sound = np.arange(4 * SAMPLE_RATE_HZ, dtype=np.float32) / (8 * SAMPLE_RATE_HZ)
    source = FilePlayer(SoundTrack(str(write_wav(tmp_path / "a.wav", sound))), follows_film=True)
    assert source.read(5.0, None)[0].size == 0, "silent before the first picture"

    def place(t: float, film: FilmPosition) -> float:
        """Where the film is heard at show time `t`, s, once the file is there."""
        source.read(t, film)
        begin = round(film.at(t) * SAMPLE_RATE_HZ)
        assert until(lambda: (source._buffer.end or 0) > begin + 4_410)
        samples, _ = source.read(t + 0.05, film)
        return float(samples[-1]) * 8.0

    assert place(5.0, FilmPosition(4.9, 1.0)) == pytest.approx(1.15, abs=0.001)
    assert place(6.0, FilmPosition(5.95, 3.0)) == pytest.approx(3.1, abs=0.001), "the film jumped"
    assert place(7.0, FilmPosition(6.95, 0.0)) == pytest.approx(0.1, abs=0.001), "it began again"
    assert source.read(7.05 + player.FILM_STALL_SECONDS, FilmPosition(6.95, 0.0))[0].size == 0, "it stands"
    source.close()


class Card:
    """A sound card that gives what a test says, and may be pulled out."""

    def __init__(self) -> None:
        self.write: Callable[[Samples], None] = lambda samples: None
        self.connected, self.opened, self.closed = True, 0, 0

    def open(self, write: Callable[[Samples], None]) -> tuple[Card, str]:
        if not self.connected:
            raise SoundSourceError("no sound card with an input is connected")
        self.opened, self.write = self.opened + 1, write
        return self, "USB Audio"

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits that a test can wait for."""
    for name, seconds in (("STALL_SECONDS", 0.1), ("WATCH_SECONDS", 0.01), ("MIN_RETRY_SECONDS", 0.02)):
        monkeypatch.setattr(device, name, seconds)
    monkeypatch.setattr(device, "MAX_RETRY_SECONDS", 0.05)


@pytest.mark.process
def test_a_sound_card_that_vanishes_is_a_fault_and_is_heard_again_when_it_is_back(quick: None) -> None:
    card = Card()
    source = DeviceSource(card.open, time.perf_counter())

    def plays() -> bool:
        card.write(counted(0, 441))
        return source.status == "ok"

    assert until(plays)
    assert source.read(1.0, None)[0].size >= 441
    card.connected = False
    assert until(lambda: "no sound card" in source.status)
    opened = card.opened
    assert card.closed == opened, "it holds none that is gone"
    assert source.read(2.0, None)[0].size == 0
    card.connected = True
    assert until(lambda: card.opened > opened and plays())
    assert source.read(3.0, None)[0].size >= 441
    source.close()


@pytest.mark.process
def test_a_driver_that_hangs_ends_the_worker_so_that_a_new_one_is_started(
    quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "HANG_SECONDS", 0.05)
    released = threading.Event()

    def hang(write: Callable[[Samples], None]) -> tuple[Card, str]:
        released.wait(10.0)
        raise SoundSourceError("it was let go")

    source = DeviceSource(hang, time.perf_counter())
    time.sleep(0.1)
    with pytest.raises(SoundSourceError, match="does not answer"):
        source.read(1.0, None)
    released.set()
    source.close()


@pytest.mark.process
def test_where_none_is_asked_for_a_missing_sound_card_is_no_fault(quick: None) -> None:
    card = Card()
    card.connected = False
    source = DeviceSource(card.open, time.perf_counter(), optional=True)
    time.sleep(0.05)
    assert source.status == "ok"
    card.connected = True
    assert until(lambda: card.opened > 0)
    source.close()


@pytest.mark.process
def test_the_silent_device_of_miniaudio_gives_samples_in_blocks() -> None:
    got: list[Samples] = []
    opened = capture.Capture(None, 2, got.append, null=True)
    assert until(lambda: sum(block.size for block in got) > 4_410)
    opened.close()
    assert all(block.dtype == np.float32 and block.ndim == 1 and not block.any() for block in got)
    assert all(each.channels > 0 for each in sound_cards.inputs(null=True))


def test_sound_cards_are_found_by_number_and_by_a_part_of_their_name() -> None:
    devices = [SoundCard(0, "Built-in Audio", 2), SoundCard(1, "Scarlett 2i2 USB", 2)]
    assert capture.find_device("scarlett", devices) is devices[1]
    assert capture.find_device(0, devices) is capture.find_device("0", devices) is devices[0]
    assert capture.find_device(None, devices) is None
    with pytest.raises(SoundSourceError, match=r"'Focus' is not connected; there are: 0 'Built-in Audio', 1 'Scar"):
        capture.find_device("Focus", devices)
    with pytest.raises(SoundSourceError, match="no sound card with an input"):
        capture.find_device(None, [])
    with pytest.raises(SoundSourceError, match="Scarlett 2i2 USB: has no channel 5; its channels are 1 to 2"):
        capture.Capture(devices[1], 5, lambda samples: None, null=True)


def test_a_channel_that_no_sound_card_has_is_an_error_also_of_the_default_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "inputs", lambda: [SoundCard(0, "Built-in Audio", 2)])
    with pytest.raises(SoundSourceError, match="no channel 9; its channels are 1 to 2"):
        capture.open_input(None, 9, lambda samples: None)


def test_auto_is_the_sound_of_a_film_else_the_sound_card_else_silence(tmp_path: Path) -> None:
    film, auto = str(write_wav(tmp_path / "a.wav", tone(300.0, 0.1))), SoundSection()
    mute = tmp_path / "mute.mp4"
    mute.write_bytes(b"no film")
    assert resolved(auto, film, live=True) == resolved(auto, film, live=False) == "film"
    for camera in (0, "ghost", "mouse", "rtsp://10.0.0.1/a", str(mute), str(tmp_path / "a.moments")):
        assert resolved(auto, camera, live=True) == "device"
        assert is_silent(auto, camera)
    assert resolved(SoundSection(source="music"), film, live=True) == "music"
