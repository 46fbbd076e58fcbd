"""Feet that stand stay where they stand: contact told with hysteresis, feet locked by two-bone IK without a pop."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joint_positions
from motion.ik import NEARLY, bent
from motion.skeleton import LEG_BONES, PARENTS, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]

_ABOVE = PARENTS[LEG_BONES]
_FORWARD = np.array([0.0, 0.0, 1.0])
_X = 0.08, 0.65
"""Metres over where it would stand, and m/s, under which a foot begins to stand."""
_Y = 0.12, 0.9
"""The same, above which it stands no more: more than the others, so that it does not flutter."""
MAX_LOCK_OFFSET_M = 0.10
"""Metres from where it is seen at which a locked foot lets go."""
BRAKE_S = 0.015
"""Seconds in which a foot that begins to stand comes to rest."""
MAX_CREEP_SPEED = 0.03
"""m/s at most with which a foot that stands goes to where it is seen."""
UNLOCK_HALF_LIFE_S = 0.15
"""Seconds in which half of what the lock moved a foot by is given back."""
WAIT = 0.1
"""Seconds after which feet are known well enough to tell the floor."""
FIRM = 0.5
"""How much slower a foot must be where the whole recording is known: there is no noise or lag to allow for."""
SPEED_SMOOTHING_S = 0.035
"""Seconds over which a foot's speed is averaged."""
FLOOR = 0.15, 0.05, 1.0
"""Metres by which the floor under a foot may be off, and seconds in which it is learned downwards and upwards. Captured
floors slope, and so do those of cameras that hang a little askew."""
UNSEEN = 0.3
"""Trust in a foot under which nobody knows whether it stands."""
LEAVE, LATELY = (0.015, 2.5), 0.04
"""Metres, and times the noise, that a foot is measured from where it stands when it has left, averaged over so many
seconds."""
STAY, FIRST = 0.5, 0.08
"""Seconds of looking over which the place of a foot that stands is averaged, and what the first guess weighs."""
NEAR, CURL = 0.05, np.radians(50.0)
"""Metres over the floor up to which toes lie flat, twice of which they follow the foot; and how far they bend."""
HORIZONTAL = np.array([1.0, 0.0, 1.0])
"""A foot is held where it stands; up and down it moves as it is seen to, so that it can roll off, but never through the
floor."""


class FootLock:
    """The feet of one live body."""

    def __init__(self) -> None:
        self.floor = 0.0
        """Height of the floor as the feet tell, metres."""
        self.standing = [False, False]
        self._stood = [False, False]
        self._free: Array | None = None
        self._age = 0.0
        self._speed = np.zeros((2, 3))
        self._shift: Array = np.zeros((2, 3))
        self._drift: Array = np.zeros((2, 3))
        """How much each foot is moved by, and how fast that changes."""
        self._anchor, self._heard, self._recent = np.zeros((2, 3)), np.zeros(2), np.zeros((2, 3))
        """Where each foot that stands is measured to be on average, for how long, and lately."""

    def anchored(self, toes_m: Array, seen: Array, noise_m: float, dt: float) -> Array:
        """(2, 3) what is measured of the toes (2, 3), with the mean of all that was measured while a foot stands.

        `seen` (2,) 0..1. A foot that is measured elsewhere lets go.
        """
        toes_m = toes_m.copy()
        for foot in (0, 1):
            if not self.standing[foot] or seen[foot] <= 0.5:
                continue
            self._heard[foot] = min(self._heard[foot] + dt, STAY)
            miss = (toes_m[foot] - self._anchor[foot]) * HORIZONTAL
            self._recent[foot] += (1.0 - math.exp(-dt / LATELY)) * (miss - self._recent[foot])
            far = math.sqrt(self._recent[foot] @ self._recent[foot])
            if far > LEAVE[0] + LEAVE[1] * noise_m:
                self.standing[foot] = False
                continue
            self._anchor[foot] += dt / self._heard[foot] * miss
            toes_m[foot, ::2] = self._anchor[foot, ::2]
        return toes_m

    def step(self, toes_m: Array, trust: Array, sole_m: float, dt: float) -> Array:
        """(2, 3) metres by which each foot is to be moved, given the toes' joints (2, 3) as they are seen.

        `trust` (2,) says how well each foot is seen, `sole_m` how high the toes' joint of a foot is that stands.
        """
        if self._free is None or dt <= 0.0:
            self._free = toes_m.copy()
            return self._shift
        pace = (toes_m - self._free) / dt
        self._speed += (1.0 - math.exp(-dt / SPEED_SMOOTHING_S)) * (pace - self._speed)
        self._free = toes_m.copy()
        self._age += dt
        if self._age > WAIT:
            self._find_floor(toes_m, trust, sole_m, dt)
        ground = self.floor + sole_m
        heights = toes_m[:, 1].tolist()
        speeds, moved = (np.vecdot(v, v).tolist() for v in (self._speed, self._shift))
        for foot in (0, 1):
            stood = self._stood[foot]
            low, slow = _Y if stood else _X
            here = (
                heights[foot] - ground < low
                and speeds[foot] < slow * slow
                and moved[foot] < MAX_LOCK_OFFSET_M * MAX_LOCK_OFFSET_M
            )
            self.standing[foot] = stands = here and trust[foot] > UNSEEN and (self.standing[foot] or not stood)
            if stands and not stood:
                self._anchor[foot], self._heard[foot], self._recent[foot] = toes_m[foot], FIRST, 0.0
        self._stood = self.standing.copy()
        was = self._shift, self._drift
        if True in self._stood:
            self._shift, self._drift = step_locked(*was, pace, dt)
        if False in self._stood:
            free = step_released(*was, dt)
            if True in self._stood:
                gone = self._stood.index(False)
                self._shift[gone], self._drift[gone] = free[0][gone], free[1][gone]
            else:
                self._shift, self._drift = free
        shift = self._shift.copy()
        for foot in (0, 1):
            shift[foot, 1] += max(ground - heights[foot], 0.0)
        return shift

    def _find_floor(self, toes_m: Array, trust: Array, sole_m: float, dt: float) -> None:
        """The floor is where the lower foot is when it hardly moves."""
        lower = int(toes_m[1, 1] < toes_m[0, 1])
        if trust[lower] < 0.5 or float(self._speed[lower] @ self._speed[lower]) > _X[1] ** 2:
            return
        miss = float(toes_m[lower, 1]) - sole_m - self.floor
        if abs(miss) < FLOOR[0]:
            self.floor += (1.0 - math.exp(-dt / FLOOR[1 if miss < 0.0 else 2])) * miss


