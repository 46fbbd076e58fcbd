"""The rest pose of a BVH hierarchy: the zero pose where it shows a standing figure, else a T-pose from its structure.

In many files zero rotations are no pose of a person, as each limb has axes of its own. The offsets then say along which
axis of a joint its bone lies; pairs of limbs, and feet, which point forwards, say how a joint is turned about it; and
where the offsets are silent, the axes of a joint are those of its parent, or differ from them by the smallest quarter
turns that anatomy allows. What is held through a recording decides nothing that the structure decides.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.skeleton import (
    AIM_BONES,
    BONE_INDEX,
    BONE_TIPS_M,
    REQUIRED_BONES,
    REST_OFFSETS_M,
    SPINE_BONES,
)

Array = NDArray[np.floating]

LEFT = np.array([1.0, 0.0, 0.0])
UP = np.array([0.0, 1.0, 0.0])
FORWARD = np.array([0.0, 0.0, 1.0])

LIMBS = (
    ("Shoulder", "UpperArm", "LowerArm", "Hand"),
    ("UpperLeg", "LowerLeg", "Foot", "Toes"),
)
"""Bones of an arm and of a leg, from the trunk outwards."""
TOLERANCE = {"Shoulder": 12.0, "UpperArm": 15.0, "LowerArm": 15.0, "UpperLeg": 15.0, "LowerLeg": 15.0, "Foot": 15.0}
"""Degrees by which a bone may leave its direction in the T-pose; beyond it the bone is laid along that direction."""
LOOSE_TOLERANCE = 35.0
"""The same for bones of the trunk, for hands and for toes."""
TWIST_RANGE = {
    "Shoulder": 40.0,
    "UpperArm": 130.0,
    "LowerArm": 130.0,
    "Hand": 130.0,
    "UpperLeg": 60.0,
    "LowerLeg": 40.0,
    "neck": 80.0,
    "head": 80.0,
}
"""Degrees that a joint can turn about its bone from the T-pose; arms, whose axes go on from the shoulder's, more than
they can, so that only half a turn speaks against that."""
LOOSE_RANGE = 40.0
"""The same for all other joints."""
FIRST_BONES = ("Shoulder", "UpperLeg")
"""Bones that start a limb, and hardly turn about themselves."""
MAX_MEAN_TWIST = 5.0
"""Degrees that a shoulder turns on average, from a rest pose whose axes are no quarter turns apart."""
END_RANGE = {"Hand": 115.0, "Toes": 75.0}
"""Degrees that hands and toes leave their rest pose on average."""
HEAD_TILT = 45.0
"""Degrees that a head leans sideways on average."""
HEAD_NOD = (70.0, 60.0)
"""Degrees that it leans forwards and backwards."""
WRONG_END_COST = 0.2
"""How unlikely it is that the End Site of one of them points elsewhere."""
HEADING_RANGE = 45.0
"""Degrees sideways that a foot can turn on its shin, or a knee bend."""
MIN_HEADING = 0.26
"""Sine of the angle between a bone and its parent above which it has a heading: a leg that is bent by 15°."""
STRONG_TWIST = 25.0
"""Degrees beyond the range of a shoulder or thigh from which a zero pose that stands is no rest pose after all."""
BEAM = 24
"""Ways to lay a limb that are pursued."""
SNAP = math.radians(25.0)
"""Angle within which the hips' axes count as a quarter turn from the T-pose's."""
ALIGNED = math.radians(1.0)
"""Angle within which a foot's axes are those of the room, quarter turns apart, so that the toes' slope is their own."""
MIN_LENGTH_SHARE = 1e-3
"""Length of an offset, as a share of the longest, below which it has no direction."""


@dataclass(frozen=True)
class Joints:
    """A hierarchy and how it moves."""

    parents: Sequence[int]
    steps: Array
    """(J, 3) each joint's position in its parent's frame."""
    ends: Sequence[int]
    """The joint of each End Site."""
    end_steps: Array
    """(E, 3)"""
    bones: Mapping[str, int]
    observed: Array
    """(T, J, 4) rotations in the parents' frames, in some frames of a recording."""

    @cached_property
    def bone_of(self) -> dict[int, str]:
        """The bone of each joint that is one."""
        return {joint: bone for bone, joint in self.bones.items()}

    @cached_property
    def least(self) -> float:
        """Length below which an offset has no direction."""
        return MIN_LENGTH_SHARE * float(np.linalg.norm(self.steps[1:], axis=-1).max(initial=1e-9))

    def path(self, above: int, below: int) -> list[int]:
        """The joints from `above`, left out, down to `below`; empty if it is no descendant."""
        found: list[int] = []
        while below >= 0 and below != above:
            found.insert(0, below)
            below = self.parents[below]
        return found if below == above else []

    def is_end(self, joint: int) -> bool:
        """Whether a joint has nothing below it but an End Site."""
        return joint not in self.parents

    def tip(self, joint: int) -> Array | None:
        """(3,) where the bone of a joint ends, in its own frame; None if that is unknown."""
        bone = self.bone_of.get(joint, "")
        aims = [AIM_BONES.get(bone, ""), f"{bone[:-4]}MiddleProximal", f"{bone[:-4]}IndexProximal"]
        for aim in aims:
            if way := self.path(joint, self.bones.get(aim, -2)):
                return self._known(self.steps[way[0]])
        for end, step in zip(self.ends, self.end_steps, strict=True):
            if end == joint:
                return self._known(step)
        below = [child for child, parent in enumerate(self.parents) if parent == joint]
        return self._known(self.steps[below[0]]) if len(below) == 1 else None

    def _known(self, step: Array) -> Array | None:
        return step if np.linalg.norm(step) > self.least else None


