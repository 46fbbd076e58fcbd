"""Curves in a picture: panels one under the other, drawn with pillow alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

Curve = tuple[Sequence[float], Sequence[float]]
"""x and y, as many; y that is no number is left out."""

SUPERSAMPLING = 2
"""Times as large as it is shown that a picture is drawn, for smooth edges."""
MARGINS_PX = (74, 26, 168, 30)
"""Pixels left, above, right (where the names of curves stand) and below of each panel's field."""
PAPER_COLOUR, INK_COLOUR, FAINT_COLOUR, GRID_COLOUR = "#fbfaf7", "#2b2a28", "#8b8780", "#e7e3da"
MAX_POINTS = 360
"""Most points of a curve that are drawn: of more, so many means."""
CURVE_COLOURS = ("#c8452c", "#1f6f8b", "#d99a2b", "#4d8b4a", "#7b4f9d", "#59564f", "#b0577f", "#2f9e8f")
SERIES_COLOURS = ("#123a56", "#1f6f8b", "#3f9a92", "#7fb06a", "#d9a93b", "#d9712f", "#b53a2a")
"""For curves that are a series."""


@dataclass(frozen=True)
class Panel:
    """One field with curves over the same x."""

    title: str
    curves: Mapping[str, Curve]
    logarithmic: bool = False
    series: bool = False
    """Whether the curves are a series, whose colours rise; else each has its own."""
    line: float | None = None
    """A level that is marked."""


def draw_plots(heading: str, panels: Sequence[Panel], along: str, size: tuple[int, int] = (960, 240)) -> Image.Image:
    """Panels of `size` pixels each under a heading; `along` names the x that they share. Panels without a number
    are left out."""
    panels = [panel for panel in panels if _points(panel)]
    wide, high = size
    picture = Image.new("RGB", (SUPERSAMPLING * wide, SUPERSAMPLING * (44 + high * max(len(panels), 1))), PAPER_COLOUR)
    draw = ImageDraw.Draw(picture)
    draw.text((SUPERSAMPLING * 20, SUPERSAMPLING * 14), heading, INK_COLOUR, _type(17))
    if not panels:
        draw.text((SUPERSAMPLING * 20, SUPERSAMPLING * 60), "nothing to be shown yet", FAINT_COLOUR, _type(13))
    end = max((x for panel in panels for x, _ in _points(panel)), default=0.0)
    for number, panel in enumerate(panels):
        _draw(draw, panel, 44 + number * high, size, max(end, 1e-9), along if number == len(panels) - 1 else "")
    return picture.resize((picture.width // SUPERSAMPLING, picture.height // SUPERSAMPLING), Image.Resampling.LANCZOS)


def _draw(draw: ImageDraw.ImageDraw, panel: Panel, top: int, size: tuple[int, int], end: float, along: str) -> None:
    left, above, right, below = MARGINS_PX
    x0, x1 = SUPERSAMPLING * left, SUPERSAMPLING * (size[0] - right)
    y0, y1 = SUPERSAMPLING * (top + above), SUPERSAMPLING * (top + size[1] - below)
    low, high = _span([y for _, y in _points(panel)], panel)

    def across(x: float) -> float:
        return x0 + (x1 - x0) * x / end

    def up(y: float) -> float:
        share = (
            (math.log(y) - math.log(low)) / (math.log(high) - math.log(low))
            if panel.logarithmic
            else ((y - low) / (high - low))
        )
        return y1 - (y1 - y0) * share

    draw.text((x0, SUPERSAMPLING * (top + 2)), panel.title, INK_COLOUR, _type(13))
    for y in _marks(low, high, panel.logarithmic):
        draw.line([(x0, up(y)), (x1, up(y))], GRID_COLOUR, SUPERSAMPLING)
        draw.text((x0 - 8 * SUPERSAMPLING, up(y)), _said(y), FAINT_COLOUR, _type(11), "rm")
    for x in _marks(0.0, end, False):
        draw.line([(across(x), y1), (across(x), y1 + 4 * SUPERSAMPLING)], FAINT_COLOUR, SUPERSAMPLING)
        draw.text((across(x), y1 + 8 * SUPERSAMPLING), _said(x), FAINT_COLOUR, _type(11), "mt")
    if along:
        draw.text((x1 + 20 * SUPERSAMPLING, y1 + 8 * SUPERSAMPLING), along, FAINT_COLOUR, _type(11), "lt")
    if panel.line is not None and low <= panel.line <= high:
        draw.line([(x0, up(panel.line)), (x1, up(panel.line))], FAINT_COLOUR, SUPERSAMPLING)
    ends = []
    for number, (name, (xs, ys)) in enumerate(panel.curves.items()):
        way = [(across(x), up(y)) for x, y in _thinned([p for p in zip(xs, ys, strict=True) if _drawn(p[1], panel)])]
        if not way:
            continue
        colours = SERIES_COLOURS if panel.series else CURVE_COLOURS
        place = (
            number * (len(SERIES_COLOURS) - 1) / max(len(panel.curves) - 1, 1)
            if panel.series
            else number % len(CURVE_COLOURS)
        )
        colour = colours[round(place)]
        if len(way) > 1:
            draw.line(way, colour, 2 * SUPERSAMPLING, "curve")
        if len(way) < 40:
            for x, y in way:
                draw.ellipse(
                    [
                        x - 2.5 * SUPERSAMPLING,
                        y - 2.5 * SUPERSAMPLING,
                        x + 2.5 * SUPERSAMPLING,
                        y + 2.5 * SUPERSAMPLING,
                    ],
                    colour,
                )
        last = next(y for y in reversed(ys) if _drawn(y, panel))
        ends.append((way[-1][1], f"{name}  {_said(last)}", colour))
    _name(draw, ends, x1 + 10 * SUPERSAMPLING, y0, y1)


def _name(draw: ImageDraw.ImageDraw, ends: list[tuple[float, str, str]], x: float, top: float, bottom: float) -> None:
    """Curves are named where they end, from above to below and never over each other."""
    ends.sort()
    step = 15 * SUPERSAMPLING
    places: list[float] = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + step if places else top))
    for number in reversed(range(len(places))):
        most = places[number + 1] - step if number + 1 < len(places) else bottom
        places[number] = min(places[number], most)
    for place, (_, words, colour) in zip(places, ends, strict=True):
        draw.text((x, place), words, colour, _type(12), "lm")


