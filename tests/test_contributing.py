"""CONTRIBUTING.md is true: what it names exists, its map is the architecture, and its examples run."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import moderngl
import numpy as np
import pytest

from installation import commands
from installation.interface.moment import Moment, Programme
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.layers.crossfader import Crossfader
from installation.stage.outputs.screenshot import read_pixels
from installation.workers.placement import InlineHost
from installation.workers.worker import WorkerSpec
from tests.architecture import FLOORS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
HOOKS = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`([\w.-]+/[\w./-]*)`", TEXT)))


def example(heading: str) -> str:
    """The code under a heading of the recipes."""
    found = re.search(rf"^### {heading}$.*?^```\w+\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], ModuleType]:
    """Makes a module of code."""

    def made(name: str, code: str) -> ModuleType:
        new = ModuleType(name)
        exec(compile(code, name, "exec"), new.__dict__)
        monkeypatch.setitem(sys.modules, name, new)
        return new

    return made


@pytest.mark.parametrize("path", PATHS)
def test_every_path_that_it_names_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_target_of_make_that_it_names_exists() -> None:
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", TEXT))
    assert named <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def test_every_marker_that_it_names_is_declared(pytestconfig: pytest.Config) -> None:
    named = re.search(r"The markers (.*?) are", TEXT, re.DOTALL)
    assert named is not None
    declared = {line.split(":")[0] for line in pytestconfig.getini("markers")}
    assert set(re.findall(r"`(\w+)`", named[1])) <= declared


def test_its_map_has_every_room_on_its_floor() -> None:
    rows = re.findall(r"^\| (\d) \| `(?:installation/)?([\w]+)/` \|", TEXT, re.MULTILINE)
    assert sorted(rows) == sorted((str(floor), room) for floor, rooms in enumerate(FLOORS) for room in rooms)


def test_the_hooks_check_what_make_test_checks() -> None:
    hooks = [entry.removesuffix(" --force-exclude") for entry in re.findall(r"entry: \.venv/bin/(.+)", HOOKS)]
    checks = re.findall(r"^\t\$\(BIN\)/((?:ruff|mypy).*)$", MAKEFILE, re.MULTILINE)
    assert hooks == list(dict.fromkeys(checks)) == ["ruff check", "ruff format --check", "mypy"]


def test_the_worker_of_the_recipe_runs(module: Callable[[str, str], ModuleType]) -> None:
    module("counter_of_the_recipe", example("A worker"))
    host = InlineHost(WorkerSpec("counter", "counter_of_the_recipe:open_counter", {"first": 3}, rate=10.0))
    host.send({"by": 2})
    message = host.newest(0.35)
    host.close()
    assert message is not None and message.body == {"count": 3 + 2 * 4}


def test_the_command_of_the_recipe_runs(
    module: Callable[[str, str], ModuleType], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module("installation.commands.greet", example("A command"))
    monkeypatch.setitem(commands.COMMANDS, "greet", "print a greeting")
    assert commands.main(["greet", "Ada"]) == 0
    assert capsys.readouterr().out == "Good evening, Ada.\n"


def test_the_transition_of_the_recipe_is_drawn(context: moderngl.Context, tmp_path: Path) -> None:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "transition_wipe.frag").write_text(example("A transition"), encoding="utf-8")
    programs = ShaderCache(context)
    crossfader = Crossfader(programs, (8, 4), tmp_path)
    for target, level in ((crossfader.scene, 50), (crossfader.following, 200)):
        target.texture.write(np.full((4, 8, 4), level, np.uint8).tobytes())
    moment = Moment(0.0, 0, 0.0, programme=Programme("a", "b", mix=0.5, transition="wipe"))
    pixels = read_pixels(crossfader.compose(moment))[..., 0]
    crossfader.release()
    programs.release()
    assert (pixels[:, :4] == 200).all() and (pixels[:, 4:] == 50).all()
