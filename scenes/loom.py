"""Loom: threads of light hang on the wall like a warp, and are spun around whoever comes."""

from __future__ import annotations

from installation.stage.scene import Knob, Moment, Scene, Turned
from installation.stage.workshop import Target, Workshop

THREADS, POINTS = 270, 16  # on a wall as wide as it is high, and on a thread


class Loom(Scene):
    """Loom: your joints hold the threads. Stand and they rest on you, move and they fray, meet and they cross."""

    knobs = (
        Knob("gather", 0.9, help="How many of the wall's threads may go to the visitors"),
        Knob("tension", 1.0, 0.2, 2.0, help="How closely the threads follow the body"),
        Knob("fray", 1.0, 0.0, 2.0, help="How far fast movement splits the threads"),
        Knob("breath", 1.0, 0.0, 2.0, help="How much air moves the resting warp"),
        Knob("tremble", 1.0, 0.0, 3.0, help="How strongly the beat plucks the threads"),
        Knob("afterglow", 0.35, 0.05, 2.0, unit="s", help="Until half of the light left behind is gone"),
        Knob("glow", 1.0, 0.0, 2.0, help="How much the light spreads"),
        Knob("accent", (0.45, 0.82, 0.95), help="Colour of the resting warp and of what passes between visitors"),
    )

    def setup(self, workshop: Workshop) -> None:
        self.people = workshop.people
        self.count = round(THREADS * max(self.people.aspect, 16 / 9))
        self.hold, self.threads = (workshop.target(size=(n, self.count), kind="f4", smooth=False) for n in (1, POINTS))
        self.light, self.trail = workshop.target(components=2), workshop.target(0.33, components=2)
        self.spin = workshop.geometry("loom_yarn.vert", "yarn.frag", "triangle_strip", 4 * POINTS - 2)
        passes = ("loom_hold.frag", "loom_thread.frag", "afterglow.frag", "loom_show.frag")
        self.take, self.move, self.leave, self.show = (workshop.screen(name) for name in passes)

    def draw(self, moment: Moment, knobs: Turned, canvas: Target) -> None:
        people, here = self.people, sum(figure.presence for figure in self.people.figures)
        self.light.scale = canvas.scale
        given = {name: getattr(knobs, name) for name in ("tension", "fray", "breath", "tremble", "accent", "glow")} | {
            "threads": self.threads, "hold": self.hold, "light": self.light, "trail": self.trail, "mask": people.mask,
            "flow": people.flow, "joints": people.joints, "people": people.count, "shape": (people.aspect, 1.0),
            "time": moment.time, "dt": moment.step, "beat": moment.pulse.beat % 8.0, "frame": moment.frame % 64,
            "share": knobs.gather * (1.0 - 0.38**here), "half_life": knobs.afterglow, "lit": 0.24 + 0.06 * here,
        }  # fmt: skip
        self.take(self.hold, **given)
        self.move(self.threads, **given)
        self.spin(self.light, clear=(0.0,), blend="add", instances=self.count, **given)
        self.leave(self.trail, drawn=canvas.scale, **given)
        self.show(canvas, **given)
