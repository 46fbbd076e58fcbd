"""Beat trackers as functions from samples to the times of beats: ours, and aubio's as a baseline."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.beat.tracker import BeatTracker
from installation.evaluate.ear.takes import RenderedTake
from installation.interface.sound import BeatEstimate

AUBIO_WINDOW, AUBIO_HOP = 1024, 512
"""aubio's own defaults for a live input."""
LEAST_INTERVAL = 0.4
"""Interval below which a beat repeats the one before: a correction of the phase, in beats."""


def estimates(take: RenderedTake, tracker: BeatTracker) -> list[BeatEstimate]:
    """The tracker's estimate after each hop."""
    return [tracker.push(hop) for hop in take.hops]


def beat_times(found: Sequence[BeatEstimate]) -> NDArray[np.floating]:
    """Times at which the phase of estimates passed a beat, as it was known then."""
    times: list[float] = []
    for before, now in pairwise(found):
        if now.beat_phase - before.beat_phase < -0.5:
            period = 60.0 / now.tempo
            time = now.time - now.beat_phase * period
            if not times or time - times[-1] > LEAST_INTERVAL * period:
                times.append(time)
    return np.array(times)


def aubio_beats(take: RenderedTake) -> NDArray[np.floating] | None:
    """aubio's beats; None where it is not installed."""
    try:
        import aubio  # a package of the development group
    except ImportError:
        return None
    tempo = aubio.tempo("default", AUBIO_WINDOW, AUBIO_HOP, SAMPLE_RATE_HZ)
    times = [
        tempo.get_last_s()
        for start in range(0, len(take.samples) - AUBIO_HOP + 1, AUBIO_HOP)
        if tempo(take.samples[start : start + AUBIO_HOP])[0]
    ]
    return np.array(times, np.float64)
