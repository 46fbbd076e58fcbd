"""Overlay over the picture: faults, health of the show, the selected knob, and the help."""

from __future__ import annotations

import textwrap

from installation.core.faults import FaultBoard
from installation.interface.graphics import Rgba
from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Moment
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.target import RenderTarget
from installation.stage.overlay.help import Help

PAPER: Rgba = (0.03, 0.035, 0.045, 0.78)
QUIET: Rgba = (0.72, 0.74, 0.76, 1.0)
BRIGHT: Rgba = (0.96, 0.95, 0.92, 1.0)
ALARM: Rgba = (0.98, 0.62, 0.42, 1.0)
TRACK: Rgba = (0.96, 0.95, 0.92, 0.18)
MAX_FAULT_LINES = 12
"""Lines of faults; those beyond are not shown."""
HELP_HINT = "H what the keys do"
"""The last line of the health."""


class Overlay:
    """Draws text on the canvas: faults and health at the lower left, the selected knob at the lower right."""

    def __init__(self, context: DrawingContext, board: FaultBoard) -> None:
        """The faults `of_picture` of `board` are always shown."""
        self._board = board
        self._size = context.size
        # About a fortieth of the height can be read from across the room.
        self._height = max(11, round(min(context.size) / 42))
        self._help = Help(context.size)
        self._canvas = context.canvas_2d(self._height, *self._help.type_sizes)

    def draw(self, onto: RenderTarget, moment: Moment, selected_knob: SelectedKnob | None = None) -> None:
        """Draw over the picture of `moment` the faults that are always shown and the selected knob, and as its knobs
        say, all other faults with the health, and the help."""
        words: list[tuple[str, Rgba]] = []
        columns = max(24, int(0.8 * self._size[0] / (0.52 * self._height)))
        others = moment.health.faults if moment.knobs.get("/visitant/overlay") else ()
        for fault in dict.fromkeys((*self._board.of_picture, *others)):
            for line in fault.splitlines():
                words += [(piece, ALARM) for piece in textwrap.wrap(line, columns, subsequent_indent="    ")]
        words = words[:MAX_FAULT_LINES]
        if moment.knobs.get("/visitant/overlay"):
            words += [(line, BRIGHT if index == 0 else QUIET) for index, line in enumerate(health(moment))]
        if words:
            self._draw_lines(words)
        if selected_knob is not None:
            self._draw_knob(selected_knob)
        if moment.knobs.get("/visitant/help"):
            self._help.draw(self._canvas)
        self._canvas.draw(onto)

    def _draw_lines(self, words: list[tuple[str, Rgba]]) -> None:
        height, lead = self._height, round(1.55 * self._height)
        left, bottom = round(1.6 * height), round(1.6 * height)
        top = bottom + lead * len(words) + round(0.9 * height)
        wide = max(self._canvas.width(line, height) for line, _ in words) + 2.2 * height
        self._canvas.box(left, bottom, min(left + wide, self._size[0] - left), top, PAPER, rounding=0.45 * height)
        for row, (line, ink) in enumerate(words):
            self._canvas.text(
                line, (left + 1.1 * height, top - 0.35 * height - lead * (row + 1) + 0.4 * height), height, ink
            )

    def _draw_knob(self, knob: SelectedKnob) -> None:
        """Name and value, a bar with its value in its range and the controller's position, and a message."""
        height, canvas = self._height, self._canvas
        name = knob.address.removeprefix("/scene/").strip("/").replace("/", " · ").replace("_", " ")
        inner = max(16.0 * height, canvas.width(f"{name}    {knob.value}", height), canvas.width(knob.said, height))
        tall = (1.3 if name else 0.0) + (0.9 if knob.part is not None else 0.0) + (1.5 if knob.said else 0.0) + 1.3
        pad, bottom = 1.1 * height, 1.6 * height
        right, y = self._size[0] - 1.6 * height - pad, bottom + tall * height
        left = right - inner
        canvas.box(left - pad, bottom, right + pad, y, PAPER, rounding=0.45 * height)
        y -= 1.55 * height
        if name:
            canvas.text(name, (left, y), height, BRIGHT)
            canvas.text(knob.value, (right, y), height, BRIGHT, "right")
            y -= 0.9 * height
        if knob.part is not None:
            thick = 0.16 * height
            canvas.box(left, y - thick, right, y + thick, TRACK, rounding=thick)
            canvas.box(left, y - thick, left + max(2 * thick, knob.part * inner), y + thick, BRIGHT, rounding=thick)
            if knob.reach is not None:
                at = left + knob.reach * inner
                canvas.line([(at, y - 3.2 * thick), (at, y + 3.2 * thick)], max(1.5, 0.14 * height), ALARM)
            y -= 0.9 * height
        if knob.said:
            canvas.text(knob.said, (left, y - 0.6 * height if name else y), height, QUIET)


def health(moment: Moment) -> list[str]:
    """The health of the show in a few lines."""
    health, pulse = moment.health, moment.pulse
    scene = moment.programme.scene + (f" > {moment.programme.following}" if moment.programme.following else "")
    return [
        f"{scene}    {health.frame_rate:.0f} frames/s    {health.late} late",
        f"eye {health.eye_rate:.0f}/s    {1e3 * health.latency:.0f} ms old    {health.source}",
        f"visitors {moment.crowd.count}    energy {moment.crowd.energy:.2f}    "
        f"{pulse.tempo:.0f} bpm    beat {int(pulse.beat) % pulse.beats_a_bar + 1}",
        f"quality level {health.level}    restarts {health.restarts}",
        HELP_HINT,
    ]
