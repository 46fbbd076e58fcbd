"""The rotations of a body's bones from where its landmarks are: frames of hips, chest, head, hands and feet, hinges."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from motion.body_proportions import BodyProportions
from motion.landmarks import LANDMARK_INDEX, LANDMARK_OFFSETS_M
from motion.rotation import length, matrix_from_columns
from motion.skeleton import CORE, INDEX, OFFSETS, REST
from motion.vector import Columns, Cone, Vector, aside, cone, cross, dot, into, plus, towards, turned, unit

Array = NDArray[np.floating]
Plant = Callable[[Array], tuple[Array, list[bool]]]
"""Told where the toes' joints (2, 3) are: by how much they are to be moved (2, 3), and which of the two stand."""

STRAIGHT = 0.20, 0.60
"""Sine of a limb's bend under which it tells no plane, and from which it tells it fully."""
BEND = Cone.of(155.0)
"""The most that elbow and knee bend."""
TURNING, SETTLE = 0.06, 0.6
"""Seconds within which a hinge follows the plane of a bent limb, and that of a straight one becomes natural again."""
TWIST = Cone.of(100.0), Cone.of(100.0), Cone.of(60.0), Cone.of(60.0)
"""How far the hinges of elbows and knees may be from their natural directions."""
FORBIDDEN = 0.2
"""Less cosine than that of TWIST, where no hinge is."""
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
    return np.array([LANDMARK_INDEX[f"{side}_{name}"] for name in names for side in ("left", "right")])


def _bones(*names: str) -> NDArray[np.intp]:
    return np.array([INDEX[f"{side}{name}"] for name in names for side in ("left", "right")])


# Limbs in this order: left arm, right arm, left leg, right leg.
ROOTS, HINGES, ENDS = _marks("shoulder", "hip"), _marks("elbow", "knee"), _marks("wrist", "ankle")
UPPERS, LOWERS = _bones("UpperArm", "UpperLeg"), _bones("LowerArm", "LowerLeg")
STARTS = (1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, -1.0, 0.0)
"""Where a limb points in the T-pose."""
PIVOTS = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
"""(4, 3) about what it bends there: elbows bring the hand forward, knees the foot backward."""
TURNS = PIVOTS.tolist()
SENSE = -1.0, 1.0, 1.0, 1.0
"""The sense of it: the sign of PIVOTS in upper bone x lower bone."""
SHOULDERS, HIPS, EARS = _marks("shoulder"), _marks("hip"), _marks("ear")
WRISTS, KNUCKLES, LITTLE = _marks("wrist"), _marks("index"), _marks("pinky")
ANKLES, FEET = _marks("ankle"), _marks("foot_index")
GAZE = np.setdiff1d(np.arange(11), EARS)
TRUNK = np.array([INDEX[name] for name in ("hips", "spine", "chest", "upperChest")])
COLLARS, ARMS, HANDS = _bones("Shoulder"), _bones("UpperArm"), _bones("Hand")
THIGHS, SOLES, TOES = _bones("UpperLeg"), _bones("Foot"), _bones("Toes")
FRAMED = np.concatenate([UPPERS, LOWERS[2:], LOWERS[:2], HANDS, SOLES])
"""The bones whose frames are told one by one: upper limbs, shins, forearms, hands and feet."""
SWUNG = np.array([*COLLARS, INDEX["neck"]])
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


def _units(v: Array) -> Array:
    """(..., 3) of length one; nothing stays nothing."""
    return v / (np.sqrt(np.vecdot(v, v)) + 1e-12)[..., None]


def _rest(along: Array, across: Array) -> Array:
    """(..., 3, 3) takes the frame of a bone that points `along`, hinged about `across`, to its T-pose."""
    return np.swapaxes(matrix_from_columns(along, across), -1, -2)


