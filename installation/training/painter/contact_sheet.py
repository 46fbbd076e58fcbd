"""A contact sheet: references in the first column, what was painted from each guide beside them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

PAPER = (244, 241, 234)
GAP = 6


def sheet(rows: Sequence[Sequence[Pixels | None]], high: int = 192) -> Image.Image:
    """Pictures (h, w, 3) in rows, `high` pixels each; None leaves a place free. Columns are as wide as their widest."""
    fitted = [[None if p is None else _fit(p, high) for p in row] for row in rows]
    columns = max((len(row) for row in fitted), default=0)
    wide = [0] * columns
    for row in fitted:
        wide[: len(row)] = [max(w, 0 if p is None else p.shape[1]) for w, p in zip(wide, row, strict=False)]
    size = sum(wide) + GAP * (columns + 1), len(fitted) * (high + GAP) + GAP
    page = np.full((size[1], size[0], 3), PAPER, np.uint8)
    for r, row in enumerate(fitted):
        for c, picture in enumerate(row):
            if picture is None:
                continue
            top, left = GAP + r * (high + GAP), GAP * (c + 1) + sum(wide[:c]) + (wide[c] - picture.shape[1]) // 2
            page[top : top + high, left : left + picture.shape[1]] = picture
    return Image.fromarray(page)


def _fit(picture: Pixels, high: int) -> Pixels:
    """The picture as high as its row, and no wider than 16:9."""
    width = round(picture.shape[1] * high / picture.shape[0])
    how = cv2.INTER_AREA if picture.shape[0] > high else cv2.INTER_CUBIC
    fitted = np.asarray(cv2.resize(picture, (width, high), interpolation=how), np.uint8)
    most = high * 16 // 9
    left = max(width - most, 0) // 2
    return fitted[:, left : left + most]
