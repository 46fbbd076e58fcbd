"""Help overlay: what the keys do, in two columns over a darkened picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from installation.interface.graphics import Rgba
from installation.interface.key_bindings import KEY_BINDINGS, KeyRow
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.overlay.operator_panel import ACCENT

VEIL: Rgba = (0.03, 0.03, 0.035, 0.86)
"""Background of the help."""
CAP: Rgba = (0.93, 0.91, 0.87, 0.14)
"""Background of a key."""
LETTER: Rgba = (0.97, 0.95, 0.91, 1.0)
WORDS: Rgba = (0.78, 0.77, 0.75, 1.0)
RULE: Rgba = (0.93, 0.91, 0.87, 0.22)

COLUMN = 19.6
"""Width of a column; all lengths here are in heights of the type."""
CAPS = 7.3
"""Width of the keys in a column, before the words."""
LEAD = 1.95
"""Distance of two rows."""
HEADING = 1.25
"""Height that a group's name takes, in rows."""
GUTTER = 2.6
"""Space between the columns."""
MARGIN = 2.4
"""Space around both columns."""
TITLE = 3.4
"""Height of the title."""
LEAST_TYPE = 8
"""Height of the smallest type that is read, in pixels."""
PAGED_TYPE = 10
"""Height of the type where the keys are shown in pages, in pixels, or less in a very narrow window."""
PAGED_MARGIN = 1.0
PAGE_SECONDS = 6.0
"""How long each page is shown."""
ARROWS = {"up": (0, 1), "down": (0, -1), "left": (-1, 0), "right": (1, 0)}
"""Keys that are drawn as arrows, and their directions; the font has none."""

Groups = list[tuple[str, list[KeyRow]]]
"""Groups of keys with their names, below each other in one column."""
Page = tuple[Groups, ...]
"""Columns that are seen together."""


def columns(rows: Sequence[KeyRow]) -> Page:
    """The groups in their order, in two columns of about the same length."""
    groups = [(name, list(found)) for name, found in groupby(rows, lambda row: row.group)]
    cut = min(range(1, len(groups)), key=lambda n: abs(_rows(groups[:n]) - _rows(groups[n:])))
    return groups[:cut], groups[cut:]


def _rows(groups: Groups) -> float:
    """Height of a column in rows."""
    return sum(len(found) + HEADING for _, found in groups) + 0.5 * (len(groups) - 1)


def type_height(size: tuple[int, int]) -> int:
    """Height of the help's type in pixels, at which all of it fits on a canvas of this size; below LEAST_TYPE it is
    shown in pages."""
    longest = max(_rows(column) for column in columns(KEY_BINDINGS))
    tall = size[1] / (longest * LEAD + TITLE + 2 * MARGIN + 1.0)
    wide = size[0] / (2 * COLUMN + GUTTER + 2 * MARGIN + 1.0)
    return int(min(tall, wide, size[1] / 38))


def pages(rows: Sequence[KeyRow], most: float, beside: int) -> list[Page]:
    """The groups in pages of `beside` columns, each at most `most` rows high; a longer group is divided."""
    parts = []
    for name, found in groupby(rows, lambda row: row.group):
        group, length = list(found), max(1, int(most - HEADING))
        parts += [(name, group[first : first + length]) for first in range(0, len(group), length)]
    sides: list[Groups] = [[]]
    for part in parts:
        if sides[-1] and _rows([*sides[-1], part]) > most:
            sides.append([])
        sides[-1].append(part)
    return [tuple(sides[first : first + beside]) for first in range(0, len(sides), beside)]


