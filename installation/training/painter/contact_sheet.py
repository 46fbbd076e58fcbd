"""Contact sheet of a painter: reference pictures in the first column, paintings of each guide beside them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

BACKGROUND_RGB = (244, 241, 234)
GAP_PX = 6
"""Space between two pictures."""


def contact_sheet(rows: Sequence[Sequence[Pixels | None]], row_height_px: int = 192) -> Image.Image:
    """Pictures (h, w, 3) in rows of `row_height_px`; None leaves a cell empty. A column is as wide as its widest."""
    fitted = [[None if picture is None else _fit(picture, row_height_px) for picture in row] for row in rows]
    column_count = max((len(row) for row in fitted), default=0)
    widths = [0] * column_count
    for row in fitted:
        widths[: len(row)] = [max(w, 0 if p is None else p.shape[1]) for w, p in zip(widths, row, strict=False)]
    size = sum(widths) + GAP_PX * (column_count + 1), len(fitted) * (row_height_px + GAP_PX) + GAP_PX
    page = np.full((size[1], size[0], 3), BACKGROUND_RGB, np.uint8)
    for r, row in enumerate(fitted):
        for c, picture in enumerate(row):
            if picture is None:
                continue
            top = GAP_PX + r * (row_height_px + GAP_PX)
            left = GAP_PX * (c + 1) + sum(widths[:c]) + (widths[c] - picture.shape[1]) // 2
            page[top : top + row_height_px, left : left + picture.shape[1]] = picture
    return Image.fromarray(page)


def _fit(picture: Pixels, height: int) -> Pixels:
    """The picture scaled to a height and cropped to an aspect of 16:9 at most."""
    width = round(picture.shape[1] * height / picture.shape[0])
    interpolation = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_CUBIC
    fitted = np.asarray(cv2.resize(picture, (width, height), interpolation=interpolation), np.uint8)
    max_width = height * 16 // 9
    left = max(width - max_width, 0) // 2
    return fitted[:, left : left + max_width]
