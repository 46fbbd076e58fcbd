"""What is made and released again leaves no error behind for a later call to be blamed for."""

from __future__ import annotations

import moderngl
import numpy as np

from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget, TargetFormat
from installation.stage.graphics import SceneGraphics
from tests.gl import assert_no_gl_error


def test_a_target_that_is_released_while_it_is_drawn_on_leaves_no_error(context: moderngl.Context) -> None:
    for kind in (TargetFormat(), TargetFormat(depth=True, samples=4, kind="f1")):
        target = RenderTarget(context, (8, 8), kind)
        target.front().use()
        target.release()
        after = RenderTarget(context, (8, 8))
        after.clear()
        assert_no_gl_error(context)
        after.release()


def test_attributes_that_no_shader_reads_are_no_error(context: moderngl.Context) -> None:
    graphics = SceneGraphics(ShaderCache(context), (), (4, 4), 1)
    corners = np.array([[-1, -1], [3, -1], [-1, 3]], np.float32)
    table = np.concatenate([np.ones((3, 3), np.float32), corners, np.zeros((3, 1), np.float32)], axis=1)
    buffers = [
        (graphics.buffer(table), "3f 2f 1f", "normal", "corner", "age"),
        (graphics.buffer(corners), "2f", "none"),
    ]
    target = graphics.target(size=(4, 4), kind="f1")
    draw = graphics.geometry("corner.vert", "corner.frag", "triangles", 3, buffers)
    assert draw.shader.program is None, "no such file"
    vertex = "#version 410 core\nin vec2 corner; void main() { gl_Position = vec4(corner, 0.0, 1.0); }"
    fragment = "#version 410 core\nout vec4 colour; void main() { colour = vec4(1.0); }"
    draw.shader.replace(context.program(vertex_shader=vertex, fragment_shader=fragment), (vertex, fragment))
    draw(target)
    assert np.frombuffer(target.texture.read(), np.uint8).all(), "the attribute that is read keeps its place"
    assert_no_gl_error(context)
    graphics.release()
