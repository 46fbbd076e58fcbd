"""Sitting, a scene: visitors as full-length oil portraits, by one painter after another."""

from __future__ import annotations

from dataclasses import replace
from math import cos, exp, sin, tau
from typing import Any, ClassVar

import numpy as np

from installation.interface import (
    Cast,
    Cloud,
    Commission,
    Element,
    Graphics,
    Ground,
    Hills,
    Knob,
    KnobValues,
    Mix,
    Moment,
    Presets,
    Scene,
    Target,
    Tree,
    View,
    time_of_day,
)

PAINTERS = {
    "salon": {
        "straw hat": (0.90, 0.86, 0.70),
        "venice": (0.91, 0.85, 0.71),
        "boating": (0.85, 0.88, 0.88),
        "mist": (0.88, 0.87, 0.90),
    },
    "prints": {
        "reed pen": (0.93, 0.88, 0.77),
        "tapestry": (0.90, 0.88, 0.78),
        "miniature": (0.90, 0.82, 0.66),
        "great wave": (0.90, 0.88, 0.78),
    },
    "modern": {
        "starry night": (0.86, 0.86, 0.80),
        "mosaic": (0.88, 0.87, 0.90),
        "red visit": (0.90, 0.74, 0.63),
        "cut paper": (0.94, 0.93, 0.89),
    },
}
"""Styles in their order across the canvas, and the colour of each one's primed canvas."""
VIEW = View(behind_m=9.0, height_m=0.9, horizon=0.43, lens=4.9)
"""From afar and low, as in full-length portraits: a visitor 3 m from the wall fills seven tenths of its height."""
MAX_BEGINNING = 8
"""Sittings that begin at a time."""


class Sitting(Scene):
    """Sitting: you are painted, from head to foot, and a few steps aside it is another painter who looks at you.

    The canvas is wiped to its ground where somebody comes, a wash says who it is, and brushes fill it in. Painters
    stand side by side along the wall and take turns by the bars of the music, while it becomes evening behind you.
    With nobody there two who dance are their models. The brushes follow the music: strokes turn with its middle voices
    and stand out of the canvas on its bass; bright sound calls painters from the far end of the wall.
    """

    paints = True
    cast: ClassVar[Cast] = Cast(alone=2)
    knobs = (
        Knob("painters", "salon", help="Who they are, from one side of the wall to the other", choices=tuple(PAINTERS)),
        Knob("bars", 16.0, 1.0, 128.0, help="Until the next painter takes their turn", unit="bars"),
        Knob("walk", 0.8, help="How much it is your place that chooses the painter, and how little the bars"),
        Knob("day", 8.0, 0.5, 60.0, help="From one morning behind you to the next", unit="min"),
        Knob("patience", 5.0, 0.5, 20.0, help="Until whoever is new is painted", unit="s"),
        Knob("listen", 0.7, help="How far sound turns the strokes, raises the paint and calls other painters"),
        Knob("relief", 1.0, 0.0, 2.0, help="How thick the paint lies"),
        Knob("weave", 1.0, 0.0, 2.0, help="How coarse the linen is"),
        Knob("varnish", 0.6, help="From dull and fresh to golden and glossy"),
    )

    presets: ClassVar[Presets] = {
        "salon": {"painters": "salon", "bars": 16.0, "walk": 0.8, "relief": 1.0, "weave": 1.0, "varnish": 0.6},
        "press": {"painters": "prints", "bars": 8.0, "walk": 1.0, "relief": 0.3, "weave": 0.25, "varnish": 0.1},
        "garret": {"painters": "modern", "bars": 4.0, "walk": 0.4, "relief": 1.3, "weave": 0.7, "varnish": 0.2},
    }

    @classmethod
    def commission(cls, moment: Moment, knobs: KnobValues) -> Commission:
        land = landscape(moment.time / (60.0 * knobs.day) + 0.42, moment.time)
        styles = tuple((name, round(weight, 2)) for name, weight in painters(moment, knobs))
        return Commission(dancers=True, view=VIEW, elements=land, styles=styles)

    def setup(self, graphics: Graphics) -> None:
        self.view = replace(VIEW, aspect=graphics.size[0] / graphics.size[1])
        self.bodies, self.oil, self.ages = graphics.bodies(), graphics.oil("sitting_lay.frag"), dict[int, float]()
        self.figure = graphics.body_shader("brush_wash.vert", "brush_wash.frag", 0.05, depth=True)
        self.stain = graphics.target(0.4, kind="f1", depth=True, dynamic_resolution=True)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        bodies, oil, day = self.bodies, self.oil, moment.time / (60.0 * knobs.day) + 0.42
        primed = sum(w * np.array(PAINTERS[knobs.painters][name]) for name, w in painters(moment, knobs))
        bodies.update(moment)
        self.ages = {one.key: self.ages.get(one.key, 0.0) + moment.step for one in bodies.shown if one.key > 0}
        given: dict[str, Any] = {
            **self.view.uniforms,
            "table": bodies.table,
            "order": bodies.order,
            "noise": oil.noise,
            "stain": self.stain,
            "sitters": self.begun(knobs.patience),
            "primed": primed,
            "horizon": VIEW.horizon,
            "sun": time_of_day.place(day, VIEW.horizon),
            "light": time_of_day.light(day),
            "calm": 0.4,
            "storm": 0.0,
            "swirl": stroke_turn(moment, knobs.listen),
        }
        self.stain.clear()
        if oil.painting.presence < 1.0 or given["sitters"][0][3] > 0.0:  # else paint hides it
            # The mirrored view reverses the winding of triangles.
            self.figure(self.stain, cull="front", instances=bodies.count, **given)
        relief = knobs.relief * (1.0 + 1.2 * knobs.listen * moment.sound.bass.hit)
        oil.draw(canvas, moment, relief, knobs.weave, knobs.varnish, **given)

    def begun(self, patience: float) -> list[tuple[float, float, float, float]]:
        """Where sittings begin: x and y on the canvas, half the height, and how far the ground is bare, 0..1."""
        found = [(0.0, 0.0, 1.0, 0.0)] * MAX_BEGINNING
        new = [one for one in self.bodies.shown if self.ages.get(one.key, np.inf) < patience]
        for number, one in enumerate(new[:MAX_BEGINNING]):
            age, away = self.ages[one.key], max(self.view.behind_m + one.body.hips_m[2], self.view.near_m)
            left = min(age, 1.0) * (1.0 - age / patience)
            found[number] = (*self.view.canvas(one.body.hips_m), 1.02 * self.view.lens / away, left)
        return found


