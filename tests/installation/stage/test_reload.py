"""What the drawing process does with the answers of its compiler, which is played by the test."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import moderngl
import pytest

from installation.core.faults import FaultBoard
from installation.stage.scene_loader import SceneSource
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from installation.workers.worker import Message

SCENE = """\
from installation.interface import Scene


class Plain(Scene):
    def setup(self, graphics):
        self.show = graphics.shader("{shader}.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas)
"""
QUIET: Mapping[str, Any] = {
    "shaders": [],
    "offer": None,
    "faults": {},
    "refused": (),
    "problems": (),
    "section": None,
    "trying": None,
}
"""An answer to which nothing is to be done."""


class PlayedCompiler:
    """A worker host whose messages the test makes."""

    name, restarts, restart_reason, status, pid = "compiler", 0, "", "ok", None

    def __init__(self) -> None:
        self.request: Mapping[str, Any] = {}
        self.answer: Mapping[str, Any] | None = None

    def send(self, request: Mapping[str, Any]) -> None:
        self.request = request

    def flush(self) -> None:
        pass

    def newest(self, t: float) -> Message | None:
        answer, self.answer = self.answer, None
        return Message(t, answer) if answer is not None else None

    def close(self) -> None:
        pass


@pytest.fixture
def stage(context: moderngl.Context, tmp_path: Path) -> Any:
    (tmp_path / "scenes").mkdir()
    for name in ("a", "b", "c"):
        (tmp_path / f"scenes/{name}.frag").write_text("void main() { colour = vec4(1.0); }\n")
    (tmp_path / "scenes/one.py").write_text(SCENE.replace("{shader}", "a"))
    made = Stage(context, Venue(canvas=CanvasSection(size=(32, 18))), ("one",), tmp_path)
    yield made
    made.close()


def test_a_source_that_hung_the_compiler_is_named_and_not_wanted_again(stage: Stage, faults: FaultBoard) -> None:
    compiler = PlayedCompiler()
    compiler.answer = {**QUIET, "trying": ["one", 17, "scenes/one.py"]}
    stage.reload_changed(compiler, 0.0)
    assert faults.present == ()
    compiler.restarts = 1
    stage.reload_changed(compiler, 1.0)
    assert faults.of_picture == ("scenes/one.py: hangs, or ends the process that tries it",)
    assert compiler.request["refused"] == {"one": 17}
    compiler.answer = QUIET
    stage.reload_changed(compiler, 2.0)
    assert faults.present == (), "its file has another text by now"


def test_a_frame_compiles_one_program_or_makes_one_scene(stage: Stage, tmp_path: Path) -> None:
    compiler, made = PlayedCompiler(), []
    text = SCENE.replace('"{shader}.frag")', '"b.frag")\n        self.other = graphics.shader("c.frag")')
    known = list(stage.shader_cache)
    model = next(shader for shader in known if shader.files.fragment == "a.frag")
    programs = [
        [model.files.vertex, f"{name}.frag", [str(folder) for folder in model.files.folders], *model.program_texts]
        for name in ("b", "c")
    ]
    compiler.answer = {
        **QUIET,
        "offer": {"name": "one", "file": str(tmp_path / "scenes/one.py"), "text": text, "programs": programs},
    }
    stage.reload.on_scene = lambda name, scene_class: made.append(name)
    before = stage.scenes["one"].scene
    for frame in range(4):
        assert stage.scenes["one"].scene is before
        stage.reload_changed(compiler, frame / 30)
    assert stage.scenes["one"].scene is not before
    assert made == ["one"]
    assert {shader.files.fragment for shader in stage.shader_cache if shader not in known} == {"b.frag", "c.frag"}
    stage.reload_changed(compiler, 1.0)
    assert compiler.request["scenes"] == {"one": SceneSource("one", tmp_path / "scenes/one.py", text).checksum}


def test_a_scene_that_fails_only_here_is_refused_and_the_one_before_stays(
    stage: Stage, tmp_path: Path, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    compiler = PlayedCompiler()
    text = SCENE.replace('graphics.shader("{shader}.frag")', "graphics.curtain()")
    source = SceneSource("one", tmp_path / "scenes/one.py", text)
    offer = {"name": "one", "file": str(source.file), "text": text, "programs": []}
    before = stage.scenes["one"].scene
    for frame in range(4):
        compiler.answer = {**QUIET, "offer": offer, "refused": ["one"] if frame else []}
        stage.reload_changed(compiler, frame / 30)
    assert stage.scenes["one"].scene is before
    assert compiler.request["refused"] == {"one": source.checksum}
    assert len(faults.of_picture) == 1 and "one.py:6: AttributeError" in faults.of_picture[0]
    assert len([record for record in caplog.records if record.levelno >= logging.WARNING]) == 1
