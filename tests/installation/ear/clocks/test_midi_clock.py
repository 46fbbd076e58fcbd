"""MIDI clock becomes a steady tempo and beat, and what is no clock becomes neither."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.faults import FaultBoard
from installation.ear.clocks.midi_clock import CONTINUE, SONG_POSITION, START, STOP, TICK, MidiClock


def played(
    tempo: float, ticks: int, jitter_seconds: float = 0.0, clock: MidiClock | None = None, t: float = 0.0
) -> MidiClock:
    clock = clock or MidiClock()
    noise = np.random.default_rng(0).uniform(-jitter_seconds, jitter_seconds, ticks)
    for tick in range(ticks):
        clock.receive((TICK,), t + tick * 60 / tempo / 24 + noise[tick])
    return clock


@pytest.mark.parametrize("tempo", [60.0, 124.0, 174.0])
def test_ticks_that_jitter_by_3_ms_give_the_phase_within_5_ms(tempo: float) -> None:
    errors = []
    for ticks in range(96, 240, 7):
        reading = played(tempo, ticks, 0.003).reading()
        assert reading is not None
        t = ticks * 60 / tempo / 24
        errors.append(abs(reading.at(t) - t * tempo / 60) * 60 / tempo)
        assert reading.tempo == pytest.approx(tempo, rel=0.02)
    assert max(errors) < 0.005


def test_a_start_makes_the_next_tick_the_downbeat() -> None:
    clock = played(120.0, 31)
    clock.receive((START,), 0.64)
    played(120.0, 25, clock=clock, t=31 / 48)
    reading = clock.reading()
    assert reading is not None and reading.bars and reading.beat == pytest.approx(1.0)


def test_song_position_and_continue_go_on_from_there() -> None:
    clock = played(120.0, 24)
    clock.receive((STOP,), 0.5)
    clock.receive((SONG_POSITION, 16, 0), 0.5)
    clock.receive((CONTINUE,), 0.5)
    played(120.0, 25, clock=clock, t=0.5)
    reading = clock.reading()
    assert reading is not None and reading.beat == pytest.approx(5.0)


def test_a_new_tempo_is_followed_within_a_beat() -> None:
    clock = played(120.0, 96)
    played(150.0, 30, clock=clock, t=96 / 48)
    reading = clock.reading()
    assert reading is not None and reading.tempo == pytest.approx(150.0, rel=0.01)


def test_a_flood_of_ticks_is_no_tempo_and_says_so() -> None:
    board = FaultBoard()
    clock = MidiClock()
    for tick in range(500):
        clock.receive((TICK,), tick * 1e-4)
    assert clock.reading() is None
    assert "no tempo" in " ".join(board.present)
    clock.close()
    board.close()


def test_a_stalled_clock_and_broken_messages_are_no_clock() -> None:
    clock = MidiClock()
    for message in ((), (0x90,), (SONG_POSITION, 3), (SONG_POSITION, 200, 1), (TICK, 1), (0xF7,)):
        clock.receive(message, 0.0)
    assert clock.reading() is None
    for second in range(40):
        clock.receive((TICK,), float(second))
    assert clock.reading() is None


def error_ms(clock: MidiClock, t: float, tempo: float = 120.0) -> float:
    """How far the clock is off at `t`, where its beat 0 was at time 0."""
    reading = clock.reading()
    assert reading is not None and reading.tempo == pytest.approx(tempo, rel=0.01)
    return abs(reading.at(t) - t * tempo / 60) * 60_000 / tempo


@pytest.mark.parametrize("lost_ticks", [1, 5, 15, 144])
def test_after_lost_ticks_tempo_and_phase_are_those_of_the_device(lost_ticks: int) -> None:
    clock = played(120.0, 240, 0.001)
    for ticks in range(1, 60):
        begin = (240 + lost_ticks) / 48
        clock.receive((TICK,), begin + (ticks - 1) / 48)
        assert error_ms(clock, begin + ticks / 48) < 3.0


def test_one_lost_tick_in_a_hundred_costs_no_phase() -> None:
    clock, lost = MidiClock(), np.random.default_rng(0).random(2_400) < 0.01
    lost[:24] = False
    for tick in np.flatnonzero(~lost):
        clock.receive((TICK,), tick / 48)
    assert error_ms(clock, 50.0) < 3.0


def test_ticks_that_are_held_up_and_come_at_once_move_nothing() -> None:
    clock = played(120.0, 240)
    for tick in range(240, 300):
        held_up = 240 <= tick < 247
        clock.receive((TICK,), 247 / 48 - (247 - tick) * 1e-5 if held_up else tick / 48)
        assert error_ms(clock, tick / 48) < 5.0


def test_ticks_that_cease_while_the_transport_stands_are_not_lost() -> None:
    clock = MidiClock()
    clock.receive((START,), 0.0)
    played(120.0, 48, clock=clock)
    clock.receive((STOP,), 1.0)
    clock.receive((CONTINUE,), 3.3)
    played(120.0, 25, clock=clock, t=3.3)
    reading = clock.reading()
    assert reading is not None and (reading.beat, reading.tempo) == pytest.approx((3.0, 120.0), abs=1e-6)


def test_ticks_between_song_position_and_continue_do_not_move_the_song() -> None:
    clock = played(120.0, 48)
    clock.receive((SONG_POSITION, 32, 0), 1.0)
    played(120.0, 30, clock=clock, t=1.0)
    clock.receive((CONTINUE,), 78 / 48)
    played(120.0, 25, clock=clock, t=78 / 48)
    reading = clock.reading()
    assert reading is not None and reading.bars and reading.beat == pytest.approx(9.0)


def test_a_cable_that_was_out_for_long_leaves_the_downbeat_unknown() -> None:
    clock = MidiClock()
    clock.receive((START,), 0.0)
    played(120.0, 48, clock=clock)
    played(120.0, 48, clock=clock, t=20.1)
    reading = clock.reading()
    assert reading is not None and not reading.bars
