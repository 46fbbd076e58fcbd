"""The pulse follows whoever taps, never runs backwards, and jumps only when it is asked to."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from installation.ear.clocks.clock import MAX_TEMPO, MIN_TEMPO
from installation.ear.phase_line import MAX_BEAT_RATE_CHANGE
from installation.ear.pulse_tracker import PulseTracker


def tapped(times: list[float], tempo: float = 100.0) -> PulseTracker:
    tracker = PulseTracker(tempo=tempo)
    for time in times:
        tracker.tap(time)
    return tracker


def off(tracker: PulseTracker, beat_time: float) -> float:
    """How far the phase is from a whole beat, s."""
    pulse = tracker.step(beat_time)
    return (pulse.beat - round(pulse.beat)) * 60 / pulse.tempo


def test_it_runs_free_from_the_start() -> None:
    pulse = PulseTracker(tempo=120.0).step(3.0)
    assert (pulse.tempo, pulse.beat, pulse.bar, pulse.confidence) == (120.0, 6.0, 1.5, 0.0)


@pytest.mark.parametrize("count", range(4, 9))
@pytest.mark.parametrize("tempo", [60.0, 93.0, 174.0])
def test_four_to_eight_taps_make_the_tempo_and_the_phase(tempo: float, count: int) -> None:
    period = 60 / tempo
    times = [2.3 + beat * period for beat in range(count)]
    tracker = tapped(times)
    settled = times[-1] + 4 * period
    assert tracker.step(settled).tempo == pytest.approx(tempo)
    assert off(tracker, settled) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize("tempo", [MIN_TEMPO + 0.2, MAX_TEMPO - 2.0])
def test_the_slowest_and_the_fastest_tempo_can_be_tapped_by_hand(tempo: float) -> None:
    times = [2.0 + beat * 60 / tempo + 0.004 * (-1) ** beat for beat in range(8)]
    assert tapped(times).step(times[-1]).tempo == pytest.approx(tempo, rel=0.02)


def test_three_taps_are_no_tempo_yet() -> None:
    assert tapped([1.0, 1.5, 2.0]).step(2.0).tempo == 100.0


def test_a_missing_beat_is_ridden_through() -> None:
    tracker = tapped([2.0 + 0.5 * beat for beat in range(9) if beat not in (3, 6)])
    assert tracker.step(8.0).tempo == pytest.approx(120.0)
    assert off(tracker, 8.0) == pytest.approx(0.0, abs=1e-6)


def test_one_tap_that_strays_is_left_out() -> None:
    times = [2.0 + 0.5 * beat for beat in range(8)]
    times[4] += 0.13
    tracker = tapped(times)
    assert tracker.step(8.0).tempo == pytest.approx(120.0)
    assert off(tracker, 8.0) == pytest.approx(0.0, abs=1e-6)


def test_a_trembling_finger_counts_once() -> None:
    times = [at for beat in range(8) for at in (2.0 + 0.5 * beat, 2.03 + 0.5 * beat)]
    assert tapped(times).step(8.0).tempo == pytest.approx(120.0)


def test_eight_taps_that_are_off_by_up_to_20_ms_put_the_next_beat_within_15_ms() -> None:
    errors = []
    for seed in range(200):
        jitter = np.random.default_rng(seed).uniform(-0.020, 0.020, 8)
        tracker = tapped([2.0 + 0.5 * beat + jitter[beat] for beat in range(8)])
        errors.append(off(tracker, 6.0))
    assert math.sqrt(np.mean(np.square(errors))) < 0.015
    assert np.median(np.abs(errors)) < 0.008


def test_a_tempo_that_was_given_is_kept_while_taps_set_the_phase() -> None:
    jitter = np.random.default_rng(3).uniform(-0.020, 0.020, 8)
    tracker = PulseTracker()
    tracker.set_tempo(128.0, 0.0)
    for beat in range(8):
        tracker.tap(2.1 + beat * 60 / 128 + jitter[beat])
    assert tracker.step(9.0).tempo == 128.0
    assert abs(off(tracker, 2.1 + 20 * 60 / 128)) < 0.010


def test_clean_taps_at_a_slightly_other_tempo_replace_the_one_that_was_given() -> None:
    tracker = PulseTracker()
    tracker.set_tempo(120.0, 0.0)
    for beat in range(8):
        tracker.tap(2.0 + beat * 60 / 123)
    assert tracker.step(9.0).tempo == pytest.approx(123.0)


def test_a_new_tempo_in_the_next_series_is_followed() -> None:
    tracker = tapped([2.0 + 0.5 * beat for beat in range(8)])
    for beat in range(6):
        tracker.tap(8.0 + 0.4 * beat)
    assert tracker.step(12.0).tempo == pytest.approx(150.0)


def test_a_numbered_beat_is_that_beat_of_the_bar() -> None:
    tracker = PulseTracker()
    tracker.set_tempo(120.0, 0.0)
    tracker.tap(3.3, number=1)
    settled = tracker.step(3.3 + 4 * 0.5 * 4)
    assert settled.bar_phase == pytest.approx(0.0, abs=1e-9)
    assert settled.beat_phase == pytest.approx(0.0, abs=1e-9)


def test_a_nudge_moves_the_beat_by_so_much_in_the_end() -> None:
    plain, nudged = PulseTracker(), PulseTracker()
    nudged.nudge(0.050, 1.0)
    assert nudged.step(1.0).beat == plain.step(1.0).beat
    assert nudged.step(4.0).beat - plain.step(4.0).beat == pytest.approx(0.050 * 2)
    nudged.nudge(-100.0, 4.0)
    assert plain.step(20.0).beat - nudged.step(20.0).beat == pytest.approx(1.0 - 0.1)


def test_resync_begins_a_bar_now() -> None:
    tracker = PulseTracker()
    assert tracker.step(1.2).bar == pytest.approx(0.6)
    tracker.resync(1.2)
    pulse = tracker.step(1.2)
    assert (pulse.bar, pulse.beat) == (1.0, 3.0)


EVENTS: list[Callable[[PulseTracker, float, np.random.Generator], None]] = [
    lambda tracker, t, chance: tracker.tap(t),
    lambda tracker, t, chance: tracker.tap(t - 0.1),
    lambda tracker, t, chance: tracker.tap(t, int(chance.integers(1, 5))),
    lambda tracker, t, chance: tracker.set_tempo(float(chance.uniform(0, 500)), t),
    lambda tracker, t, chance: tracker.nudge(float(chance.normal(0, 1)), t),
]


def test_whatever_happens_the_phase_is_continuous_and_never_runs_backwards() -> None:
    chance = np.random.default_rng(1)
    tracker, t = PulseTracker(), 0.0
    before = tracker.step(t)
    for _ in range(20_000):
        step = float(chance.uniform(0.0, 0.03))
        if chance.random() < 0.05:
            EVENTS[chance.integers(len(EVENTS))](tracker, t + step * chance.random(), chance)
        pulse = tracker.step(t := t + step)
        most = step * MAX_TEMPO / 60 * (1 + MAX_BEAT_RATE_CHANGE) + 1e-9
        assert 0.0 <= pulse.beat - before.beat <= most
        assert 0.0 <= (pulse.bar - before.bar) * pulse.beats_a_bar <= most * 2
        assert MIN_TEMPO <= pulse.tempo <= MAX_TEMPO
        assert 0.0 <= pulse.confidence <= 1.0
        before = pulse


def test_how_often_it_is_looked_at_makes_no_difference() -> None:
    def play(rate: int) -> list[float]:
        tracker, beats = PulseTracker(), []
        times = [1.0 + beat * 0.47 for beat in range(8)]
        for frame in range(10 * rate):
            while times and times[0] <= frame / rate:
                tracker.tap(times.pop(0))
            pulse = tracker.step(frame / rate)
            if frame % rate == 0:
                beats.append(pulse.beat)
        return beats

    assert play(30) == pytest.approx(play(30), abs=0.0)
    assert play(25) == pytest.approx(play(200), abs=0.02)


def test_confidence_comes_with_steady_taps_and_fades_in_silence() -> None:
    steady = tapped([2.0 + 0.5 * beat for beat in range(8)])
    chance = np.random.default_rng(2)
    loose = tapped([2.0 + 0.5 * beat + chance.uniform(-0.03, 0.03) for beat in range(8)])
    assert steady.step(5.5).confidence == pytest.approx(1.0, abs=0.01)
    assert loose.step(5.5).confidence < steady.step(5.5).confidence
    assert steady.step(65.5).confidence < 0.3


@pytest.mark.parametrize("t", [3.0, 3.1, 3.37, 5.9])
@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_twice_and_half_the_tempo_keep_the_downbeat_where_it_was_heard(factor: float, t: float) -> None:
    """At 120 bpm downbeats fall on every second second; all of those that the new tempo has stay downbeats."""
    tracker = PulseTracker()
    tracker.set_tempo(120.0, 0.0)
    tracker.step(t)
    tracker.multiply_tempo(factor, t)
    assert tracker.step(t).tempo == 120.0 * factor
    downbeats = [at for at in np.arange(40.0, 48.0, 2.0) if abs((tracker.step(at).bar + 0.5) % 1.0 - 0.5) < 1e-6]
    assert len(downbeats) == (4 if factor == 2.0 else 2)


def test_a_tempo_that_cannot_be_doubled_stays() -> None:
    tracker = PulseTracker()
    tracker.set_tempo(240.0, 0.0)
    with pytest.raises(ValueError, match="480"):
        tracker.multiply_tempo(2.0, 1.0)
    assert tracker.step(1.0).tempo == 240.0


def test_taps_before_a_doubling_do_not_bring_the_old_tempo_back() -> None:
    tracker = tapped([2.0 + 0.5 * beat for beat in range(8)])
    tracker.multiply_tempo(2.0, 5.6)
    tracker.tap(6.0)
    assert tracker.step(6.0).tempo == pytest.approx(240.0)


@pytest.mark.parametrize("beats", [2, 3, 5, 7, 12])
def test_another_metre_goes_on_from_the_beat_of_the_bar_without_a_jump(beats: int) -> None:
    tracker = PulseTracker()
    tracker.set_tempo(120.0, 0.0)
    before = tracker.step(2.5)
    assert before.bar_phase == 0.25, "the second beat of four"
    tracker.set_beats_a_bar(beats, 2.5)
    assert tracker.step(2.5).bar == pytest.approx(before.bar)
    last = before.bar
    for t in np.linspace(2.52, 30.0, 1375):
        pulse = tracker.step(float(t))
        assert 0.0 <= (pulse.bar - last) * beats <= 0.02 * 2 * 2
        last = pulse.bar
    settled = tracker.step(30.0)
    # The beat at 2.5 s was the second of its bar, so that the one at 30 s is 55 beats further on.
    assert settled.bar * beats % beats == pytest.approx((1 + 55) % beats, abs=1e-6)
    assert settled.beat % 1.0 == pytest.approx(0.0, abs=1e-6)
