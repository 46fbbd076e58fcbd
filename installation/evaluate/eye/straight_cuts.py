"""Outlines cut in a straight line: an upright or level edge beyond which the body goes on, and the outline does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.evaluate.eye.composer import Mask

Array = NDArray[np.float32]

MIN_RUN_SHARE = 0.1
"""Length of the shortest cut, share of the outline's longer side."""
MIN_RUN_PX = 10.0
MAX_SLOPE = 0.06
"""Slope against an axis up to which a segment belongs to a straight run along it."""
PROBE_SHARE = 0.02
"""Distance from the run at which the body is looked for on both sides, share of the outline's longer side."""
MIN_PROBE_PX = 4.0
MIN_INSIDE = 0.7
"""Share of the points on each side of a run that must lie on the body."""


def is_cut(rings: Sequence[Array], body: Mask) -> bool:
    """Whether rings (n, 2) in pixels, y down, cut through the mask of a body in a straight line along an axis."""
    points = np.concatenate(rings)
    size = float(np.ptp(points, axis=0).max())
    min_length, probe = max(MIN_RUN_PX, MIN_RUN_SHARE * size), max(MIN_PROBE_PX, PROBE_SHARE * size)
    kept = _filled(rings, body.shape)
    kept, lost = body & kept, body & ~kept
    for ring in rings:
        for along in (0, 1):
            for run in _straight_runs(ring, along, min_length):
                for inwards in (-probe, probe):
                    inside = _share_inside(run, 1 - along, inwards, kept)
                    beyond = _share_inside(run, 1 - along, -inwards, lost)
                    # Across a gap between the legs the outline goes on.
                    goes_on = _share_inside(run, 1 - along, -2.0 * inwards, kept)
                    if min(inside, beyond, 1.0 - goes_on) >= MIN_INSIDE:
                        return True
    return False


def _filled(rings: Sequence[Array], shape: tuple[int, ...]) -> Mask:
    """The pixels inside an outline, its holes left out."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(ring).astype(np.int32) for ring in rings], 1)
    return mask > 0


def _straight_runs(ring: Array, along: int, min_length: float) -> Iterator[Array]:
    """Consecutive points (n, 2) of a ring along an axis (0: level, 1: upright), `min_length` pixels or longer."""
    closed = np.concatenate([ring, ring[:1]])
    steps = np.abs(np.diff(closed, axis=0))
    is_straight = steps[:, 1 - along] <= MAX_SLOPE * steps[:, along]
    if is_straight.all() or not is_straight.any():
        return
    first = int(np.flatnonzero(~is_straight)[0])  # so that no run goes over the ring's end
    order = np.roll(is_straight, -first)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], order, [False]]).astype(int)))
    for begin, end in edges.reshape(-1, 2):
        run = ring[(np.arange(begin, end + 1) + first) % len(ring)]
        if abs(run[-1, along] - run[0, along]) >= min_length:
            yield run


def _share_inside(run: Array, across: int, offset: float, body: Mask) -> float:
    """Share of a run's points, moved by `offset` across it, that lie on the body."""
    moved = run.copy()
    moved[:, across] += offset
    x, y = np.floor(moved).astype(int).T
    is_in_picture = (x >= 0) & (y >= 0) & (x < body.shape[1]) & (y < body.shape[0])
    on_body = np.zeros(len(run), bool)
    on_body[is_in_picture] = body[y[is_in_picture], x[is_in_picture]]
    return float(on_body.mean())