@dataclass(frozen=True)
class _Part:
    """One joint of a limb or of the trunk, and what its rest pose must satisfy."""

    joint: int
    kind: str
    """The bone without its side."""
    along: tuple[tuple[Array, Array, float], ...]
    """Vectors in the joint's frame, their directions in the T-pose, and the tolerance, degrees; the first is the bone.
    """
    heading: tuple[Array, Array] | None = None
    """For a foot or a shin: the parent's bone in its own frame, and the direction to which this bone turns from it."""
    ends: bool = False
    """Whether the bone is known by an End Site alone, which some programs put anywhere."""


@dataclass(frozen=True)
class _Laid:
    """A way to lay the joints of a limb so far."""

    cost: float
    turns: tuple[Array, ...]
    """Rotations in the parents' frames."""
    above: Array
    """(4,) global rotation of the last one."""


def stands(at: Array, bones: Mapping[str, int]) -> bool:
    """Whether joints (J, 3) show a standing figure in a pose that a skeleton may rest in: T, A, arms down.

    The legs are below the trunk, both sides are each other's mirror image, and no limb starts into the body.
    """
    if not bones.keys() >= REQUIRED_BONES:
        return False

    def step(start: str, end: str) -> Array:
        along = at[bones[end]] - at[bones[start]]
        unit_axis: Array = along / max(float(np.linalg.norm(along)), 1e-9)
        return unit_axis

    trunk, left = step("hips", "head"), step("rightUpperLeg", "leftUpperLeg")
    legs = [step(f"{side}UpperLeg", f"{side}{end}") for side in ("left", "right") for end in ("LowerLeg", "Foot")]
    sides = left @ step("rightUpperArm", "leftUpperArm")
    if not (sides > 0.7 and all(leg @ trunk < -0.7 for leg in legs)):
        return False
    mirrored = [
        (start, end)
        for start, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("Shoulder", "UpperArm"), ("Foot", "Toes"))
        if {f"{side}{part}" for side in ("left", "right") for part in (start, end)} <= bones.keys()
    ]
    for start, end in mirrored:
        one, other = step(f"left{start}", f"left{end}"), step(f"right{start}", f"right{end}")
        apart = one - 2.0 * (one @ left) * left - other
        if (apart @ apart > 1.0 and one.any() and other.any()) or (start != "Foot" and one @ left < -0.5):
            return False
    spine = [bone for bone in SPINE_BONES if bone in bones]
    steps = [step(start, end) for start, end in pairwise(spine)]
    return all(along @ trunk > 0.3 or not along.any() for along in steps)


