"""Dancers keep the octave of the music's beat at which people dance, without a jump."""

from __future__ import annotations

import math

import pytest

from installation.dance.beat_clock import BeatClock
from installation.interface.pulse import Pulse


@pytest.mark.parametrize("tempo", [40.0, 58.0, 90.0, 120.0, 174.0, 240.0])
def test_every_tempo_is_danced_at_about_the_rate_that_people_dance(tempo: float) -> None:
    rate = math.exp(BeatClock().features(Pulse(tempo=tempo), 0.0)[2])
    assert 0.6 < rate < 1.3
    assert math.log2(60.0 * rate / tempo) == pytest.approx(round(math.log2(60.0 * rate / tempo)))


def test_the_octave_is_kept_while_the_tempo_wavers() -> None:
    clock = BeatClock()
    rates = [clock.features(Pulse(tempo=tempo), 0.0)[2] for tempo in (76.0, 77.0, 75.0, 78.0, 74.0)]
    assert max(rates) - min(rates) < 0.1


def test_a_beat_of_the_body_is_a_beat_of_the_music() -> None:
    sine, cosine, _ = BeatClock().features(Pulse(tempo=120.0, beat=8.0), 0.0)
    assert (sine, cosine) == pytest.approx((0.0, 1.0))
    later = BeatClock().features(Pulse(tempo=120.0, beat=7.5), 0.25)
    assert later[:2] == pytest.approx((0.0, 1.0), abs=1e-6)


def test_a_danced_bar_begins_with_that_of_the_music() -> None:
    pulse = Pulse(tempo=120.0, beat=9.0, bar=2.0, beats_a_bar=4)
    assert BeatClock().features(pulse, 0.0)[:2] == pytest.approx((0.0, 1.0), abs=1e-6)
    assert BeatClock().bar_features(pulse, 0.0) == pytest.approx((0.0, 1.0, 1.0), abs=1e-6)
    assert BeatClock().bar_features(pulse, 1.0) == pytest.approx((0.0, -1.0, 1.0), abs=1e-6)


def test_a_waltz_has_no_danced_bar() -> None:
    assert BeatClock().bar_features(Pulse(tempo=120.0, bar=2.5, beats_a_bar=3), 0.0) == (0.0, 0.0, 0.0)
