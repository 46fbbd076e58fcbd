"""`visitant check` finds what would stop the show, and says what to do, without ever being stopped by it."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import av
import pytest

from installation.commands import check, main
from installation.commands.new import write_scene
from installation.core import downloads, system_info
from installation.core.processor import processor
from installation.dance.weights import BUNDLED_WEIGHTS
from installation.evaluate.readiness import machine, models, scenes
from installation.show.venue_check import load
from installation.stage import scene_check
from installation.stage.outputs.displays import Area, area_of
from installation.venue.schema import Venue

TRY_MODEL = models._trial
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
    monkeypatch.setattr(scenes, "try_scenes", try_here)
    monkeypatch.setattr(scene_check, "mute_log", lambda: None)
    monkeypatch.setattr(models, "_trial", lambda venue, model: "")
    return path


def try_here(venue: Venue, draws: bool) -> scenes.SceneResults:
    """As `try_scenes`, in this process and without drawing: processes take seconds."""
    folder = str(venue.folder) if venue.folder else None
    whole = venue.model_dump_json()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            scenes,
            "_trials",
            lambda _, names, __: {name: scene_check.check_scene(whole, folder, name, False) for name in names},
        )
        return TRY_SCENES(venue, False)


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
@pytest.mark.slow
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


@pytest.mark.process
def test_a_mistake_in_learned_controllers_is_found_with_its_line(
    venue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learned = venue.parent / "learned.toml"
    good = (
        '[[learned]]\ncontroller = "/1/a"\nturns = "/scene/ember/lines"\n'
        '[[learned]]\ncontroller = "/1/b"\nturns = "/cue/go"\n'
        '[[learned]]\ncontroller = "/1/c"\nturns = "/painter/style"\n'
    )
    learned.write_text(good)
    status, findings = look(venue, capsys)
    assert (status, findings["learned.toml"]["said"]) == (0, "3 controllers")
    learned.write_text(f'{good}[[learned]]\ncontroller = "/1/d"\nturns = "/scene/ember/line"\nspann = [0, 1]\n')
    status, findings = look(venue, capsys)
    assert status == 1
    assert 'did you mean "span"?' in findings[f"{learned}:13 learned[3].spann"]["todo"]
    learned.write_text(f'{good}[[learned]]\ncontroller = "/1/d"\nturns = "/scene/ember/line"\n')
    status, findings = look(venue, capsys)
    finding = findings[f"{learned}:12 learned[3].turns"]
    assert (status, finding["state"]) == (1, "error")
    assert finding["todo"] == 'no knob or command is there; did you mean "/scene/ember/lines"?'


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
@pytest.mark.slow
def test_without_a_venue_file_the_scenes_of_the_folder_are_checked(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    venue.unlink()
    monkeypatch.chdir(venue.parent)
    main(["check", "--json"])
    findings = {finding["subject"]: finding for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert findings["scene ember"]["state"] == findings["scene tide"]["state"] == "ok"
    assert "there is no venue.toml here" in findings["venue"]["said"]


HOUSE = """
[osc]
port = 17701
[scenes]
playlist = ["ember"]
[[cameras]]
source = "{source}"
"""


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A film that plays."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.process
@pytest.mark.slow
def test_a_source_that_plays_is_fine_and_one_that_does_not_is_found_with_its_line(
    venue: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (venue.parent / "notes.mp4").write_text("a list of things to buy")
    for source, state, said in (
        (clip.name, "ok", f"{clip} answers, 64x64"),
        ("notes.mp4", "error", f"{venue}:7 cameras[0].source: {venue.parent / 'notes.mp4'}: not a film"),
        ("http://127.0.0.1:9/x", "error", f"{venue}:7 cameras[0].source"),
    ):
        venue.write_text(HOUSE.format(source=source))
        finding = look(venue, capsys)[1]["camera 0"]
        assert finding["state"] == state and finding["said"].startswith(said), finding


@pytest.mark.process
@pytest.mark.slow
def test_an_engine_that_cannot_be_opened_is_found(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "_trial", TRY_MODEL)
    scene = venue.parent / "scenes" / "ember.py"
    scene.write_text(scene.read_text().replace("    knobs = (", "    paints = True\n    knobs = (", 1))
    for text, where in (
        ('device = "cuda:99"', f"{venue}:9 painter.device: device cuda:99"),
        ('engine = "diffusers"\n[diffusion]\nmodel = "nowhere/nothing"', f"{venue}:11 diffusion.model: "),
    ):
        venue.write_text(HOUSE.format(source="ghost") + f"[painter]\n{text}\n")
        status, findings = look(venue, capsys)
        assert (status, findings["painter"]["state"]) == (1, "error")
        assert findings["painter"]["said"].startswith(where), findings["painter"]


@pytest.mark.parametrize("missing", ["end", "half"])
def test_weights_that_were_copied_in_part_are_found(
    venue: Path, capsys: pytest.CaptureFixture[str], missing: str
) -> None:
    (venue.parent / "scenes" / "ember.py").write_text(
        "from installation.interface import Cast, Scene\nclass Ember(Scene):\n    cast = Cast(each=1)\n"
        "    def setup(self, graphics):\n        pass\n    def draw(self, moment, knobs, canvas):\n        pass\n"
    )
    data = bytearray(BUNDLED_WEIGHTS.read_bytes())
    half = len(data) // 2
    if missing == "end":
        del data[half:]
    else:
        data[half:] = bytes(len(data) - half)
    (venue.parent / "own.safetensors").write_bytes(data)
    venue.write_text(HOUSE.format(source="ghost") + '[dancer]\nweights = "own.safetensors"\n')
    status, findings = look(venue, capsys)
    assert (status, findings["dancers"]["state"]) == (1, "error")
    assert findings["dancers"]["said"].startswith(f"{venue}:9 dancer.weights: {venue.parent / 'own.safetensors'}")


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("damage", ["half", "flipped"])
def test_a_pose_model_that_cannot_be_opened_is_found(
    venue: Path, clip: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    data = bytearray(downloads.path_of("pose_landmarker_full.task").read_bytes())
    if damage == "half":
        del data[len(data) // 3 :]
    else:
        data[200_000::50_021] = bytes(255 - each for each in data[200_000::50_021])
    (venue.parent / "own.task").write_bytes(data)
    venue.write_text(HOUSE.format(source=clip.name) + '[eye]\nmodel = "own.task"\n')
    status, findings = look(venue, capsys)

    assert (status, findings["model"]["state"]) == (1, "error")
    assert "own.task" in findings["model"]["said"] and "eye.model" in findings["model"]["todo"]


@pytest.mark.process
def test_receivers_are_looked_up(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    targets = '[[osc.targets]]\nhost = "{}"\nport = 9000\n'
    venue.write_text(HOUSE.format(source="ghost") + targets.format("127.0.0.1") + targets.format("a" * 70))
    # A label that is too long for any name server to be asked.
    status, findings = look(venue, capsys)

    assert (status, findings["osc.targets[0]"]["state"]) == (1, "ok")
    assert findings[f"{venue}:12 osc.targets[1].host"]["state"] == "error"


def test_a_canvas_that_no_memory_holds_is_found(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    venue.write_text(HOUSE.format(source="ghost") + "[canvas]\nsize = [16384, 16384]\n")
    status, findings = look(venue, capsys)
    assert (status, findings["canvas"]["state"]) == (1, "error")
    assert f"{venue}:9 canvas.size: 16384x16384 pixels take 16 GiB" in findings["canvas"]["said"]

    venue.write_text(HOUSE.format(source="ghost") + "[canvas]\nsize = [1920, 1080]\n")
    assert "canvas" not in look(venue, capsys)[1]


@pytest.mark.parametrize(
    ("output", "key", "said", "ends"),
    [
        ("display = 9", "display", "display = 9 is not connected", (1, "error")),
        # The window is moved to where it is seen, so that the show plays.
        ("place = [100000, 100000]", "place", "lies outside of all displays", (0, "warning")),
        ("place = [-5000, 0]", "place", "lies outside of all displays", (0, "warning")),
    ],
)
def test_an_output_beside_all_displays_is_found(
    venue: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    key: str,
    said: str,
    ends: tuple[int, str],
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(machine, "connected_displays", lambda: [(0, 0, 1920, 1080)])
    venue.write_text(HOUSE.format(source="ghost") + f"[[outputs]]\n{output}\n")
    status, findings = look(venue, capsys)
    finding = findings[f"{venue}:9 outputs[0].{key}"]
    assert (status, finding["state"]) == ends and said in finding["said"]
    # A show says the same, and plays on.
    assert area_of(load(venue).outputs[0], [Area(0, 0, 1920, 1080)])[1] == finding["said"]

    venue.write_text(HOUSE.format(source="ghost") + "[[outputs]]\nplace = [0, 0]\n")
    status, findings = look(venue, capsys)
    assert (status, findings["display"]["said"]) == (0, ":0: 1920x1080")


@pytest.mark.process
def test_a_display_that_is_dead_is_found(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":4711")
    status, findings = look(venue, capsys)
    assert (status, findings["display"]["state"]) == (1, "error")
    assert "--headless" in findings["display"]["todo"]


@pytest.mark.process
@pytest.mark.slow
def test_a_scene_that_hangs_is_found_with_its_line(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "try_scenes", TRY_SCENES)
    file = venue.parent / "scenes" / "ember.py"
    text = "from installation.interface import Scene\nclass Ember(Scene):\n    def setup(self, graphics):\n"
    file.write_text(f"{text}        while True: pass\n    def draw(self, moment, knobs, canvas):\n        pass\n")
    with venue.open("a") as settings:
        settings.write("[loop]\nhang_seconds = 1.0\n")
    status, findings = look(venue, capsys)
    assert (status, findings["scene ember"]["said"]) == (1, f"hangs in {file}:4, setup")


def test_a_broken_scene_that_a_cue_calls_is_an_error(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_scene("torn", venue.parent / "scenes")
    (venue.parent / "scenes" / "torn.py").write_text("import nothing_of_that_name\n")
    assert look(venue, capsys)[1]["scene torn"]["state"] == "warning"
    (venue.parent / "cues.toml").write_text('[[cues]]\nnumber = 1\nscene = "torn"\n')
    status, findings = look(venue, capsys)
    assert (status, findings["scene torn"]["state"]) == (1, "error")


@pytest.mark.parametrize("name", ["Bar\\u001b[31m", "Bar\\u202e"])
def test_a_name_never_controls_the_terminal(venue: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    venue.write_text(f'name = "{name}"\n' + HOUSE.format(source="ghost"))
    main(["check", "--venue", str(venue)])
    assert "\x1b[31m" not in (printed := capsys.readouterr().out) and "\u202e" not in printed and "Bar\\" in printed


def test_the_processor_is_named(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert processor().name in look(venue, capsys)[1]["processor"]["said"]


@pytest.mark.process
def test_a_scene_that_ends_its_process_does_not_take_others_with_it(venue: Path) -> None:
    folder = venue.parent / "scenes"
    write_scene("last", folder)
    (folder / "torn.py").write_text("import os\nos._exit(9)\n")
    found = scenes._trials(load(venue), ["ember", "torn", "last"], False)
    assert [name for name, result in found.items() if result["fault"]] == ["torn"] and len(found) == 3


@pytest.mark.process
def test_damaged_weights_do_not_hide_a_knob_that_is_not_there(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (venue.parent / "w.safetensors").write_bytes(b"no dancer")
    more = '[dancer]\nweights = "w.safetensors"\ncomplete_visitors = true\n'
    more += '[[modulation]]\nknob = "/scene/ember/line"\nsignal = "crowd/energy"\n'
    venue.write_text(venue.read_text() + more)
    status, findings = look(venue, capsys)
    assert status == 1 and findings["dancers"]["state"] == "error"
    assert findings[f"{venue}:9 modulation[0].knob"]["todo"] == "did you mean /scene/ember/lines?"


@pytest.mark.process
def test_another_display_cannot_be_examined_without_a_desktop(
    venue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    venue.write_text(venue.read_text() + "[[outputs]]\ndisplay = 9\n")
    status, findings = look(venue, capsys)
    assert status == 0
    assert findings[f"{venue}:6 outputs[0].display"]["state"] == "warning"


@pytest.mark.process
def test_a_password_of_a_camera_is_in_no_finding(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    venue.write_text(venue.read_text().replace('"ghost"', '"rtsp://u:12/s3cret@127.0.0.1:9/live"'))
    _, findings = look(venue, capsys)
    assert findings["camera 0"]["state"] == "error"
    assert "s3cret" not in json.dumps(findings) and "***@127.0.0.1:9/live" in findings["camera 0"]["said"]
