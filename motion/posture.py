"""The rotations of a body's bones from where its landmarks are: frames of hips, chest, head, hands and feet, hinges."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from motion.build import Build
from motion.landmarks import MARK, PLACES
from motion.rotation import cross, length
from motion.skeleton import CORE, INDEX, OFFSETS, REST

Array = NDArray[np.floating]
Plant = Callable[[Array], tuple[Array, list[bool]]]
"""Told where the toes' joints (2, 3) are: by how much they are to be moved (2, 3), and which of the two stand."""



class Cone(NamedTuple):
    """How far something may turn: cosine and sine of the angle."""

    cosine: Array
    sine: Array

    @classmethod
    def of(cls, *degrees: float) -> Cone:
        """Of one angle for all, or of one for each (n, 1)."""
        angle = np.radians(np.array(degrees)[:, None] if len(degrees) > 1 else degrees[0])
        return cls(np.cos(angle), np.sin(angle))


STRAIGHT = 0.20, 0.60
"""Sine of a limb's bend under which it tells no plane, and from which it tells it fully."""
BEND = Cone.of(155.0)
"""The most that elbow and knee bend."""
TURNING, SETTLE = 0.06, 0.6
"""Seconds within which a hinge follows the plane of a bent limb, and that of a straight one becomes natural again."""
TWIST = Cone.of(100.0, 100.0, 60.0, 60.0)
FORBIDDEN = TWIST.cosine - 0.2
"""How far the hinges of elbows and knees may be from their natural directions, and the cosine of where none is."""
COLLAR = Cone.of(35.0)
"""How far a collar bone may leave its rest."""
WRIST, SUPINE = Cone.of(75.0), Cone.of(100.0)
"""How far a hand bends from its forearm, and twists against the hinge of the elbow."""
ANKLE = Cone.of(65.0)
"""How far a foot bends from where it stands under the shin."""
NECK = Cone.of(80.0)
"""How far head and neck turn from the chest."""
PALM_S = 0.12
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


def _marks(*names: str) -> NDArray[np.intp]:
    return np.array([MARK[f"{side}_{name}"] for name in names for side in ("left", "right")])


def _bones(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[f"{side}{name}"] for name in names for side in ("left", "right")])


# Limbs in this order: left arm, right arm, left leg, right leg.
ROOTS, HINGES, ENDS = _marks("shoulder", "hip"), _marks("elbow", "knee"), _marks("wrist", "ankle")
UPPERS, LOWERS = _bones("UpperArm", "UpperLeg"), _bones("LowerArm", "LowerLeg")
AXES = np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, -1.0, 0.0]])
"""(4, 3) where a limb points in the T-pose."""
PIVOTS = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
"""(4, 3) about what it bends there: elbows bring the hand forward, knees the foot backward."""
SWING = np.stack([AXES, PIVOTS], axis=-1)
SENSE = np.array([[-1.0], [1.0], [1.0], [1.0]])
"""(4, 1) the sense of it: the sign of PIVOTS in upper bone x lower bone."""
SHOULDERS, HIPS, EARS = _marks("shoulder"), _marks("hip"), _marks("ear")
WRISTS, KNUCKLES, LITTLE = _marks("wrist"), _marks("index"), _marks("pinky")
ANKLES, FEET = _marks("ankle"), _marks("foot_index")
GAZE = np.setdiff1d(np.arange(11), EARS)
TRUNK = np.array([INDEX[name] for name in ("hips", "spine", "chest", "upperChest")])
COLLARS, ARMS, HANDS = _bones("Shoulder"), _bones("UpperArm"), _bones("Hand")
THIGHS, SOLES, TOES = _bones("UpperLeg"), _bones("Foot"), _bones("Toes")
PARENTS = TRUNK[[3, 3, 0, 0]]
"""What limbs hang from: chest and hips."""
LIMBS, PALMS = np.array([UPPERS, LOWERS]), np.array([HANDS, LOWERS[:2]])
BENT = np.linspace(0.0, 1.0, 4)[:, None]
"""How much of the way from the hips to the chest each bone of the trunk has turned."""


