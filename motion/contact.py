"""Foot contact and foot locking: contact is detected with hysteresis, and two-bone IK holds feet without a pop."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joint_positions
from motion.ik import MAX_STRETCH, solve_limb
from motion.skeleton import FOOT_BONES, LEG_BONES, PARENTS, TOE_BONES, TOES_HEIGHT_M
from motion.smooth import blend_factor

Array = NDArray[np.floating]

_LEG_PARENTS = PARENTS[LEG_BONES]
_FORWARD = np.array([0.0, 0.0, 1.0])
HORIZONTAL = np.array([1.0, 0.0, 1.0])
"""A foot is locked horizontally; vertically it follows what is measured, so that it can roll off, but never goes
through the floor."""

CONTACT_HEIGHT_M = 0.08
"""Height over its standing height below which a foot makes contact."""
CONTACT_SPEED = 0.65
"""m/s below which a foot makes contact."""
RELEASE_HEIGHT_M = 0.12
"""Height at which contact ends: above CONTACT_HEIGHT_M, so that contact does not flutter."""
RELEASE_SPEED = 0.9
"""m/s at which contact ends, for the same reason."""
OFFLINE_SPEED_FACTOR = 0.5
"""Factor of both speeds where the whole recording is known: neither noise nor lag needs an allowance."""
MIN_CONTACT_S = 0.08
"""Contacts in recordings that are shorter are dropped."""
MIN_CONTACT_TRUST = 0.3
"""Trust in a foot below which contact cannot be judged."""
SPEED_SMOOTHING_S = 0.035
"""Time constant of the smoothing of a foot's velocity."""

MAX_LOCK_OFFSET_M = 0.10
"""Distance from its measured place at which a locked foot is released."""
BRAKE_S = 0.015
"""Time constant with which a foot that makes contact comes to rest."""
MAX_CREEP_SPEED = 0.03
"""m/s at most with which a locked foot creeps to its measured place."""
UNLOCK_HALF_LIFE_S = 0.15
"""Half-life of the offset of a foot that is released."""

FLOOR_WARM_UP_S = 0.1
"""Time after which the feet are known well enough to find the floor."""
MAX_FLOOR_ERROR_M = 0.15
"""Largest error of the floor's height that is corrected. Captured floors slope, and so do those of cameras that hang a
little askew."""
FLOOR_DOWN_S = 0.05
"""Time constant with which the floor is lowered."""
FLOOR_UP_S = 1.0
"""Time constant with which the floor is raised."""

ANCHOR_MEMORY_S = 0.5
"""Measured time over which the place of a standing foot is averaged."""
ANCHOR_PRIOR_S = 0.08
"""Measured time that the first measurement of that place counts for."""
ANCHOR_ERROR_M = 0.015
"""Mean distance from its place at which a standing foot has left it, beside that of the noise."""
ANCHOR_ERROR_NOISE = 2.5
"""How many times the noise is added to ANCHOR_ERROR_M."""
ANCHOR_ERROR_S = 0.04
"""Time constant over which that distance is averaged."""

ROLL_HEIGHT_M = 0.05
"""Height of the toes' joint up to which toes lie flat on the floor; at twice this height they follow the foot."""
MAX_ROLL = np.radians(50.0)
"""Largest bend of the toes."""

LEVEL_TILT = np.radians(22.0)
"""Tilt of a standing foot up to which its sole lies on the floor."""
TIPTOE_TILT = np.radians(38.0)
"""Tilt from which it stands on tiptoe."""
LEVEL_S = 0.08
"""Time before and after a contact over which the sole is laid."""


