"""Mesh of a body around the canonical skeleton: an implicit surface in the T-pose, and points and lines on it.

Everything is computed once and cached; bones move it afterwards by linear blend skinning, with the weights made here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from installation.interface.graphics import COARSE_MESH_STEP_M
from motion.skeleton import BONE_INDEX, BONE_TIPS_M, CORE_COUNT, PARENTS, REST_POSITIONS_M

Array = NDArray[np.floating]
Indices = NDArray[np.intp]

BLEND_M = 0.016
"""Distance within which two parts of the surface blend (smooth union)."""
WEIGHT_FADE_M = 0.018
"""Distance over which the skin weight of a bone falls to 1/e."""
BOUNDS_M = np.array([[-0.95, -0.02, -0.2], [0.95, 1.79, 0.26]])
"""Lower and upper corner of a box around the body in its T-pose."""
FINE_MESH_STEP_M = 0.0226
"""Metres between the vertices of a mesh of 10,000 triangles."""
CHUNK = 1 << 12
"""Points whose distances are computed at a time, so that they stay in the processor's cache."""
BLOCK = 5
"""Grid points along an edge of the blocks in which the surface is looked for."""
STEEPEST = 1.1
"""Bound on the gradient of `signed_distance`: 1 for capsules of one radius, more where a radius changes."""

Point = tuple[float, float, float]

_MIDDLE: tuple[tuple[str, Point, Point, float, float, Point], ...] = (
    ("hips", (-0.06, 0.925, -0.005), (0.06, 0.925, -0.005), 0.098, 0.098, (1.0, 1.1, 1.0)),
    ("spine", (0.0, 1.00, 0.0), (0.0, 1.14, 0.0), 0.128, 0.122, (1.0, 1.0, 0.76)),
    ("chest", (-0.03, 1.20, -0.005), (0.03, 1.20, -0.005), 0.112, 0.112, (1.0, 1.0, 0.9)),
    ("upperChest", (-0.055, 1.29, -0.005), (0.055, 1.29, -0.005), 0.105, 0.105, (1.0, 1.0, 1.0)),
    ("upperChest", (-0.12, 1.375, -0.02), (0.12, 1.375, -0.02), 0.058, 0.058, (1.0, 1.0, 1.05)),
    ("neck", (0.0, 1.39, -0.02), (0.0, 1.52, 0.0), 0.056, 0.05, (1.0, 1.0, 1.0)),
    ("head", (0.0, 1.60, -0.012), (0.0, 1.615, 0.0), 0.083, 0.083, (0.92, 1.08, 1.08)),
    ("head", (0.0, 1.545, 0.03), (0.0, 1.60, 0.035), 0.046, 0.062, (1.0, 1.0, 1.0)),
)
"""Bone, the ends of a capsule and its radius at each in metres, and its stretch along the axes."""
_LEFT: tuple[tuple[str, Point, Point, float, float, Point], ...] = (
    ("hips", (0.055, 0.89, -0.05), (0.065, 0.87, -0.05), 0.088, 0.08, (1.0, 1.0, 1.0)),
    ("leftShoulder", (0.06, 1.41, -0.025), (0.16, 1.385, -0.015), 0.04, 0.055, (1.0, 1.0, 1.0)),
    ("leftUpperArm", (0.18, 1.38, -0.015), (0.26, 1.383, -0.015), 0.062, 0.052, (1.0, 1.0, 1.0)),
    ("leftUpperArm", (0.26, 1.385, -0.015), (0.45, 1.385, -0.015), 0.05, 0.037, (1.0, 1.0, 1.0)),
    ("leftLowerArm", (0.45, 1.385, -0.015), (0.53, 1.385, -0.015), 0.038, 0.042, (1.0, 1.0, 1.0)),
    ("leftLowerArm", (0.53, 1.385, -0.015), (0.70, 1.385, -0.015), 0.042, 0.026, (1.0, 1.0, 1.0)),
    ("leftHand", (0.70, 1.385, -0.015), (0.785, 1.388, -0.008), 0.027, 0.036, (1.0, 0.6, 1.15)),
    ("leftHand", (0.785, 1.388, -0.008), (0.87, 1.382, -0.006), 0.032, 0.017, (1.0, 0.55, 1.15)),
    ("leftHand", (0.725, 1.378, 0.012), (0.785, 1.362, 0.052), 0.018, 0.012, (1.0, 1.0, 1.0)),
    ("leftUpperLeg", (0.09, 0.87, 0.0), (0.09, 0.49, 0.0), 0.088, 0.053, (1.0, 1.0, 1.04)),
    ("leftLowerLeg", (0.09, 0.49, 0.0), (0.092, 0.38, -0.018), 0.05, 0.056, (1.0, 1.0, 1.0)),
    ("leftLowerLeg", (0.092, 0.38, -0.018), (0.09, 0.085, -0.02), 0.056, 0.034, (1.0, 1.0, 1.0)),
    ("leftFoot", (0.09, 0.045, -0.045), (0.092, 0.04, 0.09), 0.04, 0.036, (1.0, 0.95, 1.0)),
    ("leftToes", (0.092, 0.032, 0.09), (0.094, 0.026, 0.165), 0.038, 0.026, (1.12, 0.8, 1.0)),
)

