"""Solves the rotations of a body's bones from its landmarks: frames of trunk, head, limbs, hands and feet; leg IK."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion.body_proportions import BodyProportions
from motion.landmarks import LANDMARK_INDEX, LANDMARK_OFFSETS_M, TOE_LANDMARKS
from motion.rotation import length, matrix_from_columns
from motion.skeleton import (
    ARM_BONES,
    BONE_INDEX,
    CORE_COUNT,
    FOOT_BONES,
    REST_OFFSETS_M,
    REST_POSITIONS_M,
    THIGH_BONES,
    TOE_BONES,
)
from motion.smooth import blend_factor
from motion.vector import (
    Columns,
    Cone,
    Vector,
    add_scaled,
    clamp_to_cone,
    cross,
    dot,
    lerp,
    normalise,
    perpendicular,
    rotate,
    unrotate,
)

Array = NDArray[np.floating]
PlantFeet = Callable[[Array], tuple[Array, list[bool]]]
"""Takes the positions of the toes' joints (2, 3); returns offsets (2, 3) that lock the feet, and which feet stand."""

STRAIGHT_SINE = 0.20
"""Sine of a limb's bend below which the limb does not define a plane."""
BENT_SINE = 0.60
"""Sine from which it defines its plane fully."""
MAX_BEND = Cone.of(155.0)
"""Limit of elbows and knees."""
HINGE_FOLLOW_S = 0.06
"""Time constant with which a hinge follows the plane of a bent limb."""
HINGE_SETTLE_S = 0.6
"""Time constant with which the hinge of a straight limb returns to its natural direction."""
HINGE_LIMITS = Cone.of(100.0), Cone.of(100.0), Cone.of(60.0), Cone.of(60.0)
"""Limits of the hinges of elbows and knees, from their natural directions."""
HINGE_MARGIN = 0.2
"""A plane whose cosine is lower than that of HINGE_LIMITS by this much is noise."""
COLLAR_LIMIT = Cone.of(35.0)
"""Limit of a collar bone, from its rest."""
WRIST_LIMIT = Cone.of(75.0)
"""Limit of a hand's bend, from its forearm."""
PALM_LIMIT = Cone.of(100.0)
"""Limit of a hand's twist, from the hinge of the elbow."""
ANKLE_LIMIT = Cone.of(65.0)
"""Limit of a foot, from its place on the shin when standing."""
NECK_LIMIT = Cone.of(80.0)
"""Limit of head and neck, from the chest."""
PALM_S = 0.12
"""Time constant with which a hand follows the twist of its palm."""
HAND_SPREAD = 0.35
"""Usual angle in radians between hand and forearm: the prior against which a noisy hand is weighed."""
MAX_LEG_STRETCH = 0.998
"""Share of its length to which a leg with a planted foot is stretched at most."""
KNEE_HINT = 0.02
"""How much the knee of a straight leg is drawn to the front."""
MIN_SHIFT_M = 5e-4
"""Shift of a foot below which its leg is not solved again."""
MIN_FACE_M = 0.04
"""Distance between the ears, or between ears and face, below which the direction of the head is unknown."""


def _marks(*names: str) -> NDArray[np.intp]:
    return np.array([LANDMARK_INDEX[f"{side}_{name}"] for name in names for side in ("left", "right")])


def _bones(*names: str) -> NDArray[np.intp]:
    return np.array([BONE_INDEX[f"{side}{name}"] for name in names for side in ("left", "right")])


