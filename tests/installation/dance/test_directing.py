"""Dancers rest with a visitor who stands still, then invite; rest in silence, move more in loud music; obey knobs."""

from __future__ import annotations

import pytest

from installation.dance.dancer_slot import DancerSlot
from installation.dance.directing import AGAIN_AFTER_SECONDS, INVITATION, direct, nearer_m, partner_share
from installation.dance.request import DanceRequest
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from installation.interface.sound import Sound
from motion.dancer.batched_inference import PLAN_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.dancer.phrasing import REST_ENERGY, Direction

PLANS_A_SECOND = FRAME_RATE / PLAN_FRAMES
NO_PHRASES = DancerSettings(phrase_bars=0)


def asked(seconds: float, pace: float | None, request: DanceRequest, slot: DancerSlot | None = None) -> list[Direction]:
    slot = slot or DancerSlot(1.0)
    return [direct(slot, request, pace) for _ in range(round(seconds * PLANS_A_SECOND))]


def test_stillness_is_answered_with_stillness_and_then_an_invitation() -> None:
    slot, request = DancerSlot(1.0, id=3), DanceRequest(settings=NO_PHRASES)
    first = asked(0.6, 0.02, request, slot)
    assert not any(one.resting for one in first)
    still = asked(3.4, 0.02, request, slot)[-1]
    assert still.resting
    assert still.energy == REST_ENERGY
    inviting = asked(2.0, 0.02, request, slot)[-1]
    assert inviting.energy == 1.0
    assert inviting.amounts["reach"] == INVITATION["reach"]
    assert nearer_m(slot) > 0.0
    asked(4.0, 0.02, request, slot)
    assert nearer_m(slot) == 0.0
    assert partner_share(slot) < 1.0
    moving = asked(0.1, 0.8, request, slot)[-1]
    assert not moving.resting
    assert partner_share(slot) == 1.0


def test_a_visitor_who_goes_on_standing_still_is_answered_anew() -> None:
    found = asked(2.0 * AGAIN_AFTER_SECONDS, 0.0, DanceRequest(settings=NO_PHRASES))
    starts = [n for n in range(1, len(found)) if found[n].resting and not found[n - 1].resting]
    assert len(starts) == 3, "after 0.8, 33 and 65 s"


def test_without_a_visitor_nobody_stands_still() -> None:
    assert not any(one.resting for one in asked(20.0, None, DanceRequest(settings=NO_PHRASES)))


@pytest.mark.parametrize("bars", [4, 8])
def test_phrases_go_by_the_bars_of_the_music(bars: int) -> None:
    slot = DancerSlot(1.0, id=2)
    settings = DancerSettings(phrase_bars=bars, phrasing=1.0)
    found = [
        direct(slot, DanceRequest(pulse=Pulse(bar=step / 16), settings=settings), None) for step in range(16 * bars * 2)
    ]
    rests = [step / 16 % bars for step, one in enumerate(found) if one.resting]
    assert rests
    assert min(rests) > bars - 1.0
    energies = [one.energy for one in found]
    assert energies[16 * (bars - 1) - 1] > energies[0]


def test_loud_music_moves_more_than_quiet_music_and_its_rests_are_rests() -> None:
    def energy(sound: Sound, music: float = 1.0) -> Direction:
        settings = DancerSettings(phrase_bars=0, music=music)
        return asked(0.1, None, DanceRequest(settings=settings, sound=sound))[-1]

    quiet, loud = (Sound(level=level, presence=1.0, source="ok") for level in (0.1, 0.9))
    assert energy(loud).energy > 1.2 > 1.0 > energy(quiet).energy
    rest = energy(Sound(level=0.0, presence=0.8, silent_seconds=0.6, source="ok"))
    assert rest.resting
    assert rest.energy == pytest.approx(REST_ENERGY)
    assert energy(loud, music=0.0).energy == 1.0
    assert energy(Sound()).energy == 1.0, "no ear"
    assert energy(Sound(silent_seconds=60.0, source="ok")).energy == 1.0, "a room without music"


def test_bright_music_lifts_the_hands() -> None:
    bright = DanceRequest(settings=NO_PHRASES, sound=Sound(level=0.5, presence=1.0, brightness=0.9, source="ok"))
    assert asked(0.1, None, bright)[-1].amounts["reach"] > 0.0


def test_knobs_go_before_the_phrase() -> None:
    settings = DancerSettings(level=-0.8, turning=0.5)
    found = asked(0.1, None, DanceRequest(pulse=Pulse(bar=2.2), settings=settings))[-1]
    assert found.amounts["level"] == -0.8
    assert found.amounts["turning"] == 0.5
