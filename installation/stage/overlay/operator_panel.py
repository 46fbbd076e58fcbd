"""Operator's panel: scene, rates, faults, the last refused message and the selected knob, set in one column."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from installation.interface.graphics import Rgba
from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Moment
from installation.stage.gl.canvas_2d import GLCanvas2D

PAPER: Rgba = (0.045, 0.05, 0.06, 1.0)
"""Background in a window of its own."""
VEIL: Rgba = (0.03, 0.035, 0.045, 0.88)
"""Background over the picture of an output."""
BRIGHT: Rgba = (0.96, 0.94, 0.90, 1.0)
QUIET: Rgba = (0.62, 0.63, 0.64, 1.0)
ACCENT: Rgba = (0.86, 0.70, 0.47, 1.0)
ALARM: Rgba = (0.98, 0.56, 0.38, 1.0)
RULE: Rgba = (0.93, 0.91, 0.87, 0.16)
TRACK: Rgba = (0.96, 0.95, 0.92, 0.18)

COLUMN = 44.0
"""Width of the column; all lengths here are in heights of the type."""
ROWS = 48.0
"""Height that a panel must hold at least."""
MARGIN = 2.4
LEAD = 1.6
"""Distance of two lines."""
LABEL = 5.6
"""Width of a label, before its value."""
MAX_FAULT_LINES = 16
"""Lines of faults where there is room; a last line counts the rest."""
MESSAGE_LINES = 2
"""Lines of the refused message, and of what is said about the selected knob."""
HEAD_LINES = 14.5
"""Lines that are always taken: the head, the rates, a heading, the rest of the faults, the hint."""
REFUSED_LINES = 1.65 + MESSAGE_LINES
SELECTED_LINES = 3.25 + MESSAGE_LINES
HINT = "H keys  ·  F full screen"
HINT_TO_CLOSE = "H keys  ·  F full screen  ·  O closes"
LETTER_WIDTH = 0.52
"""Mean width of a letter."""


@dataclass(frozen=True, slots=True)
class OperatorState:
    """What the panel shows."""

    venue: str
    moment: Moment
    faults: tuple[str, ...] = ()
    """The oldest first."""
    urgent: frozenset[str] = frozenset()
    """Those of them that the picture suffers from."""
    refused: str = ""
    """The last message that was refused, and why."""
    selected: SelectedKnob | None = None


def type_height(size: tuple[int, int]) -> int:
    """Height of the panel's type in pixels, in a window or over an output of this size."""
    return max(10, int(min(size[0] / (COLUMN + 2 * MARGIN), size[1] / ROWS, 30)))


class OperatorPanel:
    """Draws the panel on a 2-D canvas that was made with its type sizes."""

    def __init__(self, size: tuple[int, int], alone: bool) -> None:
        """`size` is that of the window in pixels; `alone` fills it, else the picture of an output is seen beside."""
        self._size, self._alone = size, alone
        self._height = type_height(size)
        self.type_sizes = (round(0.8 * self._height), self._height, round(2.1 * self._height))
        """Heights of the text: labels, values, the scene's name."""

    def draw(self, canvas: GLCanvas2D, state: OperatorState) -> None:
        """Add the panel to the marks of `canvas`."""
        height, wide, high = self._height, *self._size
        inset = 0.0 if self._alone else 1.2 * height
        right = wide - inset if self._alone else min(wide - inset, inset + (COLUMN + 2 * MARGIN) * height)
        ground, rounding = (PAPER, 0.0) if self._alone else (VEIL, 0.6 * height)
        canvas.box(inset, inset, right, high - inset, ground, rounding=rounding)
        column = _Column(canvas, self.type_sizes, inset + MARGIN * height, right - MARGIN * height)
        column.y = high - inset - MARGIN * height
        _head(column, state)
        _rates(column, state.moment)
        lines = (high - 2.0 * (inset + MARGIN * height)) / (LEAD * height) - HEAD_LINES
        lines -= REFUSED_LINES * bool(state.refused) + SELECTED_LINES * (state.selected is not None)
        _faults(column, state, max(1, min(MAX_FAULT_LINES, int(lines))))
        if state.refused:
            column.heading("Refused")
            column.paragraph(state.refused, BRIGHT, MESSAGE_LINES)
        if state.selected is not None:
            _selected(column, state.selected)
        hint = HINT if self._alone else HINT_TO_CLOSE
        canvas.text(hint, (column.left, inset + 0.9 * MARGIN * height), height, QUIET)