# Indices of landmarks and bones of the four limbs: left arm, right arm, left leg, right leg.
ROOT_MARKS = _marks("shoulder", "hip")
HINGE_MARKS = _marks("elbow", "knee")
END_MARKS = _marks("wrist", "ankle")
UPPER_BONES = _bones("UpperArm", "UpperLeg")
LOWER_BONES = _bones("LowerArm", "LowerLeg")
LIMB_DIRECTIONS = (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, -1.0, 0.0)
"""Directions of the limbs in the T-pose."""
HINGES = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
"""(4, 3) hinge axes in the T-pose: elbows bring the hand forward, knees the foot backward."""
_HINGE_VECTORS = HINGES.tolist()
HINGE_SIGNS = -1.0, 1.0, 1.0, 1.0
"""Signs of HINGES in upper bone x lower bone."""
# Indices of landmarks, left and right.
SHOULDER_MARKS = _marks("shoulder")
HIP_MARKS = _marks("hip")
EAR_MARKS = _marks("ear")
WRIST_MARKS = _marks("wrist")
INDEX_MARKS = _marks("index")
LITTLE_MARKS = _marks("pinky")
ANKLE_MARKS = _marks("ankle")
FACE_MARKS = np.setdiff1d(np.arange(11), EAR_MARKS)
"""Eyes, nose and mouth."""
TRUNK_BONES = np.array([BONE_INDEX[name] for name in ("hips", "spine", "chest", "upperChest")])
COLLAR_BONES = _bones("Shoulder")
UPPER_ARM_BONES = ARM_BONES[:, 0]
HAND_BONES = ARM_BONES[:, 2]
FRAMED_BONES = np.concatenate([UPPER_BONES, LOWER_BONES[2:], LOWER_BONES[:2], HAND_BONES, FOOT_BONES])
"""Bones whose frames are solved one by one: upper limbs, shins, forearms, hands and feet."""
SWUNG_BONES = np.array([*COLLAR_BONES, BONE_INDEX["neck"]])
"""Bones that turn by the shortest rotation from the chest."""
TRUNK_SHARES = np.linspace(0.0, 1.0, 4)[:, None]
"""Share of the turn from hips to chest in each bone of the trunk."""


def _way_table() -> Array:
    """(19, 33) from landmarks to vectors between them: from the first landmarks, or their mean, to the second."""
    ends: list[tuple[list[int], list[int]]] = [([a], [b]) for a, b in zip(ROOT_MARKS, HINGE_MARKS, strict=True)]
    ends += [([a], [b]) for a, b in zip(HINGE_MARKS, END_MARKS, strict=True)]
    ends += [([a], [b]) for a, b in zip(ANKLE_MARKS, TOE_LANDMARKS, strict=True)]
    ends += [([a], [b, c]) for a, b, c in zip(WRIST_MARKS, INDEX_MARKS, LITTLE_MARKS, strict=True)]
    ends += [([a], [b]) for a, b in zip(LITTLE_MARKS, INDEX_MARKS, strict=True)]
    ends += [(list(HIP_MARKS), list(SHOULDER_MARKS)), ([HIP_MARKS[1]], [HIP_MARKS[0]])]
    ends += [([SHOULDER_MARKS[1]], [SHOULDER_MARKS[0]])]
    ends += [([EAR_MARKS[1]], [EAR_MARKS[0]]), (list(EAR_MARKS), list(FACE_MARKS))]
    table = np.zeros((len(ends), 33))
    for row, (start, end) in zip(table, ends, strict=True):
        row[end] += 1.0 / len(end)
        row[start] -= 1.0 / len(start)
    return table


WAYS = _way_table()
# Rows of WAYS.
UPPER, LOWER, FOOT, HAND, PALM = slice(0, 4), slice(4, 8), slice(8, 10), slice(10, 12), slice(12, 14)
TRUNK_UP, HIPS_ACROSS, SHOULDERS_ACROSS, EARS_ACROSS, FACE_AHEAD = range(14, 19)


def _units(v: Array) -> Array:
    """(..., 3) normalised; zero stays zero."""
    units: Array = v / (np.sqrt(np.vecdot(v, v)) + 1e-12)[..., None]
    return units


def _to_rest(along: Array, across: Array) -> Array:
    """(..., 3, 3) from the frame of a bone that points `along` with its hinge `across` to the bone's T-pose."""
    return np.swapaxes(matrix_from_columns(along, across), -1, -2)


