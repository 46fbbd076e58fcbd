"""Hands, a scene: every hand draws with light, and the light drifts away like smoke."""

from __future__ import annotations

from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class Hands(Scene):
    """Hands: every hand draws with light, and the light drifts away like smoke."""

    # Knobs turn over OSC, at /scene/hands/width and so on; the shader declares uniforms of the same names.
    knobs = (
        Knob("width", 0.008, 0.002, 0.05, "how wide the strokes are", "heights of the wall"),
        Knob("linger", 1.5, 0.2, 20.0, "until half of a stroke is gone", "s"),
        Knob("smoke", 0.03, 0.0, 0.2, "how fast the strokes drift"),
        Knob("hue", 0.13, 0.0, 1.0, "the colour of left hands; right hands have the opposite one", "turns"),
    )

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is compiled again whenever its file is saved.
        self.strokes = graphics.shader("hands.frag")
        # Where each joint is, and where it was in the frame before: 33 joints of 16 people, in 32-bit floats.
        self.pens = graphics.target(size=(33, 16), kind="f4", smooth=False)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. A target that is drawn on may be read, too: the shader sees what it held before.
        self.strokes(self.pens, pens=self.pens, PASSINDEX=0)
        # Because the shader declares `previous`, the host keeps the last picture for it.
        self.strokes(canvas, pens=self.pens, PASSINDEX=1)
