"""Ink that visitors let go into slow water."""

from __future__ import annotations

from math import cos, sin, sqrt, tau

import numpy as np

from installation.stage.scene import Knob, Moment, Scene, Turned
from installation.stage.workshop import Target, Workshop

FINEST = 700_000
"""Most pixels of the ink; beyond that a wall's ink is softer, not slower."""
RELAXATIONS = 6
"""Jacobi steps a frame; the pressure is kept, so that they go on where the last frame's ended."""
WAVES = ((1.1, 2.3, 0.043), (-2.9, 1.7, -0.031), (4.1, -3.2, 0.057), (2.2, 5.3, -0.071), (-6.1, -4.7, 0.089),
         (9.7, 3.1, -0.113), (-7.3, 11.9, 0.131))  # fmt: skip
"""Currents of the empty water: wave numbers in radians a height, and turns a second."""


class Tide(Scene):
    """Tide: a body is where ink is born, and what it does is told by the water for a while."""

    knobs = (
        Knob("ink", 1.0, 0.2, 2.0, "How much ink a body lets go"),
        Knob("linger", 12.0, 2.0, 40.0, "Until half of the ink has thinned out", unit="s"),
        Knob("swell", 0.6, 0.0, 1.0, "How strong the currents are, and how they heave with the bar"),
        Knob("viscosity", 0.3, 0.0, 1.0, "From water that keeps whirling to oil that comes to rest at once"),
        Knob("curl", 0.3, 0.0, 1.0, "How eagerly the ink winds itself into eddies"),
        Knob("warmth", 0.6, 0.0, 1.0, "How much vermilion quick limbs bleed"),
        Knob("paper", 0.0, 0.0, 1.0, "From pale ink in night water to black ink on paper"),
    )

    def setup(self, workshop: Workshop) -> None:
        wide, high = workshop.size
        self.people, self.aspect = workshop.people, wide / high
        fine = min(0.42, sqrt(FINEST / (wide * high)))
        self.ink = workshop.target(fine)
        self.water, self.measured, self.pressure = (workshop.target(fine / 3, components=n) for n in (4, 2, 1))
        self.noise = workshop.texture(noise(workshop.random), smooth=True, wrap="repeat")
        self.picture = workshop.target(fine, kind="f1")
        names = ("tide_stir", "fluid_measure", "fluid_relax", "fluid_settle", "tide_ink", "tide_light", "enlarge")
        self.passes = [workshop.screen(f"{name}.frag") for name in names]

    def draw(self, moment: Moment, knobs: Turned, canvas: Target) -> None:
        people, time = self.people, moment.time
        heave = 1.0 + 0.5 * sin(tau * moment.pulse.bar_phase)
        alone = 1.0 / (1.0 + sum(figure.presence for figure in people.figures))
        given = {
            "ink": self.ink, "water": self.water, "measured": self.measured, "pressure": self.pressure,
            "noise": self.noise, "mask": people.mask, "flow": people.flow,
            "dt": moment.step, "aspect": self.aspect, "frame": float(moment.frame % 64),
            "waves": [(x, y, tau * (turns * time % 1.0)) for x, y, turns in WAVES],
            "brushes": [brush(time - moment.step, n) + brush(time, n) for n in range(4)],
            "press": [max(0.0, sin(time / (5.0 + n) + 2.0 * n)) * alone for n in range(4)],
            "drift": (time / 97.0 % 1.0, time / 61.0 % 1.0), "swell": knobs.swell * heave, "breath": 0.9 + 0.1 * heave,
            "rest": 6.0 * 0.04**knobs.viscosity, "curl": knobs.curl, "strength": knobs.ink,
            "linger": knobs.linger, "warmth": knobs.warmth, "paper": knobs.paper,
        }  # fmt: skip
        stir, measure, relax, settle, ink, light, enlarge = self.passes
        stir(self.water, **given)
        measure(self.measured, **given)
        for _ in range(RELAXATIONS):
            relax(self.pressure, **given)
        settle(self.water, **given)
        ink(self.ink, **given)
        light(self.picture, **given)
        enlarge(canvas, picture=self.picture, frame=given["frame"])


def brush(time: float, n: int) -> tuple[float, float]:
    """Where a brush that nobody holds wanders over the canvas."""
    a, b = tau * (time / (37.0 + 11.0 * n)) + 2.4 * n, tau * (time / (29.0 - 4.0 * n)) + n
    return 0.5 + 0.3 * sin(a) + 0.14 * sin(2.7 * b), 0.5 + 0.27 * sin(b) + 0.13 * cos(1.9 * a)


def noise(random: np.random.Generator, size: int = 256) -> np.ndarray:
    """(size, size, 4) float16 noise about 0 that tiles: clouds, other clouds, mottle and fibres."""
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(size, 1 / size)] * 2))
    slopes = np.array([1.9, 1.9, 1.2, 0.5])[:, None, None]
    falloff = np.where(radius < 2, 0.0, np.maximum(radius, 1) ** -slopes)
    waves = np.fft.ifft2(np.fft.fft2(random.standard_normal((4, size, size))) * falloff).real
    return np.moveaxis(waves / waves.std(axis=(1, 2), keepdims=True), 0, 2).astype(np.float16)