def step_locked(shift: Array, drift: Array, pace: Array, dt: float) -> tuple[Array, Array]:
    """What feet that stand are moved by (..., 3), and how fast that changes, `dt` seconds later: as shown they come to
    rest, then only creep to where they are. `pace` (..., 3) is how fast they move unmoved, m/s."""
    slow = math.exp(-dt / BRAKE_S)
    creep = -shift * np.minimum(MAX_CREEP_SPEED / np.maximum(rotation.length(shift), 1e-9), 4.0)
    level = pace * HORIZONTAL
    drift = slow * (drift + level) + (1.0 - slow) * creep - level
    return shift + dt * drift, drift


def step_released(shift: Array, drift: Array, dt: float) -> tuple[Array, Array]:
    """The same of feet that stand no more: it dies away, at first as it changed, on a critically damped spring."""
    y = 2.0 * math.log(2.0) / UNLOCK_HALF_LIFE_S
    fall = math.exp(-y * dt)
    push = drift + y * shift
    return fall * (shift + dt * push), fall * (drift - dt * y * push)


def roll_toes(soles: Array, high_m: Array) -> Array:
    """(2, 3, 3) turns of the toes, for those of the feet (2, 3, 3): near the floor they stay level as the heel rises.

    `high_m` (2,) is how high the toes' joints are over the floor.
    """
    bent = soles.copy()
    for foot, high in enumerate(high_m.tolist()):
        rise = float(soles[foot, 1, 2])
        near = min(max(2.0 - high / NEAR, 0.0), 1.0)
        if rise < 0.0 < near:
            # About the foot's own x: y and z turn by as much as the foot has fallen.
            bend = near * max(math.asin(max(rise, -1.0)), -CURL)
            c, s = math.cos(bend), math.sin(bend)
            bent[foot, :, 1:] = soles[foot, :, 1:] @ np.array([[c, -s], [s, c]])
    return bent


