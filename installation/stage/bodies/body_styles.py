"""Looks: figures that need no asset, each a way to draw everybody's bones on a ground of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sin
from typing import Any

import numpy as np

from installation.stage.bodies import body_mesh
from installation.stage.bodies.bodies import MAX_BODIES, BodyTable
from installation.stage.bodies.characters import SAMPLES_PER_PIXEL, SkinnedCharacters
from installation.stage.bodies.model import CharacterModel
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics

Given = Mapping[str, Any]
"""Uniforms that all looks are given, such as the view's and the knobs'."""


def dense(canvas: RenderTarget, bodies: BodyTable) -> float:
    """The share of a body's points or strands that is drawn: fewer where they would only lie on each other."""
    rows = canvas.drawn[1]
    return min(1.0, max(0.4, rows / (200.0 * max(3.0, bodies.presence))))


class PointStyle:
    """A body of points: a soft cloud of light in the volume of the flesh, and dust on the floor it comes from."""

    COUNT, DARK = 11000, 900
    """Of a body: all points, and those that are the dark behind them."""
    LYING = 5600
    """PointStyle on the floor of a wall as wide as it is high."""

    def __init__(self, workshop: SceneGraphics) -> None:
        dust, wide = body_mesh.dust(self.COUNT, 1), workshop.size[0] / workshop.size[1]
        luck = workshop.random.random((self.COUNT, 4))
        two = dust.weights[:, :1] / dust.weights[:, :2].sum(axis=1, keepdims=True)
        table = np.concatenate([dust.places_m, dust.normals, luck, dust.bones[:, :2], two], axis=1)
        points = workshop.buffer(table.astype(np.float32))
        layout = (points, "3f 3f 4f 3f", "place", "normal", "luck", "bones")
        self.lying = min(self.COUNT, round(self.LYING * max(wide, 1.0)))
        self.dust = workshop.geometry("dust.vert", "dust.frag", "points", self.COUNT, [layout])
        self.leave, self.show = workshop.screen("afterglow.frag"), workshop.screen("dust_show.frag")
        self.light, self.trail = (workshop.target(scale, gives_way=True) for scale in (1.0, 0.25))

    def draw(self, canvas: RenderTarget, bodies: BodyTable, given: Given) -> None:
        """Draw one frame."""
        share = dense(canvas, bodies)
        given = {**given, "table": bodies.table, "dark": self.DARK, "light": self.light, "trail": self.trail,
                 "under": 0.0}  # fmt: skip
        self.dust(self.light, clear=(0.0,), blend="over", vertices=round(share * self.lying), order=[-1], **given)
        everybody = {**given, "order": bodies.order, "instances": bodies.count, "blend": "over"}
        if (mirror := given["ground"]) > 0.0:
            self.dust(self.light, vertices=round(share * self.COUNT / 4), **{**everybody, "under": mirror})
        self.dust(self.light, vertices=round(share * self.COUNT), **everybody)
        self.leave(self.trail, **given)
        self.show(canvas, **given)


class ThreadStyle:
    """A figure of threads: silk strung across the wall winds itself around whoever comes, sags and frays."""

    COUNT, KNOTS = 110, 22
    """Strands of a body, and places along each that are moved."""
    STRUNG = 70
    """Strands on the empty wall."""
    BANDS = MAX_BODIES + 1
    """Rows of strands that move: a body's each, and the empty wall's."""

    def __init__(self, workshop: SceneGraphics) -> None:
        lines = body_mesh.strands(self.COUNT, self.KNOTS, 2)
        two = lines.weights[:, 0] / lines.weights[:, :2].sum(axis=1)
        packed = lines.bones[:, 0] * 32 + lines.bones[:, 1] + np.minimum(2.0 * two - 1.0, 0.999)
        table = np.concatenate([lines.places_m, packed[:, None]], axis=1).astype(np.float32)
        self.pattern = workshop.texture(table.reshape(self.COUNT, self.KNOTS, 4))
        size = (self.KNOTS, self.COUNT * self.BANDS)
        self.places = [workshop.target(size=size, kind="f4", smooth=False) for _ in range(3)]
        self.pull = workshop.geometry("strand_pull.vert", "strand_pull.frag", "triangle_strip", 4)
        self.spin = workshop.geometry("strand.vert", "strand.frag", "triangle_strip", 4 * self.KNOTS - 2)
        self.leave, self.show = workshop.screen("afterglow.frag"), workshop.screen("strand_show.frag")
        self.light, self.trail = (workshop.target(scale, gives_way=True) for scale in (1.0, 0.25))
        self.step = 0.0

    def draw(self, canvas: RenderTarget, bodies: BodyTable, given: Given) -> None:
        """Draw one frame."""
        order = [-1, *(bodies.order if bodies.count else ())]
        given = {**given, "table": bodies.table, "pattern": self.pattern, "band": self.COUNT, "bands": self.BANDS,
                 "light": self.light, "trail": self.trail, "lit": 0.35 + 0.65 * given["alone"]}  # fmt: skip
        if given["dt"] > 0.0 or self.step == 0.0:
            now, before, free = self.places
            self.pull(free, instances=len(order), order=order, now=now, before=before, dt_before=self.step, **given)
            self.places, self.step = [free, now, before], max(given["dt"], 1e-3)
        strands = {**given, "now": self.places[0]}
        each, strung = (round(count * dense(canvas, bodies)) for count in (self.COUNT, self.STRUNG))
        self.spin(self.light, clear=(0.0,), blend="over", instances=strung, order=[-1], each=strung, **strands)
        self.spin(self.light, blend="over", instances=bodies.count * each, order=bodies.order, each=each, **strands)
        self.leave(self.trail, **given)
        self.show(canvas, **given)


