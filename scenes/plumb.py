"""Plumb: what the installation sees and how it does, true to the canvas, for whoever sets it up."""

from __future__ import annotations

from math import hypot
from typing import ClassVar

import numpy as np

from installation.stage.scene import Knob, Moment, Scene, Turned
from installation.stage.workshop import Target, Workshop

LIMBS = np.array([(11, 12), (11, 23), (12, 24), (23, 24), (11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27),
                  (24, 26), (26, 28), (27, 31), (28, 32)])  # fmt: skip
WHITE = (0.93, 0.93, 0.90)
LOW = (*WHITE, 0.55)
FINE = (*WHITE, 0.14)
ROW, SMALL, NORMAL, LARGE, COLUMN = 1.75, 1.0, 1.3, 5.2, 16.0
"""Heights of a row and of the type, and the width of a panel, in 36ths of the canvas's shorter side."""


class Plumb(Scene):
    """Plumb. The canvas to its edges, everybody the eye knows, the floor from above, the pulse and the machine."""

    shows_camera: ClassVar[bool] = True
    knobs = (
        Knob("camera", 0.35, help="How bright the camera picture is"),
        Knob("grid", 0.6, help="How bright the canvas's edges, thirds and circle are"),
        Knob("outline", True, help="Draw the outlines"),
        Knob("landmarks", True, help="Draw the landmarks and limbs"),
        Knob("panels", True, help="Show the instruments"),
        Knob("reach", 6.0, 3.0, 15.0, unit="m", help="How far the plan of the floor reaches from the wall"),
        Knob("accent", (1.0, 0.68, 0.28), help="Colour of what is measured"),
    )

    def setup(self, workshop: Workshop) -> None:
        self.people = workshop.people
        self.size = workshop.size
        self.unit = min(workshop.size) / 36
        self.sheet = workshop.sheet(*(round(self.unit * height) for height in (SMALL, NORMAL, LARGE)))
        self.ground = workshop.screen("plumb.frag")

    def draw(self, moment: Moment, knobs: Turned, canvas: Target) -> None:
        self.accent = (*knobs.accent, 1.0)
        picture = self.people.picture
        self.ground(canvas, picture=picture, mask=self.people.mask, fit=self.people.picture_fit,
                    brightness=knobs.camera, shown=picture is not None)  # fmt: skip
        self._grid(knobs.grid)
        self._figures(knobs)
        if knobs.panels:
            right, top = self.size[0] / self.unit - COLUMN - 1, self.size[1] / self.unit - 1
            self._pulse(moment, 1, top)
            self._floor(moment, 1, 21.5, knobs.reach)
            self._health(moment, right, top)
            self._visitors(moment, right, 15.2)
        self.sheet.draw(canvas)

    def _grid(self, strength: float) -> None:
        (w, h), sheet = self.size, self.sheet
        third = (*WHITE, strength * 0.3)
        sheet.lines([(x, 0, x, h) for x in (w / 3, w / 2, w * 2 / 3)], 1, third)
        sheet.lines([(0, y, w, y) for y in (h / 3, h / 2, h * 2 / 3)], 1, third)
        sheet.lines([(0, 0, w, h), (0, h, w, 0)], 1, (*WHITE, strength * 0.15))
        sheet.ring((w / 2, h / 2), min(w, h) * 0.45, 1.5, (*WHITE, strength * 0.5))
        sheet.line([(1, 1), (w - 1, 1), (w - 1, h - 1), (1, h - 1)], 2, (*WHITE, strength), closed=True)

    def _figures(self, knobs: Turned) -> None:
        sheet, size = self.sheet, np.array(self.size, np.float32)
        for figure in self.people.figures:
            joints, seen = figure.joints * size, figure.visitor.visibility > 0.5
            if knobs.outline:
                for ring in figure.visitor.outline_screen:
                    sheet.line(self.people.on_canvas(ring) * size, 1.5, (*WHITE, 0.6), closed=True)
            if knobs.landmarks:
                limbs = joints[LIMBS[seen[LIMBS].all(axis=1)]]
                sheet.lines(limbs.reshape(-1, 4), 0.08 * self.unit, (*knobs.accent, 0.6))
                sheet.dots(joints[seen], 0.3 * self.unit, self.accent)
            x, y = joints[0, 0] / self.unit, joints[:11, 1].max() / self.unit + 2.2
            self._say(str(figure.slot), x, y, NORMAL, self.accent, "right")
            self._say(f"id {figure.id}", x + 0.5, y, SMALL, LOW)

    def _say(self, words: str, x: float, y: float, height: float, ink: tuple, align: str = "left", wide: float = 0) -> None:
        """Text with its baseline at x, y in units."""
        self.sheet.text(words, (x * self.unit, y * self.unit), round(height * self.unit), ink, align, wide)  # type: ignore[arg-type]

    def _panel(self, title: str, left: float, top: float, high: float) -> tuple[float, float]:
        """A plate with its title; returns where its first row's baseline begins."""
        u = self.unit
        self.sheet.box(left * u, (top - high) * u, (left + COLUMN) * u, top * u, (0.03, 0.035, 0.042, 0.84), 0.3 * u)
        self._say(title.upper(), left + 0.9, top - 1.7, SMALL, LOW, wide=0.12)
        self._rule(left, top - 2.3)
        return left + 0.9, top - 3.9

    def _rule(self, left: float, y: float) -> None:
        self.sheet.lines([((left + 0.9) * self.unit, y * self.unit, (left + COLUMN - 0.9) * self.unit, y * self.unit)], 1, FINE)

    def _pulse(self, moment: Moment, left: float, top: float) -> None:
        pulse, u = moment.pulse, self.unit
        x, y = self._panel("Pulse", left, top, 11.3)
        self._say(f"{pulse.tempo:.1f}", x - 0.2, y - 2.6, LARGE, (*WHITE, 1.0))
        self._say("beats a minute", x, y - 4.3, SMALL, LOW)
        self._say(f"{pulse.confidence:.0%} sure", x + COLUMN - 1.8, y - 4.3, SMALL, LOW, "right")
        width = (COLUMN - 1.8 + 0.4) / pulse.beats_a_bar
        for beat in range(pulse.beats_a_bar):
            done = min(max(pulse.bar_phase * pulse.beats_a_bar - beat, 0.0), 1.0)
            start, end, low = (x + beat * width) * u, (x + (beat + 1) * width - 0.4) * u, (y - 6.1) * u
            self.sheet.box(start, low, end, low + 0.7 * u, FINE)
            self.sheet.box(start, low, start + (end - start) * done, low + 0.7 * u, self.accent)

    def _health(self, moment: Moment, left: float, top: float) -> None:
        health = moment.health
        rows = (
            ("frames", f"{health.frame_rate:.1f} /s"), ("late", f"{health.late}"),
            ("eye", f"{health.eye_rate:.1f} /s"), ("latency", f"{health.latency * 1000:.0f} ms"),
            ("governor", f"step {health.level}"), ("quality", f"{health.quality:.0%}"), ("restarts", f"{health.restarts}"),
        )  # fmt: skip
        x, y = self._panel("Health", left, top, 17.7)
        for row, (name, value) in enumerate(rows):
            self._say(name, x, y - row * ROW, SMALL, LOW)
            self._say(value, x + COLUMN - 1.8, y - row * ROW, NORMAL, (*WHITE, 1.0), "right")
        self._rule(left, y - 6 * ROW - 0.65)
        good = health.source == "ok"
        words = "camera is well" if good else health.source
        self._say(words if len(words) < 30 else words[:28] + "…", x, y - 7 * ROW - 0.4, SMALL, LOW if good else self.accent)

    def _visitors(self, moment: Moment, left: float, top: float) -> None:
        x, y = self._panel("Visitors", left, top, 14.2)
        columns = (0.9, 3.6, 7.6, 11.0, COLUMN - 1.8)
        for at, name in zip(columns, ("", "id", "x m", "z m", "m/s"), strict=True):
            self._say(name, x + at, top - 1.7, SMALL, LOW, "right")
        for row, v in enumerate(moment.visitors[:6]):
            values = (f"{v.slot}", f"{v.id}", f"{v.floor_m[0]:.1f}", f"{v.floor_m[1]:.1f}", f"{hypot(*v.velocity_m):.1f}")
            for at, value in zip(columns, values, strict=True):
                ink = self.accent if at == columns[0] else (*WHITE, 1.0)
                self._say(value, x + at, y - row * ROW, NORMAL, ink, "right")

    def _floor(self, moment: Moment, left: float, top: float, reach: float) -> None:
        u = self.unit
        x, y = self._panel("Floor", left, top, 20.5)
        scale, middle, wall = (COLUMN - 1.8) / reach, left + COLUMN / 2, y + 0.4
        half = (COLUMN - 1.8) / 2
        for metre in range(int(reach) + 1):
            line = (middle - half, wall - metre * scale, middle + half, wall - metre * scale)
            self.sheet.lines([np.array(line) * u], 2 if metre == 0 else 1, (*WHITE, 0.9) if metre == 0 else FINE)
        for metre in range(-int(reach / 2), int(reach / 2) + 1):
            line = (middle + metre * scale, wall, middle + metre * scale, wall - reach * scale)
            self.sheet.lines([np.array(line) * u], 1, (*WHITE, 0.35) if metre == 0 else FINE)
        self._say("wall", x + COLUMN - 1.8, top - 1.7, SMALL, LOW, "right")
        for v in moment.visitors:
            at = np.array((middle + v.floor_m[0] * scale, wall - v.floor_m[1] * scale))
            if abs(v.floor_m[0]) < reach / 2 and 0 <= v.floor_m[1] < reach:
                ahead = at + np.array((v.velocity_m[0], -v.velocity_m[1])) * scale
                self.sheet.line([at * u, ahead * u], 0.1 * u, self.accent)
                self.sheet.ring(tuple(at * u), 0.45 * u, 0.12 * u, self.accent)
                self._say(str(v.slot), at[0] + 0.8, at[1] - 0.4, SMALL, (*WHITE, 1.0))