def is_turned(joints: Joints) -> bool:
    """Whether shoulders or thighs are always turned about their bones, from the zero pose, as no person's can be."""
    for bone, joint in joints.bones.items():
        kind = _kind(bone)
        tip = joints.tip(joint)
        if kind in ("Shoulder", "UpperLeg") and tip is not None:
            angle, length = _mean_twist(joints.observed[:, joint], tip)
            if length > 0.8 and abs(angle) > TWIST_RANGE[kind] + STRONG_TWIST:
                return True
    return False


def structural_rest(joints: Joints) -> Array:
    """(J, 4) rotations in the parents' frames in a T-pose that faces +Z, with Y up, by the structure."""
    local = _usual(joints)
    hips = joints.bones["hips"]
    world: dict[int, Array] = {-1: rotation.IDENTITY}
    for joint in joints.path(-1, hips)[:-1]:
        local[joint] = world[joint] = rotation.IDENTITY
    local[hips] = world[hips] = _hips(joints)
    for chain in _chains(joints):
        parent = joints.parents[chain[0].joint]
        laid = _lay(joints, chain, world[parent])
        for part, turn in zip(chain, laid.turns, strict=True):
            local[part.joint] = turn
            world[part.joint] = rotation.multiply(world[joints.parents[part.joint]], turn)
    for joint in range(len(joints.parents)):
        if joint not in world:
            above = world[joints.parents[joint]]
            side = next((s for s in ("left", "right") if joints.bone_of.get(joint, "").startswith(s)), "")
            tip = joints.tip(joint)
            if side and tip is not None:
                # A finger goes on as its hand does, if its axes are its parent's.
                pointing = rotation.rotate(above, tip / np.linalg.norm(tip)) @ (LEFT if side == "left" else -LEFT)
                if pointing > 0.2:
                    local[joint] = rotation.IDENTITY
            world[joint] = rotation.multiply(above, local[joint])
    return local


@lru_cache(maxsize=1)
def quarter_turns() -> Array:
    """(24, 4) the rotations that map axes to axes, the smallest first."""
    quarters = np.pi / 2.0 * np.array(list(product(range(4), repeat=3)))
    matrices = np.unique(np.round(rotation.to_matrix(rotation.from_euler(quarters, "XYZ"))), axis=0)
    turns = rotation.from_matrix(matrices)
    return turns[np.argsort(rotation.angle(turns, rotation.IDENTITY), kind="stable")]


def _usual(joints: Joints) -> Array:
    """(J, 4) the quarter turn to which each joint is nearest in most frames."""
    squares = quarter_turns()
    nearest = np.abs(joints.observed @ squares.T).argmax(axis=-1)
    return squares[[int(np.bincount(column).argmax()) for column in nearest.T]]


def _kind(bone: str) -> str:
    return bone.removeprefix("left").removeprefix("right")


def _hips(joints: Joints) -> Array:
    """(4,) the hips' rotation after which the spine points up and the left thigh lies to the left."""
    hips = joints.bones["hips"]

    def offset(bone: str) -> Array:
        total: Array = joints.steps[joints.path(hips, joints.bones[bone])[:1]].sum(axis=0)
        way = joints.path(hips, joints.bones[bone])
        for joint in way[1:]:
            if np.linalg.norm(total) > joints.least:
                break
            total = total + joints.steps[joint]
        return total

    legs = [offset(f"{side}UpperLeg") for side in ("left", "right")]
    left = legs[0] - legs[1]
    up = offset("spine" if "spine" in joints.bones else "head")
    if np.linalg.norm(np.cross(up, left)) < 1e-3 * max(float(up @ up), float(left @ left), 1e-12):
        up = -(legs[0] + legs[1])
    if np.linalg.norm(np.cross(up, left)) < 1e-9:
        usual: Array = _usual(joints)[hips]
        return usual
    turn = rotation.conjugate(rotation.from_matrix(rotation.matrix_from_columns(left, up)))
    squares = quarter_turns()
    nearest: Array = squares[int(np.abs(squares @ turn).argmax())]
    return nearest if rotation.angle(nearest, turn) < SNAP else turn