class Help:
    """Draws the help on a 2-D canvas that was made with its type sizes."""

    def __init__(self, size: tuple[int, int]) -> None:
        """`size` is the canvas in pixels; on a small one the keys are shown in pages, one after the other."""
        self._size = size
        height, self._margin, self._beside = type_height(size), MARGIN, 2
        self._pages: list[Page] = [columns(KEY_BINDINGS)]
        if height < LEAST_TYPE:
            self._margin = PAGED_MARGIN
            height = max(LEAST_TYPE, min(PAGED_TYPE, int(size[0] / (COLUMN + 2 * PAGED_MARGIN))))
            self._beside = 2 if size[0] >= (2 * COLUMN + GUTTER + 2 * PAGED_MARGIN) * height else 1
            most = (size[1] / height - TITLE - 2 * PAGED_MARGIN) / LEAD
            self._pages = pages(KEY_BINDINGS, most, self._beside)
        self._height = height
        self.type_sizes = (max(7, round(0.78 * height)), height, round(1.6 * height))
        """Heights of the text: names of groups and keys, words, the title."""

    def draw(self, canvas: GLCanvas2D, t: float = 0.0) -> None:
        """Add the help to the marks of `canvas`; of several pages the one that is due at `t` seconds."""
        height, (small, _, large) = self._height, self.type_sizes
        number = int(t / PAGE_SECONDS) % len(self._pages)
        longest = max(_rows(groups) for page in self._pages for groups in page)
        wide = (self._beside * COLUMN + (self._beside - 1) * GUTTER + 2 * self._margin) * height
        tall = (longest * LEAD + TITLE + 2 * self._margin) * height
        left, top = 0.5 * (self._size[0] - wide), 0.5 * (self._size[1] + tall)
        canvas.box(left, top - tall, left + wide, top, VEIL, rounding=0.6 * height)
        margin = self._margin * height
        left, right, top = left + margin, left + wide - margin, top - margin
        closes = "H closes" if len(self._pages) == 1 else f"{number + 1} of {len(self._pages)}  ·  H closes"
        canvas.text("Keys", (left, top - 0.95 * height), large, LETTER)
        canvas.text(closes, (right, top - 0.95 * height), height, WORDS, "right")
        rule = top - 1.9 * height
        canvas.line([(left, rule), (right, rule)], max(1.0, 0.06 * height), RULE)
        for side, groups in enumerate(self._pages[number]):
            x = left + side * (COLUMN + GUTTER) * height
            y = top - TITLE * height
            for name, rows in groups:
                canvas.text(name.upper(), (x, y - 0.75 * height), small, ACCENT, spacing=0.14)
                y -= HEADING * LEAD * height
                for row in rows:
                    self._row(canvas, row, x, y - 0.75 * height)
                    y -= LEAD * height
                y -= 0.5 * LEAD * height

    def _row(self, canvas: GLCanvas2D, row: KeyRow, x: float, baseline: float) -> None:
        height, small = self._height, self.type_sizes[0]
        at = x
        for index, cap in enumerate(row.caps):
            if index and row.caps[0].isdecimal():
                canvas.text("to", (at, baseline), small, WORDS)
                at += canvas.width("to", small) + 0.35 * height
            at = self._cap(canvas, cap, at, baseline) + 0.35 * height
        canvas.text(row.help, (x + CAPS * height, baseline), height, WORDS)

    def _cap(self, canvas: GLCanvas2D, cap: str, left: float, baseline: float) -> float:
        """One key; returns the x of its right edge."""
        height, small = self._height, self.type_sizes[0]
        low, high = baseline - 0.5 * height, baseline + 1.05 * height
        wide = max(high - low, (0.0 if cap in ARROWS else canvas.width(cap, small)) + 0.9 * height)
        canvas.box(left, low, left + wide, high, CAP, rounding=0.28 * height)
        if cap in ARROWS:
            (x, y), reach, head = ARROWS[cap], 0.36 * height, 0.26 * height
            middle, stroke = (left + 0.5 * wide, 0.5 * (low + high)), max(1.0, 0.09 * height)
            tip = (middle[0] + x * reach, middle[1] + y * reach)
            canvas.line([(middle[0] - x * reach, middle[1] - y * reach), tip], stroke, LETTER)
            for side in (-1, 1):
                back = (tip[0] - head * (x + side * y), tip[1] - head * (y + side * x))
                canvas.line([back, tip], stroke, LETTER)
        else:
            # A point and a comma look the same in the small size; a bracket is as high as a letter.
            size = self.type_sizes[2] if cap in ",." else small if cap.isalnum() or " " in cap else height
            canvas.text(cap, (left + 0.5 * wide, baseline + 0.08 * height), size, LETTER, "centre")
        return left + wide
