"""A shader may be edited while the show plays: the last good one stays until the next good one is there."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import moderngl
import pytest

from installation.core.faults import FaultBoard
from installation.stage.compiler import Compiler
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.outputs.windows import standalone

RED = "void main() { colour = vec4(1.0, 0.0, 0.0, 1.0); }\n"
GREEN = "void main() { colour = vec4(0.0, 1.0, 0.0, 1.0); }\n"
BROKEN = "void main() { colour = vec4(1.0, 0.0; }\n"


MOST = 10
"""Steps in which the compiler has tried the one shader, if it has changed."""


class Desk:
    """A drawing process and its compiler, on two contexts of this process."""

    def __init__(self, context: moderngl.Context, folder: Path, text: str) -> None:
        self.file = folder / "a.frag"
        self.written = 0
        self.write(text)
        self.context = context
        self.shader_cache = ShaderCache(context)
        self.graphics = SceneGraphics(self.shader_cache, (folder,), (8, 8), 0)
        self.show = self.graphics.shader("a.frag")
        self.target = self.graphics.target(kind="f1")
        self.answer: Any = None
        with context:
            self.compiler = Compiler(standalone())
        self.order = self.shader_cache.compile_request()
        self.time = 0.0
        self.look()

    def write(self, text: str) -> None:
        self.file.write_text(text)
        self.written += 1
        # File systems with coarse clocks would not tell two quick savings apart.
        os.utime(self.file, (self.written, self.written))

    def look(self) -> None:
        with self.compiler._context:
            for _ in range(MOST):
                self.time += 1.0
                letter = self.compiler.step(self.order, self.time)
                if letter is not None:
                    break
        with self.context:
            self.answer = letter.body if letter is not None else self.answer
            while self.shader_cache.apply_compiled(self.answer):
                pass

    def colour(self) -> tuple[int, ...]:
        with self.context:
            self.show(self.target)
            return tuple(int(value) for value in read_pixels(self.target)[4, 4])

    def close(self) -> None:
        with self.context:
            self.graphics.release()
            self.shader_cache.release()
        self.compiler._context.__enter__()
        self.compiler.close()
        self.context.__enter__()


@pytest.fixture
def desk(context: moderngl.Context, tmp_path: Path, request: pytest.FixtureRequest, faults: FaultBoard) -> Any:
    made = Desk(context, tmp_path, request.param)
    yield made
    made.close()
    assert faults.of_picture == ()


@pytest.mark.parametrize("desk", [RED], indirect=True)
def test_what_is_saved_is_shown(desk: Desk) -> None:
    assert desk.colour() == (255, 0, 0)
    desk.write(GREEN)
    desk.look()
    assert desk.colour() == (0, 255, 0)


@pytest.mark.parametrize("desk", [RED], indirect=True)
def test_what_does_not_compile_leaves_the_last_good_one_and_is_told(desk: Desk, faults: FaultBoard) -> None:
    desk.write(BROKEN)
    desk.look()
    assert desk.colour() == (255, 0, 0)
    assert "a.frag:1: " in faults.of_picture[0]
    desk.write(RED)
    desk.look()
    assert faults.of_picture == ()


@pytest.mark.parametrize("desk", [BROKEN], indirect=True)
def test_what_did_not_compile_at_start_is_tried_once_and_shown_when_mended(desk: Desk, faults: FaultBoard) -> None:
    present = faults.of_picture
    assert "a.frag:1: " in present[0]
    assert not desk.shader_cache.apply_compiled(desk.answer), "it would be compiled again in every frame"
    assert faults.of_picture == present
    desk.write(GREEN)
    desk.look()
    assert desk.colour() == (0, 255, 0)
    assert faults.of_picture == ()


@pytest.mark.parametrize("desk", ['#include "new.glsl"\n' + RED], indirect=True)
def test_an_include_that_turns_up_later_is_found(desk: Desk, faults: FaultBoard) -> None:
    assert "new.glsl" in faults.of_picture[0]
    (desk.file.parent / "new.glsl").write_text("// here\n")
    desk.look()
    assert desk.colour() == (255, 0, 0)


@pytest.mark.parametrize("desk", [RED], indirect=True)
def test_a_file_that_is_away_for_a_moment_changes_nothing(desk: Desk) -> None:
    desk.file.unlink()
    desk.look()
    assert desk.colour() == (255, 0, 0)
    desk.write(GREEN)
    desk.look()
    assert desk.colour() == (0, 255, 0)


@pytest.mark.parametrize("desk", ['#include "shared.glsl"\n' + RED], indirect=True)
def test_an_error_that_two_shaders_include_is_said_once(
    desk: Desk, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    (desk.file.parent / "b.frag").write_text(desk.file.read_text())
    (desk.file.parent / "shared.glsl").write_text("// here\n")
    desk.graphics.shader("b.frag")
    desk.order = desk.shader_cache.compile_request()
    desk.look()
    caplog.clear()
    (desk.file.parent / "shared.glsl").write_text("oops\n")
    os.utime(desk.file.parent / "shared.glsl", (9, 9))
    desk.look()
    assert len(faults.of_picture) == 1 and "shared.glsl:1: " in faults.of_picture[0]
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said == list(faults.of_picture)


@pytest.mark.process
def test_the_compilers_process_leaves_faults_to_that_of_the_show(tmp_path: Path) -> None:
    """In a process of its own, as in a show: it yields to other processes for good."""
    (tmp_path / "a.frag").write_text(BROKEN)
    program = textwrap.dedent(f"""
        import logging, sys
        from pathlib import Path
        from installation.stage.compiler import open_compiler
        from installation.venue.schema import ScenesSection, Venue
        logging.basicConfig(level=logging.INFO)
        venue = Venue(scenes=ScenesSection(playlist=("nowhere",)))
        compiler = open_compiler(venue.model_dump_json(), {str(tmp_path)!r}, 0.0)
        request = {{"recipes": [["screen.vert", "a.frag", [{str(tmp_path)!r}], 0]]}}
        answers = (compiler.step(request, t) for t in range(1000))
        print(next(answer for answer in answers if answer is not None).body["shaders"][0]["fault"])
        compiler.close()
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    if "no OpenGL" in done.stderr:
        pytest.skip("no GL without a screen here")
    assert "a.frag:1: " in done.stdout, done.stderr
    assert "a.frag" not in done.stderr and "nowhere" not in done.stderr


