"""One shadow that falls apart into its colours, each of which dances on by itself."""

from __future__ import annotations

from math import sin, tau
from typing import ClassVar

from installation.interface.colour import light
from installation.interface.scene import Cast, Knob, KnobValues, Moment, Presets, Scene
from installation.stage.bodies.body_mesh import SPARSE, sparse
from installation.stage.bodies.camera_framing import SpringFraming
from installation.stage.graphics import RenderTarget, SceneGraphics

COLOURS = 4
"""One channel of a picture for each: how deep it lies on the wall."""
DETAIL = (0.045, 0.055, SPARSE)
"""Metres between the points of a skin of which only the outline is seen, of what the floor mirrors, and of both on few
rows."""


class Chorus(Scene):
    """Chorus: your shadow falls apart into its colours, and each of them goes on dancing by itself.

    All four together are dark, and that is whoever stands before the wall; a dancer is one of them alone, clear as
    glass, and makes new colours with the others that it crosses. They do what you did a beat ago, and a beat before,
    and then what they like. Your own lean apart and together with the bar, and the wall remembers them a little while.
    With nobody there they rehearse.
    """

    cast: ClassVar[Cast] = Cast(each=COLOURS, alone=COLOURS, canon=1.0)
    knobs = (
        Knob("spread", 0.55, 0.0, 2.0, help="How far the colours of a visitor's own shadow stand apart"),
        Knob("blur", 1.0, 0.2, 3.0, help="How soft the edges of shadows are"),
        Knob("linger", 0.6, 0.05, 4.0, unit="s", help="Until half of what the wall remembers of a shadow is gone"),
        Knob("memory", 0.45, help="How deep the remembered shadows are"),
        Knob("first", (0.95, 0.54, 0.51), help="Colour of one in four dancers"),
        Knob("second", (0.99, 0.82, 0.47), help="Colour of the next one"),
        Knob("third", (0.41, 0.72, 0.73), help="Colour of the third"),
        Knob("fourth", (0.46, 0.54, 0.89), help="Colour of the fourth; all four together are what visitors throw"),
    )

    presets: ClassVar[Presets] = {
        "afternoon": {"spread": 0.55, "blur": 1.0, "linger": 0.6, "memory": 0.45, "first": (0.95, 0.54, 0.51),
                      "second": (0.99, 0.82, 0.47), "third": (0.41, 0.72, 0.73), "fourth": (0.46, 0.54, 0.89)},
        "press": {"spread": 1.2, "blur": 0.3, "linger": 0.2, "memory": 0.2, "first": (0.99, 0.57, 0.75),
                  "second": (1.0, 0.94, 0.35), "third": (0.0, 0.83, 0.81), "fourth": (0.53, 0.58, 0.85)},
        "haze": {"spread": 0.45, "blur": 2.4, "linger": 2.2, "memory": 0.65, "first": (0.88, 0.62, 0.52),
                 "second": (0.95, 0.82, 0.60), "third": (0.55, 0.69, 0.65), "fourth": (0.48, 0.52, 0.72)},
    }  # fmt: skip

    def setup(self, workshop: SceneGraphics) -> None:
        self.bodies, self.framing = workshop.bodies(), SpringFraming(workshop.size[0] / workshop.size[1], 0.62)
        self.chosen: dict[int, int] = {}
        self.skins = [workshop.skin("chorus.vert", "chorus.frag", step_m) for step_m in DETAIL]
        self.soften, self.light, self.show = (workshop.screen(f"chorus_{n}.frag") for n in ("soft", "light", "show"))
        self.shade, self.soft = (workshop.target(scale, kind="f1", gives_way=True) for scale in (1.0, 0.5))
        self.wall = workshop.target(0.2)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: RenderTarget) -> None:
        bodies = self.bodies
        bodies.update(moment)
        # All of one visitor differ, and each keeps the colour in which they came, whomever they answer later.
        chosen = {-dancer.id: (dancer.partner + dancer.voice) % COLOURS for dancer in moment.dancers} | self.chosen
        self.chosen = {one.key: chosen[one.key] for one in bodies.shown if one.key < 0}
        parts = [(one.row, self.chosen.get(one.key, -1)) for one in bodies.shown]
        # Whoever stands before the wall throws all four, each a little aside of the others.
        thrown = [(row, i, int(n < 0)) for row, n in parts for i in (range(COLOURS) if n < 0 else (n,))]
        given = {
            **self.framing.follow(bodies, moment.step).uniforms, "table": bodies.table, "shade": self.shade,
            "soft": self.soft, "wall": self.wall, "time": moment.time % 3600.0,
            "dt": moment.step, "frame": moment.frame % 64, "linger": knobs.linger, "memory": knobs.memory,
            "spread": knobs.spread * (1.0 + 0.3 * moment.pulse.confidence * sin(tau * moment.pulse.bar_phase)),
            "blur": knobs.blur,
            "dyes": [light(getattr(knobs, name)) for name in ("first", "second", "third", "fourth")],
            "sway": [sin(moment.time * (0.13 + 0.05 * n) + 2.0 * n) for n in range(COLOURS)],
        }  # fmt: skip
        self.shade.clear()
        # The wall turns triangles round as a mirror does, and the floor once more: we see each shadow from one side.
        throw, mirror = (self.skins[2],) * 2 if sparse(canvas) else self.skins[:2]
        for draw, under, what in ((mirror, 1, [(row, n, 0) for row, n in parts]), (throw, 0, thrown)):
            draw(self.shade, blend="add", cull="back" if under else "front", instances=len(what), under=under,
                 thrown=what or [(0, 0, 0)], **given)  # fmt: skip
        self.soften(self.soft, **given)
        self.light(self.wall, **given)
        self.show(canvas, **given)
