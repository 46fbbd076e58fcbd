"""Guise, a scene: bodies in one of four styles: ink on paper, threads of silk, points of light, or a character."""

from __future__ import annotations

from installation.interface import BODY_STYLES, Graphics, Knob, KnobValues, Moment, Scene, Target, View


class Guise(Scene):
    """Guise: the wall knows your body and nothing else of you, and lends it another matter."""

    knobs = (
        Knob(
            "look",
            "ink",
            help="What bodies are made of; characters come from the venue's folder characters",
            choices=BODY_STYLES,
        ),
        Knob("colour", (0.93, 0.36, 0.16), help="The one colour: the sun over the ink, dyed threads, quick points"),
        Knob("weight", 1.0, 0.4, 2.5, help="How thick strokes, threads and points are"),
        Knob("fray", 1.0, 0.0, 2.0, help="How far movement loosens a body's matter from it"),
        Knob("trail", 0.6, 0.05, 6.0, unit="s", help="Until half of what a movement leaves behind is gone"),
        Knob("glow", 1.0, 0.0, 2.0, help="How strongly what is left behind shows"),
        Knob("floor", 1.0, help="How much of a floor there is to stand on: mirror, shade, light"),
    )

    def setup(self, graphics: Graphics) -> None:
        self.bodies = graphics.bodies()
        self.styles = {name: graphics.body_style(name) for name in BODY_STYLES}
        self.view = View(graphics.size[0] / graphics.size[1])

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        self.bodies.update(moment)
        given = {
            **self.view.uniforms,
            "phase_240": moment.phase(240),
            "dt": moment.step,
            "frame": moment.frame % 64,
            "alone": 1.0 / (1.0 + 3.0 * self.bodies.presence),
            "accent": knobs.colour,
            "weight": knobs.weight,
            "fray": knobs.fray,
            "half_life": knobs.trail,
            "glow": knobs.glow,
            "ground": knobs.floor,
        }
        self.styles[knobs.look].draw(canvas, self.bodies, given)
