"""Chorus, a scene: visitors' shadows split into four colours, which dancers continue."""

from __future__ import annotations

from math import sin, tau
from typing import ClassVar

from installation.interface import (
    LOW_DETAIL_STEP_M,
    Cast,
    Graphics,
    Knob,
    KnobValues,
    Moment,
    Presets,
    Scene,
    Target,
    light,
    use_low_detail,
)

COLOURS = 4
"""One channel of the shade for each: how deep the shadow of that colour is."""
COLOUR_KNOBS = ("colour_1", "colour_2", "colour_3", "colour_4")
"""The knob of each colour."""
SWAY_SECONDS = (48, 36, 25, 20)
"""Periods in which the windows and the leaves sway."""
MESH_STEPS_M = (0.045, 0.055, LOW_DETAIL_STEP_M)
"""Metres between the vertices of the shadows' mesh, of the floor's mirror images, and of both on few rows."""


class Chorus(Scene):
    """Chorus: your shadow falls apart into its colours, and each of them goes on dancing by itself.

    All four together are dark, and that is whoever stands before the wall; a dancer is one of them alone, clear as
    glass, and makes new colours with the others that it crosses. They do what you did a beat ago, and a beat before,
    and then what they like. Your own lean apart and together with the bar, and the wall remembers them a little while.
    Each colour belongs to a band of the sound, from bass to treble: it leans out with its own band and stretches with
    every hit in it. With nobody there they rehearse.
    """

    cast: ClassVar[Cast] = Cast(each=COLOURS, alone=COLOURS, canon=1.0)
    knobs = (
        Knob("spread", 0.55, 0.0, 2.0, help="How far the colours of a visitor's own shadow stand apart"),
        Knob("blur", 1.0, 0.2, 3.0, help="How soft the edges of shadows are"),
        Knob("listen", 0.7, help="How far each colour leans and stretches with its own band of the sound"),
        Knob("linger", 0.6, 0.05, 4.0, unit="s", help="Until half of what the wall remembers of a shadow is gone"),
        Knob("memory", 0.45, help="How deep the remembered shadows are"),
        Knob("colour_1", (0.95, 0.54, 0.51), help="Colour of one in four dancers", aliases=("first",)),
        Knob("colour_2", (0.99, 0.82, 0.47), help="Colour of the next one", aliases=("second",)),
        Knob("colour_3", (0.41, 0.72, 0.73), help="Colour of the third", aliases=("third",)),
        Knob(
            "colour_4",
            (0.46, 0.54, 0.89),
            help="Colour of the fourth; all four together are what visitors throw",
            aliases=("fourth",),
        ),
    )

    presets: ClassVar[Presets] = {
        "afternoon": {
            "spread": 0.55,
            "blur": 1.0,
            "linger": 0.6,
            "memory": 0.45,
            "colour_1": (0.95, 0.54, 0.51),
            "colour_2": (0.99, 0.82, 0.47),
            "colour_3": (0.41, 0.72, 0.73),
            "colour_4": (0.46, 0.54, 0.89),
        },
        "press": {
            "spread": 1.2,
            "blur": 0.3,
            "linger": 0.2,
            "memory": 0.2,
            "colour_1": (0.99, 0.57, 0.75),
            "colour_2": (1.0, 0.94, 0.35),
            "colour_3": (0.0, 0.83, 0.81),
            "colour_4": (0.53, 0.58, 0.85),
        },
        "haze": {
            "spread": 0.45,
            "blur": 2.4,
            "linger": 2.2,
            "memory": 0.65,
            "colour_1": (0.88, 0.62, 0.52),
            "colour_2": (0.95, 0.82, 0.60),
            "colour_3": (0.55, 0.69, 0.65),
            "colour_4": (0.48, 0.52, 0.72),
        },
    }

    def setup(self, graphics: Graphics) -> None:
        self.bodies, self.framing = graphics.bodies(), graphics.camera_framing(0.62)
        self.colours: dict[int, int] = {}
        self.casters = [graphics.body_shader("chorus.vert", "chorus.frag", step_m) for step_m in MESH_STEPS_M]
        self.soften, self.light, self.show = (graphics.shader(f"chorus_{n}.frag") for n in ("soft", "light", "show"))
        self.shade, self.soft = (graphics.target(scale, kind="f1", dynamic_resolution=True) for scale in (1.0, 0.5))
        self.wall = graphics.target(0.2)

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        bodies = self.bodies
        bodies.update(moment)
        # The dancers of one visitor differ, and each keeps its first colour when its partner changes.
        colours = {-dancer.id: (dancer.partner + dancer.voice) % COLOURS for dancer in moment.dancers} | self.colours
        self.colours = {one.key: colours[one.key] for one in bodies.shown if one.key < 0}
        parts = [(one.row, self.colours.get(one.key, -1)) for one in bodies.shown]
        # A visitor throws all four, each a little beside the others.
        thrown = [(row, i, int(n < 0)) for row, n in parts for i in (range(COLOURS) if n < 0 else (n,))]
        given = {
            **self.framing.follow(bodies, moment.step).uniforms,
            "table": bodies.table,
            "shade": self.shade,
            "soft": self.soft,
            "wall": self.wall,
            "dt": moment.step,
            "frame": moment.frame % 64,
            "linger": knobs.linger,
            "memory": knobs.memory,
            "spread": knobs.spread * (1.0 + 0.3 * moment.pulse.confidence * sin(tau * moment.pulse.bar_phase)),
            "lean": [1.0 + 1.4 * knobs.listen * band.level for band in moment.sound.bands],
            "stretch": [1.0 + 0.12 * knobs.listen * band.hit for band in moment.sound.bands],
            "blur": knobs.blur,
            "dyes": [light(getattr(knobs, name)) for name in COLOUR_KNOBS],
            "sway": [sin(tau * moment.phase(seconds) + 2.0 * n) for n, seconds in enumerate(SWAY_SECONDS)],
        }
        self.shade.clear()
        # The mirrored view reverses the winding of triangles, and the floor reverses it again.
        throw, mirror = (self.casters[2],) * 2 if use_low_detail(canvas) else self.casters[:2]
        for draw, under, what in ((mirror, 1, [(row, n, 0) for row, n in parts]), (throw, 0, thrown)):
            draw(
                self.shade,
                blend="add",
                cull="back" if under else "front",
                instances=len(what),
                under=under,
                thrown=what or [(0, 0, 0)],
                **given,
            )
        self.soften(self.soft, **given)
        self.light(self.wall, **given)
        self.show(canvas, **given)
