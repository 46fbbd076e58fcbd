"""Loom: threads of light hang on the wall like a warp, and are spun around whoever comes."""

from __future__ import annotations

from typing import Any

from installation.stage.scene import Knob, Moment, Scene, Turned
from installation.stage.workshop import Target, Workshop

THREADS, POINTS = 512, 18


class Loom(Scene):
    """Loom. Your joints hold the threads: stand and they rest on you, move and they fray, meet and they cross."""

    knobs = (
        Knob("gather", 0.9, help="How many of the wall's threads go to the visitors"),
        Knob("tension", 1.0, 0.2, 2.0, help="How closely the threads follow the body"),
        Knob("fray", 1.0, 0.0, 2.0, help="How far fast movement splits the threads"),
        Knob("breath", 1.0, 0.0, 2.0, help="How much air moves the resting warp"),
        Knob("tremble", 1.0, 0.0, 3.0, help="How strongly the beat plucks the threads"),
        Knob("afterglow", 0.35, 0.05, 2.0, unit="s", help="Seconds in which light left behind halves"),
        Knob("glow", 1.0, 0.0, 2.0, help="How much the light spreads"),
        Knob("accent", (0.45, 0.82, 0.95), help="Colour of the resting warp and of what passes between visitors"),
    )

    def setup(self, workshop: Workshop) -> None:
        self.people = workshop.people
        self.hold = workshop.target(size=(1, THREADS), kind="f4", smooth=False)
        self.threads = workshop.target(size=(POINTS, THREADS), kind="f4", smooth=False)
        self.light, self.trail = workshop.target(components=2), workshop.target(0.33, components=2)
        self.take, self.move = workshop.screen("loom_hold.frag"), workshop.screen("loom_thread.frag")
        self.spin = workshop.geometry("loom_line.vert", "loom_line.frag", "triangle_strip", 4 * POINTS - 2)
        self.leave, self.show = workshop.screen("loom_trail.frag"), workshop.screen("loom_show.frag")

    def draw(self, moment: Moment, knobs: Turned, canvas: Target) -> None:
        people, dt = self.people, moment.step
        self.light.scale = self.trail.scale = canvas.scale
        world: dict[str, Any] = {
            "threads": self.threads, "hold": self.hold, "joints": people.joints, "people": people.count,
            "shape": (people.aspect, 1.0), "time": moment.time, "dt": dt, "fray": knobs.fray,
        }  # fmt: skip
        self.take(self.hold, gather=knobs.gather, **world)
        self.move(self.threads, mask=people.mask, flow=people.flow, breath=knobs.breath, tension=knobs.tension, **world)
        self.spin(self.light, clear=(0.0,), blend="add", instances=THREADS, beat=moment.pulse.beat,
                  tremble=knobs.tremble, **world)  # fmt: skip
        self.leave(self.trail, trail=self.trail, light=self.light, dt=dt, half_life=knobs.afterglow)
        self.show(canvas, light=self.light, trail=self.trail, accent=knobs.accent, glow=knobs.glow, frame=moment.frame)
