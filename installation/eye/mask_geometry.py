"""Geometry of a segmentation mask in the picture: its box, its area, and the crop borders that cut it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.eye.boxes import box_size, landmark_box, union
from installation.eye.pose_estimator import PoseDetection

Array = NDArray[np.float32]

THRESHOLD = 0.5
"""Mask value from which on a pixel belongs to the body."""
VISIBLE = 0.5
"""Visibility from which on a landmark is in view."""
OVERLAP_STRIDE = 3
"""Every so many pixels of a mask two are compared."""
CUT_SHARE = 0.03
"""Share of a crop's border, as a side of the mask, from which on a body that touches it is cut."""
NEAR_SHARE = 0.13
"""Share of the crop's side within which its upper border may cut off a head: the network fades before it."""
FLAT_SHARE = 0.13
"""Share of the body's size from which on its upper edge is straight there: heads are round."""
BEYOND_SHARE = 0.06
"""Share of the body's size by which visible landmarks lie below a mask that ends before the body does."""
GROWTH_SHARE = 0.2
"""Share of the crop's side by which the crop grows where its border cuts the body."""
MAX_GROWTH = 0.8
"""Sizes of the landmarks' box by which the mask may enlarge it on each side: a mask may run away."""


def body_box(detection: PoseDetection) -> Array:
    """The box (4,) of a body: around its visible landmarks and its mask."""
    box_px = landmark_box(detection.landmarks_px, detection.visibility)
    if detection.mask is None:
        return box_px
    inside = detection.mask > THRESHOLD
    columns, rows = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    if not len(columns):
        return box_px
    left, top, side = detection.crop_px
    scale = np.float32(side / inside.shape[1])
    mask_px = np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], np.float32) * scale
    return _limited(union(box_px, mask_px + np.array([left, top, left, top], np.float32)), box_px)


def cut_sides(detection: PoseDetection, size_px: tuple[int, int]) -> tuple[bool, bool, bool, bool]:
    """Whether the crop cuts the body at its left, top, right and bottom border.

    Only inside a picture of this width and height: the picture's own borders cut nothing.
    """
    if detection.mask is None:
        return False, False, False, False
    left, top, side = detection.crop_px
    inside = detection.mask > THRESHOLD
    wide = inside.shape[1]
    scale = side / wide
    columns, rows = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    if not len(columns):
        return False, False, False, False
    size = max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1

    def is_cut(first_lines: NDArray[np.bool_], is_inside: bool) -> bool:
        # The outermost pixels of a mask that was scaled down may be fainter than the body.
        return is_inside and int(np.count_nonzero(first_lines.any(axis=0))) > CUT_SHARE * wide

    has_flat_top = rows[0] <= NEAR_SHARE * wide and np.count_nonzero(inside[rows[0] : rows[0] + 2].any(axis=0)) > (
        FLAT_SHARE * size
    )
    top_is_inside = top > scale
    return (
        is_cut(inside.T[:2], left > scale),
        is_cut(inside[:2], top_is_inside) or bool(top_is_inside and has_flat_top),
        is_cut(inside.T[-2:], left + side < size_px[0] - scale),
        is_cut(inside[-2:], top + side < size_px[1] - scale),
    )


def ends_early(detection: PoseDetection) -> bool:
    """Whether the lower edge of the mask is straight, above landmarks that are visible.

    The network sees the body's square of the moment before: legs that come down fast are below it.
    """
    if detection.mask is None or not has_straight_base(detection):
        return False
    rows, columns = (np.flatnonzero((detection.mask > THRESHOLD).any(axis=axis)) for axis in (1, 0))
    size = max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1
    lowest = float(detection.landmarks_px[detection.visibility > VISIBLE, 1].max(initial=0.0))
    beyond = (lowest - detection.crop_px[1]) * detection.mask.shape[0] / detection.crop_px[2] - rows[-1]
    return bool(beyond > BEYOND_SHARE * size)


def has_straight_base(detection: PoseDetection) -> bool:
    """Whether the lower edge of the mask is straight, as that of feet may be, and of legs that are cut."""
    if detection.mask is None:
        return False
    inside = detection.mask > THRESHOLD
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        return False
    size = max(columns[-1] - columns[0], rows[-1] - rows[0]) + 1
    return int(np.count_nonzero(inside[rows[-1] - 1 : rows[-1] + 1].any(axis=0))) > int(FLAT_SHARE * size)


def crop_extent(detection: PoseDetection, size_px: tuple[int, int]) -> Array:
    """The box (4,) that the next crop must show of a body: its own box, enlarged where this crop has cut it."""
    growth = GROWTH_SHARE * detection.crop_px[2] * np.array([-1, -1, 1, 1]) * cut_sides(detection, size_px)
    box_px = body_box(detection)
    return _limited(box_px + growth.astype(np.float32), landmark_box(detection.landmarks_px, detection.visibility))


def _limited(grown: Array, box_px: Array) -> Array:
    """`grown`, at most MAX_GROWTH beyond the landmarks' box on each side."""
    margin = MAX_GROWTH * box_size(box_px)
    limit = box_px + np.array([-margin, -margin, margin, margin], np.float32)
    return np.concatenate([np.maximum(grown[:2], limit[:2]), np.minimum(grown[2:], limit[2:])])


def mask_area(detection: PoseDetection) -> float:
    """Pixels of the picture that a detection's mask covers; 0 without a mask."""
    if detection.mask is None:
        return 0.0
    pixels = int(np.count_nonzero(detection.mask > THRESHOLD))
    scale = float(detection.crop_px[2]) / int(detection.mask.shape[1])
    return pixels * scale * scale


def share_outside(detection: PoseDetection, box_px: Array) -> float:
    """Share 0..1 of a detection's mask that lies outside a box (4,) of the picture; 0 without a mask."""
    if detection.mask is None:
        return 0.0
    inside = detection.mask > THRESHOLD
    total = np.count_nonzero(inside)
    left, top, side = detection.crop_px
    scale = inside.shape[1] / side
    x0, y0, x1, y1 = (
        ((box_px - np.array([left, top, left, top], np.float32)) * scale).round().astype(int).clip(0).tolist()
    )
    return 1.0 - np.count_nonzero(inside[y0:y1, x0:x1]) / total if total else 0.0


def mask_overlap(detection: PoseDetection, other: PoseDetection) -> float:
    """Share 0..1 of a detection's mask that another's covers; 0 where either has none."""
    if detection.mask is None or other.mask is None:
        return 0.0
    stride = OVERLAP_STRIDE
    rows, columns = np.nonzero(detection.mask[::stride, ::stride] > THRESHOLD)
    if not len(rows):
        return 0.0
    scale = detection.crop_px[2] / detection.mask.shape[1]
    back = other.mask.shape[1] / other.crop_px[2]
    x = ((columns * stride + 0.5) * scale + detection.crop_px[0] - other.crop_px[0]) * back
    y = ((rows * stride + 0.5) * scale + detection.crop_px[1] - other.crop_px[1]) * back
    wide = other.mask.shape[1]
    is_inside = (x >= 0) & (y >= 0) & (x < wide) & (y < wide)
    covered = other.mask[y[is_inside].astype(int), x[is_inside].astype(int)] > THRESHOLD
    return float(np.count_nonzero(covered)) / len(rows)
