"""The visitors as scenes draw them: silhouettes, joints and movement as textures in canvas coordinates.

Canvas coordinates run from 0 to 1 in x (left to right) and y (bottom to top), whatever the camera's shape.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import moderngl
import numpy as np
from numpy.typing import NDArray

from installation.interface.moment import Moment, Picture
from installation.interface.visitor import State, Visitor
from installation.stage.gl.glsl_source import LIBRARY_SHADERS, STAGE_SHADERS
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import SCREEN, ShaderCache, ShaderFiles
from installation.stage.gl.target import RenderTarget
from motion.landmarks import LANDMARKS

Array = NDArray[np.float32]

ROWS = 16
"""Most visitors at a time (`venue.Eye.visitors` allows no more); one row of the joint textures for each slot."""
FADING = 2 * ROWS
"""Most silhouettes at a time, with those who are fading away."""
CORNERS = 1 << 15
"""Most corners of all silhouettes' triangles together, three for each outline point."""
FADE = 0.5
"""Seconds that a visitor takes to come or go on the canvas."""
PRESENCE = {State.ENTERING: 1.0, State.PRESENT: 1.0, State.LOST: 0.6, State.LEFT: 0.0}
STEADY = 0.06
"""Half-life of the velocity's smoothing, s: two observations of a 30 Hz eye."""
TRAIL = 0.15
"""Half-life of a silhouette's afterimage in the mask's alpha, s."""
FASTEST = 6.0
"""Canvas widths or heights a second; faster is an error of the eye."""
MASK_HEIGHT = 288
"""Rows of the mask: a silhouette is drawn from a few hundred points, and scenes read it smoothed."""


@dataclass(frozen=True, slots=True)
class VisitorFigure:
    """One visitor on the canvas."""

    id: int
    slot: int
    """1..16, as in Visitor."""
    presence: float
    """0..1; comes and goes softly."""
    visitor: Visitor
    joints: Array
    """(33, 2) canvas coordinates."""
    velocity: Array
    """(33, 2) canvas coordinates a second, smoothed."""


