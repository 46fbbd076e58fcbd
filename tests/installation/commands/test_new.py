"""A newcomer's first scene runs as it is, a copy is independent, and nothing of theirs is ever overwritten."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import moderngl
import numpy as np
import pytest

from installation.commands import main
from installation.commands.new import TEMPLATE_NAMES, TEMPLATES, scene_files, write_scene
from installation.core.errors import UserError
from installation.interface import Health
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue


def new(*words: str) -> int:
    return main(["new", "scene", *words])


def drawn(context: moderngl.Context, folder: Path, *names: str) -> dict[str, tuple[str, list[str], float]]:
    """Of each scene why it cannot be drawn, the notes about its uniforms, and the contrast after ten frames."""
    stage = Stage(context, Venue(canvas=CanvasSection(size=(160, 90))), names, folder)
    try:
        found = {}
        for name, moment in zip(names, list(stage.warm_up_moments()), strict=False):
            for frame in range(10):
                picture = stage.draw(replace(moment, time=frame / 10, frame=frame, step=0.1, health=Health()))
            review = stage.scenes[name].review
            assert review is not None and moment.programme.scene == name
            found[name] = stage.scenes.failure(name), list(review.notes), float(np.std(read_pixels(picture)))
        return found
    finally:
        stage.close()


def brightness(context: moderngl.Context, folder: Path, size: tuple[int, int]) -> float:
    """Mean of the scene "ember" on a canvas of this size after six frames, 0..255."""
    stage = Stage(context, Venue(canvas=CanvasSection(size=size)), ("ember",), folder)
    try:
        moment = next(iter(stage.warm_up_moments()))
        for frame in range(6):
            picture = stage.draw(replace(moment, time=frame / 10, frame=frame, step=0.1, health=Health()))
        return float(np.mean(read_pixels(picture)))
    finally:
        stage.close()


def test_a_new_scene_lands_in_the_venues_own_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert new("--venue", str(tmp_path / "venue.toml"), "ember_2") == 0
    kind = find_scene("ember_2", (tmp_path / "scenes",))
    assert kind.__name__ == "Ember2"
    assert "ember_2.py" in capsys.readouterr().out


@pytest.mark.parametrize("like", TEMPLATE_NAMES)
def test_every_template_explains_its_knobs_and_names_nothing_of_the_template(like: str, tmp_path: Path) -> None:
    write_scene("ember", tmp_path, scene_files("ember", like, (TEMPLATES / like,)))
    kind = find_scene("ember", (tmp_path,))
    assert kind.__name__ == "Ember"
    assert 2 <= len(kind.knobs) <= 8
    assert all(knob.help for knob in kind.knobs)
    assert f"{like}.frag" not in (tmp_path / "ember.py").read_text()
    assert f"/scene/{like}" not in (tmp_path / "ember.py").read_text()


@pytest.mark.parametrize("like", TEMPLATE_NAMES)
@pytest.mark.parametrize("shader", [False, True])
def test_every_template_draws_without_a_note(
    like: str, shader: bool, tmp_path: Path, context: moderngl.Context
) -> None:
    files = write_scene("ember", tmp_path / "scenes", scene_files("ember", like, (TEMPLATES / like,), shader))
    assert [file.name for file in files] == (["ember.frag"] if shader else ["ember.py", "ember.frag"])
    fault, notes, contrast = drawn(context, tmp_path, "ember")["ember"]
    assert (fault, notes) == ("", [])
    assert contrast > 3


@pytest.mark.parametrize("like", TEMPLATE_NAMES)
def test_a_template_is_as_bright_on_fewer_pixels(like: str, tmp_path: Path, context: moderngl.Context) -> None:
    write_scene("ember", tmp_path / "scenes", scene_files("ember", like, (TEMPLATES / like,)))
    full, reduced = (brightness(context, tmp_path, size) for size in ((640, 360), (256, 144)))
    assert reduced == pytest.approx(full, rel=0.06, abs=1.0)


def test_a_shader_has_the_knobs_of_its_template(tmp_path: Path) -> None:
    write_scene("ember", tmp_path, scene_files("ember", "hands", (TEMPLATES / "hands",), True))
    python = find_scene("hands", (TEMPLATES / "hands",))
    assert [(knob.name, knob.default, knob.low, knob.high) for knob in find_scene("ember", (tmp_path,)).knobs] == [
        (knob.name, knob.default, knob.low, knob.high) for knob in python.knobs
    ]


@pytest.mark.parametrize("origin", ["tide", "loom", "pas_de_deux", "chorus", "sitting", "weather"])
def test_a_copy_of_a_shipped_scene_draws_the_same_from_files_of_its_own(
    origin: str, tmp_path: Path, context: moderngl.Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert new("ember", "--from", origin) == 0
    beside = {file.name.replace(origin, "ember", 1) for file in BUILT_IN_SCENES.glob(f"{origin}*")}
    assert {file.name for file in (tmp_path / "scenes").iterdir()} == beside
    texts = "".join(file.read_text() for file in (tmp_path / "scenes").iterdir())
    assert f"{origin}_" not in texts and f'"{origin}.' not in texts
    kind, shipped = find_scene("ember", (tmp_path / "scenes",)), find_scene(origin, (BUILT_IN_SCENES,))
    assert kind.__name__ == "Ember" and kind.knobs == shipped.knobs and kind.presets == shipped.presets
    found = drawn(context, tmp_path, "ember", origin)
    assert found["ember"][:2] == found[origin][:2]


def test_a_copy_of_an_own_scene_takes_its_shaders_includes_and_pictures_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "scenes"
    folder.mkdir()
    (folder / "rope.py").write_text(
        '"""Rope, a scene."""\n'
        "from installation.interface import Knob, Scene\n\n\n"
        "class Rope(Scene):\n"
        '    """Rope: at /scene/rope/knot."""\n'
        '    knobs = (Knob("knot", 0.5), Knob("yarn", 0.5))\n'
        "    def setup(self, graphics):\n"
        '        self.one, self.two = graphics.shader("rope_pull.frag"), graphics.shader("yarn.frag")\n'
        '        self.paper = graphics.image("paper.png")\n'
        "    def draw(self, moment, knobs, canvas):\n"
        "        self.two(canvas)\n"
    )
    (folder / "rope_pull.frag").write_text('#include "knots.glsl"\nvoid main() {}\n')
    (folder / "yarn.frag").write_text("void main() {}\n")
    (folder / "knots.glsl").write_text("// rope_pull.frag reads it\n")
    (folder / "paper.png").write_bytes(b"\x89PNG")
    (folder / "unused.frag").write_text("void main() {}\n")
    assert new("cord", "--from", "rope") == 0
    made = {file.name for file in folder.iterdir() if file.name.startswith("cord")}
    assert made == {"cord.py", "cord_pull.frag", "cord_yarn.frag", "cord_knots.glsl", "cord_paper.png"}
    text = (folder / "cord.py").read_text()
    assert "class Cord(Scene)" in text and "Cord: at /scene/cord/knot." in text and 'Knob("yarn"' in text
    assert '"cord_pull.frag"' in text and '"cord_yarn.frag"' in text and '"cord_paper.png"' in text
    assert '#include "cord_knots.glsl"' in (folder / "cord_pull.frag").read_text()
    assert (folder / "cord_paper.png").read_bytes() == b"\x89PNG"


@pytest.mark.gl
def test_in_an_empty_folder_the_printed_command_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert new("ember", "--like", "minimal") == 0
    command = shlex.split(capsys.readouterr().out.split("`")[1])
    assert command[:2] == ["visitant", "run"]
    options = ["--source", "ghost", "--headless", "--seconds", "0.5"]
    (tmp_path / "venue.toml").write_text("osc.enabled = false\nsound.enabled = false\n")
    assert main([*command[1:], *options, "--quiet"]) == 0
    assert capsys.readouterr().err == "", "all is well"
    (tmp_path / "venue.toml").unlink()
    film = ["film", "ghost", *command[2:], "--size", "64x36", "--fps", "10", "--seconds", "0.2", "--out", "a.mp4"]
    assert main(film) == 0
    assert (tmp_path / "a.mp4").stat().st_size > 0


def test_a_scene_beside_a_venue_says_how_it_joins_the_playlist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "venue.toml").write_text('scenes.playlist = ["tide"]\n')
    assert new("ember") == 0
    assert "playlist under [scenes] in venue.toml" in capsys.readouterr().out


def test_what_cannot_be_copied_is_said_with_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert new("ember", "--from", "tyde") == 1
    assert 'no scene "tyde"; there are: ' in capsys.readouterr().err
    assert new("ember", "--from", "tide", "--shader") == 1
    assert "more than one shader" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "Ember", "2fast", "a-b", "../ember", "émber", "class", "a" * 41, "a b", "a\n"])
def test_a_name_that_cannot_be_typed_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="small letters"):
        write_scene(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [".py", ".frag"])
@pytest.mark.parametrize("shader", [False, True])
def test_nothing_is_overwritten(kind: str, shader: bool, tmp_path: Path) -> None:
    (tmp_path / f"ember{kind}").write_text("mine")
    files = scene_files("ember", "minimal", (TEMPLATES / "minimal",), shader)
    with pytest.raises(UserError, match="overwritten"):
        write_scene("ember", tmp_path, files)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "scenes").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot write"):
        write_scene("ember", tmp_path / "scenes")
