"""docs/scenes.md: what stands there plays, and its reference has everything that a scene may use."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import moderngl
import numpy as np
import pytest

import installation.interface
from installation.core.errors import UserError
from installation.core.faults import FaultBoard
from installation.docs.glsl_reference import read_includes
from installation.docs.scene_reference import BEGIN
from installation.interface.dancer import Cast
from installation.interface.knobs import Knob
from installation.interface.moment import Moment, Programme
from installation.interface.uniforms import HOST_UNIFORMS
from installation.paint.engines.weights import style_names
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.show.venue_check import load
from installation.stage.gl import isf_header
from installation.stage.gl.glsl_source import LIBRARY_SHADERS
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.layers.crossfader import Crossfader
from installation.stage.outputs.screenshot import read_pixels
from motion.landmarks import LANDMARKS
from motion.skeleton import BONES, CORE_COUNT

PAGE = (Path(__file__).parents[3] / "docs" / "scenes.md").read_text(encoding="utf-8")
GUIDE, REFERENCE = PAGE.split(BEGIN)
BLOCKS = {file: text for _, file, text in re.findall(r"^```(glsl|python) (\S+)\n(.*?)^```$", PAGE, re.M | re.S)}
"""Code by the name of its file."""
PYTHON = [Path(file).stem for file in BLOCKS if file.endswith(".py")]
COMPANIONS = {name for text in BLOCKS.values() for name in re.findall(r'"(\w+\.(?:frag|vert))"', text)}
"""Shaders of scenes in Python."""
SCENES = sorted(
    {Path(file).stem for file in BLOCKS if file.startswith("scenes/") and Path(file).name not in COMPANIONS}
)
VENUE = '[[cameras]]\nsource = "ghost:2"\n[canvas]\nsize = [128, 72]\n[osc]\nenabled = false\n'
PLAIN = """\
from installation.interface import Scene


class Plain(Scene):
    def setup(self, graphics):
        self.shader = graphics.shader("b.frag")

    def draw(self, moment, knobs, canvas):
        self.shader(canvas)
"""
"""A scene in Python."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A venue with everything that the page has to copy."""
    for file, text in BLOCKS.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "venue.toml").write_text(VENUE, encoding="utf-8")
    return tmp_path


def test_every_block_of_code_names_the_file_that_it_is() -> None:
    assert re.findall(r"^```(?:glsl|python|json)$", GUIDE, re.M) == []
    assert len(SCENES) >= 10


@pytest.mark.gl
@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_of_the_guide_is_filmed_without_a_fault_or_a_note(folder: Path, faults: FaultBoard, scene: str) -> None:
    options = ShowOptions(live=False, headless=True, scene=scene, record=folder / "out.mp4")
    with Show(load(folder / "venue.toml"), options) as show:
        assert len(list(show.loop.film(30.0, 2))) == 2
        assert faults.present == ()
    assert (folder / "out.mp4").stat().st_size > 0


MISTAKES = {
    "the uniform `maks` is declared and never given; did you mean `mask`?": (
        {"a.frag": "uniform sampler2D maks;\nvoid main() { colour = texture(maks, uv); }\n"}
    ),
    "the uniform `time` is declared and never given; time reaches shaders as phases": (
        {"a.frag": "uniform float time;\nvoid main() { colour = vec4(time); }\n"}
    ),
    "the uniform `strenght` is given, and no shader of the scene declares it": (
        {
            "a.py": PLAIN.replace("shader(canvas)", "shader(canvas, strenght=1.0)"),
            "b.frag": "void main() { colour = vec4(1.0); }\n",
        }
    ),
    "`camera` stays black: set `shows_camera = True` in the scene's class": (
        {"a.py": PLAIN, "b.frag": '#include "camera.glsl"\nvoid main() { colour = vec4(camera_at(uv), 1.0); }\n'}
    ),
    "`painting` stays black: set `paints = True` in the scene's class": (
        {"a.py": PLAIN, "b.frag": "uniform sampler2D painting;\nvoid main() { colour = texture(painting, uv); }\n"}
    ),
    "the header is no JSON: ": {"a.frag": '/*{\n"INPUTS": [,]\n}*/\nvoid main() { colour = vec4(1.0); }\n'},
    ": error: ": {"a.frag": "void main() { colour = 1.0 }\n"},
    ": NameError: ": {
        "a.py": PLAIN.replace("shader(canvas)", "shader(nothing)"),
        "b.frag": "void main() { colour = vec4(1.0); }\n",
    },
}
"""What the guide quotes from the log, with the files that cause it."""


@pytest.mark.gl
@pytest.mark.parametrize("quoted", MISTAKES, ids=lambda text: text.strip(": "))
def test_the_log_says_what_the_guide_quotes(tmp_path: Path, faults: FaultBoard, quoted: str) -> None:
    assert quoted in GUIDE.split("\n## What may go wrong\n")[1]
    (tmp_path / "scenes").mkdir()
    for file, text in MISTAKES[quoted].items():
        (tmp_path / "scenes" / file).write_text(text, encoding="utf-8")
    (tmp_path / "venue.toml").write_text(VENUE, encoding="utf-8")
    said: tuple[str, ...] = ()
    try:
        with Show(load(tmp_path / "venue.toml"), ShowOptions(live=False, headless=True, scene="a")) as show:
            list(show.loop.film(30.0, 2))
            said = faults.present
    except UserError as error:
        said = (str(error),)
    assert any(quoted in fault for fault in said)


