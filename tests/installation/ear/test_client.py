"""The loop has the newest sound; what is counted only grows, and an ear that fails is silent."""

from __future__ import annotations

import pytest

from installation.core.faults import FaultBoard
from installation.ear.client import STALE_SECONDS, EarClient
from installation.interface.sound import AudioFrame, EarMessage, Sound, SoundBand
from installation.workers.worker import Message
from tests.installation.placed import Placed


def message(t: float, hits: int, time: float, source: str = "ok") -> Message:
    band = SoundBand(level=0.5, hits=hits, time=time)
    return Message(t, EarMessage(Sound(t, 0.5, bands=(band,) * 4, onsets=hits, source=source), AudioFrame()))


def test_knobs_and_the_place_of_the_film_reach_the_ear() -> None:
    host = Placed()
    EarClient(host).listen(1.0, {"/sound/gain": 6.0, "/sound/listen": False, "/pulse/beats_a_bar": 3}, (0.9, 3.0))
    settings = host.order["settings"]
    assert (settings.gain, settings.listen, settings.sensitivity, settings.beats_a_bar) == (6.0, False, 0.5, 3)
    assert host.order["film"] == [0.9, 3.0]


def test_counts_and_times_go_on_after_a_restart() -> None:
    host = Placed()
    client = EarClient(host)
    host.next = message(1.0, 7, 3.5)
    assert client.listen(1.0)[0].bass.hits == 7
    host.restarts = 1
    host.next = message(2.0, 1, 0.25)
    sound, _ = client.listen(2.0)
    assert (sound.bass.hits, sound.high.time, sound.onsets) == (8, 3.75, 8)
    host.restarts = 2
    host.next = message(3.0, 0, 0.0)
    assert client.listen(3.0)[0].bass.hits == 8


def test_an_ear_that_does_not_answer_is_silent_and_a_fault(faults: FaultBoard) -> None:
    host = Placed()
    client = EarClient(host)
    host.next = message(1.0, 7, 3.5)
    client.listen(1.0)
    assert client.listen(1.0 + 0.5 * STALE_SECONDS)[0].level == 0.5
    sound, audio = client.listen(1.1 + STALE_SECONDS)
    assert (sound.level, sound.bass.level, sound.bass.hits, sound.bass.time) == (0.0, 0.0, 7, 3.5)
    assert audio is None
    assert faults.present == ("sound: the ear does not answer",)
    host.next = message(5.0, 8, 4.0)
    client.listen(5.0)
    assert not faults.present


def test_a_fault_of_the_source_is_shown_until_it_is_over(faults: FaultBoard) -> None:
    host = Placed()
    client = EarClient(host)
    assert client.listen(0.0)[0].source == "the ear starts"
    host.next = message(0.5, 0, 0.0, "opening")
    assert client.listen(0.5)[0].source == "opening"
    assert not faults.present
    host.next = message(1.0, 0, 0.0, "it clips: lower the level of the mixer or the gain of the sound card")
    client.listen(1.0)
    assert faults.present[0].startswith("sound: it clips")
    client.close()
    assert not faults.present


@pytest.mark.parametrize("t", [0.0, 100.0])
def test_before_the_first_answer_there_is_silence(t: float) -> None:
    sound, audio = EarClient(Placed()).listen(t)
    assert sound.level == 0.0
    assert audio is None