class VisitorTextureSet:
    """All visitors as textures. Shared by the scenes; `update` is called once for each drawn frame.

    mask    R how much of the pixel is covered by visitors, G the same seen wide and soft (a glow that reaches about a
            quarter of the height), B the visitor's slot / 16, A R's afterimage (half-life 0.15 s)
    flow    movement: RG velocity in canvas coordinates a second times B, the weight; read it with `flow_at`
    joints  (33 x 16, one row for each slot, float) x, y, visibility, presence
    motions (33 x 16, float) velocity x, y, energy 0..1, slot / 16
    picture the camera picture, or None; uv of the canvas times `picture_fit.xy` plus `picture_fit.zw` is its own uv
    """

    def __init__(
        self, programs: ShaderCache, canvas: tuple[int, int], fit: Literal["contain", "cover"] = "contain"
    ) -> None:
        context = programs.context
        self.aspect = canvas[0] / canvas[1]
        self.fit = fit
        self._context = context
        wide = round(MASK_HEIGHT * self.aspect)
        low = (max(1, wide // 4), MASK_HEIGHT // 4)
        self._fill_target = RenderTarget(context, (wide, MASK_HEIGHT), 2, "f2")
        self._soft = [RenderTarget(context, low, 2, "f2") for _ in range(2)]
        self.mask = RenderTarget(context, (wide, MASK_HEIGHT), 4, "f1")
        self.flow = RenderTarget(context, low, 4, "f2")
        self.joints = self._table()
        self.motions = self._table()
        self.picture: moderngl.Texture | None = None
        self.picture_fit = (1.0, 1.0, 0.0, 0.0)
        self.figures: tuple[VisitorFigure, ...] = ()
        """Everybody who is on the canvas, those who fade away included, by identity."""
        self._place = screen_to_canvas(self.aspect, self.aspect, fit)
        self._sequence = -1
        self._corners = context.buffer(reserve=CORNERS * 16, dynamic=True)
        self._blank = context.texture((1, 1), 4, bytes(4))

        def made(recipe: ShaderFiles, *buffers: tuple, mode: Literal["triangles", "triangle_strip"] = "triangles",
                 count: int = 3) -> RenderPass:  # fmt: skip
            return RenderPass(programs.get(recipe), self._blank, mode, count, buffers)

        folders = (STAGE_SHADERS, LIBRARY_SHADERS)
        self._fill = made(ShaderFiles("fill.vert", "fill.frag", folders), (self._corners, "2f 2f", "at", "tint"))
        self._shrink = made(ShaderFiles(SCREEN, "shrink.frag", folders))
        self._blur = made(ShaderFiles(SCREEN, "blur.frag", folders))
        self._resolve = made(ShaderFiles(SCREEN, "mask.frag", folders))
        self._stroke = made(ShaderFiles("flow.vert", "flow.frag", folders), mode="triangle_strip", count=4)

    def _table(self) -> moderngl.Texture:
        table = self._context.texture((len(LANDMARKS), ROWS), 4, bytes(len(LANDMARKS) * ROWS * 16), dtype="f4")
        table.filter = (moderngl.NEAREST, moderngl.NEAREST)
        return table

    @property
    def count(self) -> int:
        """Rows of `joints` that are in use: the highest slot of those who are here."""
        return min(ROWS, max((figure.slot for figure in self.figures), default=0))

    def on_canvas(self, points_screen: Array) -> Array:
        """(n, 2) `_screen` values in canvas coordinates."""
        scale, shift = self._place
        return points_screen * scale + shift

    def update(self, moment: Moment, looked_at: bool = True) -> None:
        """Renew everything from `moment`; the textures only where they are `looked_at`, for they take long."""
        scale, shift = self._place = screen_to_canvas(moment.aspect, self.aspect, self.fit)
        self.figures = _figures(self.figures, moment, scale, shift)
        if not looked_at:
            return
        self._cover(scale, shift)
        self._draw_mask(moment.step)
        self._write_joints()
        self._draw_flow()
        self._show(moment.picture, scale, shift)

    def _cover(self, scale: Array, shift: Array) -> None:
        """Fill what everybody covers."""
        corners = [
            _fan(ring * scale + shift, (figure.presence, figure.presence * figure.slot / ROWS))
            for figure in self.figures
            for ring in figure.visitor.outline_screen
            if len(ring) > 2
        ]
        triangles = np.concatenate(corners)[:CORNERS] if corners else np.empty((0, 4), np.float32)
        if len(triangles):
            self._corners.orphan()
            self._corners.write(triangles.tobytes())
        self._fill_target.clear()
        self._fill(self._fill_target, blend="add", vertices=len(triangles))

    def _draw_mask(self, step: float) -> None:
        near, far = self._soft
        texel = (1 / self.mask.size[0], 1 / self.mask.size[1])
        self._shrink(near, fill=self._fill_target, texel=texel)
        self._blur(far, fill=near, along=(1 / near.size[0], 0.0))
        self._blur(near, fill=far, along=(0.0, 1 / near.size[1]))
        self._resolve(self.mask, fill=self._fill_target, soft=near, before=self.mask, texel=texel,
                      keep=0.5 ** (step / TRAIL))  # fmt: skip

    def _write_joints(self) -> None:
        joints = np.zeros((ROWS, len(LANDMARKS), 4), np.float32)
        motions = np.zeros_like(joints)
        for figure in self.figures:
            row = figure.slot - 1
            if 0 <= row < ROWS:
                joints[row, :, :2], motions[row, :, :2] = figure.joints, figure.velocity
                joints[row, :, 2], joints[row, :, 3] = figure.visitor.visibility, figure.presence
                motions[row, :, 2], motions[row, :, 3] = figure.visitor.energy, figure.slot / ROWS
        self.joints.write(joints.tobytes())
        self.motions.write(motions.tobytes())

    def _draw_flow(self) -> None:
        self.flow.clear()
        self._stroke(self.flow, blend="add", instances=self.count * BONES, joints=self.joints, motions=self.motions,
                     aspect=self.aspect)  # fmt: skip

    def _show(self, picture: Picture | None, scale: Array, shift: Array) -> None:
        if picture is None:
            self._drop_picture()
            return
        if picture.sequence != self._sequence:
            high, wide, components = picture.pixels.shape
            if self.picture is not None and (self.picture.size, self.picture.components) != ((wide, high), components):
                self._drop_picture()
            if self.picture is None:
                self.picture = self._context.texture((wide, high), components, alignment=1)
                self.picture.repeat_x = self.picture.repeat_y = False
            self.picture.write(np.ascontiguousarray(picture.pixels), alignment=1)
            self._sequence = picture.sequence
        x, y = 1 / scale
        left, top = -shift[0] * x, 1 + shift[1] * y
        self.picture_fit = (-x, -y, 1 - left, top) if picture.mirror else (x, -y, left, top)

    def _drop_picture(self) -> None:
        if self.picture is not None:
            self.picture.release()
        self.picture, self._sequence = None, -1

    def release(self) -> None:
        self._drop_picture()
        passes = (self._fill, self._shrink, self._blur, self._resolve, self._stroke)
        targets = (self._fill_target, *self._soft, self.mask, self.flow)
        for thing in (*passes, *targets, self.joints, self.motions, self._corners, self._blank):
            thing.release()


BONES = 18
"""Bones in glsl/flow.vert."""


def screen_to_canvas(picture: float, canvas: float, fit: Literal["contain", "cover"]) -> tuple[Array, Array]:
    """How `_screen` becomes canvas coordinates: times the first (2,), plus the second. Shapes are width / height."""
    wider = picture / canvas
    if fit == "contain":
        scale = np.array([min(1.0, wider), min(1.0, 1 / wider)], np.float32)
    else:
        scale = np.array([max(1.0, wider), max(1.0, 1 / wider)], np.float32)
    return scale, ((1 - scale) / 2).astype(np.float32)


def _fan(ring: Array, tint: tuple[float, float]) -> Array:
    """(3 n, 4) corners of the triangles from the ring's middle to its n sides; inside, they wind once more one way."""
    corners = np.empty((len(ring), 3, 4), np.float32)
    corners[:, 0, :2] = ring.mean(axis=0)
    corners[:, 1, :2] = ring
    corners[:, 2, :2] = np.roll(ring, -1, axis=0)
    corners[:, :, 2:] = tint
    return corners.reshape(-1, 4)


def _figures(
    before: tuple[VisitorFigure, ...], moment: Moment, scale: Array, shift: Array
) -> tuple[VisitorFigure, ...]:
    """Everybody one Moment later: those who are seen moved, the others fading."""
    known = {figure.id: figure for figure in before}
    seen = {visitor.id: visitor for visitor in moment.visitors}
    now: list[VisitorFigure] = []
    steady = np.float32(0.5 ** (moment.step / STEADY))
    for identity in sorted(known.keys() | seen.keys()):
        was, visitor = known.get(identity), seen.get(identity)
        here = PRESENCE[visitor.state] if visitor is not None else 0.0
        start = was.presence if was is not None else 0.0
        change = float(np.clip(here - start, -moment.step / FADE, moment.step / FADE))
        presence = start + change
        if visitor is None or visitor.state is State.LEFT:
            if was is not None and presence > 0:
                now.append(replace(was, presence=presence, velocity=was.velocity * steady))
            continue
        joints = (visitor.landmarks_screen * scale + shift).astype(np.float32)
        velocity = np.zeros_like(joints)
        if was is not None and moment.step > 0:
            measured = np.clip((joints - was.joints) / moment.step, -FASTEST, FASTEST)
            velocity = measured + (was.velocity - measured) * steady
        elif was is not None:
            velocity = was.velocity
        now.append(VisitorFigure(identity, visitor.slot, presence, visitor, joints, velocity.astype(np.float32)))
    return tuple(now[-FADING:])