def painters(moment: Moment, knobs: KnobValues) -> Mix:
    """Weights of the painters' styles, which add up to 1; over the bars they move along the wall and back."""
    names = tuple(PAINTERS[knobs.painters])
    turn = 1.0 - abs(1.0 - moment.pulse.bar / (knobs.bars * (len(names) - 1)) % 2.0)
    turn += 0.5 * knobs.listen * moment.sound.presence * (moment.sound.brightness - turn)
    known = [(1.0 - exp(v.born - moment.time), float(v.landmarks_screen[23:25, 0].mean())) for v in moment.visitors]
    here = sum(weight for weight, _ in known)
    if here > 0.0:
        middle = sum(weight * x for weight, x in known) / here
        turn += knobs.walk * min(here, 1.0) * (min(max(1.4 * middle - 0.2, 0.0), 1.0) - turn)
    near = [max(0.0, 1.0 - abs(turn * (len(names) - 1) - number)) for number in range(len(names))]
    weights = [share**3 * (10.0 - 15.0 * share + 6.0 * share * share) for share in near]
    return tuple((name, weight / sum(weights)) for name, weight in zip(names, weights, strict=True))


def stroke_turn(moment: Moment, listen: float) -> tuple[float, float]:
    """What sound adds to the direction of all strokes: a vector that turns with the integrated level of the middle."""
    voices = moment.sound.low_mid
    angle, length = 0.25 * tau * voices.time, 1.1 * listen * voices.presence * voices.level
    return length * cos(angle), length * sin(angle)


def landscape(day: float, time: float) -> tuple[Element, ...]:
    """The landscape behind the visitors; `day` is the hour in parts of a day."""
    tones = (0.0, -0.08, -0.3), (-0.3, -0.25, 0.1), (-0.5, -0.3, 0.25), (0.1, -0.2, 0.35), (0.4, -0.1, 0.2)
    blue, wood, leaf, near, far = (time_of_day.lit(tone, day) for tone in tones)
    return (
        time_of_day.sky(day),
        time_of_day.disc(day, *time_of_day.place(day, VIEW.horizon)),
        Cloud((time / 250.0 + 0.6) % 1.8 - 0.4, 0.82, 0.6, 0.13, time_of_day.lit((0.85, 0.0, 0.02), day), 0.8),
        Hills(0.55, 0.20, 1.3, 3, 0.0, blue, 400.0),
        Hills(0.46, 0.10, 0.7, 8, 0.0, wood, 250.0),
        Ground(VIEW.horizon, near, far),
        Tree(0.80, 0.37, 0.17, 0.15, 0.004 * sin(tau * time / 14.4), wood, distance=40.0),
        Tree(0.86, 0.36, 0.25, 0.21, 0.006 * sin(tau * time / 16.0), wood, distance=30.0),
        Tree(0.94, 0.31, 0.42, 0.32, 0.01 * sin(tau * time / 18.0), wood, distance=18.0),
        Hills(0.10, 0.06, 1.9, 12, 0.0, time_of_day.lit((-0.15, -0.2, 0.3), day), 9.0),
        Tree(0.04, 0.17, 0.86, 0.56, 0.02 * sin(tau * time / 25.0), leaf, distance=7.5),
    )
