"""Joint textures: the visitors' joints and their movement as tables, and the movement of limbs as a flow field."""

from __future__ import annotations

from collections.abc import Sequence

import moderngl
import numpy as np

from installation.interface.graphics import VisitorFigure
from installation.stage.bodies.silhouette_mask import MAX_SLOT, low_size
from installation.stage.gl.context import DrawingContext
from motion.landmarks import LANDMARKS

FLOW_BONES = 18
"""Bones in glsl/flow.vert."""


class JointTextures:
    """`joints` (33 x 16, a row for each slot, float) x, y, visibility, presence; `motions` (33 x 16, float) velocity
    x, y, energy 0..1, slot / 16; `flow` RG velocity in canvas coordinates a second times B, the weight."""

    def __init__(self, context: DrawingContext, aspect: float) -> None:
        self._aspect = aspect
        self.flow = context.target(size=low_size(aspect))
        self.joints, self.motions = _table(context), _table(context)
        self._stroke = context.geometry("flow.vert", "flow.frag", "triangle_strip", 4)

    def update(self, figures: Sequence[VisitorFigure], rows: int) -> None:
        """Renew all textures; `rows` of the tables are in use."""
        joints = np.zeros((MAX_SLOT, len(LANDMARKS), 4), np.float32)
        motions = np.zeros_like(joints)
        for figure in figures:
            row = figure.slot - 1
            if 0 <= row < MAX_SLOT:
                joints[row, :, :2], motions[row, :, :2] = figure.joints, figure.velocity
                joints[row, :, 2], joints[row, :, 3] = figure.visitor.visibility, figure.presence
                motions[row, :, 2], motions[row, :, 3] = figure.visitor.energy, figure.slot / MAX_SLOT
        self.joints.write(joints.tobytes())
        self.motions.write(motions.tobytes())
        self.flow.clear()
        self._stroke(
            self.flow,
            blend="add",
            instances=rows * FLOW_BONES,
            joints=self.joints,
            motions=self.motions,
            aspect=self._aspect,
        )


def _table(context: DrawingContext) -> moderngl.Texture:
    size = (len(LANDMARKS), MAX_SLOT)
    table = context.own(context.context.texture(size, 4, bytes(size[0] * size[1] * 16), dtype="f4"))
    table.filter = (moderngl.NEAREST, moderngl.NEAREST)
    return table