Chain = tuple[tuple[str, Point], ...]
"""A polyline: points in the T-pose, and the bone of each."""


def _mirrored(point: Point) -> Point:
    return (-point[0], point[1], point[2])


_RIGHT = (
    (n.replace("left", "right"), _mirrored(a), _mirrored(b), *(ra, rb, stretch)) for n, a, b, ra, rb, stretch in _LEFT
)
_PARTS = [*_MIDDLE, *_LEFT, *_RIGHT]
_BONES = np.array([BONE_INDEX[part[0]] for part in _PARTS])
# Half as many bits as usual: a mesh is ready in 0.6 of the time, and differs by less than 0.1 mm.
_A, _B, _STRETCH = (np.array([part[i] for part in _PARTS], np.float32) for i in (1, 2, 5))
_RA, _RB = (np.array([part[i] for part in _PARTS], np.float32) for i in (3, 4))


@dataclass(frozen=True)
class BodyMesh:
    """Vertices in the T-pose, and their skin weights."""

    positions_m: Array
    """(n, 3)"""
    normals: Array
    """(n, 3)"""
    bones: Indices
    """(n, 4) of `motion.skeleton.BONES`."""
    weights: Array
    """(n, 4) that sum to 1, the largest first."""
    triangles: Indices
    """(m, 3), counter-clockwise seen from outside; empty for points and lines."""

    @property
    def first_weight(self) -> Array:
        """(n, 1) weight of the first bone where only the first two bones move a vertex."""
        share: Array = self.weights[:, :1] / self.weights[:, :2].sum(axis=1, keepdims=True)
        return share


def _part_distances(points: Array) -> Array:
    """(n, parts) signed distance in metres of points (n, 3) from every capsule, negative inside; exact for capsules
    without stretch."""
    # |q - a - share * along| for q = point / stretch, multiplied out into matrix products: no (n, parts, 3) arrays.
    a, along = _A / _STRETCH, (_B - _A) / _STRETCH
    length2 = (along**2).sum(-1)
    onto = points @ (along / _STRETCH).T - (a * along).sum(-1)
    far2 = points**2 @ (_STRETCH**-2).T
    far2 -= points @ (2.0 * a / _STRETCH).T
    far2 += (a**2).sum(-1)
    share = np.clip(onto / length2, 0.0, 1.0)
    far2 += share * (share * length2 - 2.0 * onto)
    far: Array = np.sqrt(np.maximum(far2, 0.0, out=far2), out=far2)
    far -= _RA + share * (_RB - _RA)
    far *= _STRETCH.min(-1)
    return far


def signed_distance(points: Array) -> Array:
    """(n,) metres of points (n, 3) from the surface, negative inside: a smooth union of all capsules."""
    points = np.asarray(points, np.float32)
    found = np.empty(len(points), np.float32)
    for begin in range(0, len(points), CHUNK):
        near = _part_distances(points[begin : begin + CHUNK])
        least = near.min(axis=1)
        np.subtract(least[:, None], near, out=near)
        near /= BLEND_M
        found[begin : begin + CHUNK] = least - BLEND_M * np.log(np.exp(near, out=near).sum(axis=1))
    return found