TRUNK_TO_REST = matrix_from_columns(
    np.array([1.0, 0.0, 0.0]),
    REST_POSITIONS_M[UPPER_ARM_BONES].mean(axis=0) - REST_POSITIONS_M[THIGH_BONES].mean(axis=0),
).T
LIMB_TO_REST = _to_rest(_units(REST_OFFSETS_M[np.array([LOWER_BONES, [*HAND_BONES, *FOOT_BONES]])]), HINGES)
"""(2, 4, 3, 3) for upper and lower bones."""
FOREARM_COLUMNS = np.swapaxes(LIMB_TO_REST[1, :2], -1, -2).tolist()
"""Columns that make a forearm's rotation of its frame."""
_PALMS = LANDMARK_OFFSETS_M[INDEX_MARKS] - LANDMARK_OFFSETS_M[LITTLE_MARKS]
FOREARM_TO_REST = _to_rest(_units(REST_OFFSETS_M[HAND_BONES]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
HAND_TO_REST = _to_rest(_units(LANDMARK_OFFSETS_M[INDEX_MARKS] + LANDMARK_OFFSETS_M[LITTLE_MARKS]), _PALMS)
EARS_OFFSET_M = LANDMARK_OFFSETS_M[EAR_MARKS].mean(axis=0)
"""(3,) the middle of the ears from the head's joint."""
_FACE_OFFSET_M = LANDMARK_OFFSETS_M[FACE_MARKS].mean(axis=0) - EARS_OFFSET_M
HEAD_TO_REST = matrix_from_columns(np.array([1.0, 0.0, 0.0]), np.cross(_FACE_OFFSET_M, np.array([1.0, 0.0, 0.0]))).T
CORE_TO_REST = np.array([TRUNK_TO_REST, TRUNK_TO_REST, TRUNK_TO_REST, TRUNK_TO_REST, HEAD_TO_REST])
"""(5, 3, 3) for hips to chest, and for the head."""
FOOT_HINGES = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])


class BodyGeometry:
    """Constants of one body's proportions that every solve needs."""

    def __init__(self, offsets_m: Array) -> None:
        """`offsets_m` (22, 3) as `motion.body.Body` has them."""
        self.offsets_m = offsets_m
        collars, thighs, toes = offsets_m[COLLAR_BONES], offsets_m[THIGH_BONES], offsets_m[TOE_BONES]
        self.collars, self.collar_directions = collars.tolist(), _units(offsets_m[UPPER_ARM_BONES]).tolist()
        self.thighs, self.head_direction = thighs.tolist(), normalise(offsets_m[BONE_INDEX["head"]].tolist())
        self.trunk, self.pelvis = offsets_m[TRUNK_BONES[1:], :, None], 0.5 * thighs.sum(axis=0)
        self.neck = (offsets_m[BONE_INDEX["neck"]] - 0.5 * (collars + offsets_m[UPPER_ARM_BONES]).sum(axis=0)).tolist()
        """The neck's joint, which has no landmark, from the middle of the shoulders."""
        foot_length = length(toes)
        self.foot_length, self.toe_directions = foot_length[:, 0].tolist(), (toes / foot_length).tolist()
        self.thigh_length = length(offsets_m[LOWER_BONES[2:]])[:, 0].tolist()
        self.shin_length = length(offsets_m[FOOT_BONES])[:, 0].tolist()
        feet = _to_rest(FOOT_HINGES, toes / foot_length)
        self.to_rest = np.concatenate([LIMB_TO_REST[0], LIMB_TO_REST[1, 2:], FOREARM_TO_REST, HAND_TO_REST, feet])
        """(12, 3, 3) from the frames of FRAMED_BONES to the bones' T-pose."""


@dataclass(frozen=True, slots=True)
class _Measured:
    """The landmarks of one step as vectors between them, and how exact they are."""

    ways: Columns
    """(19) vectors of WAYS, metres."""
    units: Columns
    """The same, normalised."""
    hands_seen: list[float]
    """How well each hand is seen, 0..1."""
    noise_m: float
    dt: float


