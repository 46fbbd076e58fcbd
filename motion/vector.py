"""Vectors of three numbers in plain Python: faster than numpy for the few vectors of one body."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Vector = Sequence[float]
"""x, y, z."""
Columns = Sequence[Vector]
"""A matrix (3, 3) as its columns."""
EPSILON = 1e-12
"""Added to lengths that are divided by."""


class Cone(NamedTuple):
    """A limit on an angle: its cosine and sine."""

    cosine: float
    sine: float

    @classmethod
    def of(cls, degrees: float) -> Cone:
        """The limit at `degrees`."""
        return cls(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def dot(a: Vector, b: Vector) -> float:
    """The dot product."""
    x, y, z = a
    u, v, w = b
    return x * u + y * v + z * w


def cross(a: Vector, b: Vector) -> Vector:
    """The cross product."""
    x, y, z = a
    u, v, w = b
    return y * w - z * v, z * u - x * w, x * v - y * u


def add_scaled(a: Vector, b: Vector, factor: float = 1.0) -> Vector:
    """a + factor * b."""
    x, y, z = a
    u, v, w = b
    return x + factor * u, y + factor * v, z + factor * w


def lerp(a: Vector, b: Vector, share: float) -> Vector:
    """Linear interpolation from a (share 0) to b (share 1)."""
    x, y, z = a
    u, v, w = b
    return x + share * (u - x), y + share * (v - y), z + share * (w - z)


def normalise(v: Vector) -> Vector:
    """The unit vector in the direction of v; zero for zero."""
    x, y, z = v
    k = 1.0 / (math.sqrt(x * x + y * y + z * z) + EPSILON)
    return k * x, k * y, k * z


def perpendicular(a: Vector, along: Vector) -> Vector:
    """The unit vector in the direction of the component of `a` perpendicular to the unit vector `along`."""
    x, y, z = a
    u, v, w = along
    d = x * u + y * v + z * w
    x, y, z = x - d * u, y - d * v, z - d * w
    k = 1.0 / (math.sqrt(x * x + y * y + z * z) + EPSILON)
    return k * x, k * y, k * z


def clamp_to_cone(v: Vector, axis: Vector, limit: Cone) -> Vector:
    """The unit vector nearest to the unit vector `v` whose angle to the unit vector `axis` is within `limit`."""
    if dot(v, axis) >= limit.cosine:
        return v
    x, y, z = axis
    return add_scaled((limit.cosine * x, limit.cosine * y, limit.cosine * z), perpendicular(v, axis), limit.sine)


def rotate(matrix: Columns, v: Vector) -> Vector:
    """The matrix times v."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    x, y, z = v
    return a * x + d * y + g * z, b * x + e * y + h * z, c * x + f * y + i * z


def unrotate(matrix: Columns, v: Vector) -> Vector:
    """The transposed matrix times v: v in the frame of a rotation matrix."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    x, y, z = v
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z
