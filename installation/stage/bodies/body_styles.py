"""Body styles: four ways to draw all bodies on a ground of their own: ink, threads, points, characters."""

from __future__ import annotations

from collections.abc import Mapping
from math import sin, tau

import numpy as np

from installation.interface.graphics import SAMPLES_PER_PIXEL, Bodies, Target, Uniforms
from installation.stage.bodies import body_mesh
from installation.stage.bodies.bodies import MAX_BODIES
from installation.stage.bodies.body_shader import body_shader
from installation.stage.bodies.characters import SkinnedCharacters
from installation.stage.gl.context import DrawingContext


def detail_share(canvas: Target, bodies: Bodies) -> float:
    """The share of a body's points or strands that is drawn: fewer on few rows, where they would share pixels."""
    rows = canvas.drawn[1]
    return min(1.0, max(0.4, rows / (200.0 * max(3.0, bodies.presence))))


class PointStyle:
    """Points of light in the volume of each body, and dust on the floor."""

    COUNT = 11000
    """Points of a body."""
    DARK = 900
    """Of those, points that darken what is behind."""
    FLOOR_COUNT = 5600
    """Points on the floor of a wall as wide as it is high."""

    def __init__(self, context: DrawingContext) -> None:
        points, wide = body_mesh.surface_points(self.COUNT, 1), context.size[0] / context.size[1]
        luck = context.random.random((self.COUNT, 4))
        columns = [points.positions_m, points.normals, luck, points.bones[:, :2], points.first_weight]
        table = np.concatenate(columns, axis=1)
        layout = (context.buffer(table.astype(np.float32)), "3f 3f 4f 3f", "place", "normal", "luck", "bones")
        self.floor_count = min(self.COUNT, round(self.FLOOR_COUNT * max(wide, 1.0)))
        self.dust = context.geometry("dust.vert", "dust.frag", "points", self.COUNT, [layout])
        self.fade, self.show = context.shader("afterglow.frag"), context.shader("dust_show.frag")
        self.light, self.trail = (context.target(scale, dynamic_resolution=True) for scale in (1.0, 0.25))

    def draw(self, canvas: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw one frame."""
        share = detail_share(canvas, bodies)
        uniforms = {
            **uniforms,
            "table": bodies.table,
            "dark": self.DARK,
            "light": self.light,
            "trail": self.trail,
            "under": 0.0,
        }
        self.dust(
            self.light, clear=(0.0,), blend="over", vertices=round(share * self.floor_count), order=[-1], **uniforms
        )
        all_bodies = {**uniforms, "order": bodies.order, "instances": bodies.count, "blend": "over"}
        if (mirror := uniforms["ground"]) > 0.0:
            self.dust(self.light, vertices=round(share * self.COUNT / 4), **{**all_bodies, "under": mirror})
        self.dust(self.light, vertices=round(share * self.COUNT), **all_bodies)
        self.fade(self.trail, **uniforms)
        self.show(canvas, **uniforms)


class ThreadStyle:
    """Silk threads across the wall that wind around bodies, sag and fray."""

    COUNT = 110
    """Strands of a body."""
    KNOTS = 22
    """Points along a strand that are simulated."""
    WALL_COUNT = 70
    """Strands on the empty wall."""
    BANDS = MAX_BODIES + 1
    """Groups of strands that are simulated: one of each body, and one of the empty wall."""

    def __init__(self, context: DrawingContext) -> None:
        lines = body_mesh.wound_lines(self.COUNT, self.KNOTS, 2)
        # Both bones and the first one's weight in one float, which strand_pull.frag unpacks.
        packed = lines.bones[:, 0] * 32 + lines.bones[:, 1] + np.minimum(2.0 * lines.first_weight[:, 0] - 1.0, 0.999)
        table = np.concatenate([lines.positions_m, packed[:, None]], axis=1).astype(np.float32)
        self.pattern = context.texture(table.reshape(self.COUNT, self.KNOTS, 4))
        size = (self.KNOTS, self.COUNT * self.BANDS)
        self.places = [context.target(size=size, kind="f4", smooth=False) for _ in range(3)]
        self.pull = context.geometry("strand_pull.vert", "strand_pull.frag", "triangle_strip", 4)
        self.spin = context.geometry("strand.vert", "strand.frag", "triangle_strip", 4 * self.KNOTS - 2)
        self.fade, self.show = context.shader("afterglow.frag"), context.shader("strand_show.frag")
        self.light, self.trail = (context.target(scale, dynamic_resolution=True) for scale in (1.0, 0.25))
        self.step = 0.0

    def draw(self, canvas: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw one frame."""
        order = [-1, *(bodies.order if bodies.count else ())]
        uniforms = {
            **uniforms,
            "table": bodies.table,
            "pattern": self.pattern,
            "band": self.COUNT,
            "bands": self.BANDS,
            "light": self.light,
            "trail": self.trail,
            "lit": 0.35 + 0.65 * uniforms["alone"],
        }
        if uniforms["dt"] > 0.0 or self.step == 0.0:
            now, before, free = self.places
            self.pull(free, instances=len(order), order=order, now=now, before=before, dt_before=self.step, **uniforms)
            self.places, self.step = [free, now, before], max(uniforms["dt"], 1e-3)
        strands = {**uniforms, "now": self.places[0]}
        each, strung = (round(count * detail_share(canvas, bodies)) for count in (self.COUNT, self.WALL_COUNT))
        self.spin(self.light, clear=(0.0,), blend="over", instances=strung, order=[-1], each=strung, **strands)
        self.spin(self.light, blend="over", instances=bodies.count * each, order=bodies.order, each=each, **strands)
        self.fade(self.trail, **uniforms)
        self.show(canvas, **uniforms)


class InkStyle:
    """Ink on paper: a wash for each body and strokes for its limbs, on paper that soaks and bleeds."""

    MAX_PIXELS = 1_500_000
    """Pixels of the ink; on a larger wall its edges are softer."""

    def __init__(self, context: DrawingContext) -> None:
        wide, high = context.size
        fine = min(1.0, (self.MAX_PIXELS / (wide * high)) ** 0.5)
        strokes = body_mesh.brush_strokes()
        self.strokes, self.each = context.texture(strokes.astype(np.float32)), len(strokes)
        self.wash = body_shader(context, "brush_wash.vert", "brush_wash.frag", depth=True)
        self.stroke = context.geometry("brush_stroke.vert", "brush_stroke.frag", "triangle_strip", 64, depth=True)
        self.soak, self.hills, self.show = (context.shader(f"paper_{name}.frag") for name in ("soak", "hills", "show"))
        self.stain = context.target(fine, kind="f1", depth=True, dynamic_resolution=True)
        self.soaked = context.target(0.5 * fine, dynamic_resolution=True)
        self.far = context.target(0.25, components=2, kind="f1")
        self.noise = context.target(size=(256, 256), wrap="repeat")
        context.shader("clouds.frag")(self.noise, seed=context.seed % 97)
        self.paper = context.target(kind="f1")
        context.shader("paper_tooth.frag")(self.paper, noise=self.noise, shape=(wide / high, 1.0))

    def draw(self, canvas: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw one frame."""
        uniforms = {
            **uniforms,
            "table": bodies.table,
            "noise": self.noise,
            "stain": self.stain,
            "soaked": self.soaked,
            "hills": self.far,
            "paper": self.paper,
            "strokes": self.strokes,
            "each": self.each,
            "order": bodies.order,
        }
        self.stain.clear()
        self.wash(self.stain, clear=(0.0,), instances=bodies.count, **uniforms)
        self.stroke(self.stain, blend="over", instances=bodies.count * self.each, **uniforms)
        self.soak(self.soaked, **uniforms)
        self.hills(self.far, **uniforms)
        self.show(canvas, **uniforms)


class CharacterStyle:
    """Characters on a bare stage in a pool of light, which stays lit while it is empty."""

    def __init__(self, context: DrawingContext, characters: SkinnedCharacters) -> None:
        self.characters = characters
        self.ground, self.show = context.shader("stage_ground.frag"), context.shader("stage_show.frag")
        self.shadow = context.geometry("floor_shadow.vert", "floor_shadow.frag", "triangle_strip", 4)
        self.light = context.target(depth=True, samples=SAMPLES_PER_PIXEL, dynamic_resolution=True)
        self.floor = context.target(0.5, dynamic_resolution=True)

    def draw(self, canvas: Target, bodies: Bodies, uniforms: Uniforms) -> None:
        """Draw one frame."""
        turns = tau * uniforms["phase_240"]
        places = [(0.6, 0.9 * sin(8.0 * turns), 3.2 + 0.7 * sin(5.0 * turns))]
        places += [(3.0 * one.presence, *one.places_m[0, ::2].tolist()) for one in bodies.shown]
        table = np.array(places)
        middle = table[:, 0] @ table[:, 1:] / table[:, 0].sum()
        wide = 1.0 + 0.45 * bodies.presence + 0.05 * sin(15.0 * turns)
        uniforms = {
            **uniforms,
            "table": bodies.table,
            "order": bodies.order,
            "light": self.light,
            "floor_": self.floor,
            "pool": (*middle.tolist(), wide),
        }
        self.ground(self.floor, **uniforms)
        self.shadow(self.floor, blend="alpha", instances=bodies.count, **uniforms)
        self.light.front().clear()
        self.characters.draw(self.light, bodies, uniforms)
        self.light.resolve()
        self.show(canvas, **uniforms)


DRAWN_STYLES: Mapping[str, type[InkStyle] | type[ThreadStyle] | type[PointStyle]] = {
    "ink": InkStyle,
    "threads": ThreadStyle,
    "points": PointStyle,
}
"""The styles that need no files, by their names in `interface.graphics.BODY_STYLES`."""
CHARACTER_STYLE = "character"
"""The name of CharacterStyle."""
