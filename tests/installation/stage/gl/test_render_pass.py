"""A pass draws what it was told, where it was told, and says clearly what it can't do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import moderngl
import numpy as np
import pytest

from installation.stage.gl.render_pass import RenderPass
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.screenshot import read_pixels

Make = Callable[[str], RenderPass]


@pytest.fixture
def graphics(context: moderngl.Context, tmp_path: Path) -> Iterator[SceneGraphics]:
    shader_cache = ShaderCache(context)
    made = SceneGraphics(shader_cache, (tmp_path,), (8, 4), 1)
    yield made
    made.release()
    shader_cache.release()


@pytest.fixture
def make(graphics: SceneGraphics, tmp_path: Path) -> Make:
    def screen(text: str) -> RenderPass:
        name = f"{len(list(tmp_path.iterdir()))}.frag"
        (tmp_path / name).write_text(text)
        return graphics.shader(name)

    return screen


def test_a_pass_that_reads_its_own_target_reads_it_as_it_was(graphics: SceneGraphics, make: Make) -> None:
    grow = make("uniform sampler2D was; void main() { colour = texture(was, uv) + vec4(0.1); }")
    target = graphics.target(kind="f4")
    for _ in range(3):
        grow(target, was=target)
    assert np.frombuffer(target.texture.read(), np.float32) == pytest.approx(0.3, abs=1e-6)


def test_a_pass_that_blends_may_not_read_its_own_target(graphics: SceneGraphics, make: Make) -> None:
    read = make("uniform sampler2D was; void main() { colour = texture(was, uv); }")
    target = graphics.target()
    with pytest.raises(ValueError, match="read the target"):
        read(target, was=target, blend="add")


def test_uniforms_of_every_shape_arrive(graphics: SceneGraphics, make: Make) -> None:
    show = make(
        "uniform float a; uniform vec2 b[2]; uniform int c; uniform bool d; uniform ivec2 e;"
        "void main() { colour = vec4(a, b[1].y, float(c + e.y) * 0.1, d ? 1.0 : 0.0); }"
    )
    target = graphics.target(kind="f4")
    show(target, a=0.5, b=np.array([[0, 0], [0, 0.25]]), c=1, d=True, e=(0, 2), unknown=3)
    assert np.frombuffer(target.texture.read(), np.float32)[:4] == pytest.approx([0.5, 0.25, 0.3, 1.0])


def test_a_uniform_of_the_wrong_shape_is_named(graphics: SceneGraphics, make: Make) -> None:
    show = make("uniform vec3 tint; void main() { colour = vec4(tint, 1.0); }")
    with pytest.raises(ValueError, match="uniform tint: takes 3 numbers, not 2"):
        show(graphics.target(), tint=(1.0, 0.0))


def test_a_texture_that_is_not_given_is_black(graphics: SceneGraphics, make: Make) -> None:
    show = make("uniform sampler2D a; uniform sampler2D b; void main() { colour = texture(a, uv) + texture(b, uv); }")
    target = graphics.target(kind="f1")
    show(target, a=None, clear=(1.0, 1.0, 1.0, 1.0))
    assert not read_pixels(target).any()


def test_a_scaled_target_is_drawn_on_in_its_lower_left(graphics: SceneGraphics, make: Make) -> None:
    show = make("uniform vec2 resolution; void main() { colour = vec4(resolution * 0.1, 1.0, 1.0); }")
    target = graphics.target(kind="f1")
    target.scale = 0.5
    show(target)
    drawn = read_pixels(target)
    assert drawn.shape == (2, 4, 3)
    assert drawn[0, 0].tolist() == [102, 51, 255]
    target.scale = 1.0
    assert read_pixels(target)[0, -1].tolist() == [0, 0, 0]


def test_an_attribute_that_a_shader_stops_using_does_not_stop_it(graphics: SceneGraphics, tmp_path: Path) -> None:
    (tmp_path / "a.vert").write_text(
        "in vec2 at; in vec3 unused; void main() { gl_PointSize = 4.0; gl_Position = vec4(at, 0.0, 1.0); }"
    )
    (tmp_path / "a.frag").write_text("void main() { colour = vec4(1.0); }")
    buffer = graphics.buffer(np.array([0, 0, 9, 9, 9], np.float32))
    points = graphics.geometry("a.vert", "a.frag", "points", 1, [(buffer, "2f 3f", "at", "unused")])
    target = graphics.target(kind="f1")
    points(target)
    assert (read_pixels(target).sum(axis=2) > 0).sum() == 16, "one point, four pixels wide and high"


def test_triangles_that_show_the_side_that_is_not_wanted_are_left_out(graphics: SceneGraphics, tmp_path: Path) -> None:
    (tmp_path / "b.vert").write_text("in vec2 at; void main() { gl_Position = vec4(at, 0.0, 1.0); }")
    (tmp_path / "b.frag").write_text("void main() { colour = vec4(1.0); }")
    counter_clockwise = graphics.buffer(np.array([-1, -1, 3, -1, -1, 3], np.float32))
    draw = graphics.geometry("b.vert", "b.frag", "triangles", 3, [(counter_clockwise, "2f", "at")])
    target = graphics.target(kind="f1")
    draw(target, cull="front")
    assert not read_pixels(target).any()
    draw(target, cull="back")
    assert read_pixels(target).all()