@pytest.mark.parametrize("file", [file for file in BLOCKS if file.startswith("shaders/transition_")])
def test_the_transition_of_the_guide_is_whole_at_both_ends(folder: Path, context: moderngl.Context, file: str) -> None:
    programs = ShaderCache(context)
    crossfader = Crossfader(programs, (96, 54), folder)
    random = np.random.default_rng(1)
    for target, low in ((crossfader.scene, 0), (crossfader.following, 120)):
        target.texture.write(random.integers(low, low + 130, (54, 96, 4), np.uint8).tobytes())
    ends = [read_pixels(target) for target in (crossfader.scene, crossfader.following)]
    kind = Path(file).stem.removeprefix("transition_")
    shown = [
        read_pixels(crossfader.compose(Moment(0.0, 0, 0.0, programme=Programme("a", "b", mix, kind))))
        for mix in (0.0, 1.0, 0.5)
    ]
    assert all((one == other).all() for one, other in zip(ends, shown, strict=False))
    assert all((shown[2] != end).any() for end in ends)
    crossfader.release()
    programs.release()


def test_the_playlist_of_the_guide_names_scenes_of_the_guide() -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```$", GUIDE, re.M | re.S)
    assert set(tomllib.loads(block)["scenes"]["playlist"]) <= set(SCENES)


def test_every_function_of_every_include_is_in_the_reference() -> None:
    for file in LIBRARY_SHADERS.glob("*.glsl"):
        section = REFERENCE.split(f"\n### {file.name}\n")[1].split("\n### ")[0].split("\n## ")[0]
        code = re.sub(r"//[^\n]*", "", file.read_text(encoding="utf-8"))
        for name in re.findall(r"^\w+\s+(\w+)\([^;{]*\)\s*\{", code, re.M):
            row = re.search(rf"\| `\w+ {name}\([^`]*\)` \| (.+) \|", section)
            assert row is not None and row[1].strip(), f"{file.name}: {name}"


def test_the_reference_has_no_function_without_a_comment_of_its_own() -> None:
    bare = [each.signature for include in read_includes(LIBRARY_SHADERS) for each in include.functions if not each.doc]
    assert bare == []


def test_every_exported_name_of_the_interface_is_in_the_reference() -> None:
    names = REFERENCE.split("\n## Names of installation.interface\n")[1]
    for name in installation.interface.__all__:
        assert re.search(rf"(^#### {name}$|^### {name}$|^\| `(?:class )?{name}\b)", names, re.M), name


def test_every_member_of_graphics_is_in_the_reference() -> None:
    section = REFERENCE.split("\n#### Graphics\n")[1].split("\n### ")[0]
    members = [name for name in vars(installation.interface.Graphics) if not name.startswith("_")]
    assert [name for name in members if not re.search(rf"^\| `{name}\b", section, re.M)] == []


def test_every_uniform_joint_and_bone_is_in_the_reference() -> None:
    for each in HOST_UNIFORMS:
        assert f"| `{each.name}` | `{each.glsl}` |" in REFERENCE
    for number, name in enumerate(LANDMARKS):
        assert f"| {number} | `{name.upper()}` |" in REFERENCE
    for number, name in enumerate(BONES[:CORE_COUNT]):
        assert f"| {number} | {name} |" in REFERENCE


def test_every_kind_of_knob_is_in_the_reference() -> None:
    for default in (0.5, 1, True, "a", (0.0, 0.0, 0.0)):
        assert f"| {Knob('knob', default).kind} | `Knob(" in REFERENCE


def test_every_key_and_type_that_a_header_may_have_is_in_the_reference() -> None:
    section = REFERENCE.split("\n## Header of a lone shader\n")[1].split("\n## ")[0]
    source = Path(isf_header.__file__).read_text(encoding="utf-8")
    keys = {"PATH", *re.findall(r'(?:found|each)\.get\("([A-Z]+)"', source)}
    keys |= set(re.findall(r'\(found, "([A-Z]+)"', source))
    assert {"INPUTS", "PASSES", "NAME", "WIDTH"} <= keys
    assert [key for key in sorted(keys) if f"{key}` |" not in section] == []
    assert [kind for kind in isf_header.GLSL_TYPES if f"| `{kind}` |" not in section] == []
    assert [each.name for each in fields(Cast) if f"`{each.name}`" not in section] == []


def test_the_headers_of_the_guide_are_json() -> None:
    headers = [text.split("*/")[0].removeprefix("/*") for text in BLOCKS.values() if text.startswith("/*{")]
    assert len(headers) >= 5
    assert all(json.loads(header)["DESCRIPTION"] for header in headers)


def test_what_a_shader_hands_to_the_next_is_in_the_reference() -> None:
    for file in (LIBRARY_SHADERS / "bodies.glsl", LIBRARY_SHADERS / "bodies.vert"):
        section = REFERENCE.split(f"\n### {file.name}\n")[1].split("\n### ")[0]
        declared = re.findall(r"^((?:flat )?(?:in|out) \w+ \w+);", file.read_text(encoding="utf-8"), re.M)
        assert len(declared) >= 3
        assert [each for each in declared if not re.search(rf"\| `{each}` \| .+ \|", section)] == []


def test_every_style_of_the_painter_is_in_the_reference() -> None:
    section = REFERENCE.split("\n### Styles of the painter\n")[1].split("\n## ")[0]
    assert [name for name in style_names() if f"`{name}`" not in section] == []


def test_what_sizes_of_passes_may_be_made_of_is_in_the_reference() -> None:
    section = REFERENCE.split("\n## Header of a lone shader\n")[1].split("\n## ")[0]
    assert [name for name in isf_header.SIZE_FUNCTIONS if f"`{name}`" not in section] == []