def _chains(joints: Joints) -> list[list[_Part]]:
    """Trunk, arms and legs, each joint after its parent."""
    hips, head = joints.bones["hips"], joints.bones["head"]
    trunk = [_trunk_part(joints, joint) for joint in joints.path(hips, head)]
    found = [trunk] if trunk else []
    known = {hips} | {part.joint for part in trunk}
    for side in ("left", "right"):
        for limb in LIMBS:
            own = [f"{side}{part}" for part in limb if f"{side}{part}" in joints.bones]
            way = joints.path(-1, joints.bones[own[-1]])
            bone, chain = "", []
            for joint in [joint for joint in way if joint not in known and hips in joints.path(-1, joint)]:
                bone = joints.bone_of.get(joint, bone)
                chain.append(_limb_part(joints, joint, bone))
            if chain:
                found.append(chain)
    return found


def _trunk_part(joints: Joints, joint: int) -> _Part:
    bone = joints.bone_of.get(joint, "spine")
    along: list[tuple[Array, Array, float]] = []
    way = joints.path(joint, joints.bones["head"])
    tip = joints.steps[way[0]] if way else joints.tip(joint)
    if tip is not None and np.linalg.norm(tip) > joints.least:
        along.append((tip, UP, LOOSE_TOLERANCE))
    pairs = [(f"left{part}", f"right{part}") for part in ("Shoulder", "UpperArm")]
    for pair in pairs:
        if pair[0] in joints.bones and pair[1] in joints.bones:
            ways = [joints.path(joint, joints.bones[one]) for one in pair]
            apart = joints.steps[ways[0][0]] - joints.steps[ways[1][0]] if all(ways) else np.zeros(3)
            if np.linalg.norm(apart) > joints.least:
                along.append((apart, LEFT, LOOSE_TOLERANCE))
                break
    return _Part(joint, bone if bone in ("neck", "head") else "spine", tuple(along), ends=joints.is_end(joint))


def _limb_part(joints: Joints, joint: int, bone: str) -> _Part:
    """A joint of an arm or leg; one between two lies as `bone`, the one before it, which may be empty."""
    kind = _kind(bone)
    tip = joints.tip(joint) if bone else None
    if tip is None:
        return _Part(joint, kind, ())
    side = bone.removesuffix(kind)
    along = ((tip, _direction(side, kind), TOLERANCE.get(kind, LOOSE_TOLERANCE)),)
    if kind in ("Foot", "LowerLeg") and joint in joints.bone_of:
        return _Part(joint, kind, along, (joints.steps[joint], FORWARD if kind == "Foot" else -FORWARD))
    return _Part(joint, kind, along, ends=joints.is_end(joint))


def _direction(side: str, kind: str) -> Array:
    """(3,) where a bone points in the T-pose."""
    if kind in ("Foot", "Toes"):
        bone = f"{side}{kind}"
        step = REST_OFFSETS_M[BONE_INDEX[AIM_BONES[bone]]] if bone in AIM_BONES else BONE_TIPS_M[bone]
        return step / np.linalg.norm(step)
    if kind.endswith("Leg"):
        return -UP
    return LEFT if side == "left" else -LEFT


