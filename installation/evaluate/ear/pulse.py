"""What the pulse makes of the ear's estimates, frame by frame as the show does, and its error beside true beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.ear.clocks.choice import ClockChoice
from installation.ear.clocks.clock import EAR, reading_of
from installation.ear.phase_loop import PhaseLoop
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.sound import BeatEstimate

FRAME_RATE = 60.0
"""Frames a second of the show."""
LOCKED_SECONDS = 0.07
"""Error of the phase up to which the pulse is locked,"""
LOCKED_FOR_SECONDS = 4.0
"""when it stays there for so long."""


@dataclass(frozen=True, slots=True)
class PulseErrors:
    """Errors of the pulse's phase over the frames of a take."""

    times: NDArray[np.float64]
    """s."""
    errors: NDArray[np.float64]
    """Seconds that the pulse is early, within half a beat."""

    @property
    def lock_seconds(self) -> float:
        """Time from which the error stays small for LOCKED_FOR_SECONDS; infinite where it never does."""
        small = np.abs(self.errors) <= LOCKED_SECONDS
        span = round(LOCKED_FOR_SECONDS * FRAME_RATE)
        if len(small) < span:
            return float("inf")
        runs = np.convolve(small, np.ones(span), "valid") >= span
        return float(self.times[int(np.argmax(runs))]) if runs.any() else float("inf")

    def rms_after(self, t: float) -> float:
        """Root mean square of the errors from a time on, s."""
        return float(np.sqrt(np.mean(self.errors[self.times >= t] ** 2)))


def own_deviation(onsets: NDArray[np.floating], beats: NDArray[np.floating]) -> float:
    """Root mean square of the distance of the notes at the beats, those within LOCKED_SECONDS, from the beats, s."""
    distance = onsets[np.abs(onsets[:, None] - beats[None]).argmin(axis=0)] - beats
    near = distance[np.abs(distance) <= LOCKED_SECONDS]
    return float(np.sqrt(np.mean(near**2))) if len(near) else float("nan")


def pulse_errors(found: Sequence[BeatEstimate], beats: NDArray[np.floating]) -> PulseErrors:
    """Play estimates to the pulse at FRAME_RATE; `beats` are the true ones, s."""
    tracker, choice, loop = PulseTracker(), ClockChoice(), PhaseLoop()
    times, errors = [], []
    at = 0
    for frame in range(int(found[-1].time * FRAME_RATE)):
        t = frame / FRAME_RATE
        while at + 1 < len(found) and found[at + 1].time <= t:
            at += 1
        if found[at].time <= t:
            choice.offer(EAR, reading_of(found[at], 4))
        if choice.leader(t) == EAR:
            tracker.follow(EAR, loop.update(reading_of(found[at], 4)), t)
        else:
            tracker.release()
            loop.reset()
        pulse = tracker.step(t)
        if beats[0] <= t < beats[-1]:
            true = float(np.interp(t, beats, np.arange(len(beats))))
            error = pulse.beat - true
            times.append(t)
            errors.append((error - round(error)) * 60.0 / pulse.tempo)
    return PulseErrors(np.array(times), np.array(errors))
