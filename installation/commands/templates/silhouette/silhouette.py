"""Silhouette, a scene: the contours of a landscape in which every visitor is a hill."""

from __future__ import annotations

from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class Silhouette(Scene):
    """Silhouette: lines of light, the contours of a slow landscape in which every visitor is a hill."""

    # Knobs turn over OSC, at /scene/silhouette/lines and so on; the shader declares uniforms of the same names.
    knobs = (
        Knob("lines", 13.0, 2.0, 30.0, "how closely the lines lie"),
        Knob("bend", 1.0, 0.0, 3.0, "how high a hill each visitor is"),
        Knob("drift", 0.2, 0.0, 2.0, "how fast the lines move away from visitors", "lines/s"),
        Knob("hue", 0.55, 0.0, 1.0, "the colour of the calm lines", "turns"),
    )

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is compiled again whenever its file is saved.
        self.contours = graphics.shader("silhouette.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. The host gives the shader all that it declares.
        self.contours(canvas)
