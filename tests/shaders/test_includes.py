"""The includes of artists agree with the tables that they stand for, and move without a seam."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.interface.uniforms import HOST_UNIFORMS
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.glsl_source import LIBRARY_SHADERS, declared_uniforms, expand_includes
from installation.stage.gl.shader_cache import ShaderCache
from motion.landmarks import LANDMARK_INDEX, LANDMARKS

SIZE = (32, 18)
INCLUDES = sorted({file.name for file in LIBRARY_SHADERS.glob("*.glsl")} - {"transition.glsl"})
"""Those for scenes; transitions have uniforms of their own."""
Draw = Callable[..., NDArray[np.float32]]


@pytest.fixture
def draw(context: moderngl.Context, tmp_path: Path) -> Iterator[Draw]:
    """Draw a shader's text with its uniforms: (height, width, 4) of floats, the bottom row first."""
    cache = ShaderCache(context)
    drawing = DrawingContext(cache, (tmp_path,), SIZE, 1)

    def drawn(text: str, **uniforms: object) -> NDArray[np.float32]:
        name = f"test_{len(drawing.shaders)}.frag"
        (tmp_path / name).write_text(text)
        target = drawing.target(kind="f4")
        shader = drawing.shader(name)
        assert not shader.shader.error
        given: dict[str, Any] = {k: drawing.texture(v) if isinstance(v, np.ndarray) else v for k, v in uniforms.items()}
        shader(target, **given)
        return np.frombuffer(target.texture.read(), np.float32).reshape(SIZE[1], SIZE[0], 4)

    yield drawn
    drawing.release()
    cache.release()


def standing(x: float) -> NDArray[np.float32]:
    """(16, 33, 4) joints: the first person's lie on a line at `x` from the foot at 0.1 to the nose at 0.9."""
    table = np.zeros((16, 33, 4), np.float32)
    table[0, :, 0] = x
    table[0, :, 1] = np.linspace(0.9, 0.1, 33)
    table[0, :, 2:] = 1.0
    return table


def test_given_declares_every_uniform_of_the_host_with_its_type() -> None:
    text = re.sub(r"//[^\n]*", "", (LIBRARY_SHADERS / "given.glsl").read_text())
    declared = {
        name.strip(): kind
        for kind, names in re.findall(r"uniform\s+(\w+)\s+([^;]+);", text)
        for name in names.split(",")
    }
    assert declared == {each.name: each.glsl for each in HOST_UNIFORMS if each.name != "phase_N"}


def test_joints_have_the_names_and_numbers_of_the_landmarks() -> None:
    text = (LIBRARY_SHADERS / "joints.glsl").read_text()
    found = {name: int(number) for name, number in re.findall(r"\b([A-Z][A-Z_]+) = (\d+)", text)}
    assert found == {name.upper(): LANDMARK_INDEX[name] for name in LANDMARKS}


@pytest.mark.parametrize("include", INCLUDES)
def test_an_include_may_be_combined_with_all_given_uniforms(include: str, tmp_path: Path) -> None:
    (tmp_path / "a.frag").write_text(f'#include "given.glsl"\n#include "{include}"\nuniform float aspect;\n')
    text = re.sub(r"//[^\n]*", "", expand_includes(tmp_path / "a.frag", (LIBRARY_SHADERS,)).text)
    for name in declared_uniforms(text):
        assert len(re.findall(rf"uniform[^;(]*\b{name}\b[^;]*;", text)) == 1, name


def test_what_an_author_and_an_include_declare_compiles_and_lines_stay(draw: Draw, tmp_path: Path) -> None:
    text = """#include "joints.glsl"
uniform float aspect, dt;
uniform int people;
void main() { colour = vec4(aspect, dt, float(people), size_of(0)); }
"""
    assert draw(text, aspect=2.0, dt=0.5, people=3)[0, 0, :3].tolist() == [2.0, 0.5, 3.0]
    source = expand_includes(tmp_path / "test_0.frag", (LIBRARY_SHADERS,))
    at = next(number for number, line in enumerate(source.text.splitlines()) if "void main" in line)
    assert source.lines[at][1] == 4


def test_hands_heads_and_distances_are_those_of_the_person(draw: Draw) -> None:
    text = """#include "joints.glsl"
void main() {
    vec3 hand = left_hand(0);
    colour = vec4(hand.xz, body_distance(uv, 0), body_distance(uv, 1));
}
"""
    found = draw(text, joints=standing(0.25), motions=standing(0.0), aspect=2.0)
    assert found[0, 0, :2].tolist() == [0.25, 1.0]
    middle = found[SIZE[1] // 2]
    x = (np.arange(SIZE[0]) + 0.5) / SIZE[0]
    assert middle[:, 2] == pytest.approx(2.0 * np.abs(x - 0.25), abs=0.03), "in heights of the canvas"
    assert (found[..., 3] > 100.0).all(), "nobody stands in the second row"


def test_the_camera_picture_ends_at_its_edge_and_without_a_camera_it_is_black(draw: Draw) -> None:
    text = '#include "camera.glsl"\nvoid main() { colour = vec4(camera_at(uv), 1.0); }\n'
    white = np.full((4, 4, 4), 255, np.uint8)
    found = draw(text, camera=white, camera_fit=(2.0, 1.0, -0.5, 0.0), camera_presence=1.0)[..., 0]
    assert found[:, 10:22].min() == 1.0 and found[:, :7].max() == found[:, 25:].max() == 0.0
    assert draw(text, camera=white, camera_fit=(0.0,) * 4, camera_presence=0.0)[..., :3].max() == 0.0


@pytest.mark.parametrize(
    "value",
    [
        "vec3(boiling_noise(4.0 * uv, at, 7))",
        "vec3(boiling_fbm(4.0 * uv, at, 3, 3))",
        "vec3(boiling_curl(4.0 * uv, at, 5), 0.0)",
        "vec3(wander(at, 4), swell(at))",
        "vec3(turned(uv, at), 0.0)",
        "vec3(tiled_noise(6.0 * uv + at * vec2(9.0, 5.0), ivec2(9, 5)))",
    ],
)
def test_a_loop_ends_where_it_begins_and_moves_without_a_jump(draw: Draw, value: str) -> None:
    text = f'#include "loop.glsl"\nuniform float at;\nvoid main() {{ colour = vec4({value}, 1.0); }}\n'
    begin, end = draw(text, at=0.0), draw(text, at=1.0)
    assert end == pytest.approx(begin, abs=2e-3)
    assert draw(text, at=0.9995) == pytest.approx(begin, abs=0.12), "just before the end it is nearly there"
    assert np.abs(draw(text, at=0.37) - begin).max() > 0.1