def _grid_distances(axes: list[Array]) -> Array:
    """(nx, ny, nz) `signed_distance` at the points of a grid, exact in blocks that the surface may cross; in the others
    the value of the block's centre, which has the same sign."""
    counts = np.array([len(axis) for axis in axes])
    blocks = -(-counts // BLOCK)
    step = axes[0][1] - axes[0][0]
    low = np.array([axis[0] for axis in axes])
    centres = low + step * (BLOCK * np.argwhere(np.ones(blocks, bool)) + (BLOCK - 1) / 2)
    coarse = signed_distance(centres)
    field = np.repeat(coarse, BLOCK**3).reshape(-1, BLOCK, BLOCK, BLOCK)
    crossed = np.abs(coarse) < STEEPEST * step * np.sqrt(3.0) * (BLOCK - 1) / 2
    corner = centres[crossed] - step * (BLOCK - 1) / 2
    inner = step * np.argwhere(np.ones((BLOCK,) * 3, bool))
    field[crossed] = signed_distance((corner[:, None] + inner).reshape(-1, 3)).reshape(-1, BLOCK, BLOCK, BLOCK)
    whole = field.reshape(*blocks, BLOCK, BLOCK, BLOCK).transpose(0, 3, 1, 4, 2, 5).reshape(blocks * BLOCK)
    return whole[: counts[0], : counts[1], : counts[2]]


def outward_normals(points: Array) -> Array:
    """(n, 3) unit gradients of `signed_distance`, by central differences."""
    e = 2e-3
    slope = np.stack(
        [signed_distance(points + e * axis) - signed_distance(points - e * axis) for axis in np.eye(3)], axis=-1
    )
    units: Array = slope / np.maximum(np.linalg.norm(slope, axis=-1, keepdims=True), 1e-9)
    return units


def skin_weights(points: Array) -> tuple[Indices, Array]:
    """(n, 4) bones and (n, 4) weights of points: the bone whose capsules are nearest, and its neighbours."""
    near = np.full((len(points), CORE_COUNT), np.inf)
    distances = _part_distances(np.asarray(points, np.float32))
    for bone in range(CORE_COUNT):
        own = np.flatnonzero(bone == _BONES)
        if len(own):
            near[:, bone] = distances[:, own].min(axis=1)
    first = near.argmin(axis=1)
    adjacent = np.eye(CORE_COUNT, dtype=bool)
    for bone in range(1, CORE_COUNT):
        adjacent[bone, PARENTS[bone]] = adjacent[PARENTS[bone], bone] = True
    affinities = np.where(
        adjacent[first], np.exp(-np.maximum(near - near.min(axis=1, keepdims=True), 0.0) / WEIGHT_FADE_M), 0.0
    )
    bones = np.argsort(-affinities, axis=1, kind="stable")[:, :4]
    weights = np.take_along_axis(affinities, bones, axis=1)
    return bones, weights / weights.sum(axis=1, keepdims=True)


@cache
def surface_mesh(step_m: float = FINE_MESH_STEP_M) -> BodyMesh:
    """The surface as a mesh of about 5.1 / step_m² triangles, by naive surface nets (Gibson 1998)."""
    counts = np.ceil((BOUNDS_M[1] - BOUNDS_M[0]) / step_m).astype(int) + 1
    axes = [BOUNDS_M[0][i] + step_m * np.arange(counts[i]) for i in range(3)]
    field = _grid_distances(axes)
    inside = field < 0.0
    corners = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij"), axis=-1).reshape(-1, 3)
    sums, hits = np.zeros((*(counts - 1), 3)), np.zeros(counts - 1)

    def at(values: Array, corner: Indices) -> Array:
        return values[tuple(slice(c, n - 1 + c) for c, n in zip(corner, counts, strict=True))]

    for one in corners:
        for axis in np.flatnonzero(one == 0).tolist():
            other = one + np.eye(3, dtype=int)[axis]
            a, b = at(field, one), at(field, other)
            crossed = (a < 0.0) != (b < 0.0)
            share = np.where(crossed, a / np.where(crossed, a - b, 1.0), 0.0)
            sums += crossed[..., None] * (one + share[..., None] * (other - one))
            hits += crossed
    cells = np.argwhere(hits > 0)
    number = np.full(counts - 1, -1)
    number[tuple(cells.T)] = np.arange(len(cells))
    places = BOUNDS_M[0] + step_m * (cells + sums[tuple(cells.T)] / hits[tuple(cells.T)][:, None])
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        begin = np.argwhere(np.diff(inside, axis=axis))
        begin = begin[(begin[:, u] > 0) & (begin[:, v] > 0)]
        du, dv = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
        ring = np.stack(
            [number[tuple((begin - s * du - t * dv).T)] for s, t in ((0, 0), (1, 0), (1, 1), (0, 1))], axis=1
        )
        out = inside[tuple(begin.T)]
        quads.append(np.where(out[:, None], ring, ring[:, ::-1]))
    ring = np.concatenate(quads)
    triangles = np.concatenate([ring[:, [0, 1, 2]], ring[:, [0, 2, 3]]])
    for _ in range(2):
        places = places - signed_distance(places)[:, None] * outward_normals(places)
    return BodyMesh(places, outward_normals(places), *skin_weights(places), triangles)


@cache
def surface_points(count: int, seed: int = 0) -> BodyMesh:
    """Points spread evenly over the surface, some of them up to 5 cm below it."""
    whole, chance = surface_mesh(COARSE_MESH_STEP_M), np.random.default_rng(seed)
    corners = whole.positions_m[whole.triangles]
    areas = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = np.searchsorted(np.cumsum(areas) / areas.sum(), chance.random(count)).clip(max=len(areas) - 1)
    u, v = np.sqrt(chance.random(count)), chance.random(count)
    shares = np.stack([1.0 - u, u * (1.0 - v), u * v], axis=1)
    places = (corners[chosen] * shares[..., None]).sum(axis=1)
    normals = outward_normals(places)
    places = places - normals * (0.05 * chance.random((count, 1)) ** 3)
    return BodyMesh(places, normals, *skin_weights(places), np.empty((0, 3), np.intp))


def _chains() -> list[list[tuple[str, Point]]]:
    """Polylines along the bones from one end of the body to another."""

    def end(name: str) -> tuple[str, Point]:
        x, y, z = (REST_POSITIONS_M[BONE_INDEX[name]] + BONE_TIPS_M[name]).tolist()
        return name, (x, y, z)

    def joints(*names: str) -> list[tuple[str, Point]]:
        return [(name, tuple(REST_POSITIONS_M[BONE_INDEX[name]].tolist())) for name in names]

    found = []
    for a, b in (("left", "right"), ("right", "left")):
        arm = [f"{a}{part}" for part in ("Hand", "LowerArm", "UpperArm", "Shoulder")]
        leg = [f"{part}" for part in ("UpperLeg", "LowerLeg", "Foot")]
        near, far = [f"{a}{part}" for part in leg], [f"{b}{part}" for part in leg]
        found.append([end(f"{a}Hand"), *joints(*arm, "chest", "spine", "hips", *near), end(f"{a}Toes")])
        found.append([end(f"{a}Hand"), *joints(*arm, "chest", "spine", *far), end(f"{b}Toes")])
        found.append([end("head"), *joints("head", "neck", "upperChest", "chest", "spine", *near), end(f"{a}Toes")])
    across = joints(
        "leftHand", "leftLowerArm", "leftUpperArm", "upperChest", "rightUpperArm", "rightLowerArm", "rightHand"
    )
    found.append([end("leftHand"), *across, end("rightHand")])
    head = [("head", (0.0, 1.70, 0.0)), ("head", (0.0, 1.60, 0.01)), ("head", (0.0, 1.50, 0.01)), *joints("neck")]
    found.append([*head, *joints("upperChest", "chest")])
    found.append(head)
    return found


def sample_chain(chain: list[tuple[str, Point]], shares: Array) -> tuple[Array, Array]:
    """(n, 3) points of a chain at `shares` (n,) 0..1 of its length, and its unit directions there, rounded at the
    joints."""
    knots = np.array([place for _, place in chain])
    lengths = np.array([float(np.linalg.norm(b - a)) for a, b in pairwise(knots)])
    fine = np.concatenate([[0.0], np.cumsum(lengths)]) / lengths.sum()

    def at(x: Array) -> Array:
        return np.stack([np.interp(x, fine, knots[:, i]) for i in range(3)], axis=-1)

    offsets = 0.05 * np.linspace(-1.0, 1.0, 7)
    places = np.mean([at(np.clip(shares + d, 0.0, 1.0)) for d in offsets], axis=0)
    ahead = at(np.clip(shares + 0.03, 0.0, 1.0)) - at(np.clip(shares - 0.03, 0.0, 1.0))
    return places, ahead / np.maximum(np.linalg.norm(ahead, axis=-1, keepdims=True), 1e-9)


@cache
def wound_lines(count: int, points: int, seed: int = 0) -> BodyMesh:
    """`count` lines of `points` points each, wound around the limbs on the surface, one after the other in the
    arrays."""
    chance, chains = np.random.default_rng(seed), _chains()
    chosen = chance.permutation(np.arange(count) % len(chains))
    begin = 0.2 * chance.random(count) ** 2
    finish = 1.0 - 0.2 * chance.random(count) ** 2
    shares = begin[:, None] + (finish - begin)[:, None] * np.linspace(0.0, 1.0, points)
    centres, directions = np.empty((count, points, 3)), np.empty((count, points, 3))
    for i, chain in enumerate(chains):
        own = chosen == i
        centres[own], directions[own] = sample_chain(chain, shares[own])
    round_ = np.where(chosen == len(chains) - 1, 6.0, 2.2)
    turns = chance.random(count)[:, None] + ((chance.random(count) - 0.5) * round_)[:, None] * shares
    # A frame that never flips: everything in the T-pose lies in the plane of x and y, so z is square to most of it.
    ahead, angle = np.array([0.0, 0.0, 1.0]), 2.0 * np.pi * turns[..., None]
    side = np.cross(directions, ahead)
    side /= np.maximum(np.linalg.norm(side, axis=-1, keepdims=True), 1e-6)
    ways = np.cos(angle) * side + np.sin(angle) * ahead
    flat, ways = centres.reshape(-1, 3), ways.reshape(-1, 3)
    places = flat.copy()
    for _ in range(10):
        places = places - 0.9 * signed_distance(places)[:, None] * ways
    far = np.linalg.norm(places - flat, axis=1, keepdims=True)
    places = flat + ways * np.minimum(far, 0.22) * np.repeat(chance.uniform(0.55, 1.12, count), points)[:, None]
    return BodyMesh(places, ways, *skin_weights(places), np.empty((0, 3), np.intp))


_STROKES: tuple[tuple[Point, Chain], ...] = (
    (
        (0.0, 0.05, 0.02),
        (
            ("upperChest", (0.03, 1.40, 0.02)),
            ("leftShoulder", (0.11, 1.40, 0.0)),
            ("leftUpperArm", (0.20, 1.39, 0.0)),
            ("leftUpperArm", (0.33, 1.385, -0.015)),
            ("leftLowerArm", (0.48, 1.385, -0.015)),
        ),
    ),
    (
        (0.0, -0.04, 0.01),
        (
            ("leftLowerArm", (0.44, 1.385, -0.015)),
            ("leftLowerArm", (0.57, 1.385, -0.015)),
            ("leftHand", (0.72, 1.385, -0.01)),
            ("leftHand", (0.87, 1.382, 0.0)),
        ),
    ),
    (
        (0.07, 0.0, 0.02),
        (
            ("spine", (0.08, 1.10, 0.0)),
            ("hips", (0.11, 0.96, 0.0)),
            ("leftUpperLeg", (0.13, 0.82, 0.0)),
            ("leftUpperLeg", (0.11, 0.66, 0.0)),
            ("leftLowerLeg", (0.10, 0.50, 0.0)),
        ),
    ),
    (
        (-0.04, 0.0, 0.02),
        (
            ("leftUpperLeg", (0.08, 0.62, 0.0)),
            ("leftLowerLeg", (0.08, 0.47, 0.0)),
            ("leftLowerLeg", (0.08, 0.30, -0.02)),
            ("leftFoot", (0.08, 0.10, -0.02)),
        ),
    ),
)
"""Offset in metres of a brush stroke of the left side from the bones, and the points that it passes."""


@cache
def brush_strokes() -> Array:
    """(strokes, 6, 4) points on the surface that brush strokes pass, and the bone that moves each."""
    rows = []
    for left in (False, True):
        for lean, knots in _STROKES:
            fine, places = np.linspace(0.0, len(knots) - 1.0, 6), np.array([place for _, place in knots])
            line = lean + np.stack([np.interp(fine, np.arange(len(knots)), column) for column in places.T], axis=-1)
            for _ in range(4):
                line = line - signed_distance(line)[:, None] * outward_normals(line)
            names = [knots[int(x + 0.5)][0] for x in fine]
            if not left:
                line, names = line * (-1.0, 1.0, 1.0), [name.replace("left", "right") for name in names]
            rows.append(np.concatenate([line, [[BONE_INDEX[name]] for name in names]], axis=1))
    return np.stack(rows)
