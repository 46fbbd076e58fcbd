"""Visitors as bodies in one of four guises: ink on paper, threads of silk, points of light, or a character."""

from __future__ import annotations

from installation.interface.camera_view import View
from installation.interface.scene import Knob, KnobValues, Moment, Scene
from installation.stage.bodies.body_styles import LOOKS
from installation.stage.graphics import RenderTarget, SceneGraphics


class Guise(Scene):
    """Guise: the wall knows your body and nothing else of you, and lends it another matter."""

    knobs = (
        Knob("look", "ink", help="What bodies are made of; characters come from the venue's folder characters",
             choices=tuple(LOOKS)),
        Knob("colour", (0.93, 0.36, 0.16), help="The one colour: the sun over the ink, dyed threads, quick points"),
        Knob("weight", 1.0, 0.4, 2.5, help="How thick strokes, threads and points are"),
        Knob("fray", 1.0, 0.0, 2.0, help="How far movement loosens a body's matter from it"),
        Knob("trail", 0.6, 0.05, 6.0, unit="s", help="Until half of what a movement leaves behind is gone"),
        Knob("glow", 1.0, 0.0, 2.0, help="How strongly what is left behind shows"),
        Knob("floor", 1.0, help="How much of a floor there is to stand on: mirror, shade, light"),
    )  # fmt: skip

    def setup(self, workshop: SceneGraphics) -> None:
        self.bodies = workshop.bodies()
        self.looks = {name: look(workshop) for name, look in LOOKS.items()}
        self.view = View(workshop.size[0] / workshop.size[1])

    def draw(self, moment: Moment, knobs: KnobValues, canvas: RenderTarget) -> None:
        self.bodies.update(moment)
        given = {
            **self.view.uniforms, "time": to_and_fro(moment.time), "dt": moment.step, "frame": moment.frame % 64,
            "alone": 1.0 / (1.0 + 3.0 * self.bodies.presence),
            "accent": knobs.colour, "weight": knobs.weight, "fray": knobs.fray, "half_life": knobs.trail,
            "glow": knobs.glow, "ground": knobs.floor,
        }  # fmt: skip
        self.looks[knobs.look].draw(canvas, self.bodies, given)


def to_and_fro(time: float) -> float:
    """Seconds that run for half an hour and back: slow air needs no more, and shaders no larger number."""
    return 1800.0 - abs(time % 3600.0 - 1800.0)