UPRIGHT = matrix_from_columns(np.array([1.0, 0.0, 0.0]), REST[ARMS].mean(axis=0) - REST[THIGHS].mean(axis=0)).T
LIMB_REST = _rest(_units(OFFSETS[np.array([LOWERS, [*HANDS, *SOLES]])]), PIVOTS)
"""(2, 4, 3, 3) of upper and lower bones."""
FOREARMS = np.swapaxes(LIMB_REST[1, :2], -1, -2).tolist()
"""By columns: what makes of a forearm's frame the columns of its turn."""
_PALMS = LANDMARK_OFFSETS_M[KNUCKLES] - LANDMARK_OFFSETS_M[LITTLE]
FOREARM_REST = _rest(_units(OFFSETS[HANDS]), np.array([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]))
HAND_REST = _rest(_units(LANDMARK_OFFSETS_M[KNUCKLES] + LANDMARK_OFFSETS_M[LITTLE]), _PALMS)
EAR_M = LANDMARK_OFFSETS_M[EARS].mean(axis=0)
_AHEAD = LANDMARK_OFFSETS_M[GAZE].mean(axis=0) - EAR_M
LOOK = matrix_from_columns(np.array([1.0, 0.0, 0.0]), np.cross(_AHEAD, np.array([1.0, 0.0, 0.0]))).T
CORE_REST = np.array([UPRIGHT, UPRIGHT, UPRIGHT, UPRIGHT, LOOK])
"""Takes the frames of hips to chest, and that of ears and face, to those bones' own."""
LEVEL = np.array([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])


class Stature:
    """What follows from how somebody is built alone, and stays as long as that does."""

    def __init__(self, offsets_m: Array) -> None:
        """`offsets_m` (22, 3) as `motion.body.Body` has them."""
        self.offsets_m = offsets_m
        collars, thighs, toes = offsets_m[COLLARS], offsets_m[THIGHS], offsets_m[TOES]
        self.collars, self.arms = collars.tolist(), _units(offsets_m[ARMS]).tolist()
        self.thighs, self.skull = thighs.tolist(), unit(offsets_m[INDEX["head"]].tolist())
        self.trunk, self.pelvis = offsets_m[TRUNK[1:], :, None], 0.5 * thighs.sum(axis=0)
        self.nape = (offsets_m[INDEX["neck"]] - 0.5 * (collars + offsets_m[ARMS]).sum(axis=0)).tolist()
        """From the middle of the shoulders to the neck's own joint, which is not seen."""
        long = length(toes)
        self.long, self.toes = long[:, 0].tolist(), (toes / long).tolist()
        """How long feet are, and where their toes point in the T-pose."""
        self.thigh, self.shin = (length(offsets_m[bones])[:, 0].tolist() for bones in (LOWERS[2:], SOLES))
        level = _rest(LEVEL, toes / long)
        self.rest = np.concatenate([LIMB_REST[0], LIMB_REST[1, 2:], FOREARM_REST, HAND_REST, level])
        """(12, 3, 3) takes the frames of FRAMED to those bones' own."""


