"""FeedbackSketch, a scene: the picture feeds on itself, and people are its light."""

from __future__ import annotations

from installation.interface import Graphics, Knob, KnobValues, Moment, Scene, Target


class FeedbackSketch(Scene):
    """FeedbackSketch: the picture feeds on itself, and people are its light."""

    # Knobs turn over OSC, at /scene/feedback/linger and so on; the shader declares uniforms of the same names.
    knobs = (
        Knob("linger", 1.4, 0.1, 8.0, "until half of the light is gone", "s"),
        Knob("zoom", 0.14, -0.5, 0.5, "how fast the light moves outwards", "of its distance/s"),
        Knob("spin", 0.012, -0.1, 0.1, "how fast it turns", "turns/s"),
        Knob("hue", 0.02, 0.0, 1.0, "the colour of new light", "turns"),
    )

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is compiled again whenever its file is saved.
        self.echo = graphics.shader("feedback.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. Because the shader declares `previous`, the host keeps the last picture for it.
        self.echo(canvas)