class FootLock:
    """Contact and locking of the two feet of one live body."""

    def __init__(self) -> None:
        self.floor_m = 0.0
        """Height of the floor, found from standing feet."""
        self.standing = [False, False]
        """Whether the left and the right foot stand."""
        self._contact = [False, False]
        self._measured: Array | None = None
        self._age_s = 0.0
        self._velocity = np.zeros((2, 3))
        self._offset: Array = np.zeros((2, 3))
        """What is added to each foot's measured place."""
        self._offset_velocity: Array = np.zeros((2, 3))
        self._anchor = np.zeros((2, 3))
        """Mean measured place of each standing foot."""
        self._anchor_s = np.zeros(2)
        """Measured time behind it."""
        self._anchor_error = np.zeros((2, 3))
        """Smoothed distance of the measurements from it."""

    def anchor_toes(self, toes_m: Array, seen: Array, noise_m: float, dt: float) -> Array:
        """Replace the measured toes (2, 3) of standing feet horizontally by the mean of their measurements so far.

        `seen` (2,) 0..1. A foot that is measured elsewhere stands no longer.
        """
        toes_m = toes_m.copy()
        for foot in (0, 1):
            if not self.standing[foot] or seen[foot] <= 0.5:
                continue
            self._anchor_s[foot] = min(self._anchor_s[foot] + dt, ANCHOR_MEMORY_S)
            error = (toes_m[foot] - self._anchor[foot]) * HORIZONTAL
            self._anchor_error[foot] += blend_factor(ANCHOR_ERROR_S, dt) * (error - self._anchor_error[foot])
            distance = math.sqrt(self._anchor_error[foot] @ self._anchor_error[foot])
            if distance > ANCHOR_ERROR_M + ANCHOR_ERROR_NOISE * noise_m:
                self.standing[foot] = False
                continue
            self._anchor[foot] += dt / self._anchor_s[foot] * error
            toes_m[foot, ::2] = self._anchor[foot, ::2]
        return toes_m

    def step(self, toes_m: Array, trust: Array, toes_height_m: float, dt: float) -> Array:
        """Offsets (2, 3) in metres that lock the feet, for the measured joints of their toes (2, 3).

        `trust` (2,) is how well each foot is seen, `toes_height_m` the height of the toes' joint of a standing foot.
        """
        if self._measured is None or dt <= 0.0:
            self._measured = toes_m.copy()
            return self._offset
        velocity = (toes_m - self._measured) / dt
        self._velocity += blend_factor(SPEED_SMOOTHING_S, dt) * (velocity - self._velocity)
        self._measured = toes_m.copy()
        self._age_s += dt
        if self._age_s > FLOOR_WARM_UP_S:
            self._find_floor(toes_m, trust, toes_height_m, dt)
        ground = self.floor_m + toes_height_m
        self._detect(toes_m, trust, ground)
        self._contact = self.standing.copy()
        before = self._offset, self._offset_velocity
        if True in self._contact:
            self._offset, self._offset_velocity = step_locked(*before, velocity, dt)
        if False in self._contact:
            released = step_released(*before, dt)
            if True in self._contact:
                foot = self._contact.index(False)
                self._offset[foot], self._offset_velocity[foot] = released[0][foot], released[1][foot]
            else:
                self._offset, self._offset_velocity = released
        offset = self._offset.copy()
        heights = toes_m[:, 1].tolist()
        for foot in (0, 1):
            offset[foot, 1] += max(ground - heights[foot], 0.0)
        return offset

    def _detect(self, toes_m: Array, trust: Array, ground_m: float) -> None:
        """Update `standing`; a foot that begins to stand gets a new anchor."""
        heights = toes_m[:, 1].tolist()
        squared_speeds, squared_offsets = (np.vecdot(v, v).tolist() for v in (self._velocity, self._offset))
        for foot in (0, 1):
            stood = self._contact[foot]
            low, slow = (RELEASE_HEIGHT_M, RELEASE_SPEED) if stood else (CONTACT_HEIGHT_M, CONTACT_SPEED)
            contact = (
                heights[foot] - ground_m < low
                and squared_speeds[foot] < slow * slow
                and squared_offsets[foot] < MAX_LOCK_OFFSET_M * MAX_LOCK_OFFSET_M
            )
            stands = contact and trust[foot] > MIN_CONTACT_TRUST and (self.standing[foot] or not stood)
            self.standing[foot] = stands
            if stands and not stood:
                self._anchor[foot], self._anchor_s[foot] = toes_m[foot], ANCHOR_PRIOR_S
                self._anchor_error[foot] = 0.0

    def _find_floor(self, toes_m: Array, trust: Array, toes_height_m: float, dt: float) -> None:
        """The floor is below the lower foot while that hardly moves."""
        lower = int(toes_m[1, 1] < toes_m[0, 1])
        if trust[lower] < 0.5 or float(self._velocity[lower] @ self._velocity[lower]) > CONTACT_SPEED**2:
            return
        error = float(toes_m[lower, 1]) - toes_height_m - self.floor_m
        if abs(error) < MAX_FLOOR_ERROR_M:
            self.floor_m += blend_factor(FLOOR_DOWN_S if error < 0.0 else FLOOR_UP_S, dt) * error


def step_locked(offset: Array, offset_velocity: Array, toes_velocity: Array, dt: float) -> tuple[Array, Array]:
    """The offsets (..., 3) of locked feet and their velocities, `dt` seconds later.

    The feet as shown brake to a stop, then creep to their measured places. `toes_velocity` (..., 3) m/s is that of the
    measured feet.
    """
    slow = math.exp(-dt / BRAKE_S)
    creep = -offset * np.minimum(MAX_CREEP_SPEED / np.maximum(rotation.length(offset), 1e-9), 4.0)
    level = toes_velocity * HORIZONTAL
    offset_velocity = slow * (offset_velocity + level) + (1.0 - slow) * creep - level
    return offset + dt * offset_velocity, offset_velocity