def _lay(joints: Joints, chain: Sequence[_Part], above: Array) -> _Laid:
    """The likeliest way to lay a chain of joints below a parent with the global rotation `above`."""
    beam = [_Laid(0.0, (), above)]
    for part in chain:
        longer = []
        costs: dict[bytes, float] = {}
        for laid in beam:
            for turn in _candidates(joints, part, laid.above):
                key = np.round(turn, 9).tobytes()
                if key not in costs:
                    costs[key] = _cost(joints, part, turn)
                cost = laid.cost + costs[key] + _heading_cost(joints, part, laid.above)
                if part.ends:
                    cost += _end_cost(joints, part, turn, laid.above)
                longer.append(_Laid(cost, (*laid.turns, turn), rotation.multiply(laid.above, turn)))
        beam = sorted(longer, key=lambda one: one.cost)[:BEAM]
    return beam[0]


def _candidates(joints: Joints, part: _Part, above: Array) -> Array:
    """(N, 4) rotations in the parent's frame that lay a joint's bone as the T-pose does, the smallest first.

    They are quarter turns where those do; else each is corrected by the smallest rotation that does. Where the axes are
    no quarter turns apart, a shoulder or thigh may also rest as it is turned about its bone on average.
    """
    squares = quarter_turns()
    if part.kind == "Toes" and part.along:
        return _flat_toes(part, above)
    if not part.along or part.ends:
        return squares
    world = rotation.multiply(above, squares)
    good = _points(part, world)
    if good.any() and (good[0] or part.kind not in FIRST_BONES):
        return squares[good]
    vector, direction, _ = part.along[0]
    vector = vector / np.linalg.norm(vector)
    near = np.argsort(-(rotation.rotate(world, vector) @ direction), kind="stable")[:8]
    swing = rotation.between(rotation.rotate(world[near], vector), np.broadcast_to(direction, (len(near), 3)))
    found = rotation.multiply(rotation.conjugate(above), rotation.multiply(swing, world[near]))
    if part.kind not in FIRST_BONES:
        return found
    bone = rotation.rotate(found[0], vector)
    angle, _ = _mean_twist(rotation.multiply(joints.observed[:, part.joint], rotation.conjugate(found[0])), bone)
    angles = [math.radians(angle)]
    toes = joints.bones.get(f"{joints.bone_of.get(part.joint, '').removesuffix(part.kind)}Foot")
    if part.kind == "UpperLeg" and toes is not None and (tip := joints.tip(toes)) is not None:
        # If the axes go on below it, the foot points forwards.
        pointing = rotation.rotate(rotation.multiply(above, found[0]), tip)
        if math.hypot(pointing[0], pointing[2]) > MIN_HEADING * float(np.linalg.norm(tip)):
            angles.append(math.atan2(pointing[0], pointing[2]))
    twists = rotation.from_axis_angle(np.tile(bone, (len(angles), 1)), np.array(angles))
    return np.concatenate([squares[good], found, rotation.multiply(twists, found[0])])


def _flat_toes(part: _Part, above: Array) -> Array:
    """(N, 4) as `_candidates`, for toes: they lie flat on the floor, where the axes of a foot that slopes go on."""
    squares = quarter_turns()
    world = rotation.multiply(above, squares)
    good = _points(part, world)
    if float(rotation.angle(squares, above).min()) < ALIGNED or not good.any():
        return squares if part.ends or not good.any() else squares[good]
    vector = part.along[0][0]
    pointing = rotation.rotate(world[good], vector / np.linalg.norm(vector))
    swing = rotation.between(pointing, np.broadcast_to(FORWARD, pointing.shape))
    flat = rotation.multiply(rotation.conjugate(above), rotation.multiply(swing, world[good]))
    return np.concatenate([flat, squares[~good]]) if part.ends else flat


def _points(part: _Part, world: Array) -> NDArray[np.bool_]:
    """(N,) whether all that is known of a joint points where it should, for global rotations (N, 4)."""
    good = np.ones(len(world), bool)
    for vector, direction, tolerance in part.along:
        cosine = rotation.rotate(world, vector / np.linalg.norm(vector)) @ direction
        good &= cosine > math.cos(math.radians(tolerance))
    return good


