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
