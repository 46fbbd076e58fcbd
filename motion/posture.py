"""The rotations of a body's bones from where its landmarks are: frames of hips, chest, head, hands and feet, hinges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from motion.landmarks import MARK, PLACES
from motion.skeleton import CORE, INDEX, REST

Array = NDArray[np.floating]

STRAIGHT = 0.12, 0.40
"""Sine of a limb's bend under which it tells no plane, and from which it tells it fully."""
BEND = np.radians(155.0)
"""The most that elbow and knee bend."""
TURNING = 0.04
"""Seconds within which a hinge follows the plane of a bent limb."""
SETTLE = 0.6
"""Seconds within which the hinge of a straight limb returns to where it is natural."""
TWIST = np.radians(60.0), np.radians(100.0)
"""How far the hinge of the knee, and of the elbow, may be from its natural direction."""
COLLAR = np.radians(35.0)
"""How far a collar bone may leave its rest."""
WRIST, SUPINE = np.radians(75.0), np.radians(100.0)
"""How far a hand bends from its forearm, and twists against the hinge of the elbow."""
ANKLE = np.radians(65.0)
"""How far a foot bends from where it stands under the shin."""
NECK = np.radians(80.0)
"""How far the head turns from the chest."""
LOOSE = 0.35
"""Radians by which a hand usually lies off its forearm: how much of a noisy hand is believed."""

_M = MARK
SHOULDERS = [_M["left_shoulder"], _M["right_shoulder"]]
ELBOWS = [_M["left_elbow"], _M["right_elbow"]]
WRISTS = [_M["left_wrist"], _M["right_wrist"]]
INDEXES = [_M["left_index"], _M["right_index"]]
PINKIES = [_M["left_pinky"], _M["right_pinky"]]
HIPS = [_M["left_hip"], _M["right_hip"]]
KNEES = [_M["left_knee"], _M["right_knee"]]
ANKLES = [_M["left_ankle"], _M["right_ankle"]]
FEET = [_M["left_foot_index"], _M["right_foot_index"]]
EARS = [_M["left_ear"], _M["right_ear"]]
FACE = list(range(11))

_B = INDEX
TRUNK = [_B["hips"], _B["spine"], _B["chest"], _B["upperChest"]]
COLLARS = [_B["leftShoulder"], _B["rightShoulder"]]
UPPER_ARMS = [_B["leftUpperArm"], _B["rightUpperArm"]]
LOWER_ARMS = [_B["leftLowerArm"], _B["rightLowerArm"]]
HANDS = [_B["leftHand"], _B["rightHand"]]
THIGHS = [_B["leftUpperLeg"], _B["rightUpperLeg"]]
SHINS = [_B["leftLowerLeg"], _B["rightLowerLeg"]]
SOLES = [_B["leftFoot"], _B["rightFoot"]]
TOES = [_B["leftToes"], _B["rightToes"]]
OUT = np.array([[1.0], [-1.0]])
"""The sign of x on the left and on the right."""


def cross(a: Array, b: Array) -> Array:
    """(..., 3); written out, as numpy's own takes several times as long for a few vectors."""
    c = np.empty(np.broadcast_shapes(a.shape, b.shape))
    c[..., 0] = a[..., 1] * b[..., 2] - a[..., 2] * b[..., 1]
    c[..., 1] = a[..., 2] * b[..., 0] - a[..., 0] * b[..., 2]
    c[..., 2] = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return c


def unit(v: Array) -> Array:
    """(..., 3) of length one; nothing stays nothing."""
    return v / np.maximum(np.sqrt((v * v).sum(axis=-1, keepdims=True)), 1e-9)


def dot(a: Array, b: Array) -> Array:
    """(..., 1)"""
    return (a * b).sum(axis=-1, keepdims=True)


def aside(v: Array, along: Array) -> Array:
    """The part of `v` that is square to unit vectors `along`, of length one."""
    return unit(v - dot(v, along) * along)


def frame(x: Array, y: Array) -> Array:
    """(..., 3, 3) with columns x, y made square to it, and z."""
    x = unit(x)
    y = aside(y, x)
    m = np.empty((*x.shape, 3))
    m[..., 0], m[..., 1], m[..., 2] = x, y, cross(x, y)
    return m


def cone(v: Array, axis: Array, most: float) -> Array:
    """Unit vectors, brought to within `most` radians of `axis`."""
    cosine = dot(v, axis)
    if (cosine >= np.cos(most)).all():
        return v
    edge = np.cos(most) * axis + np.sin(most) * aside(v, axis)
    return np.where(cosine < np.cos(most), edge, v)


_EYES = PLACES[[0, 1, 2, 3, 4, 5, 6, 9, 10]].mean(axis=0) - PLACES[EARS].mean(axis=0)
LOOK = frame(np.array([1.0, 0.0, 0.0]), np.cross(_EYES, [1.0, 0.0, 0.0])).T
"""Takes the frame of ears and face to the head's own."""
GAZE = [0, 1, 2, 3, 4, 5, 6, 9, 10]
NAPE = REST[INDEX["neck"]] - REST[UPPER_ARMS].mean(axis=0)
SKULL = REST[INDEX["head"]] - REST[INDEX["neck"]]
"""From between the shoulders to the neck's joint, and from there to the head's, in the T-pose."""
EAR_M = PLACES[EARS].mean(axis=0)