def _ways() -> Array:
    """(19, 33) that take landmarks to the ways between them: from the first ones, or their middle, to the second."""
    ends: list[tuple[list[int], list[int]]] = [([a], [b]) for a, b in zip(ROOTS, HINGES, strict=True)]
    ends += [([a], [b]) for a, b in zip(HINGES, ENDS, strict=True)]
    ends += [([a], [b]) for a, b in zip(ANKLES, FEET, strict=True)]
    ends += [([a], [b, c]) for a, b, c in zip(WRISTS, KNUCKLES, LITTLE, strict=True)]
    ends += [([a], [b]) for a, b in zip(LITTLE, KNUCKLES, strict=True)]
    ends += [(list(HIPS), list(SHOULDERS)), ([HIPS[1]], [HIPS[0]]), ([SHOULDERS[1]], [SHOULDERS[0]])]
    ends += [([EARS[1]], [EARS[0]]), (list(EARS), list(GAZE))]
    table = np.zeros((len(ends), 33))
    for row, (start, end) in zip(table, ends, strict=True):
        row[end] += 1.0 / len(end)
        row[start] -= 1.0 / len(start)
    return table


WAYS = _ways()
UPPER, LOWER, FOOT, REACHES, PALM = slice(0, 4), slice(4, 8), slice(8, 10), slice(10, 12), slice(12, 14)
UP, HIPS_ACROSS, SHOULDERS_ACROSS, EARS_ACROSS, AHEAD = range(14, 19)
"""Rows of WAYS."""


def dot(a: Array, b: Array) -> Array:
    """(..., 1)"""
    return np.vecdot(a, b)[..., None]


def unit(v: Array) -> Array:
    """(..., 3) of length one; nothing stays nothing."""
    return v / (np.sqrt(np.vecdot(v, v)) + 1e-12)[..., None]


def aside(v: Array, along: Array) -> Array:
    """The part of `v` that is square to unit vectors `along`, of length one."""
    v = v - np.vecdot(v, along)[..., None] * along
    return v / (np.sqrt(np.vecdot(v, v)) + 1e-12)[..., None]


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


def cone(v: Array, axis: Array, most: Cone) -> Array:
    """Unit vectors, brought to within `most` of `axis`."""
    cosine, least = dot(v, axis), most.cosine
    if np.logical_and.reduce(cosine >= least, axis=None):
        return v
    return np.where(cosine < least, least * axis + most.sine * aside(v, axis), v)


def _rest(along: Array, across: Array) -> Array:
    """(..., 3, 3) takes the frame of a bone that points `along`, hinged about `across`, to its T-pose."""
    across = aside(across, along)
    return np.swapaxes(columns(along, across, cross(along, across)), -1, -2)


UPRIGHT = frame(np.array([1.0, 0.0, 0.0]), REST[ARMS].mean(axis=0) - REST[THIGHS].mean(axis=0)).T
LIMB_REST = _rest(unit(OFFSETS[np.array([LOWERS, [*HANDS, *SOLES]])]), PIVOTS)
_PALMS = PLACES[KNUCKLES] - PLACES[LITTLE]
FOREARM_REST = _rest(unit(OFFSETS[HANDS]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
PALM_REST = np.array([_rest(unit(PLACES[KNUCKLES] + PLACES[LITTLE]), _PALMS), FOREARM_REST])
"""Of hands and forearms."""
EAR_M = PLACES[EARS].mean(axis=0)
_AHEAD = PLACES[GAZE].mean(axis=0) - EAR_M
LOOK = frame(np.array([1.0, 0.0, 0.0]), cross(_AHEAD, np.array([1.0, 0.0, 0.0]))).T
CORE_REST = np.array([UPRIGHT, UPRIGHT, UPRIGHT, UPRIGHT, LOOK])
"""Takes the frames of hips to chest, and that of ears and face, to those bones' own."""
LEVEL = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])


