"""`visitant check` finds what would stop the show, and says what to do, without ever being stopped by it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from installation.commands import check, main
from installation.commands.new import write_scene
from installation.core import downloads, system_info
from installation.evaluate.readiness import scenes

TRY_SCENES = scenes.try_scenes


@pytest.fixture
def venue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A venue that is well, on a machine that is well."""
    write_scene("ember", tmp_path / "scenes")
    path = tmp_path / "venue.toml"
    path.write_text('scenes.playlist = ["ember"]\nosc.port = 17701\n[[cameras]]\nsource = "ghost"\n')
    monkeypatch.setattr(system_info, "graphics", lambda: (450, "a card"))
    monkeypatch.setattr(system_info, "missing_packages", list)
    monkeypatch.setattr(system_info, "memory", lambda: 8 << 30)
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(check, "_disk", lambda: 50.0)
    monkeypatch.setattr(downloads, "is_sound", lambda asset: True)
    monkeypatch.delenv("DISPLAY", raising=False)
    # Drawing takes seconds: only the tests that are about it draw.
    monkeypatch.setattr(scenes, "try_scenes", lambda venue, draws: TRY_SCENES(venue, False))
    return path


def look(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """The exit status, and the findings by subject."""
    status = main(["check", "--venue", str(path), "--json"])
    whole = json.loads(capsys.readouterr().out)
    assert {"machine", "figures", "findings"} == set(whole)
    return status, {finding["subject"]: finding for finding in whole["findings"]}


@pytest.mark.process
def test_a_venue_and_machine_that_are_well_end_with_0(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, findings = look(venue, capsys)
    assert status == 0
    assert {"venue", "OpenGL", "demo.mp4", "scene ember", "camera 0", "OSC", "display", "GPU"} <= set(findings)
    assert main(["check", "--venue", str(venue)]) == 0
    assert "ember" in capsys.readouterr().out


@pytest.mark.process
def test_a_bad_venue_ends_with_2_and_the_machine_is_looked_at_all_the_same(
    venue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    venue.write_text("sede = 1\nosc.port = 17701\nloop.rate = 'x'\n")
    status, findings = look(venue, capsys)
    assert status == 2
    assert 'did you mean "seed"?' in findings[f"{venue}:1 sede"]["todo"]
    assert f"{venue}:3 loop.rate" in findings
    assert findings["OpenGL"]["state"] == "ok"


@pytest.mark.process
def test_a_painter_that_is_missing_is_to_be_mended_only_where_a_scene_wants_one(
    venue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = venue.parent / "mine.safetensors"
    weights.write_bytes(b"no painter")
    venue.write_text(venue.read_text() + f'[painter]\nweights = "{weights.name}"\n')
    _, findings = look(venue, capsys)
    assert findings["painter"]["state"] == "warning"
    scene = venue.parent / "scenes" / "ember.py"
    scene.write_text(scene.read_text().replace("    knobs = (", "    paints = True\n    knobs = (", 1))
    _, findings = look(venue, capsys)
    assert findings["painter"]["state"] == "error"
    assert "mine.safetensors" in findings["painter"]["said"]


@pytest.mark.process
def test_a_port_that_is_taken_is_found(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 17701))
        status, findings = look(venue, capsys)
    assert (status, findings["OSC"]["state"]) == (1, "error")


@pytest.mark.process
def test_the_port_of_performers_is_tried(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    venue.write_text(venue.read_text().replace('"ghost"', '"vmc://127.0.0.1:17702"'))
    assert look(venue, capsys)[1]["camera 0"]["state"] == "ok"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 17702))
        status, findings = look(venue, capsys)
    assert (status, findings["camera 0"]["state"]) == (1, "error")


@pytest.mark.process
def test_the_mouse_needs_a_display(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.write_text(venue.read_text().replace('"ghost"', '"mouse"'))
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    assert look(venue, capsys)[1]["camera 0"]["state"] == "ok"
    monkeypatch.delenv("DISPLAY")
    finding = look(venue, capsys)[1]["camera 0"]
    assert finding["state"] == "error"
    assert "another source" in finding["todo"]


def test_a_scene_that_does_not_load_is_found_with_its_line(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scene = venue.parent / "scenes" / "ember.py"
    scene.write_text("import math\nmath.nothing\n")
    status, findings = look(venue, capsys)
    assert status == 1
    assert f"{scene}:2" in findings["scene ember"]["said"]


@pytest.mark.process
def test_a_follower_of_a_knob_that_is_not_there_is_found(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with venue.open("a") as file:
        file.write('[[modulation]]\nknob = "/scene/ember/line"\nsignal = "crowd/energy"\n')
    status, findings = look(venue, capsys)
    finding = findings[f"{venue}:6 modulation[0].knob"]
    assert (status, finding["todo"]) == (1, "did you mean /scene/ember/lines?")


@pytest.mark.process
def test_a_mistake_in_presets_and_cues_is_found_with_its_line(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cues = venue.parent / "cues.toml"
    cues.write_text('[[cues]]\nnumber = 1\n[cues.knobs]\n"/scene/ember/line" = 3\n')
    status, findings = look(venue, capsys)
    assert (status, findings["presets, cues"]["said"]) == (1, f"0 and 1, {venue.parent}")
    assert findings[f"{cues}:4 cues[0].knobs./scene/ember/line"]["said"] == "no such knob"


def test_missing_graphics_and_models_are_found(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_info, "graphics", lambda: "libEGL.so not found")
    monkeypatch.setattr(system_info, "missing_packages", lambda: ["libegl1"])
    monkeypatch.setattr(downloads, "is_sound", lambda asset: False)
    status, findings = look(venue, capsys)
    mend = {subject: finding["todo"] for subject, finding in findings.items() if finding["state"] == "error"}
    assert status == 1
    assert set(mend) == {"OpenGL", "libraries", "pose_landmarker_full.task", "demo.mp4", "efficientnet-lite0.pth"}
    assert all(mend.values())


@pytest.mark.process
def test_a_machine_that_is_too_small_misses_its_target(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "_disk", lambda: 0.1)
    assert look(venue, capsys)[0] == 1


@pytest.mark.process
def test_a_camera_that_is_away_is_found(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    venue.write_text(venue.read_text().replace('"ghost"', '"/dev/no_such_camera"'))
    status, findings = look(venue, capsys)
    assert (status, findings["camera 0"]["state"]) == (1, "error")


@pytest.mark.process
def test_scenes_that_load_and_cannot_be_drawn_are_found_with_file_and_line(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "try_scenes", TRY_SCENES)
    folder = venue.parent / "scenes"
    (folder / "ember.frag").write_text("void main() {\n    colour = vec4(lines;\n}\n")
    write_scene("torn", folder)
    (folder / "torn.py").write_text((folder / "torn.py").read_text().replace("(canvas)", "(canvas, bend=knobs.bnd)"))
    (folder / "dim.frag").write_text("/*{}*/ uniform float enrgy; void main() { colour = vec4(enrgy); }\n")
    (folder / "plain.frag").write_text("/*{}*/ void main() { colour = vec4(1.0); }\n")
    status, findings = look(venue, capsys)
    assert status == 1
    ember, torn, dim, plain = (findings[f"scene {name}"] for name in ("ember", "torn", "dim", "plain"))
    assert ember["state"] == "error" and f"{folder / 'ember.frag'}:2" in ember["said"]
    assert torn["state"] == "warning" and f"{folder / 'torn.py'}:" in torn["said"] and "bnd" in torn["said"]
    assert torn["todo"] == "correct it; it is not in the playlist"
    assert dim["state"] == "warning" and "`enrgy` is declared and never given; did you mean `energy`?" in dim["said"]
    assert plain["state"] == "ok"


@pytest.mark.process
@pytest.mark.parametrize("condition", ["True", "moment.visitors", "not moment.visitors"])
def test_a_scene_without_a_shader_that_raises_in_draw_is_found_with_its_line(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, condition: str
) -> None:
    monkeypatch.setattr(scenes, "try_scenes", TRY_SCENES)
    scene = venue.parent / "scenes" / "ember.py"
    scene.write_text(
        "from installation.interface import Scene\nclass Ember(Scene):\n    def setup(self, graphics):\n        pass\n"
        f"    def draw(self, moment, knobs, canvas):\n        if {condition}:\n            raise KeyError('ash')\n"
    )
    status, findings = look(venue, capsys)
    assert status == 1
    assert findings["scene ember"]["said"] == f"{scene}:7: KeyError: 'ash'"


@pytest.mark.process
def test_without_a_venue_file_the_scenes_of_the_folder_are_checked(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.unlink()
    monkeypatch.chdir(venue.parent)
    main(["check", "--json"])
    findings = {finding["subject"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["scene ember"]["state"] == findings["scene tide"]["state"] == "ok"
    assert "there is no venue.toml here" in findings["venue"]["said"]