class Posture:
    """Turns landmarks into rotations; remembers how elbows and knees are hinged while a limb is straight."""

    def __init__(self) -> None:
        self._elbows = np.tile([0.0, 1.0, 0.0], (2, 1))
        """Each elbow's hinge in the chest's frame, and each knee's in the hips'."""
        self._knees = np.tile([1.0, 0.0, 0.0], (2, 1))
        self._fresh = True

    def solve(self, points: Array, offsets: Array, size: float, noise: float, dt: float) -> tuple[Array, Array]:
        """The hips' joint (3,) and rotation matrices (22, 3, 3) in the room of calm landmarks (33, 3).

        `offsets` (22, 3) is how the body is built; `noise` metres is how far off a landmark usually is.
        """
        turns = np.empty((CORE, 3, 3))
        hips, chest_base = self._trunk(points, offsets, turns)
        chest = turns[TRUNK[-1]]
        self._head(points, size, chest, turns)
        self._arms(points, offsets, chest, chest_base, noise, dt, turns)
        self._legs(points, offsets, turns[0], dt, turns)
        self._fresh = False
        return hips, turns

    def _trunk(self, points: Array, offsets: Array, turns: Array) -> tuple[Array, Array]:
        hips, shoulders = points[HIPS], points[SHOULDERS]
        middle = hips.mean(axis=0)
        up = unit(shoulders.mean(axis=0) - middle)
        low, high = unit(hips[0] - hips[1]), unit(shoulders[0] - shoulders[1])
        if not low.any() or dot(low, high)[0] < -0.5:
            low = high
        share = np.array([[0.0], [1.0 / 3.0], [2.0 / 3.0], [1.0]])
        turns[TRUNK] = frame(low + share * (high - low), np.broadcast_to(up, (4, 3)))
        base = middle - turns[0] @ offsets[THIGHS].mean(axis=0)
        steps = np.einsum("nij,nj->ni", turns[TRUNK[:-1]], offsets[TRUNK[1:]])
        return base, base + steps.sum(axis=0)

    def _head(self, points: Array, size: float, chest: Array, turns: Array) -> None:
        ears = points[EARS].mean(axis=0)
        gaze = points[GAZE].mean(axis=0) - ears
        across = points[EARS[0]] - points[EARS[1]]
        head: Array | None = None
        if dot(across, across)[0] > 0.0016 * size**2 and dot(gaze, gaze)[0] > 0.0016 * size**2:
            head = frame(across, cross(gaze, across)) @ LOOK
            head = _within(head, chest, NECK)
        skull = ears - (chest if head is None else head) @ (EAR_M * size)
        # From between the shoulders, which are seen, and not from the neck's own joint, which is not.
        neck = points[SHOULDERS].mean(axis=0) + chest @ NAPE * size
        turns[INDEX["neck"]] = _aimed(chest, SKULL, cone(unit(skull - neck), chest[:, 1], NECK))
        turns[INDEX["head"]] = turns[INDEX["neck"]] if head is None else head

    def _arms(
        self, points: Array, offsets: Array, chest: Array, chest_base: Array, noise: float, dt: float, turns: Array
    ) -> None:
        joints = points[SHOULDERS]
        rest = unit(offsets[UPPER_ARMS])
        starts = chest_base + offsets[COLLARS] @ chest.T
        collars = cone(unit(joints - starts), rest @ chest.T, COLLAR)
        for side in (0, 1):
            turns[COLLARS[side]] = _aimed(chest, rest[side], collars[side])
        upper = unit(points[ELBOWS] - joints)
        lower = cone(unit(points[WRISTS] - points[ELBOWS]), upper, BEND)
        # A bent elbow says where its hinge is; a straight one keeps it, and slowly takes the natural one.
        plane = -OUT * cross(upper, lower)
        natural = _swung(chest, OUT * np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]), upper)
        hinge = self._hinge(self._elbows @ chest.T, plane, natural, upper, TWIST[1], dt)
        self._elbows = hinge @ chest
        turns[UPPER_ARMS] = frame(OUT * upper, hinge)
        forearm = frame(OUT * lower, hinge)
        self._hands(points, forearm, lower, noise, turns)

    def _hands(self, points: Array, forearm: Array, lower: Array, noise: float, turns: Array) -> None:
        knuckles = 0.5 * (points[INDEXES] + points[PINKIES]) - points[WRISTS]
        length2 = dot(knuckles, knuckles)
        # As much of a hand as stands out of the noise: beyond that it goes on as the forearm does.
        share = LOOSE**2 * length2 / (LOOSE**2 * length2 + noise**2 + 1e-12)
        along = cone(unit(unit(lower) + share * (unit(knuckles) - lower)), lower, WRIST)
        palm = points[INDEXES] - points[PINKIES]
        wide2 = dot(palm, palm)
        trust = wide2 / (wide2 + 4.0 * noise**2 + 1e-12)
        natural = forearm[..., 2]
        flat = aside(natural + trust * (unit(palm) - natural), along)
        flat = cone(flat, aside(natural, along), SUPINE)
        x = OUT * along
        turns[HANDS] = np.stack([x, cross(flat, x), flat], axis=-1)
        # The forearm carries half of the hand's twist.
        half = aside(aside(flat, lower) + natural, lower)
        x = OUT * lower
        turns[LOWER_ARMS] = np.stack([x, cross(half, x), half], axis=-1)

    def _legs(self, points: Array, offsets: Array, pelvis: Array, dt: float, turns: Array) -> None:
        upper = unit(points[KNEES] - points[HIPS])
        lower = cone(unit(points[ANKLES] - points[KNEES]), upper, BEND)
        foot = unit(points[FEET] - points[ANKLES])
        plane = cross(upper, lower)
        natural = _swung(pelvis, np.array([0.0, -1.0, 0.0]), np.array([1.0, 0.0, 0.0]), upper)
        # A straight leg's knee looks where its foot does.
        ahead = cross(-lower, foot)
        natural = unit(natural + np.where(dot(ahead, natural) > 0.3, ahead, 0.0))
        hinge = self._hinge(self._knees @ pelvis.T, plane, natural, upper, TWIST[0], dt)
        self._knees = hinge @ pelvis
        across = aside(hinge, lower)
        turns[THIGHS] = _upright(-upper, hinge)
        turns[SHINS] = _upright(-lower, across)
        rest = unit(offsets[TOES])
        shin = turns[SHINS]
        stand = np.einsum("nij,nj->ni", shin, rest)
        foot = np.where(foot.any(axis=-1, keepdims=True), cone(foot, stand, ANKLE), stand)
        side = unit(0.4 * across + cross(-lower, foot))
        turns[SOLES] = _about(side, foot, rest)
        turns[TOES] = turns[SOLES]

    def _hinge(self, kept: Array, plane: Array, natural: Array, upper: Array, most: float, dt: float) -> Array:
        """Unit axes (2, 3) square to the upper bones about which the lower ones bend."""
        bent = np.sqrt(dot(plane, plane))
        share = np.clip((bent - STRAIGHT[0]) / (STRAIGHT[1] - STRAIGHT[0]), 0.0, 1.0)
        plane = plane / np.maximum(bent, 1e-9)
        share = np.where(dot(plane, natural) < np.cos(most) - 0.2, 0.0, share)
        kept = aside(kept, upper)
        calm = aside(natural, upper)
        if self._fresh:
            kept = calm
        step = 1.0 - np.exp(-dt * (share / TURNING + (1.0 - share) / SETTLE)) if not self._fresh else 1.0
        goal = unit(share * plane + (1.0 - share) * calm)
        hinge = aside(kept + step * (goal - kept) + 1e-6 * calm, upper)
        return aside(cone(hinge, calm, most), upper)


