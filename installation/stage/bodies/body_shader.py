"""Shader over the mesh of a body, instanced for all bodies."""

from __future__ import annotations

import numpy as np

from installation.interface.graphics import COARSE_MESH_STEP_M
from installation.stage.bodies.body_mesh import surface_mesh
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.render_pass import RenderPass


def body_shader(
    context: DrawingContext, vertex: str, fragment: str, step_m: float = COARSE_MESH_STEP_M, depth: bool = False
) -> RenderPass:
    """A render pass over a body's mesh in the T-pose, vertices `step_m` apart; each instance is a body.

    The vertex shader has `in vec3 place, normal, bones`: the two bones that move the vertex and the weight of the
    first, as shaders/flesh.glsl expects them.
    """
    mesh = surface_mesh(step_m)
    columns = [mesh.positions_m, mesh.normals, mesh.bones[:, :2], mesh.first_weight]
    vertices = np.concatenate(columns, axis=1).astype(np.float32)
    layout = (context.buffer(vertices), "3f 3f 3f", "place", "normal", "bones")
    index = context.buffer(mesh.triangles.astype(np.uint32))
    return context.geometry(vertex, fragment, "triangles", mesh.triangles.size, [layout], index, depth)
