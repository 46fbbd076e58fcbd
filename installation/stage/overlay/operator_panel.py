"""Operator's panel: scene, rates, faults, the last refused message and the selected knob, set in one column."""

from __future__ import annotations

import textwrap
from collections.abc import Collection
from dataclasses import dataclass

from installation.interface.graphics import Rgba
from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Health, Moment
from installation.interface.music import Music
from installation.interface.pulse import Pulse
from installation.interface.sound import NO_EAR, Sound
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
SMALL_MARGIN = 1.0
"""Space around the column of a panel with less height than ROWS."""
LEAD = 1.6
"""Distance of two lines."""
LABEL = 5.6
"""Width of a label, before its value."""
NARROW_LABEL = 4.5
"""The same in a column narrower than NARROW_COLUMN."""
NARROW_COLUMN = 32.0
MAX_FAULT_LINES = 16
"""Lines of faults where there is room; a last line counts the rest."""
MESSAGE_LINES = 2
"""Lines of the refused message, and of what is said about the selected knob."""
HEAD_LINES = 5.4
"""Lines that are always taken: the head, two rules, the heading of the faults."""
HINT_LINES = 1.6
HEADING_LINES = 1.65
BAR_LINES = 0.6
REFUSED_LINES = HEADING_LINES + MESSAGE_LINES
STALE_SECONDS = 2.0
"""Age of the newest observation from which the eye is not in order."""
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
        inset = 0.0 if self._alone else (1.2 if high >= ROWS * height else 0.4) * height
        margin = (MARGIN if high >= ROWS * height else SMALL_MARGIN) * height
        right = wide - inset if self._alone else min(wide - inset, inset + (COLUMN + 2 * MARGIN) * height)
        ground, rounding = (PAPER, 0.0) if self._alone else (VEIL, 0.6 * height)
        canvas.box(inset, inset, right, high - inset, ground, rounding=rounding)
        column = _Column(canvas, self.type_sizes, inset + margin, right - margin)
        column.y = high - inset - margin
        layout = _layout((column.y - inset - margin) / (LEAD * height), state)
        _head(column, state)
        _rates(column, state.moment, layout.shown)
        _faults(column, state, layout.fault_lines)
        if "refused" in layout.shown:
            column.heading("Refused")
            column.paragraph(state.refused, BRIGHT, MESSAGE_LINES)
        if "selected" in layout.shown and state.selected is not None:
            _selected(column, state.selected, MESSAGE_LINES if "message" in layout.shown else 1)
        if "hint" in layout.shown:
            hint = HINT if self._alone else HINT_TO_CLOSE
            canvas.text(hint, (column.left, inset + 0.9 * margin), height, QUIET)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What a panel has room for."""

    shown: frozenset[str]
    """Labels of the rates, "refused", "selected", "message" for all lines of its message, and "hint"."""
    fault_lines: int


def _layout(lines: float, state: OperatorState) -> _Layout:
    """Choose what is shown in so many lines: what matters most first, and what has no room is left out."""
    parts = (
        ("selected", _selected_lines(state.selected)),
        ("source", 1.0),
        ("frames", 1.0),
        ("second fault line", 1.0 * bool(state.faults)),
        ("message", MESSAGE_LINES - 1.0 if state.selected is not None and state.selected.said else 0.0),
        ("eye", 1.0),
        ("visitors", 1.0),
        ("refused", REFUSED_LINES * bool(state.refused)),
        ("tempo", 1.0),
        ("timecode", 1.0 * (state.moment.pulse.timecode.state != "off")),
        ("sound", 1.0 * (state.moment.sound.source != NO_EAR)),
        ("music", 1.0 * (state.moment.music.playing or state.moment.music.output != "ok")),
        ("hint", HINT_LINES),
        ("camera", 1.0 * bool(state.moment.health.capture)),
    )
    # One line of faults and the one that counts the rest are always there.
    left = lines - HEAD_LINES - (2.0 if state.faults else 1.0)
    shown = set()
    for name, cost in parts:
        if cost and cost <= left:
            shown.add(name)
            left -= cost
    more = int(left) + ("second fault line" in shown)
    return _Layout(frozenset(shown), min(MAX_FAULT_LINES, 1 + max(0, more)))


def _selected_lines(knob: SelectedKnob | None) -> float:
    """Lines of the selected knob, with one of its message."""
    if knob is None:
        return 0.0
    return HEADING_LINES + bool(knob.address) + BAR_LINES * (knob.part is not None) + bool(knob.said)


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
        if len(pieces) > most > 0:
            pieces[most - 1] = f"{pieces[most - 1][: letters - 2]} …"
        for index, piece in enumerate(pieces[:most]):
            indent = 0.0 if index == 0 else 1.2 * self.height
            self.canvas.text(piece, (self.left + indent, self.down(1.0)), self.height, ink)
        return min(len(pieces), most)

    @property
    def label(self) -> float:
        """Width of a label in pixels."""
        narrow = self.right - self.left < NARROW_COLUMN * self.height
        return (NARROW_LABEL if narrow else LABEL) * self.height

    def pair(self, label: str, value: str, x: float, right: float, ink: Rgba = BRIGHT) -> None:
        """A label and its value on the present line, from `x` to at most `right`."""
        self.canvas.text(label, (x, self.y), self.small, QUIET)
        x += self.label
        self.canvas.text(self.fitted(value, right - x), (x, self.y), self.height, ink)

    def fitted(self, words: str, room: float, size: int = 0, spacing: float = 0.0) -> str:
        """The words, cut where they are wider than `room` pixels; `size` is that of the type, without it the usual."""
        size = size or self.height
        if self.canvas.width(words, size, spacing) <= room:
            return words
        while words and self.canvas.width(f"{words}…", size, spacing) > room:
            words = words[:-1].rstrip(" ,")
        return f"{words}…"


def _head(column: _Column, state: OperatorState) -> None:
    moment, canvas, wide = state.moment, column.canvas, column.right - column.left
    column.down(0.55)
    age = running(moment.time)
    venue = column.fitted(
        state.venue.upper(), wide - canvas.width(age, column.height) - column.height, column.small, 0.14
    )
    canvas.text(venue, (column.left, column.y), column.small, ACCENT, spacing=0.14)
    canvas.text(age, (column.right, column.y), column.height, QUIET, "right")
    change = ""
    if moment.programme.following:
        change = column.fitted(
            f"to {_title(moment.programme.following)}, {100 * moment.programme.mix:.0f} %", 0.5 * wide
        )
    name = _title(moment.programme.scene) or "no scene"
    room = wide - (canvas.width(change, column.height) + column.height if change else 0.0)
    canvas.text(column.fitted(name, room, column.large), (column.left, column.down(1.75)), column.large, BRIGHT)
    canvas.text(change, (column.right, column.y), column.height, QUIET, "right")
    column.rule()


def _source(health: Health, visitors: int) -> str:
    """What the eye's source does, in few words."""
    if health.source != "ok":
        return health.source.split(":", 1)[0]
    if health.latency > STALE_SECONDS:
        return "eye starting again" if health.restarts else "no new picture"
    # A source of bodies without a picture has no rate while it sends none.
    return "in order" if health.eye_rate > 0.0 or visitors else "no visitors seen"


