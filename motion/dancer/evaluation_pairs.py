"""Who meets whom where answering is measured: a dancer begins as a captured one did, and sees the partner arrive."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import beat, rotation
from motion.body import Motion, joints, placed
from motion.dancer.body_frame import below
from motion.dancer.body_reconstruction import BUILT, Grip, embodied
from motion.dancer.collision_avoidance import Apart, mending, pushed
from motion.dancer.data import RATE, Clip, couples
from motion.dancer.guidance import Manner, answering, energy, usual
from motion.dancer.network import HISTORY, PACE, PARTS, PAST, WATCHED, Asked, Network
from motion.dancer.training_tensors import speeds
from motion.resample import cut

Array = NDArray[np.floating]

BEFORE = PACE + 5
"""Frames of both that are known when the dance begins: as much as is looked back on, and the latest that is seen."""
LATE = 1
"""Frames (33 ms) that the partner's newest one is old when a plan is asked for, unless something else is asked. On the
wall as here the plan begins with the frame after that, and by then it is one frame older."""
PARTED = 1.5
"""Seconds at least that are danced."""


@dataclass(frozen=True, eq=False)
class Meeting:
    """One of a couple whose place a dancer takes, and whom they meet; both motions from BEFORE frames on."""

    couple: str
    """The couple's name, that of both directions."""
    role: str
    """Style of the one whose place is taken."""
    own: Motion
    partner: Motion
    stranger: Motion | None = None
    """Whom the dancer sees in the partner's place."""

    @cached_property
    def own_m(self) -> Array:
        """(T, 22, 3) the captured dancer's joints."""
        return joints(self.own.hips_m, self.own.turns, BUILT)

    @cached_property
    def partner_m(self) -> Array:
        """(T, 22, 3) the partner's."""
        return joints(self.partner.hips_m, self.partner.turns, BUILT)

    @cached_property
    def seen_m(self) -> Array:
        """(T, 22, 3) of whom the dancer sees."""
        if self.stranger is None:
            return self.partner_m
        return joints(self.stranger.hips_m, self.stranger.turns, BUILT)

    def __len__(self) -> int:
        """Frames that are danced."""
        return len(self.own) - BEFORE


@dataclass(frozen=True, eq=False)
class Dance:
    """What a dancer made of a meeting, from its BEFORE-th frame on."""

    hips_m: Array
    """(T, 3)"""
    turns: Array
    """(T, 22, 4)"""

    @cached_property
    def joints_m(self) -> Array:
        """(T, 22, 3)"""
        return joints(self.hips_m, self.turns, BUILT)

    @cached_property
    def beats_s(self) -> Array:
        """(N,) its kinematic beats."""
        return beat.beats(self.joints_m, RATE)

    def __len__(self) -> int:
        return len(self.hips_m)


class Mover(Protocol):
    """What moves N bodies frame by frame, as `motion.dancer.batched_inference.Ensemble` does."""

    joints: Tensor
    turns: Tensor

    @property
    def due(self) -> bool: ...

    def frame(self, asked: Asked | None, manner: Manner) -> tuple[Tensor, Tensor]: ...


def meetings(clips: Sequence[Clip]) -> list[Meeting]:
    """All couples among clips, both ways round."""
    both = [pair for couple in couples(clips) for pair in (couple, couple[::-1])]
    least = BEFORE + PARTED * RATE
    return [Meeting(min(a.name, b.name), a.style, a.motion, b.motion) for a, b in both if len(a.motion) >= least]


def astray(some: Sequence[Meeting], further: int = 1, among: Sequence[Meeting] | None = None) -> list[Meeting]:
    """Each with the partner of another couple in the same role, `further` couples on among `some` or others, who stands
    where the true one does when the dance begins. As long as the shorter of both.

    The true partner stays known: what is danced to a stranger is held against them. Raises ValueError where there is no
    other couple.
    """
    found = []
    for one in some:
        others = [m for m in among or some if m.role == one.role and m.couple > one.couple]
        others += [m for m in among or some if m.role == one.role and m.couple < one.couple]
        if not others:
            raise ValueError(f"{one.couple} is the only couple: there is no wrong partner to be had")
        other = others[(further - 1) % len(others)]
        seconds = min(len(one.own), len(other.own)) / RATE
        stranger = moved(other.partner, other.partner_m[BEFORE - 1], one.partner_m[BEFORE - 1])
        own, partner, stranger = (cut(m, 0.0, seconds) for m in (one.own, one.partner, stranger))
        found.append(replace(one, own=own, partner=partner, stranger=stranger))
    return found


def moved(motion: Motion, here: Array, there: Array) -> Motion:
    """A motion on another place of the floor: where its body has its joints `here` (22, 3), it stands and faces as one
    with joints `there`."""
    turn, shift = carried(here[None], there[None])
    return placed(motion, turn[0], shift[0])