class Stature:
    """What follows from how somebody is built alone, and stays as long as that does."""

    def __init__(self, offsets_m: Array) -> None:
        """`offsets_m` (22, 3) as `motion.body.Body` has them."""
        self.offsets_m = offsets_m
        self.collars, self.thighs, self.trunk = offsets_m[COLLARS], offsets_m[THIGHS], offsets_m[TRUNK[1:], :, None]
        self.arms, self.skull = unit(offsets_m[ARMS]), unit(offsets_m[INDEX["head"]])
        self.yoke = np.concatenate([self.collars, self.arms])
        self.pelvis = 0.5 * self.thighs.sum(axis=0)
        self.nape = offsets_m[INDEX["neck"]] - 0.5 * (self.collars + offsets_m[ARMS]).sum(axis=0)
        """From the middle of the shoulders to the neck's own joint, which is not seen."""
        self.long = length(offsets_m[TOES])
        self.toes = offsets_m[TOES] / self.long
        """(2, 1) and (2, 3) how long feet are, and where their toes point in the T-pose."""
        self.level = np.swapaxes(columns(LEVEL, self.toes, cross(LEVEL, self.toes)), -1, -2)
        self.thigh, self.shin = length(offsets_m[LOWERS[2:]]), length(offsets_m[SOLES])


class Posture:
    """Turns landmarks into rotations; remembers how elbows and knees are hinged while a limb is straight."""

    def __init__(self) -> None:
        self._pivots: Array | None = None
        """(4, 3) in the frame of chest or hips."""
        self._palms: Array | None = None
        """(2, 3) in the frame of the forearm without twist."""
        self._stature: Stature | None = None

    def solve(
        self, points: Array, seen: Array, build: Build, noise: float, dt: float, plant: Plant
    ) -> tuple[Array, Array]:
        """The hips' joint (3,) and rotation matrices (22, 3, 3) in the room of calm landmarks (33, 3).

        `seen` (33,) 0..1 is how well each is seen; `noise` metres is how far off a landmark usually is; `plant` holds
        the feet.
        """
        if self._stature is None or self._stature.offsets_m is not build.offsets_m:
            self._stature = Stature(build.offsets_m)
        stature = self._stature
        ways = WAYS @ points
        units = unit(ways)
        turns = np.empty((CORE, 3, 3))
        shoulders = points.take(SHOULDERS, 0)
        hips, chest_m, face = _trunk(points, ways, units, stature, turns)
        chest = turns[TRUNK[3]]
        _head(points, 0.5 * (shoulders[0] + shoulders[1]), ways, face, stature, build.size, chest, turns)
        yoke = stature.yoke @ chest.T
        reach = cone(unit(shoulders - chest_m - yoke[:2]), yoke[2:], COLLAR)
        for side in (0, 1):
            turns[COLLARS[side]] = _aimed(chest, stature.arms[side], reach[side])
        upper, foot = units[UPPER], units[FOOT]
        lower = cone(units[LOWER], upper, BEND)
        give = self._limbs(upper, lower, foot, hips, stature, dt, plant, turns)
        self._hands(ways, units, seen, lower[:2], noise, dt, turns)
        return hips + give, turns

    def _limbs(
        self,
        upper: Array,
        lower: Array,
        foot: Array,
        hips: Array,
        stature: Stature,
        dt: float,
        plant: Plant,
        turns: Array,
    ) -> Array:
        """Turns arms and legs; by how much (3,) the hips give way to the feet."""
        parents = turns.take(PARENTS, 0)
        natural = _swung(parents, upper)
        # The knee of a straight leg looks where the foot does.
        ahead = cross(foot, lower[2:])
        natural[2:] += np.where(dot(ahead, natural[2:]) > 0.3, ahead, 0.0)
        pivots = self._hinge(parents, SENSE * cross(upper, lower), aside(natural, upper), upper, dt)
        soles, toes_m = _soles(foot, lower[2:], aside(pivots[2:], lower[2:]), stature)
        give = _stand(hips + stature.thighs @ turns[0].T, upper, lower, pivots, toes_m, stature, plant)
        along = np.array([upper, lower])
        across = aside(pivots, along)
        turns[LIMBS] = columns(along, across, cross(along, across)) @ LIMB_REST
        turns[SOLES] = turns[TOES] = soles
        return give

    def _hinge(self, parents: Array, plane: Array, natural: Array, upper: Array, dt: float) -> Array:
        """(4, 3) unit axes, square to the upper bones, about which the lower ones bend; `plane` and `natural` are."""
        sine = length(plane)
        share = np.minimum(np.maximum((sine - STRAIGHT[0]) / (STRAIGHT[1] - STRAIGHT[0]), 0.0), 1.0)
        plane = plane / np.maximum(sine, 1e-9)
        # A plane in which no limb can bend is noise.
        share = np.where(dot(plane, natural) < FORBIDDEN, 0.0, share)
        goal = unit(natural + share * (plane - natural))
        pivots = goal
        if self._pivots is not None:
            kept = aside((parents @ self._pivots[..., None])[..., 0], upper)
            step = 1.0 - np.exp(-dt * (share / TURNING + (1.0 - share) / SETTLE))
            pivots = unit(kept + step * (goal - kept) + 1e-6 * natural)
        pivots = cone(pivots, natural, TWIST)
        self._pivots = (pivots[:, None] @ parents)[:, 0]
        return pivots

    def _hands(
        self, ways: Array, units: Array, seen: Array, lower: Array, noise: float, dt: float, turns: Array
    ) -> None:
        """Turns the hands, and the forearms, without twist yet, by half of the hands' twist."""
        forearms = turns.take(LOWERS[:2], 0)
        natural = forearms[..., 2]
        # As much of a hand is believed as stands out of the noise: beyond that it goes on as the forearm does.
        reach2, palm2 = LOOSE**2 * dot(ways[REACHES], ways[REACHES]), dot(ways[PALM], ways[PALM])
        along: Array = lower + reach2 / (reach2 + noise**2 + 1e-12) * (units[REACHES] - lower)
        along = cone(unit(along), lower, WRIST)
        kept = natural if self._palms is None else (forearms @ self._palms[..., None])[..., 0]
        share = palm2 / (palm2 + 4.0 * noise**2 + 1e-12) * np.minimum(seen[KNUCKLES], seen[LITTLE])[:, None]
        goal, level = aside(np.array([natural + share * (units[PALM] - natural), natural]), along)
        # Palms are narrow and often seen wrongly: a twist has to last for a moment.
        step = 1.0 if self._palms is None else 1.0 - math.exp(-dt / PALM_S)
        flat = cone(aside(kept + step * (goal - kept), along), level, SUPINE)
        self._palms = (flat[:, None] @ forearms)[:, 0]
        half = aside(aside(flat, lower) + natural, lower)
        along, across = np.array([along, lower]), np.array([flat, half])
        turns[PALMS] = columns(along, across, cross(along, across)) @ PALM_REST