def step_released(offset: Array, offset_velocity: Array, dt: float) -> tuple[Array, Array]:
    """The same for released feet: the offset goes on as it changed and dies away on a critically damped spring."""
    y = 2.0 * math.log(2.0) / UNLOCK_HALF_LIFE_S
    decay = math.exp(-y * dt)
    push = offset_velocity + y * offset
    return decay * (offset + dt * push), decay * (offset_velocity - dt * y * push)


def roll_toes(feet: Array, heights_m: Array) -> Array:
    """Rotation matrices (2, 3, 3) of the toes for those of the feet (2, 3, 3): toes stay level while the heel rises.

    `heights_m` (2,) are the heights of the toes' joints over the floor; high above it toes follow the foot.
    """
    toes = feet.copy()
    for foot, height in enumerate(heights_m.tolist()):
        rise = float(feet[foot, 1, 2])
        near = min(max(2.0 - height / ROLL_HEIGHT_M, 0.0), 1.0)
        if rise < 0.0 < near:
            # About the foot's own x axis, by the angle at which the foot points down.
            bend = near * max(math.asin(max(rise, -1.0)), -MAX_ROLL)
            c, s = math.cos(bend), math.sin(bend)
            toes[foot, :, 1:] = feet[foot, :, 1:] @ np.array([[c, -s], [s, c]])
    return toes


