"""The overlay: what is wrong, how the show does, the knob in somebody's hand, what the keys do; over the picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Moment
from installation.stage.gl.canvas_2d import GLCanvas2D, Ink
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.overlay.help import Help

PAPER: Ink = (0.03, 0.035, 0.045, 0.78)
QUIET: Ink = (0.72, 0.74, 0.76, 1.0)
BRIGHT: Ink = (0.96, 0.95, 0.92, 1.0)
ALARM: Ink = (0.98, 0.62, 0.42, 1.0)
TRACK: Ink = (0.96, 0.95, 0.92, 0.18)
LINES = 12
"""Most lines of faults."""
KEYS = "H what the keys do"


class Overlay:
    """Draws words on the canvas: faults and health at the lower left, the knob in hand at the lower right."""

    def __init__(self, workshop: SceneGraphics) -> None:
        self._size = workshop.size
        # A fortieth of the height reads from across the room without shouting.
        self._height = max(11, round(min(workshop.size) / 42))
        self._help = Help(workshop.size)
        self._sheet: GLCanvas2D = workshop.sheet(self._height, *self._help.type_sizes)

    def draw(self, onto: RenderTarget, moment: Moment, faults: Sequence[str], grip: SelectedKnob | None = None) -> None:
        """Draw over the picture of `moment` what is wrong, the knob in hand, and what its knobs ask for."""
        words: list[tuple[str, Ink]] = []
        columns = max(24, int(0.8 * self._size[0] / (0.52 * self._height)))
        for fault in faults:
            for line in fault.splitlines():
                words += [(piece, ALARM) for piece in textwrap.wrap(line, columns, subsequent_indent="    ")]
        words = words[:LINES]
        if moment.knobs.get("/visitant/overlay"):
            words += [(line, BRIGHT if index == 0 else QUIET) for index, line in enumerate(health(moment))]
        if words:
            self._block(words)
        if grip is not None:
            self._grip(grip)
        if moment.knobs.get("/visitant/help"):
            self._help.set(self._sheet)
        self._sheet.draw(onto)

    def _block(self, words: list[tuple[str, Ink]]) -> None:
        height, lead = self._height, round(1.55 * self._height)
        left, bottom = round(1.6 * height), round(1.6 * height)
        top = bottom + lead * len(words) + round(0.9 * height)
        wide = max(self._sheet.width(line, height) for line, _ in words) + 2.2 * height
        self._sheet.box(left, bottom, min(left + wide, self._size[0] - left), top, PAPER, rounding=0.45 * height)
        for row, (line, ink) in enumerate(words):
            self._sheet.text(
                line, (left + 1.1 * height, top - 0.35 * height - lead * (row + 1) + 0.4 * height), height, ink
            )

    def _grip(self, grip: SelectedKnob) -> None:
        """Name and value, a bar of where in its range it stands and where its controller does, and what was said."""
        height, sheet = self._height, self._sheet
        name = grip.address.removeprefix("/scene/").strip("/").replace("/", " · ").replace("_", " ")
        inner = max(16.0 * height, sheet.width(f"{name}    {grip.value}", height), sheet.width(grip.said, height))
        tall = (1.3 if name else 0.0) + (0.9 if grip.part is not None else 0.0) + (1.5 if grip.said else 0.0) + 1.3
        pad, bottom = 1.1 * height, 1.6 * height
        right, y = self._size[0] - 1.6 * height - pad, bottom + tall * height
        left = right - inner
        sheet.box(left - pad, bottom, right + pad, y, PAPER, rounding=0.45 * height)
        y -= 1.55 * height
        if name:
            sheet.text(name, (left, y), height, BRIGHT)
            sheet.text(grip.value, (right, y), height, BRIGHT, "right")
            y -= 0.9 * height
        if grip.part is not None:
            thick = 0.16 * height
            sheet.box(left, y - thick, right, y + thick, TRACK, rounding=thick)
            sheet.box(left, y - thick, left + max(2 * thick, grip.part * inner), y + thick, BRIGHT, rounding=thick)
            if grip.reach is not None:
                at = left + grip.reach * inner
                sheet.line([(at, y - 3.2 * thick), (at, y + 3.2 * thick)], max(1.5, 0.14 * height), ALARM)
            y -= 0.9 * height
        if grip.said:
            sheet.text(grip.said, (left, y - 0.6 * height if name else y), height, QUIET)


def health(moment: Moment) -> list[str]:
    """How the show does, in a few lines."""
    health, pulse = moment.health, moment.pulse
    scene = moment.programme.scene + (f" > {moment.programme.following}" if moment.programme.following else "")
    return [
        f"{scene}    {health.frame_rate:.0f} frames/s    {health.late} late",
        f"eye {health.eye_rate:.0f}/s    {1e3 * health.latency:.0f} ms old    {health.source}",
        f"visitors {moment.crowd.count}    energy {moment.crowd.energy:.2f}    "
        f"{pulse.tempo:.0f} bpm    beat {int(pulse.beat) % pulse.beats_a_bar + 1}",
        f"quality level {health.level}    restarts {health.restarts}",
        KEYS,
    ]
