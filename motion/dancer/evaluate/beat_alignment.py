"""Keeping a beat: alone with a clock that somebody else sets, and what becomes of it when its tempo changes."""

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
"""Kinematic beats a second that dancers have."""
TEMPI_BPM = (90.0, 110.0, 130.0)
"""Beats a minute of the clocks."""
TEMPO_CHANGE_BPM = 90.0, 130.0
ROLLOUT_SECONDS, CHANGE_AT_SECONDS = 24.0, 12.0
"""How long is danced, and when the tempo changes."""
FOLLOWED_SHARE = 0.9
"""Share of how the beat is kept in the end that it must be kept to be followed."""


@dataclass(frozen=True)
class BeatAlignment:
    """How the clock's beat is kept."""

    f1: float
    """Mean beat F1 against the clock that was heard,"""
    random_phase_f1: float
    """and of those who heard one as fast, begun at any time."""
    followed_after_beats: float | None
    """Beats of the dancers, after the change, from which on it is kept as in the end; None where it never is."""
    curve: Array
    """(K,) how much each of the clock's beats after the change is echoed."""


def danceable_tempo(beats_per_s: float) -> float:
    """The tempo at which a dancer keeps a beat: doubled or halved to lie nearest USUAL."""
    return float(beats_per_s * 2.0 ** np.round(np.log2(TYPICAL_BEATS_PER_SECOND / beats_per_s)))


def beat_alignment(every: Sequence[Fold], pull: float = BEAT_GUIDANCE, seed: int = 5) -> BeatAlignment:
    """Every captured dancer's start goes on alone with clocks of all TEMPI, true and of random phase, and with one that
    changes."""
    chance = np.random.default_rng(seed)
    times = np.arange(round(ROLLOUT_SECONDS * FRAME_RATE)) / FRAME_RATE
    steady = [danceable_tempo(t / 60.0) for t in TEMPI_BPM]
    slow, fast = (danceable_tempo(t / 60.0) for t in TEMPO_CHANGE_BPM)
    rates = [np.full(len(times), rate) for rate in steady] * 2 + [np.where(times < CHANGE_AT_SECONDS, slow, fast)]
    true: list[float] = []
    blind: list[float] = []
    echoes: list[Array] = []
    for fold in every:
        starts = pairs_of(fold.held_out)
        if not starts:
            continue
        some = [m for m in starts for _ in rates]
        phases = np.stack([np.cumsum(r) / FRAME_RATE for _ in starts for r in rates])
        phases = phases + chance.random((len(phases), 1))
        asked = phases.copy()
        off = np.arange(len(some)) % len(rates)
        wrong = (off >= len(steady)) & (off < 2 * len(steady))
        asked[wrong] += chance.random((int(wrong.sum()), 1))
        dances = _driven(fold, some, asked, np.tile(np.stack(rates), (len(starts), 1)), pull)
        for n, beats in enumerate(dances):
            clock = beat_times(phases[n])
            if off[n] == len(rates) - 1:
                echoes.append(_echoes(clock[clock > CHANGE_AT_SECONDS], beats))
            else:
                (blind if wrong[n] else true).append(beat.beat_f1(beats, clock))
    count = min(map(len, echoes))
    curve = np.mean([e[:count] for e in echoes], axis=0)
    return BeatAlignment(float(np.mean(true)), float(np.mean(blind)), _followed(curve), curve)


def beat_times(phases: Array) -> Array:
    """(N,) s at which phases (T,) in turns pass whole numbers."""
    whole = np.floor(phases)
    passed = np.flatnonzero(np.diff(whole) > 0.0)
    share = (whole[passed + 1] - phases[passed]) / (phases[passed + 1] - phases[passed])
    return (passed + share) / FRAME_RATE


def clock_input(phase: Array, rate: Array) -> Tensor:
    """(N, 4) clocks as the network is asked to keep them: phases (N,) in turns, rates (N,) beats a second."""
    turn = 2.0 * np.pi * phase
    return torch.as_tensor(
        np.stack([np.sin(turn), np.cos(turn), np.log(rate), np.ones_like(rate)], 1).astype(np.float32)
    )


def _driven(fold: Fold, some: list[EvaluationPair], phases: Array, rates: Array, pull: float) -> list[Array]:
    """The kinematic beats of bodies that begin as some did and hear clocks: phases (N, T) and rates (N, T)."""
    floor = ClockBatch(some, phases, rates, fold)
    mover = CollisionAvoiding(fold.network, floor.past, floor.turns, seed=2)
    how = uniform_guidance(len(some), pull=pull)
    return [d.beats_s for d in lock_feet(*roll_out_poses(mover, floor, how), [floor.count] * len(some))]


class ClockBatch(PairBatch):
    """The same floor without partners, and with a clock; as long as it is heard."""

    def __init__(self, some: Sequence[EvaluationPair], phases: Array, rates: Array, fold: Fold) -> None:
        super().__init__(some)
        self._lively = energy_input(torch.full((len(some), 1), typical_speed(fold.network)))
        self.count = phases.shape[1]
        self._phases, self._rates = phases, rates

    def partner_positions(self, frame: int) -> Array:
        """(N, 2) nowhere near."""
        return np.full((len(self.past), 2), 1e3)

    def conditioning(self, mover: MotionModel, frame: int) -> Conditioning:
        """A clock, and nobody to look at. It is asked how the body goes on from the frame before."""
        now = max(frame - 1, 0)
        clock = clock_input(self._phases[:, now], self._rates[:, now])
        return Conditioning(self.past, self.turns, torch.zeros(len(clock), 5), clock=clock, energy=self._lively)


def _echoes(clock: Array, beats: Array) -> Array:
    """How much each beat of a clock is echoed, 0..1."""
    return np.array([beat.beat_echo(np.array([c]), beats) for c in clock])


def _followed(curve: Array) -> float | None:
    """The first beat from which on the mean of this and the next is FOLLOWED of the mean of the curve's last half."""
    end = curve[len(curve) // 2 :].mean()
    pairs = 0.5 * (curve[:-1] + curve[1:])
    good = np.flatnonzero(pairs >= FOLLOWED_SHARE * end)
    return float(good[0]) if len(good) else None
