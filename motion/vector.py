"""Vectors of three numbers in plain Python: for the few of one body that is quicker than to call numpy for each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

Vector = Sequence[float]
"""x, y, z."""
Columns = Sequence[Vector]
"""A matrix (3, 3) by its columns."""
TINY = 1e-12


class Cone(NamedTuple):
    """How far something may turn: cosine and sine of the angle."""

    cosine: float
    sine: float

    @classmethod
    def of(cls, degrees: float) -> Cone:
        return cls(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))


def dot(a: Vector, b: Vector) -> float:
    x, y, z = a
    u, v, w = b
    return x * u + y * v + z * w


def cross(a: Vector, b: Vector) -> Vector:
    x, y, z = a
    u, v, w = b
    return y * w - z * v, z * u - x * w, x * v - y * u


def plus(a: Vector, b: Vector, share: float = 1.0) -> Vector:
    """a, and this share of b."""
    x, y, z = a
    u, v, w = b
    return x + share * u, y + share * v, z + share * w


def towards(a: Vector, b: Vector, share: float) -> Vector:
    """From a (share 0) to b (1) in a straight line."""
    x, y, z = a
    u, v, w = b
    return x + share * (u - x), y + share * (v - y), z + share * (w - z)


def unit(v: Vector) -> Vector:
    """Of length one; nothing stays nothing."""
    x, y, z = v
    k = 1.0 / (math.sqrt(x * x + y * y + z * z) + TINY)
    return k * x, k * y, k * z


def aside(a: Vector, along: Vector) -> Vector:
    """The part of `a` that is square to the unit vector `along`, of length one."""
    x, y, z = a
    u, v, w = along
    d = x * u + y * v + z * w
    x, y, z = x - d * u, y - d * v, z - d * w
    k = 1.0 / (math.sqrt(x * x + y * y + z * z) + TINY)
    return k * x, k * y, k * z


def cone(v: Vector, axis: Vector, most: Cone) -> Vector:
    """A unit vector, brought to within `most` of the unit vector `axis`."""
    if dot(v, axis) >= most.cosine:
        return v
    x, y, z = axis
    return plus((most.cosine * x, most.cosine * y, most.cosine * z), aside(v, axis), most.sine)


def turned(turn: Columns, v: Vector) -> Vector:
    """The matrix times v."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    x, y, z = v
    return a * x + d * y + g * z, b * x + e * y + h * z, c * x + f * y + i * z


def into(turn: Columns, v: Vector) -> Vector:
    """The matrix, transposed, times v: what v is as that frame has it."""
    (a, b, c), (d, e, f), (g, h, i) = turn
    x, y, z = v
    return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z
