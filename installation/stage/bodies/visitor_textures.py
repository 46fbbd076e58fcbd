"""Visitor textures: silhouettes, joints, movement and camera picture of all visitors, in canvas coordinates.

Canvas coordinates run from 0 to 1 in x (left to right) and y (bottom to top), for any aspect of the camera.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import moderngl
import numpy as np
from numpy.typing import NDArray

from installation.interface.graphics import VisitorFigure
from installation.interface.moment import Moment
from installation.interface.visitor import State
from installation.stage.bodies.camera_picture import CameraPicture
from installation.stage.bodies.joint_textures import JointTextures
from installation.stage.bodies.silhouette_mask import MAX_SLOT, SilhouetteMask, mask_size
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.shader_cache import ShaderCache
from motion.smooth import decay_factor

Array = NDArray[np.float32]
Fit = Literal["contain", "cover"]
"""Whether all of the camera picture is on the canvas, or the canvas is filled by it."""

MAX_FIGURES = 2 * MAX_SLOT
"""Figures at a time, those who fade out included."""
FADE_SECONDS = 0.5
"""Time in which a figure appears or disappears."""
PRESENCE = {State.ENTERING: 1.0, State.PRESENT: 1.0, State.LOST: 0.0, State.LEFT: 0.0}
"""The presence that a figure fades to, by its visitor's state."""
LOST_FADE_SECONDS = 0.35
"""Time in which the figure of a lost visitor disappears: with the time in which the eye finds them lost, half a second.
"""
VELOCITY_HALF_LIFE_SECONDS = 0.06
"""Half-life of the velocity's smoothing: two observations of a 30 Hz eye."""
MAX_SPEED = 6.0
"""Canvas widths or heights a second; faster is an error of the eye."""


class VisitorTextureSet:
    """All visitors as textures, as `interface.graphics.VisitorTextures` describes them. Shared by the scenes; `update`
    is called once for each drawn frame."""

    def __init__(self, shader_cache: ShaderCache, canvas: tuple[int, int], fit: Fit = "contain") -> None:
        self.aspect = canvas[0] / canvas[1]
        self.fit = fit
        self._context = DrawingContext(shader_cache, (), mask_size(self.aspect), 0)
        self._silhouettes = SilhouetteMask(self._context, self.aspect)
        self._joint_textures = JointTextures(self._context, self.aspect)
        self._camera = CameraPicture(shader_cache.context)
        self.mask = self._silhouettes.mask
        self.flow = self._joint_textures.flow
        self.joints, self.motions = self._joint_textures.joints, self._joint_textures.motions
        self.figures: tuple[VisitorFigure, ...] = ()
        """Every visitor on the canvas, those who fade out included, by id."""
        self._screen_to_canvas = screen_to_canvas(self.aspect, self.aspect, fit)

    @property
    def picture(self) -> moderngl.Texture | None:
        """The camera picture."""
        return self._camera.texture

    @property
    def picture_fit(self) -> tuple[float, float, float, float]:
        """The uv of the canvas times (x, y) plus (z, w) is the uv of `picture`."""
        return self._camera.fit

    @property
    def count(self) -> int:
        """Rows of `joints` in use: the highest slot of all figures."""
        return min(MAX_SLOT, max((figure.slot for figure in self.figures), default=0))

    def on_canvas(self, points_screen: Array) -> Array:
        """(n, 2) `_screen` values in canvas coordinates."""
        scale, shift = self._screen_to_canvas
        return points_screen * scale + shift

    def update(self, moment: Moment, textures: bool = True) -> None:
        """Renew everything from `moment`; without `textures` only `figures`, which is much faster."""
        scale, shift = self._screen_to_canvas = screen_to_canvas(moment.aspect, self.aspect, self.fit)
        self.figures = next_figures(self.figures, moment, scale, shift)
        if not textures:
            return
        self._fill_silhouettes(scale, shift)
        self._silhouettes.combine(moment.step)
        self._joint_textures.update(self.figures, self.count)
        self._camera.update(moment.picture, scale, shift)

    def _fill_silhouettes(self, scale: Array, shift: Array) -> None:
        self._silhouettes.fill(self.figures, scale, shift)

    def release(self) -> None:
        self._camera.release()
        self._context.release()


def screen_to_canvas(picture: float, canvas: float, fit: Fit) -> tuple[Array, Array]:
    """Scale (2,) and shift (2,) from `_screen` values to canvas coordinates; arguments are widths over heights."""
    wider = picture / canvas
    if fit == "contain":
        scale = np.array([min(1.0, wider), min(1.0, 1 / wider)], np.float32)
    else:
        scale = np.array([max(1.0, wider), max(1.0, 1 / wider)], np.float32)
    return scale, ((1 - scale) / 2).astype(np.float32)


def next_figures(
    before: tuple[VisitorFigure, ...], moment: Moment, scale: Array, shift: Array
) -> tuple[VisitorFigure, ...]:
    """All figures one Moment later: those of present visitors moved, the others fading out."""
    known = {figure.id: figure for figure in before}
    seen = {visitor.id: visitor for visitor in moment.visitors}
    figures: list[VisitorFigure] = []
    kept = np.float32(decay_factor(VELOCITY_HALF_LIFE_SECONDS, moment.step))
    for identity in sorted(known.keys() | seen.keys()):
        was, visitor = known.get(identity), seen.get(identity)
        goal = PRESENCE[visitor.state] if visitor is not None else 0.0
        start = was.presence if was is not None else 0.0
        is_lost = visitor is not None and visitor.state is State.LOST
        largest = moment.step / (LOST_FADE_SECONDS if is_lost else FADE_SECONDS)
        change = float(np.clip(goal - start, -largest, largest))
        presence = start + change
        if visitor is None or visitor.state is State.LEFT:
            if was is not None and presence > 0:
                figures.append(replace(was, presence=presence, velocity=was.velocity * kept))
            continue
        joints = (visitor.landmarks_screen * scale + shift).astype(np.float32)
        velocity = np.zeros_like(joints)
        if was is not None and moment.step > 0:
            measured = np.clip((joints - was.joints) / moment.step, -MAX_SPEED, MAX_SPEED)
            velocity = measured + (was.velocity - measured) * kept
        elif was is not None:
            velocity = was.velocity
        figures.append(VisitorFigure(identity, visitor.slot, presence, visitor, joints, velocity.astype(np.float32)))
    return tuple(figures[-MAX_FIGURES:])