class BodySolver:
    """Turns landmarks into rotations; remembers how elbows and knees are hinged while a limb is straight."""

    def __init__(self) -> None:
        self._pivots: list[Vector] = []
        """Of each limb, in the frame of chest or hips."""
        self._palms: list[Vector] = []
        """Of each hand, in the frame of the forearm without twist."""
        self._stature: Stature | None = None

    def solve(
        self, points: Array, seen: Array, build: BodyProportions, noise: float, dt: float, plant: Plant
    ) -> tuple[Array, Array]:
        """The hips' joint (3,) and rotation matrices (22, 3, 3) in the room of calm landmarks (33, 3).

        `seen` (33,) 0..1 is how well each is seen; `noise` metres is how far off a landmark usually is; `plant` holds
        the feet.
        """
        if self._stature is None or self._stature.offsets_m is not build.offsets_m:
            self._stature = Stature(build.offsets_m)
        stature = self._stature
        ways = WAYS @ points
        units = _units(ways)
        turns = np.empty((CORE, 3, 3))
        hips, top, face = _trunk(points, ways, units, stature, turns)
        pelvis, chest = (turns[bone].T.tolist() for bone in (TRUNK[0], TRUNK[3]))
        shoulders, ears = points.take(SHOULDERS, 0).tolist(), points.take(EARS, 0).tolist()
        swings = [
            _collar(chest, stature.collars[side], stature.arms[side], plus(shoulders[side], top, -1.0))
            for side in (0, 1)
        ]
        nape = plus(towards(shoulders[0], shoulders[1], 0.5), turned(chest, stature.nape))
        skull = _within(face, turns[TRUNK[3]], NECK) if _faces(ways, build.size) else None
        centre = towards(ears[0], ears[1], 0.5)
        if skull is not None:
            centre = plus(centre, (skull @ EAR_M).tolist(), -build.size)
        swings.append(_swing(turned(chest, stature.skull), cone(unit(plus(centre, nape, -1.0)), chest[1], NECK)))
        turns[SWUNG] = np.array(swings) @ turns[TRUNK[3]]
        turns[INDEX["head"]] = turns[INDEX["neck"]] if skull is None else skull
        give = self._limbs(ways.tolist(), units.tolist(), seen, (chest, pelvis), hips, stature, noise, dt, plant, turns)
        return hips + give, turns

    def _limbs(
        self, ways: Columns, units: Columns, seen: Array, parents: tuple[Columns, Columns], hips: Array,
        stature: Stature, noise: float, dt: float, plant: Plant, turns: Array,
    ) -> Vector:  # fmt: skip
        """Turns arms and legs; by how much the hips give way to the feet."""
        upper, feet = [*units[UPPER]], units[FOOT]
        lower = [cone(way, above, BEND) for way, above in zip(units[LOWER], upper, strict=True)]
        pivots, remembered = [], []
        for limb in range(4):
            parent = parents[limb // 2]
            natural = _swung(parent, limb, upper[limb])
            if limb > 1:
                # The knee of a straight leg looks where the foot does.
                ahead = cross(feet[limb - 2], lower[limb])
                natural = plus(natural, ahead) if dot(ahead, natural) > 0.3 else natural
            before = turned(parent, self._pivots[limb]) if self._pivots else None
            pivot = _hinge(limb, upper[limb], lower[limb], aside(natural, upper[limb]), before, dt)
            pivots.append(pivot)
            remembered.append(into(parent, pivot))
        self._pivots = remembered
        soles = [_sole(feet[leg], lower[leg + 2], pivots[leg + 2], stature.toes[leg]) for leg in (0, 1)]
        give = _stand(hips.tolist(), parents[1], upper, lower, pivots, [sole[1] for sole in soles], stature, plant)
        frames = [_across(upper[limb], pivots[limb]) for limb in range(4)]
        frames += [_across(lower[limb], pivots[limb]) for limb in (2, 3)]
        known = np.minimum(seen.take(KNUCKLES), seen.take(LITTLE)).tolist()
        arms = [self._hand(side, ways, units, known[side], lower[side], pivots[side], noise, dt) for side in (0, 1)]
        self._palms = [palm for _, _, palm in arms]
        frames += [forearm for forearm, _, _ in arms] + [hand for _, hand, _ in arms] + soles
        turns[FRAMED] = np.array(frames).swapaxes(-1, -2) @ stature.rest
        turns[TOES] = turns[SOLES]
        return give

    def _hand(
        self, side: int, ways: Columns, units: Columns, seen: float, lower: Vector, pivot: Vector, noise: float,
        dt: float,
    ) -> tuple[Columns, Columns, Vector]:  # fmt: skip
        """Frames of the forearm, by half of the hand's twist, and of the hand; and the palm that is remembered."""
        frame = _across(lower, pivot)
        forearm = [turned(frame, column) for column in FOREARMS[side]]
        natural = forearm[2]
        reach, palm = ways[REACHES][side], ways[PALM][side]
        # As much of a hand is believed as stands out of the noise: beyond that it goes on as the forearm does.
        reach2, palm2 = LOOSE**2 * dot(reach, reach), dot(palm, palm)
        along = towards(lower, units[REACHES][side], reach2 / (reach2 + noise**2 + 1e-12))
        along = cone(unit(along), lower, WRIST)
        share = palm2 / (palm2 + 4.0 * noise**2 + 1e-12) * seen
        goal, level = aside(towards(natural, units[PALM][side], share), along), aside(natural, along)
        flat = goal
        if self._palms:
            # Palms are narrow and often seen wrongly: a twist has to last for a moment.
            flat = aside(towards(turned(forearm, self._palms[side]), goal, 1.0 - math.exp(-dt / PALM_S)), along)
        flat = cone(flat, level, SUPINE)
        half = aside(plus(aside(flat, lower), natural), lower)
        return (lower, half, cross(lower, half)), (along, flat, cross(along, flat)), into(forearm, flat)


def _trunk(points: Array, ways: Array, units: Array, stature: Stature, turns: Array) -> tuple[Array, Vector, Array]:
    """Turns hips to chest; their first and last joint, and how the face turns the head (3, 3)."""
    middle = 0.5 * (points[HIPS[0]] + points[HIPS[1]])
    low, high = units[HIPS_ACROSS], units[SHOULDERS_ACROSS]
    if low @ low < 0.5 or low @ high < -0.5:
        low = high
    x, y = np.empty((5, 3)), np.empty((5, 3))
    x[:4], y[:4] = low + BENT * (high - low), units[UP]
    x[4] = across = ways[EARS_ACROSS]
    y[4] = cross(ways[AHEAD].tolist(), across.tolist())
    core = matrix_from_columns(x, y) @ CORE_REST
    turns[TRUNK] = trunk = core[:4]
    base = middle - trunk[0] @ stature.pelvis
    return base, (base + np.add.reduce(trunk[:3] @ stature.trunk)[:, 0]).tolist(), core[4]


def _faces(ways: Array, size: float) -> bool:
    """Whether ears and face are far enough apart to say where the head looks."""
    across, gaze = ways[EARS_ACROSS], ways[AHEAD]
    return min(float(across @ across), float(gaze @ gaze)) > (FACE * size) ** 2


def _collar(chest: Columns, collar: Vector, arm: Vector, shoulder: Vector) -> Columns:
    """The rows of the turn of a collar bone, by where the shoulder is from the chest's last joint."""
    rest = turned(chest, arm)
    return _swing(rest, cone(unit(plus(shoulder, turned(chest, collar), -1.0)), rest, COLLAR))


def _across(along: Vector, pivot: Vector) -> Columns:
    """The frame of a bone that points `along` and is hinged about the pivot."""
    across = aside(pivot, along)
    return along, across, cross(along, across)


def _hinge(limb: int, upper: Vector, lower: Vector, natural: Vector, before: Vector | None, dt: float) -> Vector:
    """A unit axis, square to the upper bone, about which the lower one bends; `natural` is."""
    x, y, z = cross(upper, lower)
    sine = math.sqrt(x * x + y * y + z * z)
    k = SENSE[limb] / max(sine, 1e-9)
    plane = k * x, k * y, k * z
    share = min(max((sine - STRAIGHT[0]) / (STRAIGHT[1] - STRAIGHT[0]), 0.0), 1.0)
    # A plane in which no limb can bend is noise.
    if dot(plane, natural) < TWIST[limb].cosine - FORBIDDEN:
        share = 0.0
    pivot = unit(towards(natural, plane, share))
    if before is not None:
        step = 1.0 - math.exp(-dt * (share / TURNING + (1.0 - share) / SETTLE))
        pivot = unit(plus(towards(aside(before, upper), pivot, step), natural, 1e-6))
    return cone(pivot, natural, TWIST[limb])


def _sole(foot: Vector, lower: Vector, pivot: Vector, rest: Vector) -> Columns:
    """The frame of a foot: its side, the way from ankle to toes, and what is square to both.

    `foot` points from ankle to toes, `lower` from knee to ankle, `rest` as the toes in the T-pose; `pivot` is the hinge
    of the knee.
    """
    across = aside(pivot, lower)
    # In the shin's frame, whose y is nearly up and whose x is the hinge.
    x, y, z = cross(lower, across)
    stand = plus((rest[2] * x, rest[2] * y, rest[2] * z), lower, -rest[1])
    foot = cone(foot if dot(foot, foot) > 0.5 else stand, stand, ANKLE)
    side = aside(plus(cross(foot, lower), across, 0.4), foot)
    return side, foot, cross(side, foot)


def _stand(
    hips: Vector, pelvis: Columns, upper: list[Vector], lower: list[Vector], pivots: list[Vector], feet: list[Vector],
    stature: Stature, plant: Plant,
) -> Vector:  # fmt: skip
    """Bends the legs (the last two of `upper` and `lower`) so that the feet are where `plant` wants them.

    By how much the hips give way: where a foot that stands is out of reach of its leg.
    """
    roots, ankles, toes = [], [], []
    for leg in (0, 1):
        roots.append(plus(hips, turned(pelvis, stature.thighs[leg])))
        ankles.append(plus(plus(roots[leg], upper[leg + 2], stature.thigh[leg]), lower[leg + 2], stature.shin[leg]))
        toes.append(plus(ankles[leg], feet[leg], stature.long[leg]))
    held, stands = plant(np.array(toes))
    shift = held.tolist()
    give: Vector = (0.0, 0.0, 0.0)
    if max(map(abs, (*shift[0], *shift[1]))) < TINY:
        return give
    ways = [plus(plus(ankles[leg], shift[leg]), roots[leg], -1.0) for leg in (0, 1)]
    for leg in (0, 1, 0, 1):
        away = plus(ways[leg], give, -1.0)
        distance, most = math.hypot(*away), REACH * (stature.thigh[leg] + stature.shin[leg])
        if stands[leg] and distance > most:
            give = plus(give, away, 1.0 - most / distance)
    for leg in (0, 1):
        limb = leg + 2
        reach = plus(ways[leg], give, -1.0)
        upper[limb], lower[limb] = _bent(
            reach, plus(upper[limb], cross(upper[limb], pivots[limb]), HINT), stature.thigh[leg], stature.shin[leg]
        )
    return give


def _bent(reach: Vector, out: Vector, a: float, b: float) -> tuple[Vector, Vector]:
    """Where thigh and shin of lengths `a` and `b` point so that the ankle is where the leg is to reach.

    The knee stays on the side of `out`; that of a straight leg goes to the front.
    """
    x, y, z = reach
    far = math.sqrt(x * x + y * y + z * z)
    near = min(max(far, abs(a - b) + 1e-3), REACH * (a + b))
    k = 1.0 / max(far, 1e-9)
    x, y, z = along = k * x, k * y, k * z
    cosine = min(max((a * a + near * near - b * b) / (2.0 * a * near), -1.0), 1.0)
    thigh = plus((cosine * x, cosine * y, cosine * z), aside(out, along), math.sqrt(1.0 - cosine * cosine))
    u, v, w = thigh
    return thigh, ((near * x - a * u) / b, (near * y - a * v) / b, (near * z - a * w) / b)


def _swung(parent: Columns, limb: int, upper: Vector) -> Vector:
    """Where the parent's shortest turn that takes a limb of the T-pose to `upper` takes its pivot."""
    pivot = turned(parent, TURNS[limb])
    half = plus(turned(parent, STARTS[limb]), upper)
    # Two reflections make the turn: through the start, whose square is the pivot already, then through the middle.
    return plus(pivot, half, -2.0 * dot(pivot, half) / max(dot(half, half), 1e-6))


def _swing(start: Vector, goal: Vector) -> Columns:
    """The rows of the shortest turn that takes one unit vector to another (Rodrigues' formula)."""
    x, y, z = cross(start, goal)
    k = 1.0 / max(1.0 + dot(start, goal), 1e-3)
    return (
        (1.0 - k * (y * y + z * z), k * x * y - z, k * x * z + y),
        (k * x * y + z, 1.0 - k * (x * x + z * z), k * y * z - x),
        (k * x * z - y, k * y * z + x, 1.0 - k * (x * x + y * y)),
    )


def _within(turn: Array, parent: Array, most: Cone) -> Array:
    """A turn (3, 3), brought to within `most` of the parent's."""
    cosine = 0.5 * (float(np.vdot(parent, turn)) - 1.0)
    if cosine >= most.cosine:
        return turn
    share = math.acos(most.cosine) / math.acos(max(cosine, -1.0))
    x, y, _ = (parent + share * (turn - parent)).T
    return matrix_from_columns(x, y)
