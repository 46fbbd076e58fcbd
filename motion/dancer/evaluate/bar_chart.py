"""Bars with the span in which they would lie with other couples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from motion.dancer.evaluate.confidence_interval import bootstrap_interval
from motion.dancer.evaluate.motion_strip import COLOURS, font
from motion.learning.plots import FAINT_COLOUR, GRID_COLOUR, INK_COLOUR, PAPER_COLOUR, SUPERSAMPLING

Array = NDArray[np.floating]

WIDE, LEFT, RIGHT, TOP, STEP = 960, 250, 90, 64, 27
"""Pixels: in all, for the names, for the numbers, for the heading, from bar to bar."""
OTHER = (150, 146, 138)


def bar_chart(heading: str, values: Mapping[str, Array]) -> Image.Image:
    """A bar for the mean of each couple's values (C,), the largest first, with its bootstrap interval over couples."""
    found = sorted(((name, bootstrap_interval(v)) for name, v in values.items()), key=lambda row: -row[1].mean)
    end = max(0.05, max(row.high for _, row in found)) * 1.04
    size = WIDE, TOP + STEP * len(found) + 40
    picture = Image.new("RGB", (SUPERSAMPLING * size[0], SUPERSAMPLING * size[1]), PAPER_COLOUR)
    draw = ImageDraw.Draw(picture)
    draw.text((SUPERSAMPLING * 20, SUPERSAMPLING * 18), heading, INK_COLOUR, font(17))
    scale = SUPERSAMPLING * (WIDE - LEFT - RIGHT) / end
    foot = TOP + STEP * len(found)
    for tenth in range(int(end * 10.0) + 1):
        x = SUPERSAMPLING * LEFT + scale * tenth / 10.0
        draw.line([(x, SUPERSAMPLING * (TOP - 6)), (x, SUPERSAMPLING * foot)], GRID_COLOUR, SUPERSAMPLING)
        draw.text((x, SUPERSAMPLING * (foot + 6)), f"{tenth / 10.0:g}", FAINT_COLOUR, font(11), "mt")
    for number, (name, row) in enumerate(found):
        y = SUPERSAMPLING * (TOP + STEP * (number + 0.5))
        ink = COLOURS.get(name, OTHER)
        draw.text(
            (SUPERSAMPLING * (LEFT - 12), y), name, INK_COLOUR if name in COLOURS else FAINT_COLOUR, font(12), "rm"
        )
        half = 7 * SUPERSAMPLING
        draw.rounded_rectangle(
            [SUPERSAMPLING * LEFT, y - half, SUPERSAMPLING * LEFT + scale * row.mean, y + half], 3 * SUPERSAMPLING, ink
        )
        low, high = (SUPERSAMPLING * LEFT + scale * max(v, 0.0) for v in (row.low, row.high))
        draw.line([(low, y), (high, y)], INK_COLOUR, SUPERSAMPLING)
        for x in (low, high):
            draw.line([(x, y - 4 * SUPERSAMPLING), (x, y + 4 * SUPERSAMPLING)], INK_COLOUR, SUPERSAMPLING)
        draw.text((high + 8 * SUPERSAMPLING, y), f"{row.mean:.3f}", INK_COLOUR, font(12), "lm")
    return picture.resize(size, Image.Resampling.LANCZOS)
