"""Tide, a scene: ink from visitors' bodies in slow water, a fluid simulation."""

from __future__ import annotations

from math import cos, sin, sqrt, tau
from typing import ClassVar

from installation.interface import Cast, Graphics, Knob, KnobValues, Moment, PixelFormat, Presets, Scene, Target

MAX_INK_PIXELS = 700_000
"""Pixels of the ink; on a larger wall it is softer, not slower."""
RELAXATIONS = 6
"""Jacobi steps a frame; they start from the pressure of the last frame."""
FORMATS: tuple[PixelFormat, PixelFormat] = ("f2", "f1")
"""Formats of the ink, and of the picture that is made of it."""
PRESS_SECONDS = (30, 36, 45, 50)
"""Periods in which each of the brushes presses on the canvas."""
BRUSH_SECONDS = ((36, 30), (45, 25), (60, 20), (72, 16))
"""Periods in which each of the brushes goes to and fro across the canvas, and up and down."""
PASSES = ("tide_stir", "fluid_measure", "fluid_relax", "fluid_settle", "tide_ink", "tide_light", "enlarge")


class Tide(Scene):
    """Tide: a body is where ink is born, and the water goes on telling what it did.

    Who stands still bleeds slowly, a quick limb stirs and draws vermilion; the currents heave with the bar. With nobody
    there two dancers bleed into the water, and come apart in it when somebody enters. A bass note bursts out of the
    bodies as a wave, and high notes bleed vermilion.
    """

    cast: ClassVar[Cast] = Cast(alone=2)
    knobs = (
        Knob("ink", 1.0, 0.2, 2.0, "How much ink a body lets go"),
        Knob("linger", 12.0, 2.0, 40.0, "Until half of the ink has thinned out", unit="s"),
        Knob("swell", 0.6, 0.0, 1.0, "How strong the currents are, and how they heave with the bar"),
        Knob("viscosity", 0.3, 0.0, 1.0, "From water that keeps whirling to oil that comes to rest at once"),
        Knob("curl", 0.3, 0.0, 1.0, "From long filaments to ink that winds itself into small eddies"),
        Knob("warmth", 0.6, 0.0, 1.0, "How much vermilion quick limbs bleed"),
        Knob("listen", 0.7, help="How strongly bass notes push water from bodies, and high ones colour it"),
        Knob("paper", 0.0, 0.0, 1.0, "From pale ink in night water to black ink on paper"),
    )

    presets: ClassVar[Presets] = {
        "night": {"ink": 1.0, "linger": 12.0, "swell": 0.6, "viscosity": 0.3, "curl": 0.3, "warmth": 0.6, "paper": 0.0},
        "paper": {"ink": 1.3, "linger": 9.0, "swell": 0.35, "viscosity": 0.4, "curl": 0.2, "warmth": 0.3, "paper": 1.0},
        "storm": {"ink": 0.8, "linger": 7.0, "swell": 1.0, "viscosity": 0.1, "curl": 0.8, "warmth": 1.0, "paper": 0.0},
    }

    def setup(self, graphics: Graphics) -> None:
        wide, high = graphics.size
        self.visitors, self.aspect = graphics.visitors_or_dancers(), wide / high
        fine = min(0.35, sqrt(MAX_INK_PIXELS / (wide * high)))
        self.ink, self.picture = (graphics.target(fine, kind=kind, dynamic_resolution=True) for kind in FORMATS)
        self.water, self.measured = (graphics.target(fine / 3, components=n) for n in (4, 2))
        self.pressure = graphics.target(fine / 3, components=1, kind="f4")
        self.noise = graphics.target(size=(256, 256), wrap="repeat")
        graphics.shader("clouds.frag")(self.noise, seed=graphics.seed % 97)
        self.passes = [graphics.shader(f"{name}.frag") for name in PASSES]
        self.loud = 0.0

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        visitors, time, before = self.visitors, moment.time, moment.time - moment.step
        visitors.update(moment)
        alone = 1.0 / (1.0 + sum(figure.presence for figure in visitors.figures))
        bass, high = (knobs.listen * band.hit for band in (moment.sound.bass, moment.sound.high))
        # The whole of the water is lit by it: at once it would flash.
        self.loud += (moment.sound.level - self.loud) * min(15.0 * moment.step, 1.0)
        heave = 1.0 + 0.5 * sin(tau * moment.pulse.bar_phase) + 0.8 * bass
        numbers = [(2.5 * 1.32**n, 2.4 * n * n, tau * (time * (0.03 + 0.015 * n) % 1.0)) for n in range(7)]
        given = {
            "ink": self.ink,
            "water": self.water,
            "measured": self.measured,
            "pressure": self.pressure,
            "noise": self.noise,
            "mask": visitors.mask,
            "flow": visitors.flow,
            "picture": self.picture,
            "dt": moment.step,
            "frame": moment.frame % 64,
            "aspect": self.aspect,
            "waves": [(k * sin(angle), k * cos(angle), phase) for k, angle, phase in numbers],
            "brushes": [brush(before, n) + brush(time, n) for n in range(4)],
            "press": [max(0.0, sin(tau * moment.phase(s) + 2.0 * n)) * alone for n, s in enumerate(PRESS_SECONDS)],
            "drift": (moment.phase(100), moment.phase(60)),
            "breath": 0.95 + 0.05 * heave + 0.3 * knobs.listen * self.loud,
            "burst": 11.0 * bass,
            "spark": high,
            "strength": knobs.ink * (1.0 + 1.5 * bass),
            "linger": knobs.linger,
            "swell": knobs.swell * heave,
            "curl": knobs.curl,
            "rest": 6.0 * 0.04**knobs.viscosity,
            "warmth": knobs.warmth,
            "paper": knobs.paper,
        }
        onto = (self.water, self.measured, self.pressure, self.water, self.ink, self.picture, canvas)
        for name, step, target in zip(PASSES, self.passes, onto, strict=True):
            for _ in range(RELAXATIONS if name == "fluid_relax" else 1):
                step(target, **given)


def brush(time: float, n: int) -> tuple[float, float]:
    """Place of brush `n` on the canvas at a time: it wanders by itself."""
    a, b = (tau * time / seconds for seconds in BRUSH_SECONDS[n])
    a, b = a + 2.4 * n, b + n
    x = 0.5 + (-1) ** n * (0.3 * sin(a) + 0.14 * sin(8.0 / 3.0 * b))
    return x, 0.5 + 0.27 * sin(b) + 0.13 * cos(1.9 * a)
