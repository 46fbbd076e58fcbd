"""A newcomer's first scene runs as it is, and nothing of theirs is ever overwritten."""

from __future__ import annotations

from pathlib import Path

import moderngl
import pytest

from installation.commands import main
from installation.commands.new import write_scene
from installation.core.errors import UserError
from installation.stage.scene_loader import find_scene


def test_a_new_scene_lands_in_the_venues_own_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--venue", str(tmp_path / "venue.toml"), "scene", "ember_2"]) == 0
    kind = find_scene("ember_2", (tmp_path / "scenes",))
    assert kind.__name__ == "Ember2"
    assert 3 <= len(kind.knobs) <= 8
    assert all(knob.help for knob in kind.knobs)
    assert "ketch" not in (tmp_path / "scenes" / "ember_2.py").read_text()
    assert "ember_2.py" in capsys.readouterr().out


def test_a_new_scene_draws(tmp_path: Path, context: moderngl.Context) -> None:
    from installation.interface.moment import Moment, Programme
    from installation.stage.outputs.screenshot import read_pixels
    from installation.stage.stage import Stage
    from installation.venue.schema import CanvasSection, Venue

    write_scene("ember", tmp_path / "scenes")
    stage = Stage(context, Venue(canvas=CanvasSection(size=(160, 90))), ["ember"], tmp_path)
    try:
        picture = stage.draw(Moment(time=1.0, frame=30, step=1 / 30, programme=Programme("ember")))
        assert stage.scenes["ember"].drawable
        assert read_pixels(picture).std() > 3
    finally:
        stage.close()


@pytest.mark.parametrize("name", ["", "Ember", "2fast", "a-b", "../ember", "émber", "class", "a" * 41, "a b", "a\n"])
def test_a_name_that_cannot_be_typed_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="small letters"):
        write_scene(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [".py", ".frag"])
def test_nothing_is_overwritten(kind: str, tmp_path: Path) -> None:
    (tmp_path / f"ember{kind}").write_text("mine")
    with pytest.raises(UserError, match="overwritten"):
        write_scene("ember", tmp_path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "scenes").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="cannot write"):
        write_scene("ember", tmp_path / "scenes")