def _sound(sound: Sound) -> str:
    """What the ear hears, in few words."""
    if sound.source != "ok":
        return "opening" if sound.source == "opening" else "see faults"
    return f"{sound.loudness_db:.0f} dB" if sound.presence > 0.0 else "silence"


def _clock(pulse: Pulse) -> str:
    """The clock that leads, and the seconds since it was heard."""
    return pulse.source if pulse.source == "free" else f"{pulse.source} {pulse.source_age:.1f} s"


def _music(music: Music) -> str:
    """What the composer plays, in few words."""
    playing = f"{music.genre} in {music.chord}" if music.chord else "from the next bar"
    if music.output != "ok":
        return f"{playing}, see faults" if music.playing else "see faults"
    return playing


def _rates(column: _Column, moment: Moment, shown: Collection[str]) -> None:
    """The rows whose labels are `shown`."""
    health, pulse, timecode = moment.health, moment.pulse, moment.pulse.timecode
    beat = int(pulse.bar_phase * pulse.beats_a_bar) + 1
    eye_rate = f"{health.eye_rate:.0f}" if health.eye_rate >= 1.0 or not health.eye_rate else f"{health.eye_rate:.1f}"
    rows = (
        ("frames", f"{health.frame_rate:.0f} a second", "late", f"{health.late}"),
        ("eye", f"{eye_rate} a second", "age", f"{1e3 * health.latency:.0f} ms"),
        (
            "source",
            _source(health, moment.crowd.count),
            "quality",
            "full" if not health.level else f"level {health.level} down",
        ),
        ("visitors", f"{moment.crowd.count or 'none seen'}", "energy", f"{moment.crowd.energy:.2f}"),
        ("tempo", f"{pulse.tempo:.0f} bpm, beat {beat}, {_clock(pulse)}", "restarts", f"{health.restarts}"),
        ("timecode", f"{timecode}, {timecode.source}", timecode.state, f"{timecode.age:.1f} s"),
        ("sound", _sound(moment.sound), "level", f"{moment.sound.level:.2f}"),
        ("music", _music(moment.music), "late notes", f"{moment.music.late_notes}"),
    )
    middle = column.left + (0.56 if column.label < LABEL * column.height else 0.5) * (column.right - column.left)
    for label, value, other, amount in rows:
        if label not in shown:
            continue
        column.down(1.0)
        ink = ALARM if label == "source" and health.source != "ok" else BRIGHT
        column.pair(label, value, column.left, middle - 0.4 * column.height, ink)
        column.pair(other, amount, middle, column.right)
    if "camera" in shown:
        column.down(1.0)
        column.pair("camera", health.capture, column.left, column.right)
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


def _selected(column: _Column, knob: SelectedKnob, message_lines: int) -> None:
    """Name and value, a bar with its value in its range and the controller's position, and a message."""
    canvas, height = column.canvas, column.height
    column.heading("Control")
    name = knob.address.removeprefix("/scene/").strip("/").replace("/", " · ").replace("_", " ")
    if name:
        y = column.down(1.0)
        value = column.fitted(knob.value, 0.5 * (column.right - column.left))
        room = column.right - column.left - canvas.width(value, height) - height
        canvas.text(column.fitted(name, room), (column.left, y), height, BRIGHT)
        canvas.text(value, (column.right, y), height, BRIGHT, "right")
    if knob.part is not None:
        y, thick = column.down(BAR_LINES), 0.16 * height
        wide = column.right - column.left
        canvas.box(column.left, y - thick, column.right, y + thick, TRACK, rounding=thick)
        end = column.left + max(2 * thick, knob.part * wide)
        canvas.box(column.left, y - thick, end, y + thick, BRIGHT, rounding=thick)
        if knob.reach is not None:
            at = column.left + knob.reach * wide
            canvas.line([(at, y - 3.2 * thick), (at, y + 3.2 * thick)], max(1.5, 0.14 * height), ALARM)
    if knob.said:
        column.paragraph(knob.said, ACCENT, message_lines)


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
