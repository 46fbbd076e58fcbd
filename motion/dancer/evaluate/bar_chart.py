"""A bar chart of means with bootstrap confidence intervals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from motion.dancer.evaluate.confidence_interval import bootstrap_interval
from motion.dancer.evaluate.motion_strip import MODEL_COLOURS
from motion.learning.plots import FAINT_COLOUR, GRID_COLOUR, INK_COLOUR, PAPER_COLOUR, SUPERSAMPLING, font

Array = NDArray[np.floating]

WIDTH_PX = 960
LEFT_PX = 250
"""Width of the names."""
RIGHT_PX = 90
"""Width of the numbers."""
TOP_PX = 64
"""Height of the heading."""
BAR_STEP_PX = 27
"""Distance between two bars."""
DEFAULT_COLOUR = (150, 146, 138)
"""Of models that are not in MODEL_COLOURS."""


def bar_chart(heading: str, values: Mapping[str, Array]) -> Image.Image:
    """A bar for the mean of each model's values (C,), the largest first, with its bootstrap interval over couples."""
    rows = sorted(((name, bootstrap_interval(v)) for name, v in values.items()), key=lambda row: -row[1].mean)
    end = max(0.05, max(interval.high for _, interval in rows)) * 1.04
    size = WIDTH_PX, TOP_PX + BAR_STEP_PX * len(rows) + 40
    s = SUPERSAMPLING
    image = Image.new("RGB", (s * size[0], s * size[1]), PAPER_COLOUR)
    draw = ImageDraw.Draw(image)
    draw.text((s * 20, s * 18), heading, INK_COLOUR, font(17))
    scale = s * (WIDTH_PX - LEFT_PX - RIGHT_PX) / end
    bottom = TOP_PX + BAR_STEP_PX * len(rows)
    for tenth in range(int(end * 10.0) + 1):
        x = s * LEFT_PX + scale * tenth / 10.0
        draw.line([(x, s * (TOP_PX - 6)), (x, s * bottom)], GRID_COLOUR, s)
        draw.text((x, s * (bottom + 6)), f"{tenth / 10.0:g}", FAINT_COLOUR, font(11), "mt")
    for number, (name, interval) in enumerate(rows):
        y = s * (TOP_PX + BAR_STEP_PX * (number + 0.5))
        colour = MODEL_COLOURS.get(name, DEFAULT_COLOUR)
        text_colour = INK_COLOUR if name in MODEL_COLOURS else FAINT_COLOUR
        draw.text((s * (LEFT_PX - 12), y), name, text_colour, font(12), "rm")
        half = 7 * s
        bar = [s * LEFT_PX, y - half, s * LEFT_PX + scale * interval.mean, y + half]
        draw.rounded_rectangle(bar, 3 * s, colour)
        low, high = (s * LEFT_PX + scale * max(v, 0.0) for v in (interval.low, interval.high))
        draw.line([(low, y), (high, y)], INK_COLOUR, s)
        for x in (low, high):
            draw.line([(x, y - 4 * s), (x, y + 4 * s)], INK_COLOUR, s)
        draw.text((high + 8 * s, y), f"{interval.mean:.3f}", INK_COLOUR, font(12), "lm")
    return image.resize(size, Image.Resampling.LANCZOS)
