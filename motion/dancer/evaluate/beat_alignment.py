"""Keeping a beat: alone with a clock that somebody else sets, and what becomes of it when its tempo changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import beat
from motion.dancer.collision_avoidance import Apart
from motion.dancer.data import RATE
from motion.dancer.evaluate.cross_validation import Fold
from motion.dancer.evaluation_pairs import Floor, Meeting, Mover, landed, meetings, poses
from motion.dancer.guidance import KEEPING, energy, manner, usual
from motion.dancer.network import Asked

Array = NDArray[np.floating]

USUAL = 0.9
"""Kinematic beats a second that dancers have."""
TEMPI = (90.0, 110.0, 130.0)
"""Beats a minute of the clocks."""
CHANGE = 90.0, 130.0
SECONDS, SETTLED = 24.0, 12.0
"""How long is danced, and when the tempo changes."""
FOLLOWED = 0.9
"""Share of how the beat is kept in the end that it must be kept to be followed."""


@dataclass(frozen=True)
class Kept:
    """How the clock's beat is kept."""

    true: float
    """Mean beat F1 against the clock that was heard,"""
    blind: float
    """and of those who heard one as fast, begun at any time."""
    followed: float | None
    """Beats of the dancers, after the change, from which on it is kept as in the end; None where it never is."""
    curve: Array
    """(K,) how much each of the clock's beats after the change is echoed."""


def octave(beats_per_s: float) -> float:
    """The tempo at which a dancer keeps a beat: doubled or halved to lie nearest USUAL."""
    return float(beats_per_s * 2.0 ** np.round(np.log2(USUAL / beats_per_s)))


def kept(every: Sequence[Fold], pull: float = KEEPING, seed: int = 5) -> Kept:
    """Every captured dancer's start goes on alone with clocks of all TEMPI, true and of random phase, and with one that
    changes."""
    chance = np.random.default_rng(seed)
    times = np.arange(round(SECONDS * RATE)) / RATE
    steady = [octave(t / 60.0) for t in TEMPI]
    slow, fast = (octave(t / 60.0) for t in CHANGE)
    rates = [np.full(len(times), rate) for rate in steady] * 2 + [np.where(times < SETTLED, slow, fast)]
    true: list[float] = []
    blind: list[float] = []
    echoes: list[Array] = []
    for fold in every:
        starts = meetings(fold.held)
        if not starts:
            continue
        some = [m for m in starts for _ in rates]
        phases = np.stack([np.cumsum(r) / RATE for _ in starts for r in rates])
        phases = phases + chance.random((len(phases), 1))
        asked = phases.copy()
        off = np.arange(len(some)) % len(rates)
        wrong = (off >= len(steady)) & (off < 2 * len(steady))
        asked[wrong] += chance.random((int(wrong.sum()), 1))
        dances = _driven(fold, some, asked, np.tile(np.stack(rates), (len(starts), 1)), pull)
        for n, beats in enumerate(dances):
            clock = ticks(phases[n])
            if off[n] == len(rates) - 1:
                echoes.append(_echoes(clock[clock > SETTLED], beats))
            else:
                (blind if wrong[n] else true).append(beat.f1(beats, clock))
    count = min(map(len, echoes))
    curve = np.mean([e[:count] for e in echoes], axis=0)
    return Kept(float(np.mean(true)), float(np.mean(blind)), _followed(curve), curve)


def ticks(phases: Array) -> Array:
    """(N,) s at which phases (T,) in turns pass whole numbers."""
    whole = np.floor(phases)
    passed = np.flatnonzero(np.diff(whole) > 0.0)
    share = (whole[passed + 1] - phases[passed]) / (phases[passed + 1] - phases[passed])
    return (passed + share) / RATE


def row(phase: Array, rate: Array) -> Tensor:
    """(N, 4) clocks as the network is asked to keep them: phases (N,) in turns, rates (N,) beats a second."""
    turn = 2.0 * np.pi * phase
    return torch.as_tensor(
        np.stack([np.sin(turn), np.cos(turn), np.log(rate), np.ones_like(rate)], 1).astype(np.float32)
    )


def _driven(fold: Fold, some: list[Meeting], phases: Array, rates: Array, pull: float) -> list[Array]:
    """The kinematic beats of bodies that begin as some did and hear clocks: phases (N, T) and rates (N, T)."""
    floor = Alone(some, phases, rates, fold)
    mover = Apart(fold.network, floor.past, floor.turns, seed=2)
    how = manner(len(some), pull=pull)
    return [d.beats_s for d in landed(*poses(mover, floor, how), [floor.count] * len(some))]


class Alone(Floor):
    """The same floor without partners, and with a clock; as long as it is heard."""

    def __init__(self, some: Sequence[Meeting], phases: Array, rates: Array, fold: Fold) -> None:
        super().__init__(some)
        self._lively = energy(torch.full((len(some), 1), usual(fold.network)))
        self.count = phases.shape[1]
        self._phases, self._rates = phases, rates

    def seen_at(self, frame: int) -> Array:
        """(N, 2) nowhere near."""
        return np.full((len(self.past), 2), 1e3)

    def asked(self, mover: Mover, frame: int) -> Asked:
        """A clock, and nobody to look at. It is asked how the body goes on from the frame before."""
        now = max(frame - 1, 0)
        clock = row(self._phases[:, now], self._rates[:, now])
        return Asked(self.past, self.turns, torch.zeros(len(clock), 5), clock=clock, energy=self._lively)


def _echoes(clock: Array, beats: Array) -> Array:
    """How much each beat of a clock is echoed, 0..1."""
    return np.array([beat.echo(np.array([c]), beats) for c in clock])


def _followed(curve: Array) -> float | None:
    """The first beat from which on the mean of this and the next is FOLLOWED of the mean of the curve's last half."""
    end = curve[len(curve) // 2 :].mean()
    pairs = 0.5 * (curve[:-1] + curve[1:])
    good = np.flatnonzero(pairs >= FOLLOWED * end)
    return float(good[0]) if len(good) else None
