"""The rotations of a body's bones from where its landmarks are: frames of hips, chest, head, hands and feet, hinges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from motion.build import Build
from motion.landmarks import MARK, PLACES
from motion.rotation import cross, length
from motion.skeleton import CORE, INDEX, OFFSETS, REST

Array = NDArray[np.floating]
Plant = Callable[[Array], tuple[Array, NDArray[np.bool_]]]
"""Told where the toes' joints (2, 3) are: by how much they are to be moved (2, 3), and which feet stand (2,)."""

STRAIGHT = 0.20, 0.60
"""Sine of a limb's bend under which it tells no plane, and from which it tells it fully."""
BEND = np.radians(155.0)
"""The most that elbow and knee bend."""
TURNING, SETTLE = 0.06, 0.6
"""Seconds within which a hinge follows the plane of a bent limb, and that of a straight one becomes natural again."""
TWIST = np.radians([[100.0], [100.0], [60.0], [60.0]])
"""How far the hinges of elbows and knees may be from their natural directions."""
COLLAR = np.radians(35.0)
"""How far a collar bone may leave its rest."""
WRIST, SUPINE = np.radians(75.0), np.radians(100.0)
"""How far a hand bends from its forearm, and twists against the hinge of the elbow."""
ANKLE = np.radians(65.0)
"""How far a foot bends from where it stands under the shin."""
NECK = np.radians(80.0)
"""How far head and neck turn from the chest."""
PALM = 0.12
"""Seconds within which a hand follows the twist of its palm."""
LOOSE = 0.35
"""Radians by which a hand usually lies off its forearm: how much of a noisy hand is believed."""
REACH = 0.998
"""How much of its length a leg is stretched at most, by feet that are held."""
HINT = 0.02
"""How much a straight leg's knee is drawn to the front."""
TINY = 5e-4
"""Metres that are not worth bending a leg for."""
FACE = 0.04
"""Metres under which ears, or ears and face, are too near each other to say where the head looks."""


def _marks(*names: str) -> list[int]:
    return [MARK[f"{side}_{name}"] for name in names for side in ("left", "right")]


def _bones(*names: str) -> list[int]:
    return [INDEX[f"{side}{name}"] for name in names for side in ("left", "right")]


# Limbs in this order: left arm, right arm, left leg, right leg.
ROOTS, HINGES, ENDS = _marks("shoulder", "hip"), _marks("elbow", "knee"), _marks("wrist", "ankle")
UPPERS, LOWERS = _bones("UpperArm", "UpperLeg"), _bones("LowerArm", "LowerLeg")
AXES = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, -1.0, 0.0]])
"""(4, 3) where a limb points in the T-pose."""
PIVOTS = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
"""(4, 3) about what it bends there: elbows bring the hand forward, knees the foot backward."""
SENSE = np.array([[-1.0], [1.0], [1.0], [1.0]])
"""(4, 1) the sense of it: the sign of PIVOTS in upper bone x lower bone."""
SHOULDERS, HIPS, EARS = _marks("shoulder"), _marks("hip"), _marks("ear")
WRISTS, KNUCKLES, LITTLE = _marks("wrist"), _marks("index"), _marks("pinky")
ANKLES, FEET = _marks("ankle"), _marks("foot_index")
GAZE = [mark for mark in range(11) if mark not in EARS]
TRUNK = [INDEX[name] for name in ("hips", "spine", "chest", "upperChest")]
COLLARS, ARMS, HANDS = _bones("Shoulder"), _bones("UpperArm"), _bones("Hand")
THIGHS, SOLES, TOES = _bones("UpperLeg"), _bones("Foot"), _bones("Toes")
BENT = np.linspace(0.0, 1.0, 4)[:, None]
"""How much of the way from the hips to the chest each bone of the trunk has turned."""


def dot(a: Array, b: Array) -> Array:
    """(..., 1)"""
    return np.vecdot(a, b)[..., None]


def unit(v: Array) -> Array:
    """(..., 3) of length one; nothing stays nothing."""
    return v / (length(v) + 1e-12)


def aside(v: Array, along: Array) -> Array:
    """The part of `v` that is square to unit vectors `along`, of length one."""
    return unit(v - dot(v, along) * along)


def columns(x: Array, y: Array, z: Array) -> Array:
    """(..., 3, 3)"""
    m = np.empty((*x.shape, 3))
    m[..., 0], m[..., 1], m[..., 2] = x, y, z
    return m


def frame(x: Array, y: Array) -> Array:
    """(..., 3, 3) with columns x, y made square to it, and z."""
    x = unit(x)
    y = aside(y, x)
    return columns(x, y, cross(x, y))