def _cost(joints: Joints, part: _Part, turn: Array) -> float:
    """How unlikely a rest rotation is: large turns, and recorded ones that no joint reaches from it."""
    seen = joints.observed[:, part.joint]
    is_quarter = float(rotation.angle(quarter_turns(), turn).min()) < 1e-3
    # A trunk is rarely turned within itself.
    each = 0.4 if part.kind in ("neck", "spine") else 0.2
    smallest = is_quarter or part.kind == "Toes"
    cost = each * float(rotation.angle(turn, rotation.IDENTITY)) / (np.pi / 2.0) if smallest else 0.3
    moved = rotation.multiply(seen, rotation.conjugate(turn))
    if part.along:
        angle, _ = _mean_twist(moved, rotation.rotate(turn, part.along[0][0]))
        if part.kind == "Shoulder" and not is_quarter:
            cost += max(abs(angle) - MAX_MEAN_TWIST, 0.0) / 90.0
    else:
        angle = math.degrees(float(rotation.angle(moved, rotation.IDENTITY).mean())) / 2.0
    limit = TWIST_RANGE.get(part.kind, LOOSE_RANGE)
    if part.ends:
        away = math.degrees(float(rotation.angle(moved, rotation.IDENTITY).mean()))
        cost += 4.0 * max(away - END_RANGE.get(part.kind, 180.0), 0.0) / 90.0
    return cost + 2.0 * max(abs(angle) - limit, 0.0) / 90.0 + 0.02 * abs(angle) / 90.0


def _end_cost(joints: Joints, part: _Part, turn: Array, above: Array) -> float:
    """How unlikely it is that the End Site points elsewhere, and that a head leans as it would."""
    world = rotation.multiply(above, turn)
    cost = 0.0 if _points(part, world[None])[0] else WRONG_END_COST
    if part.kind != "head":
        return cost
    crown = rotation.rotate(rotation.conjugate(world), UP)
    way = rotation.rotate(above, rotation.rotate(joints.observed[:, part.joint], crown)).mean(axis=0)
    tilt, nod = (math.degrees(math.asin(min(max(float(way[axis]), -1.0), 1.0))) for axis in (0, 2))
    excess = max(abs(tilt) - HEAD_TILT, 0.0) + max(nod - HEAD_NOD[0], -nod - HEAD_NOD[1], 0.0)
    return cost + 4.0 * excess / 90.0


def _heading_cost(joints: Joints, part: _Part, above: Array) -> float:
    """How far sideways a foot points or a knee bends, when the parent lies as `above`; 0 for other bones."""
    if part.heading is None:
        return 0.0
    seen = joints.observed[:, part.joint]
    axis = part.heading[0] / max(float(np.linalg.norm(part.heading[0])), 1e-9)
    way = rotation.rotate(seen, part.along[0][0] / np.linalg.norm(part.along[0][0])).mean(axis=0)
    way = way - (way @ axis) * axis
    length = float(np.linalg.norm(way))
    if length < MIN_HEADING:
        return 0.0
    angle = math.degrees(math.acos(min(max(float(rotation.rotate(above, way / length) @ part.heading[1]), -1.0), 1.0)))
    return 2.0 * max(angle - HEADING_RANGE, 0.0) / 90.0 + 0.02 * angle / 90.0


def _mean_twist(turns: Array, axis: Array) -> tuple[float, float]:
    """Degrees that rotations (T, 4) turn about an axis on average, and 0..1 how much they agree."""
    unit_axis = axis / np.linalg.norm(axis)
    about = turns[:, 1:] @ unit_axis
    # Twice the half angle, on the circle.
    angles = 2.0 * np.arctan2(about, turns[:, 0])
    weights = np.hypot(about, turns[:, 0])
    mean = complex((weights * np.cos(angles)).mean(), (weights * np.sin(angles)).mean())
    return math.degrees(math.atan2(mean.imag, mean.real)), abs(mean)
