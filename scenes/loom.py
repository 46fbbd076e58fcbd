"""Loom, a scene: threads of light across the wall that wind around visitors."""

from __future__ import annotations

from typing import ClassVar

from installation.interface import Cast, Graphics, Knob, KnobValues, Moment, Presets, Scene, Target, light

THREADS = 270
"""Threads on a wall as wide as it is high."""
POINTS = 16
"""Points along a thread that are simulated."""


class Loom(Scene):
    """Loom: your joints hold the threads. Stand and they rest on you, move and they fray, meet and they cross.

    What crosses from one to the other tears on the beat, draws back to both, and is knotted again before the next one.
    Every thread is a string for one band of the sound, from bass to treble, and swings with it; high notes run along
    threads as sparks. With nobody there two dancers come out of the hanging warp and hold it until somebody takes their
    place.
    """

    cast: ClassVar[Cast] = Cast(alone=2)
    knobs = (
        Knob("gather", 0.9, help="How many of the wall's threads may go to the visitors"),
        Knob("tension", 1.0, 0.2, 2.0, help="How closely the threads follow the body"),
        Knob("fray", 1.0, 0.0, 2.0, help="How far fast movement splits the threads"),
        Knob("breath", 1.0, 0.0, 2.0, help="How much air moves the resting warp"),
        Knob("tremble", 1.0, 0.0, 3.0, help="How strongly the beat plucks the threads, and tears those between two"),
        Knob("listen", 0.7, help="How far the sound of the room swings the threads, and how bright its sparks are"),
        Knob("afterglow", 0.35, 0.05, 2.0, unit="s", help="Until half of the light left behind is gone"),
        Knob("glow", 1.0, 0.0, 2.0, help="How much the light spreads"),
        Knob("accent", (0.70, 0.92, 0.98), help="Colour of the resting warp and of what passes between visitors"),
    )

    presets: ClassVar[Presets] = {
        "copper": {
            "tension": 1.0,
            "fray": 1.0,
            "breath": 1.0,
            "tremble": 1.0,
            "afterglow": 0.35,
            "glow": 1.0,
            "accent": (0.70, 0.92, 0.98),
        },
        "gauze": {
            "tension": 0.6,
            "fray": 0.5,
            "breath": 1.5,
            "tremble": 0.3,
            "afterglow": 1.4,
            "glow": 1.5,
            "accent": (0.94, 0.90, 0.99),
        },
        "wire": {
            "tension": 1.8,
            "fray": 1.7,
            "breath": 0.35,
            "tremble": 2.6,
            "afterglow": 0.12,
            "glow": 0.45,
            "accent": (1.0, 0.63, 0.51),
        },
    }

    def setup(self, graphics: Graphics) -> None:
        self.visitors, self.beats = graphics.visitors_or_dancers(), 0
        self.count = round(THREADS * max(self.visitors.aspect, 16 / 9))
        self.hold, self.threads = (graphics.target(size=(n, self.count), kind="f4", smooth=False) for n in (1, POINTS))
        self.light, self.trail = (
            graphics.target(scale, components=2, dynamic_resolution=True) for scale in (1.0, 0.33)
        )
        self.spin = graphics.geometry("loom_yarn.vert", "yarn.frag", "triangle_strip", 4 * POINTS - 2)
        passes = ("loom_hold.frag", "loom_thread.frag", "afterglow.frag", "loom_show.frag")
        self.take, self.move, self.fade, self.show = (graphics.shader(name) for name in passes)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        visitors = self.visitors
        visitors.update(moment)
        here = sum(figure.presence for figure in visitors.figures)
        beats = int(moment.pulse.beat)
        given = {name: getattr(knobs, name) for name in ("tension", "fray", "breath", "tremble", "listen", "glow")} | {
            "threads": self.threads,
            "hold": self.hold,
            "light": self.light,
            "trail": self.trail,
            "mask": visitors.mask,
            "flow": visitors.flow,
            "joints": visitors.joints,
            "people": visitors.count,
            "shape": (visitors.aspect, 1.0),
            "accent": light(knobs.accent),
            "dt": moment.step,
            "frame": moment.frame % 64,
            "beat": moment.pulse.beat % 8.0,
            "beats": beats % 64,
            "half_life": knobs.afterglow,
            "snap": 0.6 * min(knobs.tremble, 1.0) * (beats != self.beats),
            "lit": 0.24 + 0.06 * here + 0.2 * knobs.listen * moment.sound.bass.hit,
            "bands": [band.level * band.presence for band in moment.sound.bands],
            "turns": [5.0 * band.time % 1.0 for band in moment.sound.bands],
            "sparks": knobs.listen * moment.sound.high.hit,
            "share": knobs.gather * (1.0 - 0.38**here),
        }
        self.beats = beats
        self.take(self.hold, **given)
        self.move(self.threads, **given)
        self.spin(self.light, clear=(0.0,), blend="add", instances=self.count, **given)
        self.fade(self.trail, **given)
        self.show(canvas, **given)
