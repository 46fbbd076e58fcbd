"""Causal beat tracker: hops of audio in, tempo, beat phase and bar phase out."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.ear.beat import network as beat_network
from installation.ear.beat.beat_grid import BeatGrid
from installation.ear.beat.features import FRAME_HOPS, FRAME_SECONDS, WINDOW_SAMPLES, BandStream
from installation.ear.beat.flux import FluxActivation
from installation.ear.beat.tempo_filter import TempoFilter
from installation.interface.sound import BeatEstimate

DEFAULT_LOW_BPM, DEFAULT_HIGH_BPM = 55.0, 215.0
"""Tempos without a range."""
LOWEST_BPM, HIGHEST_BPM = 30.0, 300.0
"""Limits of a range."""
HOP_SECONDS = HOP_SAMPLES / SAMPLE_RATE_HZ
FLUX_DELAY_SECONDS = 0.5 * WINDOW_SAMPLES / SAMPLE_RATE_HZ - 0.005
"""Time from an onset to the peak of the flux, which has half of the window before it."""
SILENCE_POWER = 1e-6
"""Sum of the bands' powers below which a frame is silent: -60 dB."""
SILENCE_SECONDS = 0.6
"""Silence after which the filter no longer takes it for missing beats."""
SILENCE_DOUBT = 0.2
"""Share of all probability that such a silence spreads: after it another piece may begin."""


class Activation(Protocol):
    """Odds of a beat and of a downbeat from band powers."""

    def push(self, powers: NDArray[np.float32]) -> tuple[float, float]:
        """Odds of beat and downbeat for one frame."""


class BeatTracker:
    """Tracks the beat of a stream; it depends on the samples alone.

    Its own analysis is late by a known time, which is compensated: `beat_phase` holds at `time`, the end of the newest
    hop, in seconds of samples that were pushed.
    """

    def __init__(
        self,
        low_bpm: float | None = None,
        high_bpm: float | None = None,
        network: bool = True,
        weights: Path | None = None,
    ) -> None:
        """Track tempos between two bounds, by default DEFAULT_LOW_BPM and DEFAULT_HIGH_BPM, with the network of
        `weights`, by default the bundled one; without `network` by spectral flux alone.

        Raises UserError where the bounds are no range, or the weights can't be read.
        """
        low, high = tempo_range(low_bpm, high_bpm)
        self._bands = BandStream()
        self._activation: Activation = beat_network.load(weights) if network else FluxActivation()
        self._delay = beat_network.TARGET_DELAY_SECONDS if network else FLUX_DELAY_SECONDS
        self._filter = TempoFilter(low, high)
        self._grid = BeatGrid(BeatEstimate().beats_a_bar)
        self._hops = 0
        self._last_odds = 0.0
        self._silent_seconds = 0.0
        self._held = False

    def push(self, hop: NDArray[np.float32]) -> BeatEstimate:
        """Add HOP_SAMPLES mono samples at SAMPLE_RATE_HZ; returns the estimate at their end."""
        self._hops += 1
        powers = self._bands.push(hop)
        if powers is None:
            self._grid.advance(HOP_SECONDS)
        else:
            self._frame(powers)
        return self._grid.estimate(self._hops * HOP_SECONDS, self._delay)

    def set_beats_a_bar(self, beats: int) -> None:
        """Look for bars of so many beats from now on; nothing is known of the downbeat after a change."""
        self._grid.set_beats_a_bar(beats)

    def _frame(self, powers: NDArray[np.float32]) -> None:
        """Weigh one frame: two steps of the filter, then the loop."""
        beat, downbeat = self._activation.push(powers)
        silent = float(powers.sum()) < SILENCE_POWER
        self._silent_seconds = self._silent_seconds + FRAME_SECONDS if silent else 0.0
        self._grid.advance(HOP_SECONDS)
        held = self._silent_seconds > SILENCE_SECONDS
        if held and not self._held:
            self._filter.doubt(SILENCE_DOUBT)
            self._grid.rest()
        self._held = held
        for odds in (0.5 * (self._last_odds + beat), beat):
            if held:
                self._filter.hold()
            else:
                self._filter.step(odds)
        self._last_odds = beat
        self._grid.hear(beat, downbeat)
        if not held:
            self._grid.follow(self._filter.hypothesis(FRAME_HOPS))


def tempo_range(low_bpm: float | None, high_bpm: float | None) -> tuple[float, float]:
    """The bounds of a tracker's tempos. Raises UserError where they are no range."""
    low = DEFAULT_LOW_BPM if low_bpm is None else low_bpm
    high = DEFAULT_HIGH_BPM if high_bpm is None else high_bpm
    if not LOWEST_BPM <= low < high <= HIGHEST_BPM:
        raise UserError(
            f"tempo from {low:g} to {high:g}: expected a range within {LOWEST_BPM:g} and {HIGHEST_BPM:g} beats a minute"
        )
    return low, high