@dataclass(frozen=True, slots=True)
class _Limbs:
    """Unit vectors of the four limbs, each in a list that the leg IK changes."""

    upper: list[Vector]
    lower: list[Vector]
    hinges: list[Vector]


class BodySolver:
    """Turns landmarks into rotations; remembers the hinges of elbows and knees for the time that a limb is straight."""

    def __init__(self) -> None:
        self._hinges: list[Vector] = []
        """Of each limb, in the frame of chest or hips."""
        self._palms: list[Vector] = []
        """Of each hand, in the frame of the untwisted forearm."""
        self._geometry: BodyGeometry | None = None

    def solve(
        self, points: Array, seen: Array, proportions: BodyProportions, noise_m: float, dt: float, plant: PlantFeet
    ) -> tuple[Array, Array]:
        """The hips' joint (3,) and rotation matrices (22, 3, 3) in the room for smoothed landmarks (33, 3).

        `seen` (33,) 0..1 is how well each landmark is seen; `noise_m` is its usual error; `plant` locks the feet.
        """
        if self._geometry is None or self._geometry.offsets_m is not proportions.offsets_m:
            self._geometry = BodyGeometry(proportions.offsets_m)
        geometry = self._geometry
        ways = WAYS @ points
        units = _units(ways)
        turns = np.empty((CORE_COUNT, 3, 3))
        hips, top, head = _solve_trunk(points, ways, units, geometry, turns)
        pelvis, chest = (turns[bone].T.tolist() for bone in (TRUNK_BONES[0], TRUNK_BONES[3]))
        shoulders, ears = points.take(SHOULDER_MARKS, 0).tolist(), points.take(EAR_MARKS, 0).tolist()
        swings = [
            _collar(
                chest,
                geometry.collars[side],
                geometry.collar_directions[side],
                add_scaled(shoulders[side], top, -1.0),
            )
            for side in (0, 1)
        ]
        neck = add_scaled(lerp(shoulders[0], shoulders[1], 0.5), rotate(chest, geometry.neck))
        skull = None
        if _head_is_measured(ways, proportions.size):
            skull = _clamp_rotation(head, turns[TRUNK_BONES[3]], NECK_LIMIT)
        centre = lerp(ears[0], ears[1], 0.5)
        if skull is not None:
            centre = add_scaled(centre, (skull @ EARS_OFFSET_M).tolist(), -proportions.size)
        neck_direction = clamp_to_cone(normalise(add_scaled(centre, neck, -1.0)), chest[1], NECK_LIMIT)
        swings.append(_shortest_rotation(rotate(chest, geometry.head_direction), neck_direction))
        turns[SWUNG_BONES] = np.array(swings) @ turns[TRUNK_BONES[3]]
        turns[BONE_INDEX["head"]] = turns[BONE_INDEX["neck"]] if skull is None else skull
        hands_seen = np.minimum(seen.take(INDEX_MARKS), seen.take(LITTLE_MARKS)).tolist()
        measured = _Measured(ways.tolist(), units.tolist(), hands_seen, noise_m, dt)
        hips_shift = self._solve_limbs(measured, (chest, pelvis), hips, geometry, plant, turns)
        return hips + hips_shift, turns

    def _solve_limbs(
        self,
        measured: _Measured,
        parents: tuple[Columns, Columns],
        hips: Array,
        geometry: BodyGeometry,
        plant: PlantFeet,
        turns: Array,
    ) -> Vector:
        """Set the rotations of arms and legs in `turns`; returns the hips' shift that planted feet need."""
        units = measured.units
        upper, feet = [*units[UPPER]], units[FOOT]
        lower = [clamp_to_cone(way, above, MAX_BEND) for way, above in zip(units[LOWER], upper, strict=True)]
        hinges, remembered = [], []
        for limb in range(4):
            parent = parents[limb // 2]
            natural = _natural_hinge(parent, limb, upper[limb])
            if limb > 1:
                # The knee of a straight leg points where the foot does.
                ahead = cross(feet[limb - 2], lower[limb])
                natural = add_scaled(natural, ahead) if dot(ahead, natural) > 0.3 else natural
            natural = perpendicular(natural, upper[limb])
            before = rotate(parent, self._hinges[limb]) if self._hinges else None
            hinge = _hinge(limb, upper[limb], lower[limb], natural, before, measured.dt)
            hinges.append(hinge)
            remembered.append(unrotate(parent, hinge))
        self._hinges = remembered
        foot_frames = [
            _foot_frame(feet[leg], lower[leg + 2], hinges[leg + 2], geometry.toe_directions[leg]) for leg in (0, 1)
        ]
        limbs = _Limbs(upper, lower, hinges)
        foot_directions = [frame[1] for frame in foot_frames]
        hips_shift = _plant_legs(hips.tolist(), parents[1], limbs, foot_directions, geometry, plant)
        frames = [_frame(upper[limb], hinges[limb]) for limb in range(4)]
        frames += [_frame(lower[limb], hinges[limb]) for limb in (2, 3)]
        arms = [self._solve_hand(side, measured, lower[side], hinges[side]) for side in (0, 1)]
        self._palms = [palm for _, _, palm in arms]
        frames += [forearm for forearm, _, _ in arms] + [hand for _, hand, _ in arms] + foot_frames
        turns[FRAMED_BONES] = np.array(frames).swapaxes(-1, -2) @ geometry.to_rest
        turns[TOE_BONES] = turns[FOOT_BONES]
        return hips_shift

    def _solve_hand(
        self, side: int, measured: _Measured, lower: Vector, hinge: Vector
    ) -> tuple[Columns, Columns, Vector]:
        """Frames of the forearm, with half of the hand's twist, and of the hand; and the palm to remember."""
        frame = _frame(lower, hinge)
        forearm = [rotate(frame, column) for column in FOREARM_COLUMNS[side]]
        natural = forearm[2]
        hand, palm = measured.ways[HAND][side], measured.ways[PALM][side]
        noise_m = measured.noise_m
        # A hand is weighted by how far it stands out of the noise; the remainder is the forearm's direction.
        hand2, palm2 = HAND_SPREAD**2 * dot(hand, hand), dot(palm, palm)
        along = lerp(lower, measured.units[HAND][side], hand2 / (hand2 + noise_m**2 + 1e-12))
        along = clamp_to_cone(normalise(along), lower, WRIST_LIMIT)
        share = palm2 / (palm2 + 4.0 * noise_m**2 + 1e-12) * measured.hands_seen[side]
        goal = perpendicular(lerp(natural, measured.units[PALM][side], share), along)
        level = perpendicular(natural, along)
        flat = goal
        if self._palms:
            # Palms are narrow and often wrong: a twist has to last for a moment.
            before = rotate(forearm, self._palms[side])
            flat = perpendicular(lerp(before, goal, blend_factor(PALM_S, measured.dt)), along)
        flat = clamp_to_cone(flat, level, PALM_LIMIT)
        half = perpendicular(add_scaled(perpendicular(flat, lower), natural), lower)
        return (lower, half, cross(lower, half)), (along, flat, cross(along, flat)), unrotate(forearm, flat)


def _solve_trunk(
    points: Array, ways: Array, units: Array, geometry: BodyGeometry, turns: Array
) -> tuple[Array, Vector, Array]:
    """Set the rotations of hips to chest in `turns`; returns their first and last joint, and the head's (3, 3)."""
    middle = 0.5 * (points[HIP_MARKS[0]] + points[HIP_MARKS[1]])
    low, high = units[HIPS_ACROSS], units[SHOULDERS_ACROSS]
    if low @ low < 0.5 or low @ high < -0.5:
        low = high
    x, y = np.empty((5, 3)), np.empty((5, 3))
    x[:4], y[:4] = low + TRUNK_SHARES * (high - low), units[TRUNK_UP]
    x[4] = across = ways[EARS_ACROSS]
    y[4] = cross(ways[FACE_AHEAD].tolist(), across.tolist())
    core = matrix_from_columns(x, y) @ CORE_TO_REST
    turns[TRUNK_BONES] = trunk = core[:4]
    base = middle - trunk[0] @ geometry.pelvis
    return base, (base + np.add.reduce(trunk[:3] @ geometry.trunk)[:, 0]).tolist(), core[4]


def _head_is_measured(ways: Array, size: float) -> bool:
    """Whether ears and face are far enough apart to define the direction of the head."""
    across, ahead = ways[EARS_ACROSS], ways[FACE_AHEAD]
    return min(float(across @ across), float(ahead @ ahead)) > (MIN_FACE_M * size) ** 2


def _collar(chest: Columns, collar: Vector, direction: Vector, shoulder: Vector) -> Columns:
    """The rows of a collar bone's rotation from the chest, for the shoulder relative to the chest's last joint."""
    rest = rotate(chest, direction)
    goal = normalise(add_scaled(shoulder, rotate(chest, collar), -1.0))
    return _shortest_rotation(rest, clamp_to_cone(goal, rest, COLLAR_LIMIT))


def _frame(along: Vector, hinge: Vector) -> Columns:
    """The frame of a bone that points `along` and bends about the hinge."""
    across = perpendicular(hinge, along)
    return along, across, cross(along, across)


def _hinge(limb: int, upper: Vector, lower: Vector, natural: Vector, before: Vector | None, dt: float) -> Vector:
    """The unit axis, perpendicular to the upper bone, about which the lower one bends.

    `natural` is the axis of a straight limb, `before` the last step's.
    """
    x, y, z = cross(upper, lower)
    sine = math.sqrt(x * x + y * y + z * z)
    k = HINGE_SIGNS[limb] / max(sine, 1e-9)
    plane = k * x, k * y, k * z
    share = min(max((sine - STRAIGHT_SINE) / (BENT_SINE - STRAIGHT_SINE), 0.0), 1.0)
    # A plane in which no limb can bend is noise.
    if dot(plane, natural) < HINGE_LIMITS[limb].cosine - HINGE_MARGIN:
        share = 0.0
    hinge = normalise(lerp(natural, plane, share))
    if before is not None:
        step = 1.0 - math.exp(-dt * (share / HINGE_FOLLOW_S + (1.0 - share) / HINGE_SETTLE_S))
        hinge = normalise(add_scaled(lerp(perpendicular(before, upper), hinge, step), natural, 1e-6))
    return clamp_to_cone(hinge, natural, HINGE_LIMITS[limb])


def _foot_frame(foot: Vector, lower: Vector, hinge: Vector, rest: Vector) -> Columns:
    """The frame of a foot: its side, the direction from ankle to toes, and what is perpendicular to both.

    `foot` points from ankle to toes, `lower` from knee to ankle, `rest` as the toes in the T-pose; `hinge` is the
    knee's.
    """
    across = perpendicular(hinge, lower)
    # In the shin's frame, whose y is nearly up and whose x is the hinge.
    x, y, z = cross(lower, across)
    stand = add_scaled((rest[2] * x, rest[2] * y, rest[2] * z), lower, -rest[1])
    foot = clamp_to_cone(foot if dot(foot, foot) > 0.5 else stand, stand, ANKLE_LIMIT)
    side = perpendicular(add_scaled(cross(foot, lower), across, 0.4), foot)
    return side, foot, cross(side, foot)


def _plant_legs(
    hips: Vector, pelvis: Columns, limbs: _Limbs, feet: list[Vector], geometry: BodyGeometry, plant: PlantFeet
) -> Vector:
    """Bend the legs in `limbs` so that the feet are where `plant` locks them; `feet` are their directions.

    Returns the hips' shift: not zero where a standing foot is out of its leg's reach.
    """
    upper, lower = limbs.upper, limbs.lower
    roots, ankles, toes = [], [], []
    for leg in (0, 1):
        roots.append(add_scaled(hips, rotate(pelvis, geometry.thighs[leg])))
        knee = add_scaled(roots[leg], upper[leg + 2], geometry.thigh_length[leg])
        ankles.append(add_scaled(knee, lower[leg + 2], geometry.shin_length[leg]))
        toes.append(add_scaled(ankles[leg], feet[leg], geometry.foot_length[leg]))
    offsets, stands = plant(np.array(toes))
    shift = offsets.tolist()
    hips_shift: Vector = (0.0, 0.0, 0.0)
    if max(map(abs, (*shift[0], *shift[1]))) < MIN_SHIFT_M:
        return hips_shift
    ways = [add_scaled(add_scaled(ankles[leg], shift[leg]), roots[leg], -1.0) for leg in (0, 1)]
    for leg in (0, 1, 0, 1):
        away = add_scaled(ways[leg], hips_shift, -1.0)
        distance = math.hypot(*away)
        longest = MAX_LEG_STRETCH * (geometry.thigh_length[leg] + geometry.shin_length[leg])
        if stands[leg] and distance > longest:
            hips_shift = add_scaled(hips_shift, away, 1.0 - longest / distance)
    for leg in (0, 1):
        limb = leg + 2
        reach = add_scaled(ways[leg], hips_shift, -1.0)
        front = add_scaled(upper[limb], cross(upper[limb], limbs.hinges[limb]), KNEE_HINT)
        upper[limb], lower[limb] = _bend_leg(reach, front, geometry.thigh_length[leg], geometry.shin_length[leg])
    return hips_shift


def _bend_leg(reach: Vector, out: Vector, a: float, b: float) -> tuple[Vector, Vector]:
    """Directions of thigh and shin, of lengths `a` and `b`, that put the ankle at `reach` from the hip joint.

    The knee stays on the side of `out`; the knee of a straight leg goes to the front.
    """
    x, y, z = reach
    far = math.sqrt(x * x + y * y + z * z)
    near = min(max(far, abs(a - b) + 1e-3), MAX_LEG_STRETCH * (a + b))
    k = 1.0 / max(far, 1e-9)
    x, y, z = along = k * x, k * y, k * z
    cosine = min(max((a * a + near * near - b * b) / (2.0 * a * near), -1.0), 1.0)
    aside = perpendicular(out, along)
    thigh = add_scaled((cosine * x, cosine * y, cosine * z), aside, math.sqrt(1.0 - cosine * cosine))
    u, v, w = thigh
    return thigh, ((near * x - a * u) / b, (near * y - a * v) / b, (near * z - a * w) / b)


def _natural_hinge(parent: Columns, limb: int, upper: Vector) -> Vector:
    """The T-pose's hinge after the parent's shortest rotation that takes the limb of the T-pose to `upper`."""
    hinge = rotate(parent, _HINGE_VECTORS[limb])
    half = add_scaled(rotate(parent, LIMB_DIRECTIONS[limb]), upper)
    # Two reflections make the rotation: in the limb's direction, which the hinge is square to, then in the middle.
    return add_scaled(hinge, half, -2.0 * dot(hinge, half) / max(dot(half, half), 1e-6))


def _shortest_rotation(start: Vector, goal: Vector) -> Columns:
    """The rows of the shortest rotation that takes one unit vector to another (Rodrigues' formula)."""
    x, y, z = cross(start, goal)
    k = 1.0 / max(1.0 + dot(start, goal), 1e-3)
    return (
        (1.0 - k * (y * y + z * z), k * x * y - z, k * x * z + y),
        (k * x * y + z, 1.0 - k * (x * x + z * z), k * y * z - x),
        (k * x * z - y, k * y * z + x, 1.0 - k * (x * x + y * y)),
    )


def _clamp_rotation(turn: Array, parent: Array, limit: Cone) -> Array:
    """A rotation (3, 3), brought to within `limit` of the parent's."""
    cosine = 0.5 * (float(np.vdot(parent, turn)) - 1.0)
    if cosine >= limit.cosine:
        return turn
    share = math.acos(limit.cosine) / math.acos(max(cosine, -1.0))
    x, y, _ = (parent + share * (turn - parent)).T
    return matrix_from_columns(x, y)
