"""PaintingSketch, a scene: bare linen, on which a painting appears where people are."""

from __future__ import annotations

from installation.interface import Commission, Graphics, Knob, KnobValues, Moment, Scene, Target


class PaintingSketch(Scene):
    """PaintingSketch: bare linen, on which a painting appears where people are, and from which it fades."""

    # With this the painter paints for the scene; its style and strokes are knobs below /painter.
    paints = True

    # Knobs turn over OSC, at /scene/painting/linger and so on; the shader declares uniforms of the same names.
    knobs = (
        Knob("linger", 6.0, 0.5, 60.0, "until half of the paint is gone where nobody is", "s"),
        Knob("reach", 0.6, 0.0, 1.0, "how far around people the painting appears"),
        Knob("linen", 0.5, 0.0, 1.0, "how strong the weave is"),
    )

    @classmethod
    def commission(cls, moment: Moment, knobs: KnobValues) -> Commission:
        # What is painted: all visitors. Give other figures, a region or scenery here.
        return Commission()

    def setup(self, graphics: Graphics) -> None:
        # Called once. The shader is compiled again whenever its file is saved.
        self.canvas = graphics.shader("painting.frag")

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        # Called for each frame. The host gives the shader the painting, and the last picture as `previous`.
        self.canvas(canvas)
