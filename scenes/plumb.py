"""Plumb, a scene for setting up: camera picture, tracked visitors, floor plan, pulse and health."""

from __future__ import annotations

from math import hypot
from typing import ClassVar

import numpy as np

from installation.interface import Align, Graphics, Knob, KnobValues, Moment, Rgba, Scene, Target

LIMBS = np.array(
    [
        (11, 12),
        (11, 23),
        (12, 24),
        (23, 24),
        (11, 13),
        (13, 15),
        (12, 14),
        (14, 16),
        (23, 25),
        (25, 27),
        (24, 26),
        (26, 28),
        (27, 31),
        (28, 32),
    ]
)
"""Pairs of landmarks that are joined by a line."""
WHITE = (0.93, 0.93, 0.90)
BRIGHT = (*WHITE, 1.0)
"""Colour of values."""
LOW = (*WHITE, 0.55)
"""Colour of names."""
FINE = (*WHITE, 0.14)
"""Colour of rules and bars."""
ROW = 1.75
"""Height of a row; all lengths are in 36ths of the canvas's shorter side."""
SMALL = 0.95
"""Height of names."""
NORMAL = 1.25
"""Height of values."""
LARGE = 4.6
"""Height of the tempo."""
COLUMN = 13.6
"""Width of a panel."""
INSET = 0.8
"""Margin of a panel."""


