"""Line plots of curves in panels one below the other, drawn with Pillow alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

Curve = tuple[Sequence[float], Sequence[float]]
"""x and y, of equal length; points whose y is not finite are left out."""

SUPERSAMPLING = 2
"""Factor by which a picture is drawn larger than it is returned, for smooth edges."""
LEFT_PX, TOP_PX, RIGHT_PX, BOTTOM_PX = 74, 26, 168, 30
"""Margins of each panel's field; the curves' names are in the right one."""
PAPER_COLOUR = "#fbfaf7"
INK_COLOUR = "#2b2a28"
FAINT_COLOUR = "#8b8780"
GRID_COLOUR = "#e7e3da"
MAX_POINTS = 360
"""Points of a curve above which as many means are drawn instead."""
CURVE_COLOURS = ("#c8452c", "#1f6f8b", "#d99a2b", "#4d8b4a", "#7b4f9d", "#59564f", "#b0577f", "#2f9e8f")
SERIES_COLOURS = ("#123a56", "#1f6f8b", "#3f9a92", "#7fb06a", "#d9a93b", "#d9712f", "#b53a2a")
"""Colours of curves that are a series, from first to last."""


@dataclass(frozen=True)
class Panel:
    """One field with curves over the same x."""

    title: str
    curves: Mapping[str, Curve]
    logarithmic: bool = False
    series: bool = False
    """Whether the curves are a series, in SERIES_COLOURS; otherwise they have CURVE_COLOURS."""
    line: float | None = None
    """A value that is marked."""


def draw_plots(heading: str, panels: Sequence[Panel], x_label: str, size: tuple[int, int] = (960, 240)) -> Image.Image:
    """Draw panels of `size` pixels each under a heading; panels without a finite number are left out."""
    panels = [panel for panel in panels if _points(panel)]
    width, height = size
    s = SUPERSAMPLING
    image = Image.new("RGB", (s * width, s * (44 + height * max(len(panels), 1))), PAPER_COLOUR)
    draw = ImageDraw.Draw(image)
    draw.text((s * 20, s * 14), heading, INK_COLOUR, font(17))
    if not panels:
        draw.text((s * 20, s * 60), "nothing to be shown yet", FAINT_COLOUR, font(13))
    end = max((x for panel in panels for x, _ in _points(panel)), default=0.0)
    for number, panel in enumerate(panels):
        field = _Field(panel, 44 + number * height, size, max(end, 1e-9))
        _draw_panel(draw, field, x_label if number == len(panels) - 1 else "")
    return image.resize((image.width // s, image.height // s), Image.Resampling.LANCZOS)


def font(height_px: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font of all plots, for a supersampled picture."""
    return ImageFont.load_default(SUPERSAMPLING * height_px)