@pytest.mark.process
def test_a_shader_that_compiles_and_does_not_fit_its_scene_is_a_fault_before_it_is_shown(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    program = textwrap.dedent(f"""
        import os, time
        from pathlib import Path
        from installation.stage.compiler import open_compiler
        from installation.stage.outputs.windows import standalone
        from installation.stage.stage import Stage
        from installation.venue.schema import CanvasSection, ScenesSection, Venue
        folder = Path({str(tmp_path)!r})
        scene, shader = folder / "scenes/one.py", folder / "scenes/one.frag"
        SCENE = '''from installation.interface import Scene
        class One(Scene):
            def setup(self, graphics):
                self.show = graphics.shader("one.frag")
            def draw(self, moment, knobs, canvas):
                self.show(canvas, tint=0.5)
        '''
        GOOD = "uniform float tint, phase_60; void main() {{ colour = vec4(tint + phase_60); }}\\n"
        changes = 0

        def save(file, text):
            global changes
            changes += 1
            file.write_text(text)
            os.utime(file, (changes, changes))

        save(scene, SCENE)
        save(shader, GOOD)
        venue = Venue(canvas=CanvasSection(size=(32, 18)), scenes=ScenesSection(playlist=("one",)))
        context = standalone()
        with context:
            stage = Stage(context, venue, ("one",), folder)
        compiler = open_compiler(venue.model_dump_json(), str(folder), 0.0)
        request, t = stage.reload._request, 0.0
        place = [recipe[1] for recipe in request["recipes"]].index("one.frag")
        for text in (
            GOOD.replace("tint, phase_60", "tint; uniform vec2 phase_60").replace("+ phase_60", "+ phase_60.x"),
            GOOD,
            GOOD.replace("float tint,", "vec3 tint; uniform float ").replace("(tint +", "(tint.x +"),
            GOOD.replace("tint + phase_60", "0.5 * tint + phase_60"),
        ):
            save(shader, text)
            answer, end = None, time.perf_counter() + 30.0
            while (answer is None or not answer.body["shaders"]) and time.perf_counter() < end:
                t += 1.0
                answer = compiler.step(request, t)
            print(answer.body["shaders"][place]["fault"] or "good")
    """)
    program = program.replace("\n        class", "\nclass")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    if "no OpenGL" in done.stderr:
        pytest.skip("no GL without a screen here")
    assert len(lines := done.stdout.splitlines()) == 4, done.stderr
    assert "one.frag:1: `phase_60` is declared as vec2; write `uniform float phase_60;`" in lines[0]
    assert "uniform tint: takes 3 numbers, not 1" in lines[2]
    assert lines[1] == lines[3] == "good"