class _Column:
    """Lines below each other, from `y` down."""

    def __init__(self, canvas: GLCanvas2D, type_sizes: tuple[int, int, int], left: float, right: float) -> None:
        self.canvas = canvas
        self.small, self.height, self.large = type_sizes
        self.left, self.right = left, right
        self.y = 0.0

    def down(self, lines: float) -> float:
        """Go down by so many lines; returns the new baseline."""
        self.y -= lines * LEAD * self.height
        return self.y

    def rule(self) -> None:
        y = self.down(0.55)
        self.canvas.line([(self.left, y), (self.right, y)], max(1.0, 0.06 * self.height), RULE)
        self.down(0.15)

    def heading(self, words: str) -> None:
        self.down(0.5)
        self.canvas.text(words.upper(), (self.left, self.down(1.0)), self.small, ACCENT, spacing=0.14)
        self.down(0.15)

    def paragraph(self, words: str, ink: Rgba, most: int) -> int:
        """Set text in lines of the column's width, at most so many; returns how many there are."""
        letters = max(16, int((self.right - self.left) / (LETTER_WIDTH * self.height)))
        pieces = [piece for line in words.splitlines() for piece in textwrap.wrap(line, letters) or [""]]
        for index, piece in enumerate(pieces[:most]):
            indent = 0.0 if index == 0 else 1.2 * self.height
            self.canvas.text(piece, (self.left + indent, self.down(1.0)), self.height, ink)
        return min(len(pieces), most)

    def pair(self, label: str, value: str, x: float, ink: Rgba = BRIGHT) -> None:
        """A label and its value on the present line, from `x`."""
        self.canvas.text(label, (x, self.y), self.small, QUIET)
        self.canvas.text(value, (x + LABEL * self.height, self.y), self.height, ink)


def _head(column: _Column, state: OperatorState) -> None:
    moment, canvas = state.moment, column.canvas
    column.down(0.55)
    canvas.text(state.venue.upper(), (column.left, column.y), column.small, ACCENT, spacing=0.14)
    canvas.text(running(moment.time), (column.right, column.y), column.height, QUIET, "right")
    name = _title(moment.programme.scene) or "no scene"
    canvas.text(name, (column.left, column.down(1.75)), column.large, BRIGHT)
    if moment.programme.following:
        change = f"to {_title(moment.programme.following)}, {100 * moment.programme.mix:.0f} %"
        canvas.text(change, (column.right, column.y), column.height, QUIET, "right")
    column.rule()


def _rates(column: _Column, moment: Moment) -> None:
    health, pulse = moment.health, moment.pulse
    beat = int(pulse.beat) % pulse.beats_a_bar + 1
    source = "in order" if health.source == "ok" else health.source.split(":", 1)[0]
    rows = (
        ("frames", f"{health.frame_rate:.0f} a second", "late", f"{health.late}"),
        ("eye", f"{health.eye_rate:.0f} a second", "age", f"{1e3 * health.latency:.0f} ms"),
        ("source", source, "quality", "full" if not health.level else f"level {health.level} down"),
        ("visitors", f"{moment.crowd.count}", "energy", f"{moment.crowd.energy:.2f}"),
        ("tempo", f"{pulse.tempo:.0f} bpm, beat {beat}", "restarts", f"{health.restarts}"),
    )
    middle = 0.5 * (column.left + column.right)
    for label, value, other, amount in rows:
        column.down(1.0)
        column.pair(label, value, column.left, ALARM if label == "source" and health.source != "ok" else BRIGHT)
        column.pair(other, amount, middle)
    if health.capture:
        column.down(1.0)
        letters = int((column.right - column.left - LABEL * column.height) / (LETTER_WIDTH * column.height))
        column.pair("camera", textwrap.shorten(health.capture, max(16, letters), placeholder=" …"), column.left)
    column.rule()


def _faults(column: _Column, state: OperatorState, left: int) -> None:
    """The faults in `left` lines; those that the picture suffers from come first."""
    column.heading("Faults")
    if not state.faults:
        column.paragraph("none", QUIET, 1)
    ordered = sorted(state.faults, key=lambda fault: fault not in state.urgent)
    for index, fault in enumerate(ordered):
        if left <= 0:
            column.paragraph(f"and {len(ordered) - index} more, in the log", QUIET, 1)
            break
        left -= column.paragraph(fault, ALARM if fault in state.urgent else BRIGHT, left)


def _selected(column: _Column, knob: SelectedKnob) -> None:
    """Name and value, a bar with its value in its range and the controller's position, and a message."""
    canvas, height = column.canvas, column.height
    column.heading("Control")
    name = knob.address.removeprefix("/scene/").strip("/").replace("/", " · ").replace("_", " ")
    if name:
        y = column.down(1.0)
        canvas.text(name, (column.left, y), height, BRIGHT)
        canvas.text(knob.value, (column.right, y), height, BRIGHT, "right")
    if knob.part is not None:
        y, thick = column.down(0.6), 0.16 * height
        wide = column.right - column.left
        canvas.box(column.left, y - thick, column.right, y + thick, TRACK, rounding=thick)
        end = column.left + max(2 * thick, knob.part * wide)
        canvas.box(column.left, y - thick, end, y + thick, BRIGHT, rounding=thick)
        if knob.reach is not None:
            at = column.left + knob.reach * wide
            canvas.line([(at, y - 3.2 * thick), (at, y + 3.2 * thick)], max(1.5, 0.14 * height), ALARM)
    if knob.said:
        column.paragraph(knob.said, ACCENT, MESSAGE_LINES)


def running(seconds: float) -> str:
    """How long a show has been running, for a person to read."""
    minutes, hours = int(seconds) // 60, int(seconds) // 3600
    if hours >= 48:
        return f"{hours // 24} days {hours % 24} h"
    return f"{hours} h {minutes % 60:02d} min" if hours else f"{minutes} min {int(seconds) % 60:02d} s"


def _title(name: str) -> str:
    """A scene's name for a person to read."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]
