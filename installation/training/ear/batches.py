"""Training batches of the beat network: windows of tracks, mixed, blurred and filtered as rooms do, with targets.

All of it works on band powers: sounds that have nothing to do with each other add up in power, a room's reverberation
smears power with a decaying tail, and a loudspeaker's response multiplies it. So no audio is kept or computed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from installation.ear.beat.features import BANDS, FRAME_SECONDS, POWER_FLOOR, network_input
from installation.ear.beat.network import TARGET_DELAY_SECONDS
from installation.training.ear.feature_library import TrainingTrack

Array = NDArray[np.floating]

KIND_ODDS = {"takes": 0.5, "patterns": 0.27, "songs": 0.13, "no beat": 0.1}
"""How often a window is of each kind."""
EXTRA_ODDS, EXTRA_DB = 0.6, (-15.0, 4.0)
"""How often bass and chords sound, and how loud beside the drums."""
TALK_ODDS, TALK_DB = 0.25, (-25.0, 0.0)
"""The same of a sound without a beat over the music."""
NOISE_ODDS, NOISE_DB = 0.6, (-60.0, -25.0)
"""The same of the room's noise, dB below full scale."""
REVERB_ODDS, REVERB_DB = 0.5, (-18.0, 0.0)
"""The same of reverberation, energy beside the direct sound."""
REVERB_SECONDS = (0.3, 2.5)
"""Time in which it falls by 60 dB."""
FILTER_ODDS, FILTER_DB = 0.7, 7.0
"""How often a frequency response is drawn, and its deviation."""
GAIN_DB = (-30.0, 8.0)
PAUSE_ODDS, PAUSE_SECONDS = 0.15, 5.0
"""How often a window begins in silence, and how long at most."""
TARGET_WIDTH_SECONDS = 0.03
"""Half the base of the triangle that is the target of a beat."""
NOISE_SHAPE = 2.0
"""Shape of the gamma distribution of a band's noise power: what a band of about two bins has."""


@dataclass(frozen=True, slots=True)
class BeatBatch:
    """Windows for one step: input (rows, frames, 2, BANDS), targets and weights (rows, frames, 2)."""

    input: Array
    target: Array
    weight: Array
    """0 where a target is not known."""


class BeatBatches:
    """Draws batches from tracks; the same generator gives the same batches."""

    def __init__(self, tracks: Sequence[TrainingTrack], frames: int) -> None:
        self._frames = frames
        kinds = {kind: [t for t in tracks if t.kind == kind and len(t.main) >= frames] for kind in KIND_ODDS}
        self._kinds = {kind: found for kind, found in kinds.items() if found}
        odds = np.array([KIND_ODDS[kind] for kind in self._kinds])
        self._odds = odds / odds.sum()
        self._talk = self._kinds.get("no beat", [])

    def draw(self, rows: int, random: np.random.Generator) -> BeatBatch:
        """A batch with augmentation."""
        parts = [self._row(random) for _ in range(rows)]
        stacked = [np.stack(each).astype(np.float32) for each in zip(*parts, strict=True)]
        return BeatBatch(*stacked)

    def _row(self, random: np.random.Generator) -> tuple[Array, Array, Array]:
        kind = list(self._kinds)[random.choice(len(self._odds), p=self._odds)]
        # Long takes are more likely than short ones, as each of their windows is a sample.
        tracks = self._kinds[kind]
        track = tracks[random.integers(len(tracks))]
        start = int(random.integers(len(track.main) - self._frames + 1))
        window = slice(start, start + self._frames)
        power = np.exp(track.main[window].astype(np.float32)) - POWER_FLOOR
        if len(track.extra) and random.random() < EXTRA_ODDS:
            power += _gain(EXTRA_DB, random) * np.exp(track.extra[window].astype(np.float32))
        first = 0
        if random.random() < PAUSE_ODDS:
            first = int(random.uniform(0.0, PAUSE_SECONDS) / FRAME_SECONDS)
            power[:first] = 0.0
        if self._talk and random.random() < TALK_ODDS:
            power += _gain(TALK_DB, random) * self._talk_window(random)
        target, weight = targets(track, start, self._frames)
        target[:first] = 0.0
        return network_input(augmented(power, random)), target, weight

    def _talk_window(self, random: np.random.Generator) -> Array:
        track = self._talk[random.integers(len(self._talk))]
        start = int(random.integers(len(track.main) - self._frames + 1))
        return np.exp(track.main[start : start + self._frames].astype(np.float32))


def _gain(decibels: tuple[float, float], random: np.random.Generator) -> float:
    return float(10.0 ** (random.uniform(*decibels) / 10.0))


def augmented(power: Array, random: np.random.Generator) -> Array:
    """Powers (frames, BANDS) as a room, a microphone and its gain change them."""
    if random.random() < REVERB_ODDS:
        decay = 10.0 ** (-6.0 * FRAME_SECONDS / random.uniform(*REVERB_SECONDS))
        tail = lfilter([0.0, 1.0 - decay], [1.0, -decay], power, axis=0).astype(np.float32)
        power = power + _gain(REVERB_DB, random) * tail
    if random.random() < FILTER_ODDS:
        knots = random.normal(0.0, FILTER_DB, 6)
        response = np.interp(np.linspace(0, 5, BANDS), np.arange(6), knots)
        power = power * (10.0 ** (response / 10.0)).astype(np.float32)
    power = power * np.float32(_gain(GAIN_DB, random))
    if random.random() < NOISE_ODDS:
        tilt = np.exp(-np.linspace(0.0, random.uniform(0.0, 6.0), BANDS))
        noise = random.gamma(NOISE_SHAPE, 1.0 / NOISE_SHAPE, power.shape) * tilt
        power = power + (_gain(NOISE_DB, random) * noise).astype(np.float32)
    return np.maximum(power, 0.0)


def targets(track: TrainingTrack, start: int, frames: int) -> tuple[Array, Array]:
    """Targets and their weights, (frames, 2): beat and downbeat, each a small triangle around its time and delay."""
    times = (start + 1 + np.arange(frames)) * FRAME_SECONDS - TARGET_DELAY_SECONDS
    target, weight = np.zeros((frames, 2), np.float32), np.ones((frames, 2), np.float32)
    target[:, 0] = _triangles(times, track.beats)
    target[:, 1] = _triangles(times, track.beats[track.downbeats])
    weight[:, 1] *= track.bars_known
    return target, weight


def _triangles(times: Array, events: NDArray[np.floating]) -> Array:
    if not len(events):
        return np.zeros(len(times), np.float32)
    at = np.searchsorted(events, times).clip(1, max(1, len(events) - 1))
    near = np.abs(times - events[np.minimum(at, len(events) - 1)])
    distance = np.minimum(near, np.abs(times - events[at - 1]))
    return np.asarray(np.maximum(0.0, 1.0 - distance / TARGET_WIDTH_SECONDS), np.float32)