def _trunk(
    points: Array, ways: Array, units: Array, stature: Stature, turns: Array
) -> tuple[Array, Array, Array]:
    """Turns hips to chest; their first and last joint (3,), and how the face turns the head (3, 3)."""
    middle = 0.5 * (points[HIPS[0]] + points[HIPS[1]])
    low, high = units[HIPS_ACROSS], units[SHOULDERS_ACROSS]
    if low @ low < 0.5 or low @ high < -0.5:
        low = high
    x, y = np.empty((5, 3)), np.empty((5, 3))
    x[:4], y[:4] = low + BENT * (high - low), units[UP]
    x[4] = across = ways[EARS_ACROSS]
    (a, b, c), (u, v, w) = ways[AHEAD].tolist(), across.tolist()
    y[4] = b * w - c * v, c * u - a * w, a * v - b * u
    core = frame(x, y) @ CORE_REST
    turns[TRUNK] = trunk = core[:4]
    base = middle - trunk[0] @ stature.pelvis
    return base, base + np.add.reduce(trunk[:3] @ stature.trunk)[:, 0], core[4]


def _head(
    points: Array,
    shoulders: Array,
    ways: Array,
    face: Array,
    stature: Stature,
    size: float,
    chest: Array,
    turns: Array,
) -> None:
    """Turns neck and head; without a face the head goes with the neck. `shoulders` (3,) is their middle."""
    ears = 0.5 * (points[EARS[0]] + points[EARS[1]])
    across, gaze = ways[EARS_ACROSS], ways[AHEAD]
    seen = min(float(across @ across), float(gaze @ gaze)) > (FACE * size) ** 2
    neck, skull = INDEX["neck"], INDEX["head"]
    if seen:
        turns[skull] = _within(face, chest, NECK)
        ears = ears - turns[skull] @ (EAR_M * size)
    base = shoulders + chest @ stature.nape
    turns[neck] = _aimed(chest, stature.skull, cone(unit(ears - base), chest[:, 1], NECK))
    if not seen:
        turns[skull] = turns[neck]


