"""Beat alignment: dancers alone with a clock, and how soon they follow a change of its tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import beat
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.conditioning import Conditioning
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import EvaluationPair, MotionModel, PairBatch, lock_feet, pairs_of, roll_out_poses
from motion.dancer.guidance import BEAT_GUIDANCE, energy_input, typical_speed, uniform_guidance

Array = NDArray[np.floating]

TYPICAL_BEATS_PER_SECOND = 0.9
"""Kinematic beats a second of dancers."""
TEMPI_BPM = (90.0, 110.0, 130.0)
"""Tempi of the steady clocks."""
TEMPO_CHANGE_BPM = 90.0, 130.0
"""Tempi of the changing clock."""
ROLLOUT_SECONDS = 24.0
"""Duration of each rollout."""
CHANGE_AT_SECONDS = 12.0
"""Time of the change of tempo."""
FOLLOWED_SHARE = 0.9
"""Echo of the beat, times the final one, from which on a change counts as followed."""


@dataclass(frozen=True)
class BeatAlignment:
    """How well dancers keep a clock's beat."""

    f1: float
    """Mean beat F1 with the clock that was an input."""
    random_phase_f1: float
    """Mean beat F1 with that clock where the input had another, random phase."""
    followed_after_beats: float | None
    """Beats from the change of tempo until it is followed; None where it never is."""
    curve: Array
    """(K,) echo of each of the clock's beats after the change."""


def danceable_tempo(beats_per_s: float) -> float:
    """The tempo at which a dancer keeps a beat: doubled or halved to lie nearest TYPICAL_BEATS_PER_SECOND."""
    return float(beats_per_s * 2.0 ** np.round(np.log2(TYPICAL_BEATS_PER_SECOND / beats_per_s)))


def beat_alignment(folds: Sequence[Fold], pull: float = BEAT_GUIDANCE, seed: int = 5) -> BeatAlignment:
    """Roll out alone from every captured dancer's start: with clocks of TEMPI_BPM, in phase and with random phase, and
    with one that changes."""
    random = np.random.default_rng(seed)
    times = np.arange(round(ROLLOUT_SECONDS * FRAME_RATE)) / FRAME_RATE
    steady = [danceable_tempo(t / 60.0) for t in TEMPI_BPM]
    slow, fast = (danceable_tempo(t / 60.0) for t in TEMPO_CHANGE_BPM)
    rates = [np.full(len(times), rate) for rate in steady] * 2 + [np.where(times < CHANGE_AT_SECONDS, slow, fast)]
    in_phase: list[float] = []
    random_phase: list[float] = []
    echoes: list[Array] = []
    for fold in folds:
        starts = pairs_of(fold.held_out)
        if not starts:
            continue
        pairs = [m for m in starts for _ in rates]
        phases = np.stack([np.cumsum(r) / FRAME_RATE for _ in starts for r in rates])
        phases = phases + random.random((len(phases), 1))
        inputs = phases.copy()
        kind = np.arange(len(pairs)) % len(rates)
        shifted = (kind >= len(steady)) & (kind < 2 * len(steady))
        inputs[shifted] += random.random((int(shifted.sum()), 1))
        rollouts = _beats(fold, pairs, inputs, np.tile(np.stack(rates), (len(starts), 1)), pull)
        for n, beats in enumerate(rollouts):
            clock = beat_times(phases[n])
            if kind[n] == len(rates) - 1:
                echoes.append(_echoes(clock[clock > CHANGE_AT_SECONDS], beats))
            else:
                (random_phase if shifted[n] else in_phase).append(beat.beat_f1(beats, clock))
    count = min(map(len, echoes))
    curve = np.mean([e[:count] for e in echoes], axis=0)
    return BeatAlignment(float(np.mean(in_phase)), float(np.mean(random_phase)), _followed_after(curve), curve)


def beat_times(phases: Array) -> Array:
    """(N,) s at which phases (T,) in turns pass whole numbers."""
    whole = np.floor(phases)
    passed = np.flatnonzero(np.diff(whole) > 0.0)
    share = (whole[passed + 1] - phases[passed]) / (phases[passed + 1] - phases[passed])
    return (passed + share) / FRAME_RATE


def clock_input(phase: Array, beats_per_s: Array) -> Tensor:
    """(N, 4) the clock of a Conditioning for phases (N,) in turns, and rates (N,)."""
    angle = 2.0 * np.pi * phase
    columns = [np.sin(angle), np.cos(angle), np.log(beats_per_s), np.ones_like(beats_per_s)]
    return torch.as_tensor(np.stack(columns, 1).astype(np.float32))


def _beats(fold: Fold, pairs: list[EvaluationPair], phases: Array, rates: Array, pull: float) -> list[Array]:
    """Kinematic beats, s, of rollouts with clocks of phases (N, T) and rates (N, T)."""
    batch = ClockBatch(pairs, phases, rates, fold)
    model = CollisionAvoiding(fold.network, batch.past, batch.turns, seed=2)
    guidance = uniform_guidance(len(pairs), pull=pull)
    return [d.beats_s for d in lock_feet(*roll_out_poses(model, batch, guidance), [batch.count] * len(pairs))]


class ClockBatch(PairBatch):
    """The starts of evaluation pairs without partners, with clocks; as long as the clocks."""

    def __init__(self, pairs: Sequence[EvaluationPair], phases: Array, rates: Array, fold: Fold) -> None:
        super().__init__(pairs)
        self._energy = energy_input(torch.full((len(pairs), 1), typical_speed(fold.network)))
        self.count = phases.shape[1]
        self._phases, self._rates = phases, rates

    def partner_positions(self, frame: int) -> Array:
        """(N, 2) far away, where no collision is possible."""
        return np.full((len(self.past), 2), 1e3)

    def conditioning(self, model: MotionModel, frame: int) -> Conditioning:
        """The clock at the frame before, which a plan continues, and no partner."""
        now = max(frame - 1, 0)
        clock = clock_input(self._phases[:, now], self._rates[:, now])
        return Conditioning(self.past, self.turns, torch.zeros(len(clock), 5), clock=clock, energy=self._energy)


def _echoes(clock: Array, beats: Array) -> Array:
    """How much each beat of a clock is echoed, 0..1."""
    return np.array([beat.beat_echo(np.array([c]), beats) for c in clock])


def _followed_after(curve: Array) -> float | None:
    """The first beat at which the mean of this echo and the next is FOLLOWED_SHARE of the mean of the last half."""
    end = curve[len(curve) // 2 :].mean()
    pairs = 0.5 * (curve[:-1] + curve[1:])
    followed = np.flatnonzero(pairs >= FOLLOWED_SHARE * end)
    return float(followed[0]) if len(followed) else None