def move_feet(
    hips_m: Array, turns: Array, offsets_m: Array, shift_m: Array, stands: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The hips (..., 3) and turns (..., B, 4) with feet moved by `shift_m` (..., 2, 3) and turned as before.

    Where a standing foot (..., 2) is out of its leg's reach, the hips move.
    """
    hips_shift, turns, _ = solve_legs(leg_joints(hips_m, turns, offsets_m), turns, offsets_m, shift_m, stands)
    return hips_m + hips_shift, turns


def leg_joints(hips_m: Array, turns: Array, offsets_m: Array) -> Array:
    """(..., 2, 4, 3) positions of the joints of LEG_BONES, for hips (..., 3) and turns (..., B, 4)."""
    steps = rotation.rotate(turns[..., _LEG_PARENTS, :], offsets_m[LEG_BONES])
    steps[..., 0, :] += hips_m[..., None, :]
    return np.cumsum(steps, axis=-2)


def solve_legs(
    legs_m: Array, turns: Array, offsets_m: Array, shift_m: Array, stands: NDArray[np.bool_] | None
) -> tuple[Array, Array, Array]:
    """`move_feet` for leg joints (..., 2, 4, 3) that are known: the hips' shift, the turns, and the new leg joints.

    With `stands` None no foot stands.
    """
    root, middle, end = (legs_m[..., i, :] for i in range(3))
    goal = end + shift_m
    hips_shift: Array = np.zeros(3)
    if stands is not None and stands.any():
        reach = MAX_STRETCH * rotation.length(offsets_m[LEG_BONES[:, 1:3]]).sum(axis=1)
        short = stands[..., None] & (rotation.length(goal - root) > reach)
        # Both legs in turn, twice: where both are too short the hips end between them.
        for leg in (0, 1, 0, 1) if short.any() else ():
            way = goal[..., leg, :] - root[..., leg, :] - hips_shift
            distance = rotation.length(way)
            excess = np.maximum(distance - reach[leg], 0.0)
            hips_shift = hips_shift + stands[..., leg, None] * excess * way / np.maximum(distance, 1e-9)
        goal = goal - hips_shift[..., None, :]
    bones = turns[..., LEG_BONES[:, :2], :]
    turn, knee, ankle = solve_limb(root, middle, end, goal, lambda: rotation.rotate(bones[..., 0, :], _FORWARD))
    turns = turns.copy()
    turns[..., LEG_BONES[:, :2], :] = rotation.multiply(np.stack([turn[0], turn[1]], axis=-2), bones)
    joints = legs_m + (ankle - end)[..., None, :]
    joints[..., 0, :], joints[..., 1, :] = root, knee
    return hips_shift, turns, joints + hips_shift[..., None, None, :]


def lock_feet(motion: Motion, floor_m: float | None = None, strength: float = 1.0) -> Motion:
    """The motion with feet that stay in place while they stand; looks ahead, so it is for recordings only.

    `floor_m` is the height of the floor; without it the 2nd percentile of the toes' heights stands on the floor.
    `strength` 0..1 is the share of a standing foot's sliding that is taken away.
    """
    positions = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    toes = positions[:, TOE_BONES]
    ground = float(np.percentile(toes[..., 1], 2.0)) if floor_m is None else floor_m + TOES_HEIGHT_M
    feet = detect_contacts(toes, motion.rate, ground)
    shift = np.zeros_like(toes)
    for foot in (0, 1):
        for start, stop in flag_spans(feet[:, foot]):
            held = np.median(toes[start:stop, foot], axis=0)
            shift[start:stop, foot] = held - toes[start:stop, foot]
        shift[:, foot] = strength * _eased(shift[:, foot], feet[:, foot], motion.rate)
    under = np.maximum(ground - toes[..., 1] - shift[..., 1], 0.0)
    shift[..., 1] += under
    hips, turns = move_feet(motion.hips_m, motion.turns, motion.offsets_m, shift, feet)
    return replace(motion, hips_m=hips, turns=turns, feet=feet)


def level_feet(motion: Motion) -> Motion:
    """The motion with the soles of standing feet laid on the floor, toes in place; a foot on tiptoe stays.

    Feet are seen too small for their slope to be measured well. `motion.feet` says which ones stand.
    """
    offsets = motion.offsets_m[TOE_BONES]
    feet, toes = motion.turns[:, FOOT_BONES], motion.turns[:, TOE_BONES]
    points = rotation.rotate(feet, offsets)
    slope, rest = (np.arcsin(np.clip(v[..., 1] / rotation.length(v)[..., 0], -1.0, 1.0)) for v in (points, offsets))
    tilt = slope - rest
    share = np.clip((TIPTOE_TILT - np.abs(tilt)) / (TIPTOE_TILT - LEVEL_TILT), 0.0, 1.0) * _eased_flags(
        motion.feet, LEVEL_S * motion.rate
    )
    across = np.cross(np.array([0.0, 1.0, 0.0]), points)
    axis = across / np.maximum(rotation.length(across), 1e-9)
    levelled = rotation.multiply(rotation.from_axis_angle(axis, share * tilt), feet)
    turns = motion.turns.copy()
    turns[:, FOOT_BONES] = levelled
    turns[:, TOE_BONES] = rotation.slerp(toes, levelled, share)
    shift = points - rotation.rotate(levelled, offsets)
    hips, turns = move_feet(motion.hips_m, turns, motion.offsets_m, shift, motion.feet)
    return replace(motion, hips_m=hips, turns=turns)


def _eased_flags(flags: NDArray[np.bool_], frames: float) -> Array:
    """(T, N) 0..1: the mean of flags (T, N) over `frames` frames on both sides."""
    reach = max(round(frames), 1)
    padded = np.pad(flags.astype(float), ((reach, reach), (0, 0)), "edge")
    sums = np.concatenate([np.zeros((1, flags.shape[1])), np.cumsum(padded, axis=0)])
    mean: Array = (sums[2 * reach + 1 :] - sums[: -2 * reach - 1]) / (2 * reach + 1)
    return mean


def detect_contacts(toes_m: Array, rate: float, ground_m: float) -> NDArray[np.bool_]:
    """(T, N) whether toes (T, N, 3) are in contact, with hysteresis; `ground_m` is the height of standing toes."""
    if len(toes_m) < 2:
        return np.zeros(toes_m.shape[:2], bool)
    speed = np.linalg.norm(np.gradient(toes_m, 1.0 / rate, axis=0), axis=-1)
    height = toes_m[..., 1] - ground_m
    begins = (height < CONTACT_HEIGHT_M) & (speed < OFFLINE_SPEED_FACTOR * CONTACT_SPEED)
    lasts = (height < RELEASE_HEIGHT_M) & (speed < OFFLINE_SPEED_FACTOR * RELEASE_SPEED)
    stands = np.zeros(toes_m.shape[:2], bool)
    before = np.zeros(toes_m.shape[1], bool)
    for frame in range(len(toes_m)):
        before = begins[frame] | (before & lasts[frame])
        stands[frame] = before
    for foot in range(toes_m.shape[1]):
        for start, stop in flag_spans(stands[:, foot]):
            if stop - start < MIN_CONTACT_S * rate:
                stands[start:stop, foot] = False
    return stands


def flag_spans(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of set `flags` (T,): the first frame of each and the one after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _eased(shift: Array, stands: NDArray[np.bool_], rate: float, seconds: float = 0.2) -> Array:
    """Shifts (T, 3) that grow before a contact and fade after it, over `seconds` or until the next contact."""
    count = len(shift)
    eased = shift.copy()
    reach = max(int(seconds * rate), 1)
    for start, stop in flag_spans(stands):
        for edge, step in ((start, -1), (stop - 1, 1)):
            for k in range(1, reach):
                frame = edge + step * k
                if not 0 <= frame < count or stands[frame]:
                    break
                share = 1.0 - k / reach
                eased[frame] += share * share * (3.0 - 2.0 * share) * shift[edge]
    return eased
