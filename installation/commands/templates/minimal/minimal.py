"""Minimal, a scene: people as an eclipse."""

from __future__ import annotations

from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class Minimal(Scene):
    """Minimal: people as an eclipse, dark before their own light."""

    # Knobs turn over OSC, at /scene/minimal/glow; the shader declares a uniform of the same name.
    knobs = (
        Knob("glow", 0.6, 0.0, 1.0, "how far the light reaches"),
        Knob("hue", 0.1, 0.0, 1.0, "the colour of the light", "turns"),
    )

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is compiled again whenever its file is saved.
        self.corona = graphics.shader("minimal.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. The host gives the shader all that it declares.
        self.corona(canvas)
