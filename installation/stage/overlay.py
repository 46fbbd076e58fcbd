"""The overlay: what is wrong with a shader or a scene, and, when asked for, how the show does; over the picture."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from installation.moment import Moment
from installation.stage.sheet import Ink, Sheet
from installation.stage.target import Target
from installation.stage.workshop import Workshop

PAPER: Ink = (0.03, 0.035, 0.045, 0.78)
QUIET: Ink = (0.72, 0.74, 0.76, 1.0)
BRIGHT: Ink = (0.96, 0.95, 0.92, 1.0)
ALARM: Ink = (0.98, 0.62, 0.42, 1.0)
LINES = 12
"""Most lines of faults."""
KEYS = "N next scene    S still    O this overlay    Esc end"


class Overlay:
    """Draws words on the canvas, small, at the lower left."""

    def __init__(self, workshop: Workshop) -> None:
        self._size = workshop.size
        # A fortieth of the height reads from across the room without shouting.
        self._height = max(11, round(min(workshop.size) / 42))
        self._sheet: Sheet = workshop.sheet(self._height)

    def draw(self, onto: Target, moment: Moment, faults: Sequence[str], asked: bool) -> None:
        """Draw over the picture of `moment` what is wrong, and health too when it is `asked` for."""
        words: list[tuple[str, Ink]] = []
        columns = max(24, int(0.8 * self._size[0] / (0.52 * self._height)))
        for fault in faults:
            for line in fault.splitlines():
                words += [(piece, ALARM) for piece in textwrap.wrap(line, columns, subsequent_indent="    ")]
        words = words[:LINES]
        if asked:
            words += [(line, BRIGHT if index == 0 else QUIET) for index, line in enumerate(health(moment))]
        if words:
            self._block(words, onto)

    def _block(self, words: list[tuple[str, Ink]], onto: Target) -> None:
        height, lead = self._height, round(1.55 * self._height)
        left, bottom = round(1.6 * height), round(1.6 * height)
        top = bottom + lead * len(words) + round(0.9 * height)
        wide = max(len(line) for line, _ in words) * 0.56 * height + 2.2 * height
        self._sheet.box(left, bottom, min(left + wide, self._size[0] - left), top, PAPER, rounding=0.45 * height)
        for row, (line, ink) in enumerate(words):
            self._sheet.text(
                line, (left + 1.1 * height, top - 0.35 * height - lead * (row + 1) + 0.4 * height), height, ink
            )
        self._sheet.draw(onto)


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
