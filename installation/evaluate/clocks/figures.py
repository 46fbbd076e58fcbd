"""Figures of the clocks, each against its target: MIDI clock, LTC by libltc, Link with a peer."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

from installation.core.errors import UserError
from installation.ear.clocks.link import open_link
from installation.ear.clocks.ltc import LtcDecoder
from installation.ear.clocks.midi_clock import TICK, TICKS_A_BEAT, MidiClock
from installation.evaluate.clocks.ltc_signal import libltc_wave
from installation.evaluate.report import Figure
from installation.interface.timecode import RATES, label_of

PEER = """
import link, sys, time
session = link.Link(133.7); session.enabled = True
while True:
    t = time.perf_counter(); micros = session.clock().micros(); state = session.captureSessionState()
    print(t, state.tempo(), state.phaseAtTime(micros, 4.0), flush=True); time.sleep(.1)
"""
"""A second program in the session: prints time, tempo and phase."""
SAMPLE_RATE_HZ = 44_100


def midi_figure() -> Figure:
    """Largest error of the phase with ticks that come up to 3 ms early or late."""
    errors = []
    for tempo in (60.0, 90.0, 124.0, 174.0):
        clock, rng = MidiClock(), np.random.default_rng(0)
        for tick in range(30 * TICKS_A_BEAT):
            t = tick * 60 / tempo / TICKS_A_BEAT
            clock.receive((TICK,), t + float(rng.uniform(-0.003, 0.003)))
            if tick >= 2 * TICKS_A_BEAT and (reading := clock.reading()) is not None:
                errors.append(abs(reading.at(t) - t * tempo / 60) * 60_000 / tempo)
    return Figure.at_most("MIDI clock, 3 ms jitter: largest error of the phase", max(errors), 5.0, "ms")


def ltc_figures() -> list[Figure]:
    """Frames of 250 that are read right, with gain 0.3 and normal noise of 0.25; None without libltc."""
    figures = []
    for rate in RATES:
        labels = [label_of(3_723.0 + number / round(rate), rate) for number in range(250)]
        wave = libltc_wave(labels[0], len(labels), rate, SAMPLE_RATE_HZ)
        read = None
        if wave is not None:
            noise = np.random.default_rng(0).normal(0.0, 0.25, len(wave))
            frames = LtcDecoder(SAMPLE_RATE_HZ).push((0.3 * wave + noise).astype(np.float32))
            read = float(len({frame.label for frame in frames} & set(labels)))
        figures.append(Figure.at_least(f"LTC at {rate:.4g}: frames of 250", read, 245.0))
    return figures


def link_figures(wait_seconds: float = 4.0) -> list[Figure]:
    """With a peer in a process of its own: seconds until its tempo is ours, and the error of the phase after."""
    names = ("Link: until the peer's tempo", "Link: largest error of the phase")
    try:
        worker = open_link()
    except UserError:
        return [Figure(name, None) for name in names]
    with subprocess.Popen([sys.executable, "-c", PEER], stdout=subprocess.PIPE, text=True) as peer:
        assert peer.stdout is not None
        reached, errors, lines = None, [], iter(peer.stdout)
        next(lines)
        begin = time.perf_counter()
        while time.perf_counter() - begin < wait_seconds:
            t, tempo, phase = map(float, next(lines).split())
            now = time.perf_counter()
            state = worker.step({"beats_a_bar": 4}, now).body
            if state.peers and abs(state.reading.tempo - tempo) < 0.01:
                reached = now - begin if reached is None else reached
                error = (state.reading.at(t) - phase + 2.0) % 4.0 - 2.0
                errors.append(abs(error) * 60_000 / tempo)
        peer.kill()
    worker.close()
    settled = max(errors[len(errors) // 2 :], default=None)
    return [Figure.at_most(names[0], reached, 1.0, "s"), Figure.at_most(names[1], settled, 5.0, "ms")]


def measure_clocks() -> list[Figure]:
    """All figures."""
    return [midi_figure(), *ltc_figures(), *link_figures()]