class _Field:
    """A panel's place in the supersampled picture, and the mapping of its values to pixels."""

    def __init__(self, panel: Panel, top_px: int, size: tuple[int, int], end: float) -> None:
        s = SUPERSAMPLING
        self.panel, self.end = panel, end
        self.title_y = s * (top_px + 2)
        self.left, self.right = s * LEFT_PX, s * (size[0] - RIGHT_PX)
        self.top, self.bottom = s * (top_px + TOP_PX), s * (top_px + size[1] - BOTTOM_PX)
        self.low, self.high = _range([y for _, y in _points(panel)], panel)

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * value / self.end

    def y(self, value: float) -> float:
        low, high = self.low, self.high
        if self.panel.logarithmic:
            share = (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
        else:
            share = (value - low) / (high - low)
        return self.bottom - (self.bottom - self.top) * share


def _draw_panel(draw: ImageDraw.ImageDraw, field: _Field, x_label: str) -> None:
    s, panel = SUPERSAMPLING, field.panel
    draw.text((field.left, field.title_y), panel.title, INK_COLOUR, font(13))
    for value in _ticks(field.low, field.high, panel.logarithmic):
        y = field.y(value)
        draw.line([(field.left, y), (field.right, y)], GRID_COLOUR, s)
        draw.text((field.left - 8 * s, y), _label(value), FAINT_COLOUR, font(11), "rm")
    for value in _ticks(0.0, field.end, False):
        x = field.x(value)
        draw.line([(x, field.bottom), (x, field.bottom + 4 * s)], FAINT_COLOUR, s)
        draw.text((x, field.bottom + 8 * s), _label(value), FAINT_COLOUR, font(11), "mt")
    if x_label:
        draw.text((field.right + 20 * s, field.bottom + 8 * s), x_label, FAINT_COLOUR, font(11), "lt")
    if panel.line is not None and field.low <= panel.line <= field.high:
        y = field.y(panel.line)
        draw.line([(field.left, y), (field.right, y)], FAINT_COLOUR, s)
    _draw_curves(draw, field)


def _draw_curves(draw: ImageDraw.ImageDraw, field: _Field) -> None:
    s, panel = SUPERSAMPLING, field.panel
    ends = []
    for number, (name, (xs, ys)) in enumerate(panel.curves.items()):
        points = _thinned([p for p in zip(xs, ys, strict=True) if _drawable(p[1], panel)])
        path = [(field.x(x), field.y(y)) for x, y in points]
        if not path:
            continue
        colour = _colour(panel, number)
        if len(path) > 1:
            draw.line(path, colour, 2 * s, "curve")
        if len(path) < 40:
            for x, y in path:
                draw.ellipse([x - 2.5 * s, y - 2.5 * s, x + 2.5 * s, y + 2.5 * s], colour)
        last = next(y for y in reversed(ys) if _drawable(y, panel))
        ends.append((path[-1][1], f"{name}  {_label(last)}", colour))
    _draw_names(draw, ends, field)


def _colour(panel: Panel, number: int) -> str:
    if not panel.series:
        return CURVE_COLOURS[number % len(CURVE_COLOURS)]
    return SERIES_COLOURS[round(number * (len(SERIES_COLOURS) - 1) / max(len(panel.curves) - 1, 1))]


def _draw_names(draw: ImageDraw.ImageDraw, ends: list[tuple[float, str, str]], field: _Field) -> None:
    """Write the curves' names where they end, from top to bottom without overlap."""
    ends.sort()
    step = 15 * SUPERSAMPLING
    positions: list[float] = []
    for y, _, _ in ends:
        positions.append(max(y, positions[-1] + step if positions else field.top))
    for number in reversed(range(len(positions))):
        limit = positions[number + 1] - step if number + 1 < len(positions) else field.bottom
        positions[number] = min(positions[number], limit)
    for position, (_, words, colour) in zip(positions, ends, strict=True):
        draw.text((field.right + 10 * SUPERSAMPLING, position), words, colour, font(12), "lm")


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    step = -(-len(points) // MAX_POINTS)
    parts = [points[n : n + step] for n in range(0, len(points), max(step, 1))]
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in parts]


def _points(panel: Panel) -> list[tuple[float, float]]:
    curves = panel.curves.values()
    return [(x, y) for xs, ys in curves for x, y in zip(xs, ys, strict=True) if _drawable(y, panel)]


def _drawable(y: float, panel: Panel) -> bool:
    return math.isfinite(y) and not (panel.logarithmic and y <= 0.0)


def _range(values: Sequence[float], panel: Panel) -> tuple[float, float]:
    """Lowest and highest value of a panel's axis."""
    low, high = min(values), max(values)
    if panel.line is not None:
        low, high = min(low, panel.line), max(high, panel.line)
    if panel.logarithmic:
        return low / 1.08, high * 1.08
    gap = max(high - low, 1e-6)
    return (0.0 if 0.0 <= low < 0.6 * high else low - 0.06 * gap), high + 0.08 * gap


def _ticks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Round numbers within a range, three to eight of them."""
    if logarithmic and high / low > 4.0:
        exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [m * 10.0**e for e in exponents for m in (1, 2, 5) if low <= m * 10.0**e <= high]
    raw = (high - low) / 4.0
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * power >= raw)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _label(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:,.0f}"