def _soles(foot: Array, lower: Array, across: Array, stature: Stature) -> tuple[Array, Array]:
    """(2, 3, 3) turns of the feet, and (2, 3) their toes' joints from their ankles.

    `foot` (2, 3) points from ankle to toes, `lower` from knee to ankle; `across` is the hinge of the knee.
    """
    rest = stature.toes
    # In the shin's frame, whose y is nearly up and whose x is the hinge.
    stand = rest[:, 1:2] * -lower + rest[:, 2:] * cross(lower, across)
    foot = cone(np.where(dot(foot, foot) > 0.5, foot, stand), stand, ANKLE)
    side = aside(0.4 * across + cross(foot, lower), foot)
    return columns(side, foot, cross(side, foot)) @ stature.level, stature.long * foot


def _stand(
    roots: Array, upper: Array, lower: Array, pivots: Array, toes_m: Array, stature: Stature, plant: Plant
) -> Array:
    """Bends the legs (rows 2 and 3 of `upper` and `lower`) so that the feet are where `plant` wants them.

    By how much (3,) the hips give way: where a foot that stands is out of reach of its leg.
    """
    a, b = stature.thigh, stature.shin
    ankles = roots + a * upper[2:] + b * lower[2:]
    shift, stands = plant(ankles + toes_m)
    give = np.zeros(3)
    if float(np.maximum.reduce(np.abs(shift), axis=None)) < TINY:
        return give
    goal = ankles + shift
    for _ in range(2):
        for leg in (0, 1):
            if not stands[leg]:
                continue
            away = goal[leg] - roots[leg] - give
            distance = float(np.sqrt(away @ away))
            if distance > (most := REACH * float(a[leg, 0] + b[leg, 0])):
                give = give + (1.0 - most / distance) * away
    reach = goal - roots - give
    far = length(reach)
    near = np.minimum(np.maximum(far, np.abs(a - b) + 1e-3), REACH * (a + b))
    along = reach / np.maximum(far, 1e-9)
    # The knee stays on its side; that of a straight leg goes to the front.
    out = aside(upper[2:] + HINT * cross(upper[2:], pivots[2:]), along)
    cosine = np.minimum(np.maximum((a * a + near * near - b * b) / (2.0 * a * near), -1.0), 1.0)
    knees = a * (cosine * along + np.sqrt(1.0 - cosine * cosine) * out)
    upper[2:], lower[2:] = knees / a, (near * along - knees) / b
    return give


def _swung(parents: Array, upper: Array) -> Array:
    """(4, 3) where the parents' shortest turns that take AXES to `upper` take PIVOTS."""
    both = parents @ SWING
    start, pivot = both[..., 0], both[..., 1]
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


def _within(turn: Array, parent: Array, most: Cone) -> Array:
    """A turn (3, 3), brought to within `most` of the parent's."""
    cosine = 0.5 * (float(np.vdot(parent, turn)) - 1.0)
    if cosine >= most.cosine:
        return turn
    share = np.arccos(most.cosine) / np.arccos(max(cosine, -1.0))
    return frame(parent[:, 0] + share * (turn[:, 0] - parent[:, 0]), parent[:, 1] + share * (turn[:, 1] - parent[:, 1]))