def move_feet(
    hips_m: Array, turns: Array, offsets_m: Array, shift_m: Array, stands: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The hips (..., 3) and turns (..., B, 4) with feet that are moved by `shift_m` (..., 2, 3) and look as before.

    Where a foot that stands (..., 2) is out of the leg's reach, the hips give way.
    """
    give, turns, _ = solve_legs(leg_joints(hips_m, turns, offsets_m), turns, offsets_m, shift_m, stands)
    return hips_m + give, turns


def leg_joints(hips_m: Array, turns: Array, offsets_m: Array) -> Array:
    """(..., 2, 4, 3) where the joints of LEGS are, of hips (..., 3) and turns (..., B, 4)."""
    steps = rotation.rotate(turns[..., _ABOVE, :], offsets_m[LEG_BONES])
    steps[..., 0, :] += hips_m[..., None, :]
    return np.cumsum(steps, axis=-2)


def solve_legs(
    legs_m: Array, turns: Array, offsets_m: Array, shift_m: Array, stands: NDArray[np.bool_] | None
) -> tuple[Array, Array, Array]:
    """`move_feet` of legs (..., 2, 4, 3) that are known already, where nobody stands if `stands` is None: by how much
    the hips give way, the turns, and where the legs are then."""
    root, middle, end = (legs_m[..., i, :] for i in range(3))
    goal = end + shift_m
    give: Array = np.zeros(3)
    if stands is not None and stands.any():
        most = NEARLY * rotation.length(offsets_m[LEG_BONES[:, 1:3]]).sum(axis=1)
        short = stands[..., None] & (rotation.length(goal - root) > most)
        # Both legs in turn, twice: where both are too short the hips end between them.
        for leg in (0, 1, 0, 1) if short.any() else ():
            reach = goal[..., leg, :] - root[..., leg, :] - give
            far = rotation.length(reach)
            give = give + stands[..., leg, None] * np.maximum(far - most[leg], 0.0) * reach / np.maximum(far, 1e-9)
        goal = goal - give[..., None, :]
    bones = turns[..., LEG_BONES[:, :2], :]
    turn, knee, ankle = bent(root, middle, end, goal, lambda: rotation.rotate(bones[..., 0, :], _FORWARD))
    turns = turns.copy()
    turns[..., LEG_BONES[:, :2], :] = rotation.multiply(np.stack([turn[0], turn[1]], axis=-2), bones)
    there = legs_m + (ankle - end)[..., None, :]
    there[..., 0, :], there[..., 1, :] = root, knee
    return give, turns, there + give[..., None, None, :]


def lock_feet(motion: Motion, floor_m: float | None = None) -> Motion:
    """The same motion with feet that stay where they stand; for files, as it looks ahead.

    `floor_m` is the height of the floor, else it is found: the toes' 2nd percentile stands on it.
    """
    there = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    toes = there[:, TOE_BONES]
    ground = float(np.percentile(toes[..., 1], 2.0)) if floor_m is None else floor_m + TOES_HEIGHT_M
    feet = detect_contacts(toes, motion.rate, ground)
    shift = np.zeros_like(toes)
    for foot in (0, 1):
        for start, stop in _spans(feet[:, foot]):
            held = np.median(toes[start:stop, foot], axis=0)
            shift[start:stop, foot] = held - toes[start:stop, foot]
        shift[:, foot] = _eased(shift[:, foot], feet[:, foot], motion.rate)
    under = np.maximum(ground - toes[..., 1] - shift[..., 1], 0.0)
    shift[..., 1] += under
    hips, turns = move_feet(motion.hips_m, motion.turns, motion.offsets_m, shift, feet)
    return replace(motion, hips_m=hips, turns=turns, feet=feet)


def detect_contacts(toes_m: Array, rate: float, ground_m: float) -> NDArray[np.bool_]:
    """(T, N) whether toes (T, N, 3) stand, `ground_m` being where one that stands is: the hysteresis of DOWN and UP."""
    if len(toes_m) < 2:
        return np.zeros(toes_m.shape[:2], bool)
    speed = np.linalg.norm(np.gradient(toes_m, 1.0 / rate, axis=0), axis=-1)
    height = toes_m[..., 1] - ground_m
    begin, go_on = (height < _X[0]) & (speed < FIRM * _X[1]), (height < _Y[0]) & (speed < FIRM * _Y[1])
    stands = np.zeros(toes_m.shape[:2], bool)
    before = np.zeros(toes_m.shape[1], bool)
    for frame in range(len(toes_m)):
        before = begin[frame] | (before & go_on[frame])
        stands[frame] = before
    # Nobody stands for a frame or two only.
    for foot in range(toes_m.shape[1]):
        for start, stop in _spans(stands[:, foot]):
            if stop - start < 0.08 * rate:
                stands[start:stop, foot] = False
    return stands


def _spans(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where `flags` (T,) are set: first frame and the one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _eased(shift: Array, stands: NDArray[np.bool_], rate: float, seconds: float = 0.2) -> Array:
    """Shifts (T, 3) that grow before a foot stands and fade after, over `seconds` or half the way to the next."""
    count = len(shift)
    spans = _spans(stands)
    eased = shift.copy()
    reach = max(int(seconds * rate), 1)
    for start, stop in spans:
        for edge, step in ((start, -1), (stop - 1, 1)):
            for k in range(1, reach):
                frame = edge + step * k
                if not 0 <= frame < count or stands[frame]:
                    break
                share = 1.0 - k / reach
                eased[frame] += share * share * (3.0 - 2.0 * share) * shift[edge]
    return eased
