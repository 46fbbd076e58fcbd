"""Visitor textures with dancers without a partner in the visitors' place: silhouettes, joints and movement."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from installation.interface.graphics import ShownBody
from installation.interface.moment import Moment
from installation.interface.visitor import State, Visitor
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.camera_framing import SpringFraming
from installation.stage.bodies.silhouette_mask import MAX_SLOT, tint_of
from installation.stage.bodies.visitor_textures import Array, Fit, VisitorTextureSet, screen_to_canvas
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import ShaderCache
from motion.landmarks import LANDMARKS, landmarks_from_body

HEIGHT_SHARE = 0.66
"""Share of the canvas's height that a dancer without a partner fills, where the width allows it."""
MESH_STEP_M = 0.045
"""Metres between the vertices of the dancers' meshes."""


class VisitorsOrDancers(VisitorTextureSet):
    """Visitor textures, and those of dancers who have no partner among the visitors, seen by a `SpringFraming` camera.

    The dancers have the last rows, fade in and out as visitors do, and leave when a visitor takes their place.
    """

    def __init__(
        self, shader_cache: ShaderCache, canvas: tuple[int, int], fit: Fit, bodies: BodyTable, fill: RenderPass
    ) -> None:
        """`fill` draws the meshes of `bodies`, with glsl/stand_in.vert."""
        super().__init__(shader_cache, canvas, fit)
        self._bodies, self._fill = bodies, fill
        self._framing = SpringFraming(self.aspect, HEIGHT_SHARE)

    def update(self, moment: Moment, textures: bool = True) -> None:
        """Renew everything from `moment`; without `textures` only `figures`."""
        alone = {-dancer.id: dancer for dancer in moment.dancers if dancer.partner == 0}
        self._bodies.show({key: dancer.body for key, dancer in alone.items()}, moment.step)
        self._framing.follow(self._bodies, moment.step)
        scale, shift = screen_to_canvas(moment.aspect, self.aspect, self.fit)
        stand_ins = tuple(
            _visitor(one, MAX_SLOT + 1 - alone[one.key].slot, (self._on_canvas(one) - shift) / scale, moment.time)
            for one in self._bodies.shown
            if one.key in alone
        )
        super().update(replace(moment, visitors=(*moment.visitors, *stand_ins)), textures)

    def _on_canvas(self, one: ShownBody) -> Array:
        return self._framing.view.canvas(landmarks_from_body(one.body)).astype(np.float32)

    def _fill_silhouettes(self, scale: Array, shift: Array) -> None:
        super()._fill_silhouettes(scale, shift)
        tint = {figure.id: tint_of(figure) for figure in self.figures}
        tints = [tint.get(one.key, (0.0, 0.0)) for one in self._bodies.shown]
        view: dict[str, Any] = self._framing.view.uniforms
        # The mirrored view reverses the winding of triangles, so that the visible ones count as backs.
        self._fill(
            self._silhouettes.coverage,
            blend="add",
            cull="front",
            instances=len(tints),
            tints=tints,
            table=self._bodies.table,
            order=self._bodies.order,
            **view,
        )


def _visitor(one: ShownBody, slot: int, landmarks_screen: Array, time: float) -> Visitor:
    """A visitor with what scenes read of one, for a dancer."""
    count = len(LANDMARKS)
    return Visitor(
        id=one.key,
        slot=slot,
        state=State.PRESENT,
        born=time,
        seen=time,
        box_px=np.zeros(4, np.float32),
        landmarks_px=np.zeros((count, 2), np.float32),
        landmarks_screen=landmarks_screen,
        landmarks_m=np.zeros((count, 3), np.float32),
        visibility=np.ones(count, np.float32),
        outline_screen=(),
        floor_m=one.body.hips_m[[0, 2]].astype(np.float32),
        velocity_m=np.zeros(2, np.float32),
        energy=one.energy,
    )
