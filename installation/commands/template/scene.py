"""Sketch, a scene: lines of light, like a raked garden, that ripple outwards from visitors."""

from __future__ import annotations

from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class Sketch(Scene):
    """Sketch: lines of light that ripple outwards from visitors."""

    # Each knob can be turned over OSC, at /scene/sketch/lines and so on.
    knobs = (
        Knob("lines", 9.0, 2.0, 30.0, "how closely the lines lie"),
        Knob("bend", 1.0, 0.0, 3.0, "how far visitors push the lines aside"),
        Knob("drift", 0.12, 0.0, 1.0, "how fast the lines wander", "lines/s"),
        Knob("hue", 0.55, 0.0, 1.0, "the colour of the calm lines", "turns"),
    )

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is reloaded when its file is saved, while the scene plays.
        self.visitors = graphics.visitors
        self.garden = graphics.shader("sketch.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. Keyword arguments are the uniforms that the shader declares.
        self.garden(
            canvas,
            mask=self.visitors.mask,
            time=moment.time,
            frame=moment.frame,
            aspect=self.visitors.aspect,
            energy=moment.crowd.energy,
            beat=moment.pulse.beat_phase,
            lines=knobs.lines,
            bend=knobs.bend,
            drift=knobs.drift,
            hue=knobs.hue,
        )