def _thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    step = -(-len(points) // MAX_POINTS)
    some = [points[n : n + step] for n in range(0, len(points), max(step, 1))]
    return [(sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part)) for part in some]


def _points(panel: Panel) -> list[tuple[float, float]]:
    curves = panel.curves.values()
    return [(x, y) for xs, ys in curves for x, y in zip(xs, ys, strict=True) if _drawn(y, panel)]


def _drawn(y: float, panel: Panel) -> bool:
    return math.isfinite(y) and not (panel.logarithmic and y <= 0.0)


def _span(values: Sequence[float], panel: Panel) -> tuple[float, float]:
    low, high = min(values), max(values)
    if panel.line is not None:
        low, high = min(low, panel.line), max(high, panel.line)
    if panel.logarithmic:
        return low / 1.08, high * 1.08
    gap = max(high - low, 1e-6)
    return (0.0 if 0.0 <= low < 0.6 * high else low - 0.06 * gap), high + 0.08 * gap


def _marks(low: float, high: float, logarithmic: bool) -> list[float]:
    """Round numbers within a span, three to eight of them."""
    if logarithmic and high / low > 4.0:
        tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        return [m * 10.0**t for t in tens for m in (1, 2, 5) if low <= m * 10.0**t <= high]
    raw = (high - low) / 4.0
    ten = 10.0 ** math.floor(math.log10(raw))
    step = next(m * ten for m in (1.0, 2.0, 2.5, 5.0, 10.0) if m * ten >= raw)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _said(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000.0 else f"{value:,.0f}"


def _type(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(SUPERSAMPLING * height)
