"""Visitors and dancers as one: while nobody is there, whoever dances alone is seen as a visitor is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np

from installation.interface.moment import Moment
from installation.interface.visitor import State, Visitor
from installation.stage.bodies.bodies import BodyTable, ShownBody
from installation.stage.bodies.camera_framing import SpringFraming
from installation.stage.bodies.visitor_textures import ROWS, Array, VisitorTextureSet, screen_to_canvas
from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import ShaderCache
from motion.landmarks import LANDMARKS, landmarks_from_body

SHARE = 0.66
"""Of the canvas's height that who dances alone takes, where the width allows it."""
STAND_IN = 0.045
"""Metres between the points of their skin."""


class VisitorsOrDancers(VisitorTextureSet):
    """VisitorTextureSet, with dancers who have no partner among them: their silhouettes, joints and movement, seen as the camera
    of `SpringFraming` sees them. They have the last rows, come and go as softly, and let go what they held when a visitor
    takes their place.
    """

    def __init__(
        self,
        programs: ShaderCache,
        canvas: tuple[int, int],
        fit: Literal["contain", "cover"],
        bodies: BodyTable,
        skin: RenderPass,
    ) -> None:
        """`skin` is drawn with glsl/stand_in.vert on the bodies' table."""
        super().__init__(programs, canvas, fit)
        self._bodies, self._skin = bodies, skin
        self._framing = SpringFraming(self.aspect, SHARE)

    def update(self, moment: Moment, looked_at: bool = True) -> None:
        """Renew everything from `moment`."""
        alone = {-dancer.id: dancer for dancer in moment.dancers if dancer.partner == 0}
        self._bodies.show({key: dancer.body for key, dancer in alone.items()}, moment.step)
        self._framing.follow(self._bodies, moment.step)
        scale, shift = screen_to_canvas(moment.aspect, self.aspect, self.fit)
        stand_ins = tuple(
            _visitor(one, ROWS + 1 - alone[one.key].slot, (self._on_canvas(one) - shift) / scale, moment.time)
            for one in self._bodies.shown
            if one.key in alone
        )
        super().update(replace(moment, visitors=(*moment.visitors, *stand_ins)), looked_at)

    def _on_canvas(self, one: ShownBody) -> Array:
        return self._framing.view.canvas(landmarks_from_body(one.body)).astype(np.float32)

    def _cover(self, scale: Array, shift: Array) -> None:
        super()._cover(scale, shift)
        presence = {figure.id: (figure.presence, figure.presence * figure.slot / ROWS) for figure in self.figures}
        tints = [presence.get(one.key, (0.0, 0.0)) for one in self._bodies.shown]
        # A mirror turns triangles round: we see what it takes for their backs.
        view: dict[str, Any] = self._framing.view.uniforms
        self._skin(self._fill_target, blend="add", cull="front", instances=len(tints), tints=tints,
                   table=self._bodies.table, order=self._bodies.order, **view)  # fmt: skip


def _visitor(one: ShownBody, slot: int, landmarks_screen: Array, time: float) -> Visitor:
    """What scenes read of a visitor, for a dancer."""
    count = len(LANDMARKS)
    return Visitor(
        one.key, slot, State.PRESENT, time, time, np.zeros(4, np.float32), np.zeros((count, 2), np.float32),
        landmarks_screen, np.zeros((count, 3), np.float32), np.ones(count, np.float32), (),
        one.body.hips_m[[0, 2]].astype(np.float32), np.zeros(2, np.float32), energy=one.energy,
    )  # fmt: skip