def carried(here: Array, there: Array) -> tuple[Array, Array]:
    """Turns (N, 4) about the vertical and shifts (N, 3) that take bodies (N, 22, 3) to where others stand and face."""
    a, b = (below(torch.as_tensor(j)) for j in (here, there))
    angle = (torch.atan2(a.left[:, 1], a.left[:, 0]) - torch.atan2(b.left[:, 1], b.left[:, 0])).numpy()
    turn = rotation.from_axis_angle(np.array([0.0, 1.0, 0.0]), angle)
    shift = there[:, 0] - rotation.rotate(turn, here[:, 0])
    return turn, shift * np.array([1.0, 0.0, 1.0])


class Floor:
    """Meetings as arrays that a mover is asked from; those that are over wait with their last frame."""

    def __init__(self, some: Sequence[Meeting], late: int = LATE, listener: Network | None = None) -> None:
        """A `listener` hears the partner's beat and how lively they are: both are then asked to be kept, as on the
        wall."""
        self._listener = listener
        self.count = max(len(m) for m in some)
        self.late = late
        self.past = _tensor([m.own_m[BEFORE - HISTORY : BEFORE] for m in some])
        self.turns = _tensor([rotation.to_six(m.own.turns[BEFORE - 1]) for m in some])
        self._partner = _tensor([_padded(m.seen_m[:, WATCHED], BEFORE + self.count) for m in some])
        self._pace = _tensor([_padded(speeds(m.seen_m), BEFORE + self.count) for m in some])

    def seen_at(self, frame: int) -> Array:
        """(N, 2) where those who are seen stand, as it is known before the dance's `frame`-th pose is made."""
        return self._partner[:, BEFORE - 1 + frame - self.late, 0, ::2].numpy().astype(float)

    @torch.inference_mode()
    def asked(self, mover: Mover, frame: int) -> Asked:
        """What is asked before the dance's `frame`-th pose is made."""
        now = BEFORE - 1 + frame - self.late
        rows = len(self.past)
        partner = self._partner[:, now - PAST + 1 : now + 1]
        pace = self._pace[:, now - PACE + 1 : now + 1]
        late = torch.full((rows, 1), float(self.late))
        nothing = torch.zeros(rows, len(PARTS))
        asked = Asked(mover.joints, mover.turns, nothing, partner, pace, late, torch.ones(rows, 1))
        if self._listener is None:
            return asked
        clock = self._listener.clock(partner, pace, late)
        return replace(asked, clock=clock, energy=energy(answering(usual(self._listener), pace)))


def danced(mover: Mover, floor: Floor, how: Manner, some: Sequence[Meeting]) -> list[Dance]:
    """A mover that began on this floor dances all its meetings to their ends; feet locked."""
    return landed(*poses(mover, floor, how), [len(m) for m in some])


def poses(mover: Mover, floor: Floor, how: Manner) -> tuple[Array, Array]:
    """Hips (T, N, 3) and turns (T, N, 22, 4) of all that a mover does on a floor, feet as they come.

    As on the wall, a mover that can `move` is kept from going through whom it sees, and a network's bodies are mended.
    """
    hips, turns = [], []
    amiss: tuple[Array, Array] | None = None
    move = getattr(mover, "move", None)
    for frame in range(floor.count):
        if isinstance(mover, Apart) and amiss is not None:
            mover.mend(*amiss)
        if move is not None:
            move(pushed(mover.joints[:, -1, 0, ::2].numpy().astype(float), floor.seen_at(frame), 1.0 / RATE))
        places, six = (part.numpy() for part in mover.frame(floor.asked(mover, frame) if mover.due else None, how))
        turned = rotation.six_to_matrix(six)
        hip, bones = embodied(places, turned)
        amiss = mending(places, six, turned, hip, bones)
        hips.append(hip)
        turns.append(bones)
    return np.stack(hips), np.stack(turns)


def landed(hips_m: Array, turns: Array, lengths: Sequence[int]) -> list[Dance]:
    """Poses (T, N, 3) and (T, N, 22, 4) of N bodies through the foot lock, each cut to its length."""
    grip = Grip(hips_m.shape[1])
    steps = [grip.step(hip, turn, 1.0 / RATE) for hip, turn in zip(hips_m, turns, strict=True)]
    hips, bones = (np.stack(values, axis=1) for values in zip(*steps, strict=True))
    return [Dance(h[:n], b[:n]) for h, b, n in zip(hips, bones, lengths, strict=True)]


def replayed(motions: Sequence[Motion]) -> list[Dance]:
    """Whole motions through the same lock."""
    most = max(map(len, motions))
    hips = np.stack([_padded(m.hips_m, most) for m in motions], axis=1)
    turns = np.stack([_padded(m.turns, most) for m in motions], axis=1)
    return landed(hips, turns, [len(m) for m in motions])


def _padded(values: Array, count: int) -> Array:
    return values[np.minimum(np.arange(count), len(values) - 1)]


def _tensor(rows: Sequence[Array]) -> Tensor:
    return torch.as_tensor(np.stack(rows).astype(np.float32))
