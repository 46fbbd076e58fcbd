"""Rotations as arrays: quaternions (w, x, y, z), matrices, 6-D, axis and angle; all functions are batched.

Quaternions are (..., 4) of unit length unless a docstring says otherwise; matrices (..., 3, 3) act on column vectors;
angles are radians, right-handed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
MIN_LENGTH = 1e-12
"""Shorter vectors and quaternions count as zero."""
MIN_LENGTH_PRODUCT = 1e-18
"""Two vectors count as zero if the product of their lengths is smaller."""
_NEXT = np.array([1, 2, 0])
_LEFT = np.array([[0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0]])
_LEFT_SIGN = np.array([[1.0, -1.0, -1.0, -1.0], [1.0, 1.0, -1.0, 1.0], [1.0, 1.0, 1.0, -1.0], [1.0, -1.0, 1.0, 1.0]])
"""Components of a quaternion, and their signs, in the matrix that multiplies from its left."""


def _outer() -> Array:
    """(9, 16) from a rotation matrix, row by row, to the 4 q q^T of its quaternion less the identity."""
    table = np.zeros((3, 3, 4, 4))
    for i, signs in enumerate(((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))):
        table[range(3), range(3), i, i] = signs
    pairs = (
        (0, 1, (2, 1), (1, 2), -1),
        (0, 2, (0, 2), (2, 0), -1),
        (0, 3, (1, 0), (0, 1), -1),
        (1, 2, (1, 0), (0, 1), 1),
        (1, 3, (0, 2), (2, 0), 1),
        (2, 3, (2, 1), (1, 2), 1),
    )
    for i, j, one, other, sign in pairs:
        table[(*one, i, j)] = table[(*one, j, i)] = 1.0
        table[(*other, i, j)] = table[(*other, j, i)] = sign
    return table.reshape(9, 16)


def _inner() -> Array:
    """(16, 9) from q q^T to the matrix of q, row by row, less the identity."""
    table = np.zeros((4, 4, 3, 3))
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        table[j + 1, j + 1, i, i] = table[k + 1, k + 1, i, i] = -2.0
        table[i + 1, j + 1, i, j] = table[i + 1, j + 1, j, i] = table[0, k + 1, j, i] = 2.0
        table[0, k + 1, i, j] = -2.0
    return table.reshape(16, 9)


_OUTER, _EYE = _outer(), np.eye(4).ravel()
_INNER = _inner()


def normalise(q: Array) -> Array:
    """(..., 4) scaled to unit length; zero becomes the identity."""
    size = length(q)
    return np.where(size > MIN_LENGTH, q / np.maximum(size, MIN_LENGTH), IDENTITY.astype(q.dtype))


def conjugate(q: Array) -> Array:
    """The inverse rotation."""
    return q * np.array([1.0, -1.0, -1.0, -1.0], q.dtype)


def multiply(a: Array, b: Array) -> Array:
    """The product a b (Hamilton): first `b`, then `a`."""
    product: Array = np.vecdot(a.take(_LEFT, -1) * _LEFT_SIGN, b[..., None, :])
    return product


def length(v: Array) -> Array:
    """(..., 1) Euclidean lengths of vectors (..., n)."""
    norms: Array = np.sqrt(np.vecdot(v, v))[..., None]
    return norms


def cross(a: Array, b: Array) -> Array:
    """The cross product (..., 3); many times as fast as numpy's for the few vectors of a body."""
    return (a * b.take(_NEXT, -1) - a.take(_NEXT, -1) * b).take(_NEXT, -1)


def rotate(q: Array, v: Array) -> Array:
    """Vectors (..., 3) rotated by `q`."""
    w, u = q[..., :1], q[..., 1:]
    aside = 2.0 * cross(u, v)
    return v + w * aside + cross(u, aside)


def from_axis_angle(axis: ArrayLike, angle: ArrayLike) -> Array:
    """Rotations by (...) radians about unit axes (..., 3)."""
    half = 0.5 * np.asarray(angle, float)[..., None]
    return np.concatenate([np.cos(half), np.sin(half) * np.asarray(axis, float)], axis=-1)


def from_vector(v: Array) -> Array:
    """The exponential map of rotation vectors (..., 3), axis times angle."""
    angle = length(v)
    return np.concatenate([np.cos(0.5 * angle), 0.5 * np.sinc(angle / (2.0 * np.pi)) * v], axis=-1)


def to_vector(q: Array) -> Array:
    """The logarithm: rotation vectors (..., 3) of the shorter rotation, at most pi long."""
    q = np.where(q[..., :1] < 0.0, -q, q)
    sine = length(q[..., 1:])
    angle = 2.0 * np.arctan2(sine, q[..., :1])
    return q[..., 1:] * np.where(sine > MIN_LENGTH, angle / np.maximum(sine, MIN_LENGTH), 2.0)


def to_matrix(q: Array) -> Array:
    """(..., 3, 3) of unit quaternions."""
    outer = (q[..., :, None] * q[..., None, :]).reshape(*q.shape[:-1], 16)
    return (outer @ _INNER.astype(q.dtype, copy=False)).reshape(*q.shape[:-1], 3, 3) + np.eye(3, dtype=q.dtype)


def from_matrix(m: Array) -> Array:
    """Quaternions with w >= 0 of rotation matrices, from the largest of the four components (Shepperd, 1978)."""
    rows = (m.reshape(-1, 9) @ _OUTER + _EYE).reshape(-1, 4, 4)
    best = rows.diagonal(0, -2, -1).argmax(axis=-1)
    q = rows[np.arange(len(rows)), best]
    q = q / length(q)
    quaternions: Array = np.where(q[:, :1] < 0.0, -q, q).reshape(*m.shape[:-2], 4)
    return quaternions