def _upright(up: Array, across: Array) -> Array:
    """(..., 3, 3) with y along `up` and x along `across`, square to it already."""
    return np.stack([across, up, cross(across, up)], axis=-1)


def _about(across: Array, along: Array, rest: Array) -> Array:
    """(2, 3, 3) turns that take `rest` (2, 3), square to x, to `along`, and x to what of `across` is square to it."""
    x = aside(across, along)
    y = cross(along, x)
    was = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    was_along = aside(rest, was)
    return np.stack([x, along, y], -1) @ np.stack([was, was_along, cross(was_along, was)], -1).transpose(0, 2, 1)


def _swung(parent: Array, axis: Array, hinge: Array, upper: Array) -> Array:
    """Where the parent's shortest turn that takes its `axis` (..., 3) to `upper` (2, 3) takes its `hinge`."""
    start = np.broadcast_to(axis @ parent.T, upper.shape)
    axis_hinge = np.broadcast_to(hinge @ parent.T, upper.shape)
    half = start + upper
    size = np.maximum(dot(half, half), 1e-6)
    # Two reflections make the turn: through `start`, then through the middle.
    first = axis_hinge - 2.0 * dot(axis_hinge, start) * start
    return first - 2.0 * dot(first, half) / size * half


def _aimed(parent: Array, rest: Array, goal: Array) -> Array:
    """(3, 3) the parent's turn, swung the shortest way so that `rest` (3,) points to the unit vector `goal`."""
    now = parent @ unit(rest)
    c = float(now @ goal)
    v = cross(now, goal)
    skew = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    return (np.eye(3) + skew + skew @ skew / max(1.0 + c, 1e-3)) @ parent


def _within(turn: Array, parent: Array, most: float) -> Array:
    """A turn (3, 3), brought to within `most` radians of the parent's."""
    apart = parent.T @ turn
    cosine = np.clip(0.5 * (np.trace(apart) - 1.0), -1.0, 1.0)
    if cosine >= np.cos(most):
        return turn
    share = most / np.arccos(cosine)
    return frame(parent[:, 0] + share * (turn[:, 0] - parent[:, 0]), parent[:, 1] + share * (turn[:, 1] - parent[:, 1]))
