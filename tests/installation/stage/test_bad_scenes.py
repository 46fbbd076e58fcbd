"""What is wrong with a scene is said once, with file and line, and something calm is on the wall."""

from __future__ import annotations

import multiprocessing
import os
import re
import tempfile
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.core.faults import FaultBoard
from installation.interface.moment import Moment, Programme
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.scene_loader import SceneError, find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue

SCENE = """from installation.interface import Knob, Scene


class Bad(Scene):
    knobs = (Knob("tint", 0.5),)

    def setup(self, graphics):
        self.show = graphics.shader("bad.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, tint=knobs.tint)
"""
SHADER = "uniform float tint;\nvoid main() {\n    colour = vec4(tint, 0.0, 0.0, 1.0);\n}\n"
RED = [128, 0, 0]
Files = dict[str, str | bytes]


class Wall:
    """A stage with the scene "bad" of a folder."""

    def __init__(self, context: moderngl.Context, folder: Path, files: Files) -> None:
        (folder / "scenes").mkdir()
        for name, content in files.items():
            (folder / "scenes" / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        self.stage = Stage(context, Venue(canvas=CanvasSection(size=(64, 32))), ["bad"], folder)

    def show(self, frame: int) -> NDArray[np.uint8]:
        """The picture of a frame at 30 Hz."""
        moment = Moment(frame / 30, frame, 1 / 30, programme=Programme("bad"))
        return read_pixels(self.stage.draw(moment))


@pytest.fixture
def wall(
    context: moderngl.Context, tmp_path: Path, request: pytest.FixtureRequest, faults: FaultBoard
) -> Iterator[Wall]:
    """The wall of the files that a test's parameter or marker names."""
    opened = Wall(context, tmp_path, request.param)
    yield opened
    opened.stage.close()


def files(scene: str | bytes = SCENE, shader: str | None = SHADER, **others: str) -> Files:
    found: Files = {"bad.py": scene, **{name.replace("__", "."): text for name, text in others.items()}}
    return found if shader is None else {**found, "bad.frag": shader}


BAD = {
    "without a shader": (files(shader=None), r'bad\.py:8: there is no "bad\.frag" in '),
    "without main": (files(shader="uniform float tint;\n"), r"bad\.frag:1: there is no `void main\(\)`"),
    "an empty shader": (files(shader=""), r"bad\.frag:1: there is no `void main\(\)`"),
    "a lone shader without main": ({"bad.frag": "/*{}*/\n"}, r"bad\.frag:1: there is no `void main\(\)`"),
    "a missing include": (files(shader=f'\n#include "nope.glsl"\n{SHADER}'), r'bad\.frag:2: there is no "nope\.glsl"'),
    "includes itself": (files(shader=f'#include "bad.frag"\n{SHADER}'), r'bad\.frag:1: "bad\.frag" includes itself'),
    "an include that includes itself": (
        files(shader=f'#include "x.glsl"\n{SHADER}', x__glsl='\n#include "x.glsl"\n'),
        r'x\.glsl:2: "x\.glsl" includes itself',
    ),
    "no JSON": ({"bad.frag": f'/*{{\n"INPUTS": [,]\n}}*/\n{SHADER}'}, r"bad\.frag:2: the header is no JSON"),
    "a syntax error": (files(shader="void main() {\n    colour = 1.0 +;\n}\n"), r"bad\.frag:2: "),
    "a knob out of its range": (files(SCENE.replace("0.5", "5.0")), r"bad\.py:5: knob .*default=5\.0 should be within"),
    "a knob without a comma": (files(SCENE.replace("),)", "))")), r"bad\.py:5: knobs should be a tuple .* a comma"),
    "a knob of no type": (files(SCENE.replace("0.5", "[1, 0]")), r"bad\.py:5: knob 'tint': default=\[1, 0\]"),
    "two knobs of a name": (files(SCENE.replace("),)", '), Knob("tint", 1))')), r"bad\.py:5: two knobs are"),
    "no draw": (files(SCENE.partition("    def draw")[0]), r"bad\.py:4: class Bad should have `def draw"),
    "no presets": (files(SCENE.replace("    knobs", "    presets = [1]\n    knobs")), r"bad\.py:5: presets should be"),
    "no cast": (files(SCENE.replace("    knobs", "    cast = 3\n    knobs")), r"bad\.py:5: cast should be a Cast"),
    "half a file": (files(SCENE[:130]), r"bad\.py:7: "),
    "a NUL": (files(SCENE + "\0"), r"bad\.py: SyntaxError"),
    "Latin-1": (files(b"# caf\xe9\n"), r"bad\.py: is no text in UTF-8"),
    "raises at import": (files("import os\nraise RuntimeError('gone')\n"), r"bad\.py:2: RuntimeError: gone"),
    "exits at import": (files("import sys\nsys.exit(3)\n"), r"bad\.py:2: SystemExit"),
    "raises in setup": (
        files(SCENE.replace("        self.show = g", '        raise OSError("gone")\n        self.show = g')),
        r"bad\.py:8: OSError: gone",
    ),
    "raises in every frame": (
        files(SCENE.replace("        self.show(c", "        raise OSError(moment.frame)\n        self.show(c")),
        r"bad\.py:11: OSError: 0",
    ),
    "never ends to call itself": (
        files(SCENE.replace("self.show(canvas, tint=knobs.tint)", "self.draw(moment, knobs, canvas)")),
        r"bad\.py:11: RecursionError",
    ),
    "a number of the host as a vector": (
        {"bad.frag": "\nuniform vec3 energy;\nvoid main() { colour = vec4(energy, 1.0); }\n"},
        r"bad\.frag:2: `energy` is declared as vec3; write `uniform float energy;`$",
    ),
    "a phase as a whole number": (
        {"bad.frag": "uniform int phase_8;\nvoid main() { colour = vec4(phase_8); }\n"},
        r"bad\.frag:1: `phase_8` is declared as int; write `uniform float phase_8;`$",
    ),
    "a number of the host as a sampler": (
        {"bad.frag": "uniform sampler2D dt;\nvoid main() { colour = texture(dt, uv); }\n"},
        r"bad\.frag:1: `dt` is declared as sampler2D; write `uniform float dt;`$",
    ),
    "a sampler of the host as a number": (
        {"bad.frag": "uniform float mask;\nvoid main() { colour = vec4(mask); }\n"},
        r"bad\.frag:1: `mask` is declared as float; write `uniform sampler2D mask;`$",
    ),
    "the resolution in three numbers": (
        {"bad.frag": "uniform vec3 resolution;\nvoid main() { colour = vec4(resolution, 1.0); }\n"},
        r"bad\.frag:1: `resolution` is declared as vec3; write `uniform vec2 resolution;`$",
    ),
    "a pass of a size that no machine has": (
        {"bad.frag": '/*{\n"PASSES": [\n{"TARGET": "b", "WIDTH": "$WIDTH / ($HEIGHT - 32)"}, {}]}*/' + SHADER},
        r"bad\.frag:3: pass b: a size should be",
    ),
}
"""Files of a scene by what is wrong with them, and what is said."""


@pytest.mark.parametrize(("wall", "said"), BAD.values(), ids=BAD, indirect=["wall"])
def test_it_is_said_once_with_its_place_and_the_wall_is_calm(
    wall: Wall, said: str, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    for frame in range(100):
        picture = wall.show(frame)
    assert picture.any() and picture.max() < 128, "calm, and not black"
    assert len(faults.of_picture) == 1
    assert re.search(said, faults.of_picture[0]), faults.of_picture[0]
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert [record.getMessage() for record in records] == [*faults.of_picture], "said once"
    assert wall.stage.scenes.failure("bad") == faults.of_picture[0]


def notes(faults: FaultBoard) -> list[str]:
    """What is said to the author alone."""
    return [text for text in faults.present if text not in faults.of_picture]


GIVES = SCENE.replace("tint=knobs.tint", "GIVEN")
LEAF = "uniform sampler2D leaf;\nvoid main() { colour = texture(leaf, uv); }\n"
REVIEWED = {
    "a knob that has the name of a uniform of the host": (
        files(SCENE.replace("tint", "energy"), SHADER.replace("tint", "energy")),
        [r"bad\.py:\d+: `energy` is the scene's own, and takes the place of the host's uniform of this name$"],
    ),
    "a sampler that is never given": (
        files(shader=LEAF),
        [r"bad\.frag:1: the uniform `leaf` is declared and never given$"],
    ),
    "a misspelt uniform": (
        files(GIVES.replace("GIVEN", "amuont=1.0"), SHADER.replace("tint", "amount")),
        [
            r"bad\.frag:1: the uniform `amount` is declared and never given; did you mean `amuont`\?",
            r"bad\.py:11: the uniform `amuont` is given, and no shader of the scene declares it; did you mean `amount`",
        ],
    ),
    "a misspelt name of the host": (
        files(shader="uniform float enregy;\nvoid main() { colour = vec4(enregy); }\n"),
        [r"bad\.frag:1: the uniform `enregy` is declared and never given; did you mean `energy`\?"],
    ),
    "time": (
        files(shader="uniform float time;\nvoid main() { colour = vec4(time); }\n"),
        [r"bad\.frag:1: the uniform `time` .* declare `phase_8`, which goes from 0 to 1 in 8 seconds"],
    ),
    "the show's time": (
        files(
            GIVES.replace("GIVEN", "moved=moment.time % 3600.0"),
            "uniform float moved;\nvoid main() { colour = vec4(sin(moved)); }\n",
        ),
        [r"bad\.py:11: the uniform `moved` is the show's time, which moves in leaps after days: time reaches shaders"],
    ),
    "a multiple of the show's time": (
        files(
            GIVES.replace("GIVEN", "moved=(0.5, 0.7 * moment.time)"),
            "uniform vec2 moved;\nvoid main() { colour = vec4(sin(moved), 0.0, 0.0); }\n",
        ),
        [r"bad\.py:11: the uniform `moved` is the show's time"],
    ),
    "phases and beats": (
        files(
            GIVES.replace("GIVEN", "moved=(6.2832 * moment.phase(60), moment.time % 8.0, 4000.0, moment.step)"),
            "uniform vec4 moved;\nvoid main() { colour = sin(moved); }\n",
        ),
        [],
    ),
    "a phase that is too long": (
        files(shader="uniform float phase_4000;\nvoid main() { colour = vec4(phase_4000); }\n"),
        [r"bad\.frag:1: the uniform `phase_4000` .*; write `phase_N` with a whole number N of seconds, 1\.\.3600$"],
    ),
    "a camera without the attribute": (
        files(shader="uniform sampler2D camera;\nvoid main() { colour = texture(camera, uv); }\n"),
        [r"bad\.frag:1: `camera` stays black: set `shows_camera = True` in the scene's class"],
    ),
    "a painting without the attribute": (
        files(shader="uniform sampler2D painting;\nvoid main() { colour = texture(painting, uv); }\n"),
        [r"bad\.frag:1: `painting` stays black: set `paints = True` in the scene's class"],
    ),
    "a texture of None": (
        files(GIVES.replace("GIVEN", "leaf=None"), LEAF),
        [r"bad\.frag:1: `leaf` is given None: a camera picture needs `shows_camera = True`"],
    ),
    "a knob that only Python uses": (files(shader="void main() { colour = vec4(1.0); }\n"), []),
    "all that there is": (
        files(
            SCENE.replace("    knobs", "    shows_camera = paints = True\n    knobs"),
            "uniform sampler2D camera, painting, mask, previous;\nuniform float tint, tint_phase, phase_60, dt, beat;\n"
            "uniform vec2 resolution;\nvoid main() { colour = texture(camera, uv) + texture(painting, uv) + "
            "texture(mask, uv) + texture(previous, uv) + tint + tint_phase + phase_60 + dt + beat + resolution.x; }\n",
        ),
        [],
    ),
}
"""Files of a scene that draws, and what its author is told."""


@pytest.mark.parametrize(("wall", "said"), REVIEWED.values(), ids=REVIEWED, indirect=["wall"])
def test_uniforms_that_are_not_what_they_seem_are_said_once(
    wall: Wall, said: list[str], faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    for frame in (*range(5), *range(610, 650, 10), *range(108_000_000, 108_000_060, 10)):
        wall.show(frame)
    found = notes(faults)
    assert len(found) == len(said), found
    for text, pattern in zip(found, said, strict=True):
        assert re.search(pattern, text), text
    assert [record.getMessage() for record in caplog.records] == found, "once each"
    assert not faults.of_picture, "the audience reads nothing"


@pytest.mark.parametrize(
    "wall",
    [files(SCENE.replace("self.show(c", "1 / (moment.frame not in (30, 108_030))\n        self.show(c"))],
    indirect=True,
)
def test_a_scene_that_raises_once_an_hour_loses_no_picture_and_is_said_each_time(
    wall: Wall, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    for hour in (0, 108_000):
        for frame in range(hour, hour + 200):
            assert wall.show(frame)[0, 0].tolist() == RED, "the picture of the frame before stays"
        assert not faults.of_picture, "it is over"
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 2
    assert all(re.search(r"bad\.py:11: ZeroDivisionError", text) for text in said)


@pytest.mark.parametrize(
    ("name", "text"),
    [("bad.py", SCENE), ("bad.frag", '/*{"INPUTS": [{"NAME": "tint", "TYPE": "float"}]}*/\n' + SHADER)],
)
def test_a_scene_saved_with_a_byte_order_mark_is_found_with_its_knobs(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / name).write_text(text, encoding="utf-8-sig")
    assert [knob.name for knob in find_scene("bad", scene_folders(tmp_path)).knobs] == ["tint"]


def _find_as_nobody(folder: str, answer: Connection) -> None:
    os.setgid(65534)
    os.setuid(65534)
    try:
        find_scene("bad", scene_folders(Path(folder)))
    except SceneError as error:
        answer.send(str(error))
    answer.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.parametrize(("locked", "mode"), [("scenes", 0o700), ("scenes", 0o744), ("scenes/bad.py", 0o600)])
def test_a_folder_or_file_without_rights_is_said(locked: str, mode: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "scenes").mkdir()
        (folder / "scenes" / "bad.py").write_text(SCENE)
        (folder / locked).chmod(mode)
        fork = multiprocessing.get_context("fork")
        receiver, sender = fork.Pipe(duplex=False)
        process = fork.Process(target=_find_as_nobody, args=(name, sender))
        process.start()
        process.join(60)
        assert receiver.poll()
        said = receiver.recv()
    if locked == "scenes":
        assert f"{folder / locked}: the folder may not be read; give this user the rights" in said
    else:
        assert said == f"{folder / locked}: cannot be read: Permission denied"