def to_six(q: Array) -> Array:
    """The 6-D form (..., 6): the matrix's first two columns, one after the other (Zhou et al., CVPR 2019)."""
    m = to_matrix(q)
    return np.concatenate([m[..., 0], m[..., 1]], axis=-1)


def from_six(six: Array) -> Array:
    """Quaternions of any (..., 6), by Gram and Schmidt; the two columns must not be parallel."""
    return from_matrix(six_to_matrix(six))


def six_to_matrix(six: Array) -> Array:
    """Rotation matrices (..., 3, 3) of any (..., 6), as `from_six`."""
    return matrix_from_columns(six[..., :3], six[..., 3:])


def matrix_from_columns(first: Array, second: Array) -> Array:
    """(..., 3, 3) rotation matrices by Gram-Schmidt: first column along `first`, second in its plane with `second`."""
    x = first / np.maximum(length(first), MIN_LENGTH)
    y = second - (x * second).sum(axis=-1, keepdims=True) * x
    y = y / np.maximum(length(y), MIN_LENGTH)
    m = np.empty((*x.shape, 3), x.dtype)
    m[..., 0], m[..., 1], m[..., 2] = x, y, cross(x, y)
    return m


def between(u: Array, v: Array) -> Array:
    """The shortest rotation from the direction `u` (..., 3) to `v`; about any axis where they are opposite."""
    # Zero vectors give the identity.
    size = np.maximum(np.sqrt(np.vecdot(u, u) * np.vecdot(v, v)), MIN_LENGTH_PRODUCT)[..., None]
    real = size + np.vecdot(u, v)[..., None]
    turn = np.concatenate([real, cross(u, v)], axis=-1)
    if (opposite := real < 1e-9 * size).any():
        aside = np.where(np.abs(u[..., :1]) < 0.7 * length(u), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
        turn = np.where(opposite, np.concatenate([np.zeros_like(real), cross(u, aside)], axis=-1), turn)
    return turn / length(turn)


def slerp(a: Array, b: Array, share: ArrayLike) -> Array:
    """Spherical interpolation along the shorter arc, from `a` (share 0) to `b` (1); `share` (...) (Shoemake, 1985)."""
    b = np.where(np.vecdot(a, b)[..., None] < 0.0, -b, b)
    angle = 2.0 * np.arctan2(length(a - b), length(a + b))
    # Nearly equal rotations are interpolated linearly.
    sine = np.maximum(np.sin(angle), MIN_LENGTH)
    part = np.asarray(share, float)[..., None]
    near = angle > 1e-6
    return (
        np.where(near, np.sin((1.0 - part) * angle) / sine, 1.0 - part) * a
        + np.where(near, np.sin(part * angle) / sine, part) * b
    )


def swing_twist(q: Array, axis: Array) -> tuple[Array, Array]:
    """`q` as swing times twist: the twist is about `axis` (..., 3), the swing about an axis perpendicular to it."""
    along = (q[..., 1:] * axis).sum(axis=-1, keepdims=True) * axis
    twist = normalise(np.concatenate([q[..., :1], along], axis=-1))
    return multiply(q, conjugate(twist)), twist


def angle(a: Array, b: Array) -> Array:
    """Radians (...) between two rotations, 0 to pi."""
    radians: Array = 2.0 * np.arctan2(
        np.linalg.norm(multiply(conjugate(a), b)[..., 1:], axis=-1), np.abs((a * b).sum(axis=-1))
    )
    return radians


def continuous(q: Array) -> Array:
    """(T, ..., 4) with signs chosen so that each frame is near the one before."""
    turned = np.sign((q[1:] * q[:-1]).sum(axis=-1, keepdims=True))
    signs = np.cumprod(np.where(turned == 0.0, 1.0, turned), axis=0)
    return np.concatenate([q[:1], q[1:] * signs])


def from_euler(angles: Array, order: str) -> Array:
    """Rotations by (..., n) radians about the intrinsic axes of `order`, such as "ZXY"."""
    q = np.broadcast_to(IDENTITY, (*angles.shape[:-1], 4))
    for column, name in enumerate(order):
        q = multiply(q, from_axis_angle(np.eye(3)["XYZ".index(name)], angles[..., column]))
    return q


def to_euler(q: Array, order: str) -> Array:
    """(..., 3) radians about the three different intrinsic axes of `order`, as in `from_euler`.

    In gimbal lock, where the middle angle is a right one, the last angle is 0.
    """
    i, j, k = ("XYZ".index(name) for name in order)
    sign = 1.0 if (i, j, k) in ((0, 1, 2), (1, 2, 0), (2, 0, 1)) else -1.0
    m = to_matrix(q)
    sine = np.clip(sign * m[..., i, k], -1.0, 1.0)
    locked = np.abs(sine) > 1.0 - 1e-9
    first = np.where(
        locked, np.arctan2(sign * m[..., k, j], m[..., j, j]), np.arctan2(-sign * m[..., j, k], m[..., k, k])
    )
    last = np.where(locked, 0.0, np.arctan2(-sign * m[..., i, j], m[..., i, i]))
    middle = np.arctan2(sine, np.hypot(m[..., i, i], m[..., i, j]))
    return np.stack([first, middle, last], axis=-1)