class InkStyle:
    """An ink figure: a wash for the flesh, strokes for the limbs, on paper that soaks, bleeds and remembers."""

    FINEST = 1_500_000
    """Most pixels of the ink; on a larger wall its edges are softer."""

    def __init__(self, workshop: SceneGraphics) -> None:
        wide, high = workshop.size
        fine = min(1.0, (self.FINEST / (wide * high)) ** 0.5)
        strokes = body_mesh.strokes()
        self.strokes, self.each = workshop.texture(strokes.astype(np.float32)), len(strokes)
        self.wash = workshop.skin("brush_wash.vert", "brush_wash.frag", depth=True)
        self.stroke = workshop.geometry("brush_stroke.vert", "brush_stroke.frag", "triangle_strip", 64, depth=True)
        self.soak, self.hills, self.show = (workshop.screen(f"paper_{name}.frag") for name in ("soak", "hills", "show"))
        self.stain = workshop.target(fine, kind="f1", depth=True, gives_way=True)
        self.soaked = workshop.target(0.5 * fine, gives_way=True)
        self.far = workshop.target(0.25, components=2, kind="f1")
        self.noise = workshop.target(size=(256, 256), wrap="repeat")
        workshop.screen("clouds.frag")(self.noise, seed=workshop.seed % 97)
        self.paper = workshop.target(kind="f1")
        workshop.screen("paper_tooth.frag")(self.paper, noise=self.noise, shape=(wide / high, 1.0))

    def draw(self, canvas: RenderTarget, bodies: BodyTable, given: Given) -> None:
        """Draw one frame."""
        given = {**given, "table": bodies.table, "noise": self.noise, "stain": self.stain, "soaked": self.soaked,
                 "hills": self.far, "paper": self.paper, "strokes": self.strokes,
                 "each": self.each, "order": bodies.order}  # fmt: skip
        self.stain.clear()
        self.wash(self.stain, clear=(0.0,), instances=bodies.count, **given)
        self.stroke(self.stain, blend="over", instances=bodies.count * self.each, **given)
        self.soak(self.soaked, **given)
        self.hills(self.far, **given)
        self.show(canvas, **given)


class CharacterStyle:
    """SkinnedCharacters on a bare stage: those of the venue, or the mannequin, in a pool of light that waits when empty."""

    def __init__(self, workshop: SceneGraphics, models: Sequence[CharacterModel] = ()) -> None:
        """`models` play instead of the venue's characters."""
        self.characters = SkinnedCharacters(workshop, models) if models else workshop.characters()
        self.ground, self.show = workshop.screen("stage_ground.frag"), workshop.screen("stage_show.frag")
        self.shadow = workshop.geometry("floor_shadow.vert", "floor_shadow.frag", "triangle_strip", 4)
        self.light = workshop.target(depth=True, samples=SAMPLES_PER_PIXEL, gives_way=True)
        self.floor = workshop.target(0.5, gives_way=True)

    def draw(self, canvas: RenderTarget, bodies: BodyTable, given: Given) -> None:
        """Draw one frame."""
        time = given["time"]
        places = [(0.6, 0.9 * sin(0.21 * time), 3.2 + 0.7 * sin(0.13 * time))]
        places += [(3.0 * one.presence, *one.places_m[0, ::2].tolist()) for one in bodies.shown]
        table = np.array(places)
        middle = table[:, 0] @ table[:, 1:] / table[:, 0].sum()
        wide = 1.0 + 0.45 * bodies.presence + 0.05 * sin(0.4 * time)
        given = {**given, "table": bodies.table, "order": bodies.order, "light": self.light, "floor_": self.floor,
                 "pool": (*middle.tolist(), wide)}  # fmt: skip
        self.ground(self.floor, **given)
        self.shadow(self.floor, blend="alpha", instances=bodies.count, **given)
        self.light.front().clear()
        self.characters.draw(self.light, bodies, given)
        self.light.resolve()
        self.show(canvas, **given)


LOOKS: Mapping[str, type[InkStyle] | type[ThreadStyle] | type[PointStyle] | type[CharacterStyle]] = {
    "ink": InkStyle, "threads": ThreadStyle, "points": PointStyle, "character": CharacterStyle,
}  # fmt: skip
"""By the name that a knob gives them."""