class Plumb(Scene):
    """Plumb. The canvas to its edges, everybody the eye knows, the floor from above, the pulse and the machine."""

    shows_camera: ClassVar[bool] = True
    knobs = (
        Knob("camera", 0.4, help="How bright the camera picture is"),
        Knob("grid", 0.6, help="How bright the canvas's edges, thirds and circle are"),
        Knob("figures", True, help="Draw the outlines, landmarks and limbs"),
        Knob("panels", True, help="Show the instruments"),
        Knob("reach", 6.0, 3.0, 15.0, unit="m", help="How far the plan of the floor reaches from the wall"),
        Knob("accent", (1.0, 0.68, 0.28), help="Colour of what is measured"),
    )

    def setup(self, graphics: Graphics) -> None:
        self.visitors, self.size, self.unit = graphics.visitors, graphics.size, min(graphics.size) / 36
        self.canvas_2d = graphics.canvas_2d(*(round(self.unit * height) for height in (SMALL, NORMAL, LARGE)))
        self.ground = graphics.shader("plumb.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        visitors, self.accent = self.visitors, (*knobs.accent, 1.0)
        self.ground(
            canvas,
            picture=visitors.picture,
            mask=visitors.mask,
            fit=visitors.picture_fit,
            brightness=knobs.camera,
            shown=visitors.picture is not None,
        )
        self._grid(knobs.grid)
        self._figures(knobs.figures)
        if knobs.panels:
            right, top = self.size[0] / self.unit - COLUMN - 1, self.size[1] / self.unit - 1
            self._pulse(moment, 1, top)
            self._floor(moment, 1, 18.1, knobs.reach)
            self._health(moment, right, top)
            self._visitors(moment, right, 16.5)
        self.canvas_2d.draw(canvas)

    def _grid(self, strength: float) -> None:
        (w, h), drawing, fine = self.size, self.canvas_2d, (*WHITE, strength * 0.3)
        drawing.lines([(x, 0, x, h) for x in (w / 3, w / 2, w * 2 / 3)], 1, fine)
        drawing.lines([(0, y, w, y) for y in (h / 3, h / 2, h * 2 / 3)], 1, fine)
        drawing.lines([(0, 0, w, h), (0, h, w, 0)], 1, (*WHITE, strength * 0.2))
        drawing.ring((w / 2, h / 2), min(w, h) * 0.45, 1.5, (*WHITE, strength * 0.5))
        drawing.line([(1, 1), (w - 1, 1), (w - 1, h - 1), (1, h - 1)], 2, (*WHITE, strength), closed=True)

    def _figures(self, drawn: bool) -> None:
        size = np.array(self.size, np.float32)
        for figure in self.visitors.figures:
            joints, seen = figure.joints * size, figure.visitor.visibility > 0.5
            if drawn:
                for ring in figure.visitor.outline_screen:
                    self.canvas_2d.line(self.visitors.on_canvas(ring) * size, 1.5, (*WHITE, 0.6), closed=True)
                limbs = joints[LIMBS[seen[LIMBS].all(axis=1)]].reshape(-1, 4)
                self.canvas_2d.lines(limbs, 0.08 * self.unit, (*self.accent[:3], 0.6))
                self.canvas_2d.dots(joints[seen], 0.3 * self.unit, self.accent)
            x, y = joints[0, 0] / self.unit, joints[:11, 1].max() / self.unit + 2.2
            self._say(f"{figure.slot}", x, y, NORMAL, self.accent, "right")
            self._say(f"id {figure.id}", x + 0.5, y, SMALL, LOW)

    def _say(self, words: str, x: float, y: float, height: float, ink: Rgba, align: Align = "left") -> None:
        self.canvas_2d.text(words, (x * self.unit, y * self.unit), round(height * self.unit), ink, align)

    def _panel(self, title: str, left: float, top: float, high: float) -> tuple[float, float, float]:
        """A panel with its title; returns the left and right edge of its content and the baseline of its first row."""
        u, start, end = self.unit, left + INSET, left + COLUMN - INSET
        self.canvas_2d.box(
            left * u, (top - high) * u, (left + COLUMN) * u, top * u, (0.03, 0.035, 0.042, 0.84), 0.3 * u
        )
        self.canvas_2d.text(title, (start * u, (top - 1.6) * u), round(SMALL * u), self.accent, spacing=0.14)
        self.canvas_2d.lines([(start * u, (top - 2.2) * u, end * u, (top - 2.2) * u)], 1, FINE)
        return start, end, top - 3.8

    def _pulse(self, moment: Moment, left: float, top: float) -> None:
        pulse, u, (start, end, y) = moment.pulse, self.unit, self._panel("PULSE", left, top, 10.6)
        self._say(f"{pulse.tempo:.1f}", start - 0.2, y - 2.2, LARGE, BRIGHT)
        self._say("beats a minute", start, y - 3.9, SMALL, LOW)
        self._say(f"{pulse.confidence:.0%} sure", end, y - 3.9, SMALL, LOW, "right")
        width, low = (end - start + 0.4) / pulse.beats_a_bar, (y - 5.6) * u
        for beat in range(pulse.beats_a_bar):
            done = min(max(pulse.bar_phase * pulse.beats_a_bar - beat, 0.0), 1.0)
            x, span = (start + beat * width) * u, (width - 0.4) * u
            self.canvas_2d.box(x, low, x + span, low + 0.7 * u, FINE)
            self.canvas_2d.box(x, low, x + span * done, low + 0.7 * u, self.accent)

    def _health(self, moment: Moment, left: float, top: float) -> None:
        health = moment.health
        names = ("frames", "late", "eye", "latency", "governor", "quality", "restarts", "source")
        values = (
            f"{health.frame_rate:.1f} /s",
            health.late,
            f"{health.eye_rate:.1f} /s",
            f"{health.latency * 1000:.0f} ms",
            f"step {health.level}",
            f"{health.quality:.0%}",
            health.restarts,
            "ok" if health.source == "ok" else "see below",
        )
        start, end, y = self._panel("HEALTH", left, top, 17.5)
        for row, (name, value) in enumerate(zip(names, values, strict=True)):
            self._say(name, start, y - row * ROW, SMALL, LOW)
            self._say(f"{value}", end, y - row * ROW, NORMAL, self.accent if value == "see below" else BRIGHT, "right")
        if health.source != "ok":
            self._say(health.source, self.size[0] / self.unit / 2, 2, NORMAL, self.accent, "centre")

    def _visitors(self, moment: Moment, left: float, top: float) -> None:
        start, end, y = self._panel("VISITORS", left, top, 15.5)
        columns = (start + 0.6, start + 3.1, start + 6.3, start + 9.2, end)
        for x, name in zip(columns[1:], ("id", "x m", "z m", "m/s"), strict=True):
            self._say(name, x, y, SMALL, LOW, "right")
        for row, v in enumerate(moment.visitors[:6], 1):
            values = (v.slot, v.id, *(f"{metres:.1f}" for metres in (*v.floor_m, hypot(*v.velocity_m))))
            for x, value in zip(columns, values, strict=True):
                self._say(f"{value}", x, y - row * ROW, NORMAL, self.accent if x == columns[0] else BRIGHT, "right")

    def _floor(self, moment: Moment, left: float, top: float, reach: float) -> None:
        start, end, y = self._panel("FLOOR", left, top, 17.1)
        scale, middle, wall, u = (end - start) / reach, (start + end) / 2, y + 0.6, self.unit
        rows = [(start, wall - metre * scale, end, wall - metre * scale) for metre in range(int(reach) + 1)]
        metres = [middle + metre * scale for metre in range(-int(reach / 2), int(reach / 2) + 1)]
        self.canvas_2d.lines(np.array(rows + [(x, wall, x, wall - reach * scale) for x in metres]) * u, 1, FINE)
        self.canvas_2d.lines(np.array(rows[:1]) * u, 0.12 * u, BRIGHT)
        self._say(f"{reach:.0f} m from the wall", end, top - 1.6, SMALL, LOW, "right")
        for v in moment.visitors:
            if abs(v.floor_m[0]) < reach / 2 and 0 <= v.floor_m[1] < reach:
                x, z = middle + float(v.floor_m[0]) * scale, wall - float(v.floor_m[1]) * scale
                ahead = (x + float(v.velocity_m[0]) * scale, z - float(v.velocity_m[1]) * scale)
                self.canvas_2d.line(np.array([(x, z), ahead]) * u, 0.1 * u, self.accent)
                self.canvas_2d.ring((x * u, z * u), 0.45 * u, 0.12 * u, self.accent)
                self._say(str(v.slot), x + 0.8, z - 0.4, SMALL, BRIGHT)