def cone(v: Array, axis: Array, most: Array | float) -> Array:
    """Unit vectors, brought to within `most` radians of `axis`."""
    cosine, least = dot(v, axis), np.cos(most)
    if (cosine >= least).all():
        return v
    return np.where(cosine < least, least * axis + np.sin(most) * aside(v, axis), v)


def _rest(along: Array, across: Array) -> Array:
    """(..., 3, 3) takes the frame of a bone that points `along`, hinged about `across`, to its T-pose."""
    across = aside(across, along)
    return np.swapaxes(columns(along, across, cross(along, across)), -1, -2)


UPRIGHT = frame(np.array([1.0, 0.0, 0.0]), REST[ARMS].mean(axis=0) - REST[THIGHS].mean(axis=0)).T
UPPER_REST, LOWER_REST = (_rest(unit(OFFSETS[bones]), PIVOTS) for bones in (LOWERS, HANDS + SOLES))
_PALMS = PLACES[KNUCKLES] - PLACES[LITTLE]
FOREARM_REST = _rest(unit(OFFSETS[HANDS]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
HAND_REST = _rest(unit(PLACES[KNUCKLES] + PLACES[LITTLE]), _PALMS)
EAR_M = PLACES[EARS].mean(axis=0)
_AHEAD = PLACES[GAZE].mean(axis=0) - EAR_M
LOOK = frame(np.array([1.0, 0.0, 0.0]), cross(_AHEAD, np.array([1.0, 0.0, 0.0]))).T
"""Takes the frame of ears and face to the head's own."""


class Posture:
    """Turns landmarks into rotations; remembers how elbows and knees are hinged while a limb is straight."""

    def __init__(self) -> None:
        self._pivots: Array | None = None
        """(4, 3) in the frame of chest or hips."""
        self._palms: Array | None = None
        """(2, 3) in the frame of the forearm without twist."""

    def solve(
        self, points: Array, seen: Array, build: Build, noise: float, dt: float, plant: Plant
    ) -> tuple[Array, Array]:
        """The hips' joint (3,) and rotation matrices (22, 3, 3) in the room of calm landmarks (33, 3).

        `seen` (33,) 0..1 is how well each is seen; `noise` metres is how far off a landmark usually is; `plant` holds
        the feet.
        """
        offsets = build.offsets_m
        turns = np.empty((CORE, 3, 3))
        hips, chest_m = _trunk(points, offsets, turns)
        chest = turns[TRUNK[3]]
        _head(points, offsets, build.size, chest, turns)
        rest = unit(offsets[ARMS])
        starts = chest_m + offsets[COLLARS] @ chest.T
        reach = cone(unit(points[SHOULDERS] - starts), rest @ chest.T, COLLAR)
        for side in (0, 1):
            turns[COLLARS[side]] = _aimed(chest, rest[side], reach[side])
        return hips + self._limbs(points, seen, hips, build, noise, dt, plant, turns), turns

    def _limbs(
        self,
        points: Array,
        seen: Array,
        hips: Array,
        build: Build,
        noise: float,
        dt: float,
        plant: Plant,
        turns: Array,
    ) -> Array:
        """Turns arms and legs; by how much (3,) the hips give way to the feet."""
        offsets, joints = build.offsets_m, points[HINGES]
        upper = unit(joints - points[ROOTS])
        lower = cone(unit(points[ENDS] - joints), upper, BEND)
        foot = unit(points[FEET] - points[ANKLES])
        parents = turns[[TRUNK[3], TRUNK[3], TRUNK[0], TRUNK[0]]]
        natural = _swung(parents, AXES, PIVOTS, upper)
        # The knee of a straight leg looks where the foot does.
        ahead = cross(foot, lower[2:])
        natural[2:] += np.where(dot(ahead, natural[2:]) > 0.3, ahead, 0.0)
        pivots = self._hinge(parents, SENSE * cross(upper, lower), aside(natural, upper), upper, dt)
        soles, toes_m = _soles(foot, lower[2:], aside(pivots[2:], lower[2:]), offsets)
        give = _stand(hips + offsets[THIGHS] @ turns[0].T, upper, lower, pivots, toes_m, offsets, plant)
        pivots, across = aside(pivots, upper), aside(pivots, lower)
        turns[UPPERS] = columns(upper, pivots, cross(upper, pivots)) @ UPPER_REST
        turns[LOWERS] = columns(lower, across, cross(lower, across)) @ LOWER_REST
        turns[SOLES] = turns[TOES] = soles
        self._hands(points, seen, lower[:2], turns[LOWERS[:2]], noise, dt, turns)
        return give

    def _hinge(self, parents: Array, plane: Array, natural: Array, upper: Array, dt: float) -> Array:
        """(4, 3) unit axes, square to the upper bones, about which the lower ones bend."""
        sine = np.sqrt(dot(plane, plane))
        share = np.minimum(np.maximum((sine - STRAIGHT[0]) / (STRAIGHT[1] - STRAIGHT[0]), 0.0), 1.0)
        plane = plane / np.maximum(sine, 1e-9)
        # A plane in which no limb can bend is noise.
        share = np.where(dot(plane, natural) < np.cos(TWIST) - 0.2, 0.0, share)
        goal = unit(share * plane + (1.0 - share) * natural)
        pivots = goal
        if self._pivots is not None:
            kept = aside(np.einsum("nij,nj->ni", parents, self._pivots), upper)
            step = 1.0 - np.exp(-dt * (share / TURNING + (1.0 - share) / SETTLE))
            pivots = aside(kept + step * (goal - kept) + 1e-6 * natural, upper)
        pivots = aside(cone(pivots, natural, TWIST), upper)
        self._pivots = np.einsum("nji,nj->ni", parents, pivots)
        return pivots

    def _hands(
        self, points: Array, seen: Array, lower: Array, forearms: Array, noise: float, dt: float, turns: Array
    ) -> None:
        """Turns the hands, and the forearms (2, 3, 3), without twist yet, by half of the hands' twist."""
        wrists, index, little = points[WRISTS], points[KNUCKLES], points[LITTLE]
        reach, palm, natural = 0.5 * (index + little) - wrists, index - little, forearms[..., 2]
        # As much of a hand is believed as stands out of the noise: beyond that it goes on as the forearm does.
        reach2, palm2 = LOOSE**2 * dot(reach, reach), dot(palm, palm)
        along = cone(unit(lower + reach2 / (reach2 + noise**2 + 1e-12) * (unit(reach) - lower)), lower, WRIST)
        kept = natural if self._palms is None else np.einsum("nij,nj->ni", forearms, self._palms)
        share = palm2 / (palm2 + 4.0 * noise**2 + 1e-12) * np.minimum(seen[KNUCKLES], seen[LITTLE])[:, None]
        goal = aside(natural + share * (unit(palm) - natural), along)
        # Palms are narrow and often seen wrongly: a twist has to last for a moment.
        step = 1.0 if self._palms is None else 1.0 - np.exp(-dt / PALM)
        flat = aside(kept + step * (goal - kept), along)
        flat = cone(flat, aside(natural, along), SUPINE)
        self._palms = np.einsum("nji,nj->ni", forearms, flat)
        half = aside(aside(flat, lower) + natural, lower)
        turns[HANDS] = columns(along, flat, cross(along, flat)) @ HAND_REST
        turns[LOWERS[:2]] = columns(lower, half, cross(lower, half)) @ FOREARM_REST


def _trunk(points: Array, offsets: Array, turns: Array) -> tuple[Array, Array]:
    """Turns hips to chest; their first and last joint (3,)."""
    hips, shoulders = points[HIPS], points[SHOULDERS]
    middle = 0.5 * (hips[0] + hips[1])
    up = unit(0.5 * (shoulders[0] + shoulders[1]) - middle)
    low, high = unit(hips[0] - hips[1]), unit(shoulders[0] - shoulders[1])
    if low @ low < 0.5 or low @ high < -0.5:
        low = high
    turns[TRUNK] = frame(low + BENT * (high - low), up[None].repeat(4, axis=0)) @ UPRIGHT
    base = middle - turns[0] @ (0.5 * (offsets[THIGHS[0]] + offsets[THIGHS[1]]))
    return base, base + np.einsum("nij,nj->i", turns[TRUNK[:3]], offsets[TRUNK[1:]])


def _head(points: Array, offsets: Array, size: float, chest: Array, turns: Array) -> None:
    """Turns neck and head; without a face the head goes with the neck."""
    ears = 0.5 * (points[EARS[0]] + points[EARS[1]])
    gaze = np.add.reduce(points[GAZE]) / len(GAZE) - ears
    across = points[EARS[0]] - points[EARS[1]]
    seen = min(float(across @ across), float(gaze @ gaze)) > (FACE * size) ** 2
    neck, skull = INDEX["neck"], INDEX["head"]
    if seen:
        turns[skull] = _within(frame(across, cross(gaze, across)) @ LOOK, chest, NECK)
        ears = ears - turns[skull] @ (EAR_M * size)
    # The neck's own joint is not seen: it is over the middle of the shoulders, which are.
    nape = offsets[neck] - 0.5 * (offsets[COLLARS] + offsets[ARMS]).sum(axis=0)
    base = 0.5 * (points[SHOULDERS[0]] + points[SHOULDERS[1]]) + chest @ nape
    turns[neck] = _aimed(chest, unit(offsets[skull]), cone(unit(ears - base), chest[:, 1], NECK))
    if not seen:
        turns[skull] = turns[neck]


def _soles(foot: Array, lower: Array, across: Array, offsets: Array) -> tuple[Array, Array]:
    """(2, 3, 3) turns of the feet, and (2, 3) their toes' joints from their ankles.

    `foot` (2, 3) points from ankle to toes, `lower` from knee to ankle; `across` is the hinge of the knee.
    """
    long = length(offsets[TOES])
    rest = offsets[TOES] / long
    # In the shin's frame, whose y is nearly up and whose x is the hinge.
    stand = rest[:, 1:2] * -lower + rest[:, 2:] * cross(lower, across)
    foot = cone(np.where(dot(foot, foot) > 0.5, foot, stand), stand, ANKLE)
    side = aside(0.4 * across + cross(foot, lower), foot)
    was = np.zeros((2, 3))
    was[:, 0] = 1.0
    before = columns(was, rest, cross(was, rest))
    return columns(side, foot, cross(side, foot)) @ before.transpose(0, 2, 1), long * foot


def _stand(
    roots: Array, upper: Array, lower: Array, pivots: Array, toes_m: Array, offsets: Array, plant: Plant
) -> Array:
    """Bends the legs (rows 2 and 3 of `upper` and `lower`) so that the feet are where `plant` wants them.

    By how much (3,) the hips give way: where a foot that stands is out of reach of its leg.
    """
    a, b = (np.sqrt(dot(offsets[bones], offsets[bones])) for bones in (LOWERS[2:], SOLES))
    ankles = roots + a * upper[2:] + b * lower[2:]
    shift, stands = plant(ankles + toes_m)
    give = np.zeros(3)
    if float(np.abs(shift).max()) < TINY:
        return give
    goal = ankles + shift
    for _ in range(2):
        for leg in np.flatnonzero(stands):
            away = goal[leg] - roots[leg] - give
            distance = float(np.sqrt(away @ away))
            if distance > (most := REACH * float(a[leg, 0] + b[leg, 0])):
                give = give + (1.0 - most / distance) * away
    reach = goal - roots - give
    far = np.sqrt(dot(reach, reach))
    near = np.minimum(np.maximum(far, np.abs(a - b) + 1e-3), REACH * (a + b))
    along = reach / np.maximum(far, 1e-9)
    # The knee stays on its side; that of a straight leg goes to the front.
    out = aside(upper[2:] + HINT * cross(upper[2:], pivots[2:]), along)
    cosine = np.minimum(np.maximum((a * a + near * near - b * b) / (2.0 * a * near), -1.0), 1.0)
    knees = a * (cosine * along + np.sqrt(1.0 - cosine * cosine) * out)
    upper[2:], lower[2:] = knees / a, (near * along - knees) / b
    return give


def _swung(parents: Array, axes: Array, pivots: Array, upper: Array) -> Array:
    """(n, 3) where the parents' shortest turns that take `axes` to `upper` take `pivots`."""
    start = np.einsum("nij,nj->ni", parents, axes)
    pivot = np.einsum("nij,nj->ni", parents, pivots)
    half = start + upper
    # Two reflections make the turn: through `start`, whose square is the pivot already, then through the middle.
    return pivot - 2.0 * dot(pivot, half) / np.maximum(dot(half, half), 1e-6) * half


def _aimed(parent: Array, rest: Array, goal: Array) -> Array:
    """(3, 3) the parent's turn, swung the shortest way so that the unit vector `rest` (3,) points to `goal`."""
    u, v, w = (parent @ rest).tolist()
    a, b, c = goal.tolist()
    x, y, z = v * c - w * b, w * a - u * c, u * b - v * a
    k = 1.0 / max(1.0 + u * a + v * b + w * c, 1e-3)
    # Rodrigues' formula for the turn whose axis times sine is (x, y, z).
    swing = (
        (1.0 - k * (y * y + z * z), k * x * y - z, k * x * z + y),
        (k * x * y + z, 1.0 - k * (x * x + z * z), k * y * z - x),
        (k * x * z - y, k * y * z + x, 1.0 - k * (x * x + y * y)),
    )
    return np.array(swing) @ parent


def _within(turn: Array, parent: Array, most: float) -> Array:
    """A turn (3, 3), brought to within `most` radians of the parent's."""
    cosine = 0.5 * (float((parent * turn).sum()) - 1.0)
    if cosine >= np.cos(most):
        return turn
    share = most / np.arccos(max(cosine, -1.0))
    return frame(parent[:, 0] + share * (turn[:, 0] - parent[:, 0]), parent[:, 1] + share * (turn[:, 1] - parent[:, 1]))
