"""Bars with the span in which they would lie with other couples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from motion.dancer.evaluate.confidence_interval import interval
from motion.dancer.evaluate.motion_strip import COLOURS, lettering
from motion.learning.plots import FAINT, FINE, GRID, INK, PAPER

Array = NDArray[np.floating]

WIDE, LEFT, RIGHT, TOP, STEP = 960, 250, 90, 64, 27
"""Pixels: in all, for the names, for the numbers, for the heading, from bar to bar."""
OTHER = (150, 146, 138)


def bars(heading: str, values: Mapping[str, Array]) -> Image.Image:
    """A bar for the mean of each couple's values (C,), the largest first, with its bootstrap interval over couples."""
    found = sorted(((name, interval(v)) for name, v in values.items()), key=lambda row: -row[1].mean)
    end = max(0.05, max(row.high for _, row in found)) * 1.04
    size = WIDE, TOP + STEP * len(found) + 40
    picture = Image.new("RGB", (FINE * size[0], FINE * size[1]), PAPER)
    draw = ImageDraw.Draw(picture)
    draw.text((FINE * 20, FINE * 18), heading, INK, lettering(17))
    scale = FINE * (WIDE - LEFT - RIGHT) / end
    foot = TOP + STEP * len(found)
    for tenth in range(int(end * 10.0) + 1):
        x = FINE * LEFT + scale * tenth / 10.0
        draw.line([(x, FINE * (TOP - 6)), (x, FINE * foot)], GRID, FINE)
        draw.text((x, FINE * (foot + 6)), f"{tenth / 10.0:g}", FAINT, lettering(11), "mt")
    for number, (name, row) in enumerate(found):
        y = FINE * (TOP + STEP * (number + 0.5))
        ink = COLOURS.get(name, OTHER)
        draw.text((FINE * (LEFT - 12), y), name, INK if name in COLOURS else FAINT, lettering(12), "rm")
        half = 7 * FINE
        draw.rounded_rectangle([FINE * LEFT, y - half, FINE * LEFT + scale * row.mean, y + half], 3 * FINE, ink)
        low, high = (FINE * LEFT + scale * max(v, 0.0) for v in (row.low, row.high))
        draw.line([(low, y), (high, y)], INK, FINE)
        for x in (low, high):
            draw.line([(x, y - 4 * FINE), (x, y + 4 * FINE)], INK, FINE)
        draw.text((high + 8 * FINE, y), f"{row.mean:.3f}", INK, lettering(12), "lm")
    return picture.resize(size, Image.Resampling.LANCZOS)
