"""Films and stills begin as they are asked to, sound as they are asked to, and stop where a scene cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from installation.commands import main

pytestmark = pytest.mark.integration

HEADER = """/*{
    "INPUTS": [
        {"NAME": "bright", "TYPE": "float", "DEFAULT": 0.2, "MIN": 0.0, "MAX": 1.0},
        {"NAME": "ink", "TYPE": "color", "DEFAULT": [1.0, 1.0, 1.0, 1.0]},
        {"NAME": "lit", "TYPE": "bool", "DEFAULT": true},
        {"NAME": "kind", "TYPE": "long", "VALUES": [0, 1], "LABELS": ["dim", "full"], "DEFAULT": 0},
        {"NAME": "steps", "TYPE": "long", "DEFAULT": 3, "MIN": 1, "MAX": 9}
    ],
    "VISITANT": {"presets": {"dark": {"bright": 0.0}, "day": {"bright": 1.0}}}
}*/
"""
"""A scene of one colour."""
LAMP = (
    HEADER
    + """void main() {
    colour = vec4(ink.rgb * bright * (lit ? 1.0 : 0.0) * (kind == 1 ? 1.0 : 0.5), 1.0);
}
"""
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without venue.toml, and with a scene."""
    monkeypatch.chdir(tmp_path)
    write("lamp.frag", LAMP)
    return tmp_path


def write(name: str, text: str) -> Path:
    path = Path("scenes") / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def film(*options: str, scene: str = "lamp", source: str = "ghost") -> int:
    words = ["--size", "64x36", "--fps", "10", "--seconds", "0.5", "--out", "a.mp4", "--overwrite", *options]
    return main(["film", source, *(("--scene", scene) if scene else ()), *words])


def still(*options: str, scene: str = "lamp", out: str = "a.png") -> int:
    words = ["--size", "64x36", "--fps", "10", "--at", "0.2", "--out", out, "--overwrite", *options]
    return main(["still", "ghost", *(("--scene", scene) if scene else ()), *words])


def light(path: str = "a.png") -> NDArray[np.float64]:
    """Mean of the channels of a picture, 0..1."""
    with Image.open(path) as image:
        mean: NDArray[np.float64] = np.asarray(image.convert("RGB"), np.float64).mean((0, 1)) / 255
    return mean


def brightness(path: str = "a.mp4") -> list[float]:
    """Mean brightness of each picture of a film, 0..1."""
    with av.open(path) as container:
        return [float(frame.to_ndarray(format="gray").mean()) / 255 for frame in container.decode(video=0)]


def tone(path: Path, seconds: float, codec: str, rate: int = 44100) -> Path:
    """A file of sound."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        wave = np.sin(np.arange(int(seconds * rate)) * 0.05)
        for part in np.array_split((wave * 20000).astype(np.int16), max(1, len(wave) // 1024)):
            frame = av.AudioFrame.from_ndarray(part[None], format="s16", layout="mono")
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: str = "a.mp4") -> tuple[str, int, float] | None:
    """Codec, sample rate and length in seconds of a film's sound; None without."""
    with av.open(path) as container:
        if not container.streams.audio:
            return None
        frames = list(container.decode(audio=0))
        stream = container.streams.audio[0]
        return (
            stream.codec_context.codec.canonical_name,
            stream.rate,
            sum(frame.samples for frame in frames) / stream.rate,
        )


def test_a_still_is_the_picture_of_the_film_at_that_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert (still(scene="tide"), film(scene="tide")) == (0, 0)
    assert "a.png" in capsys.readouterr().out
    with av.open("a.mp4") as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with Image.open("a.png") as image:
        picture = np.asarray(image).astype(int)
    assert picture.shape == (36, 64, 3)
    differences = [float(np.abs(picture - frame).mean()) for frame in frames]
    assert int(np.argmin(differences)) == 2


def test_a_still_may_be_a_jpeg() -> None:
    assert still("--set", "bright=1", "--set", "kind=full", out="out/a.jpg") == 0
    with Image.open("out/a.jpg") as image:
        assert (image.format, image.size) == ("JPEG", (64, 36))


def test_a_still_after_the_end_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("pictures").mkdir()
    for number in range(3):
        Image.new("RGB", (64, 36)).save(f"pictures/{number}.png")
    assert main(["still", "pictures", "--scene", "lamp", "--at", "5", "--out", "a.png", "--size", "64x36"]) == 1
    assert "--at 5: pictures is 0.10 s long; give a time before its end" in capsys.readouterr().err
    assert not Path("a.png").exists()


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        (["bright=0.8"], (0.4, 0.4, 0.4)),
        (["/scene/lamp/bright=0.8"], (0.4, 0.4, 0.4)),
        (["/n/scene/lamp/bright=0.8", "kind=full"], (0.8, 0.8, 0.8)),
        (["bright=1", "ink=#ff8000", "kind=full"], (1.0, 0.5, 0.0)),
        (["bright=1", "ink=0.2, 0.4, 0.6", "kind=full"], (0.2, 0.4, 0.6)),
        (["bright=1", "lit=off"], (0.0, 0.0, 0.0)),
    ],
)
def test_knobs_are_set_before_the_first_frame(assignments: list[str], expected: tuple[float, ...]) -> None:
    assert still(*(word for each in assignments for word in ("--set", each))) == 0
    assert light() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("assignment", "said"),
    [
        ("brigth=0.5", 'no such knob; did you mean "/scene/lamp/bright"? knobs at /scene/lamp: bright, ink, lit, kind'),
        ("/scene/lmp/bright=1", 'no such knob; did you mean "/scene/lamp/bright"?'),
        ("/scene/go=lamp", "/scene/go is a command, not a knob; --scene sets it in a film"),
        ("/cue/go=1", "/cue/go is a command, not a knob; send it to a running show"),
        ("bright", "give ADDRESS=VALUE"),
        ("bright=1.5", "give a number from 0 to 1"),
        ("bright=nan", "give a number from 0 to 1"),
        ("bright=much", "give a number from 0 to 1"),
        ("steps=2.5", "give a whole number from 1 to 9"),
        ("steps=12", "give a whole number from 1 to 9"),
        ("lit=perhaps", "give true or false"),
        ("kind=ful", 'did you mean "full"? give one of "dim", "full"'),
        ("ink=#12", "give three numbers from 0 to 1, such as 0.9,0.4,0.1 or #e6661a"),
        ("ink=1,2,3", "give three numbers from 0 to 1"),
        ("/n/scene/lamp/bright=2", "give a number from 0 to 1"),
    ],
)
def test_a_knob_that_cannot_be_set_is_said_before_anything_is_written(
    assignment: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a.mp4").write_text("an earlier film")
    assert film("--set", assignment) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"visitant film: --set {assignment.partition('=')[0]}") and said in error
    assert Path("a.mp4").read_text() == "an earlier film"


def test_a_short_name_needs_a_single_scene(capsys: pytest.CaptureFixture[str]) -> None:
    assert film("--set", "swell=0.5", scene="") == 1
    assert "several scenes play; give the whole address, such as /scene/tide/" in capsys.readouterr().err


def test_a_preset_of_the_scene_or_of_a_file_is_recalled_and_knobs_go_over_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("presets").mkdir()
    Path("presets/dusk.toml").write_text('"/scene/lamp/bright" = 0.6\n')
    for options, expected in (
        (["--preset", "lamp/day"], 0.5),
        (["--preset", "day"], 0.5),
        (["--preset", "dusk"], 0.3),
        (["--preset", "day", "--set", "kind=full"], 1.0),
        (["--preset", "day", "--set", "bright=0.4"], 0.2),
    ):
        assert still(*options) == 0
        assert light()[0] == pytest.approx(expected, abs=0.01)
    assert still("--preset", "lamp/dya") == 1
    assert 'no such preset; did you mean "lamp/day"? presets here: lamp/dark, lamp/day, dusk' in capsys.readouterr().err


def test_knobs_hold_over_those_of_a_recording() -> None:
    assert film("--save-moments", "a.moments", "--set", "bright=0") == 0
    words = ["--out", "a.png", "--overwrite", "--at", "0.2", "--size", "64x36", "--scene", "lamp"]
    assert main(["still", "a.moments", *words]) == 0
    assert light()[0] == 0.0
    assert main(["still", "a.moments", *words, "--set", "bright=1", "--set", "kind=full"]) == 0
    assert light()[0] == 1.0


def test_a_knob_that_is_set_to_its_default_holds_over_a_recording(capsys: pytest.CaptureFixture[str]) -> None:
    assert film("--save-moments", "a.moments", "--set", "bright=1", "--set", "kind=full") == 0
    assert "recording" not in capsys.readouterr().err
    words = ["--out", "a.png", "--overwrite", "--at", "0.2", "--size", "64x36", "--scene", "lamp"]
    assert main(["still", "a.moments", *words, "--set", "bright=0.2"]) == 0
    assert light()[0] == pytest.approx(0.2, abs=0.01)
    assert "knobs come from the recording; --set and --preset change them" in capsys.readouterr().err


def test_a_recording_has_no_camera_picture_and_that_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert film("--save-moments", "a.moments") == 0
    write("seen.frag", "/*{}*/ uniform sampler2D camera; void main() { colour = texture(camera, uv); }\n")
    assert film(scene="seen", source="a.moments") == 0
    said = "a.moments: a recording holds no camera picture; the camera is black in the scene seen"
    assert capsys.readouterr().err.count(said) == 1
    assert max(brightness()) < 0.02
    assert film(scene="lamp", source="a.moments") == 0
    assert "camera picture" not in capsys.readouterr().err


BEAT = "/*{}*/ uniform float beat; void main() { colour = vec4(vec3(beat), 1.0); }\n"
"""A scene whose brightness is the phase of the beat."""


@pytest.mark.parametrize(("options", "expected"), [((), 0.4), (("--tempo", "60"), 0.2), (("--tempo", "90"), 0.3)])
def test_a_film_runs_at_the_tempo_that_is_given_from_its_first_frame_on(
    options: tuple[str, ...], expected: float
) -> None:
    write("pulse.frag", BEAT)
    assert still(*options, scene="pulse") == 0
    assert light()[0] == pytest.approx(expected, abs=0.01)


def test_a_tempo_out_of_bounds_or_for_a_recording_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        film("--tempo", "5")
    assert "'5' is no number from 20 to 400" in capsys.readouterr().err
    assert film("--save-moments", "a.moments") == 0
    assert film("--tempo", "90", source="a.moments") == 1
    assert "--tempo 90: a.moments holds the beat that was played" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["a.png", "a.jpg"])
def test_a_still_may_have_odd_sides_and_a_film_may_not(out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert still("--size", "241x135", "--set", "bright=1", "--set", "kind=full", out=out) == 0
    with Image.open(out) as image:
        assert image.size == (241, 135)
    assert light(out)[0] == pytest.approx(1.0, abs=0.01)
    with pytest.raises(SystemExit, match="2"):
        film("--size", "241x135")
    assert "both sides must be even" in capsys.readouterr().err


def test_a_cue_sheet_plays_from_its_first_cue_on() -> None:
    Path("show.toml").write_text(
        '[[cues]]\nnumber = 1\nscene = "lamp"\nknobs = {"/scene/lamp/bright" = 0.0}\nfollow = 0.2\n'
        '[[cues]]\nnumber = 2\nknobs = {"/scene/lamp/bright" = 1.0}\n'
    )
    assert film("--cues", "show.toml", scene="") == 0
    shown = brightness()
    assert shown[:2] == pytest.approx([0.0, 0.0], abs=0.02)
    assert shown[2:] == pytest.approx([0.5, 0.5, 0.5], abs=0.02)


def test_cues_bring_their_scenes_and_time_the_change() -> None:
    write("night.frag", "/*{}*/ void main() { colour = vec4(0.0, 0.0, 0.0, 1.0); }\n")
    Path("show.toml").write_text(
        '[[cues]]\nnumber = 1\nscene = "lamp"\nknobs = {"/scene/lamp/bright" = 1.0}\nfollow = 0.2\n'
        '[[cues]]\nnumber = 2\nscene = "night"\nfade = 0.8\n'
    )
    assert film("--cues", "show.toml", "--seconds", "1.5", scene="") == 0
    shown = brightness()
    assert shown[1] == pytest.approx(0.5, abs=0.02)
    assert 0.02 < shown[6] < 0.48
    assert shown[11] == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[cues]]\nnumber = 1\nscene = "lmap"\n',
            'show.toml:3: cues[0].scene: found "lmap" (text); did you',
        ),
        ('[[cues]]\nnumber = 1\n[cues.knobs]\n"/scene/lamp/bright" = 7\n', "show.toml:4"),
        ("[[cues\n", "show.toml:1: not TOML"),
        ("", "show.toml: holds no cue; each begins with [[cues]]"),
        (None, "show.toml: no such file"),
    ],
)
def test_a_mistake_in_a_cue_sheet_stops_the_film_with_its_line(
    text: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if text is not None:
        Path("show.toml").write_text(text)
    assert film("--cues", "show.toml") == 1
    assert said in capsys.readouterr().err
    assert not Path("a.mp4").exists()


def test_a_recording_takes_no_cues(capsys: pytest.CaptureFixture[str]) -> None:
    assert film("--save-moments", "a.moments") == 0
    Path("show.toml").write_text("[[cues]]\nnumber = 1\n")
    assert film("--cues", "show.toml", source="a.moments") == 1
    assert "--cues show.toml: a.moments holds the scenes and knobs that were played" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "codec", "out", "expected"),
    [
        ("song.mp3", "libmp3lame", "a.mp4", ("mp3", 44100)),
        ("song.wav", "pcm_s16le", "a.mp4", ("aac", 44100)),
        ("song.wav", "pcm_s16le", "a.mkv", ("pcm_s16le", 44100)),
        ("song.flac", "flac", "a.mkv", ("flac", 44100)),
        ("song.m4a", "aac", "a.mov", ("aac", 44100)),
    ],
)
@pytest.mark.parametrize("seconds", [0.2, 3.0])
def test_sound_ends_with_the_film_and_is_copied_where_the_container_takes_it(
    name: str, codec: str, out: str, expected: tuple[str, int], seconds: float
) -> None:
    tone(Path(name), seconds, codec)
    assert film("--audio", name, "--out", out) == 0
    found = sound(out)
    assert found is not None and found[:2] == expected
    assert found[2] == pytest.approx(min(seconds, 0.5), abs=0.08)
    assert len(brightness(out)) == 5
    assert {path.name for path in Path().iterdir()} == {"scenes", name, out}


def test_a_rate_that_aac_lacks_is_resampled() -> None:
    tone(Path("song.wav"), 1.0, "pcm_s16le", rate=37800)
    assert film("--audio", "song.wav") == 0
    found = sound()
    assert found is not None and found[:2] == ("aac", 48000)
    assert found[2] == pytest.approx(0.5, abs=0.08)


def test_a_file_without_sound_is_said_before_anything_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    assert film() == 0
    Path("text.wav").write_text("no sound")
    for name, said in (
        ("none.wav", "no such file; name a file with sound"),
        ("text.wav", "cannot be read"),
        ("a.mp4", "holds no sound"),
    ):
        assert film("--audio", name, "--out", "b.mp4") == 2
        assert f"visitant film: --audio {name}: {said}" in capsys.readouterr().err
    assert not Path("b.mp4").exists()


PYTHON = """from installation.interface import Knob, Scene


class Torn(Scene):
    knobs = (Knob("width", 0.5),)

    def setup(self, graphics):
        self.shader = graphics.shader("torn.frag")

    def draw(self, moment, knobs, canvas):
        self.shader(canvas)
"""
GOOD = "uniform float width;\nvoid main() { colour = vec4(width); }\n"
BROKEN = {
    "a syntax error": (PYTHON + "def\n", GOOD, "scenes/torn.py:12"),
    "an error at import": ("import math\nmath.nothing\n" + PYTHON, GOOD, "scenes/torn.py:2: AttributeError"),
    "a knob out of its range": (PYTHON.replace("0.5", "5.0"), GOOD, "scenes/torn.py"),
    "an error in setup": (PYTHON.replace("self.shader = ", "self.shader = 1 / 0 or "), GOOD, "scenes/torn.py:8: Zero"),
    "an error in draw": (
        PYTHON.replace("(canvas)", "(canvas, width=knobs.wide)"),
        GOOD,
        "scenes/torn.py:11: Attribute",
    ),
    "no shader": (PYTHON, None, '"torn.frag"'),
    "no main": (PYTHON, "uniform float width;\n", "main"),
    "an error in the shader": (PYTHON, "void main() {\n    colour = vec4(wide);\n}\n", "scenes/torn.frag:2"),
    "no include": (PYTHON, '#include "none.glsl"\n' + GOOD, 'scenes/torn.frag:1: there is no "none.glsl"'),
    "no JSON": (None, '/*{\n  "INPUTS": [\n}*/\n' + GOOD, "scenes/torn.frag:3"),
}
"""Python, shader, and what is said."""


def torn(kind: str) -> str:
    python, shader, said = BROKEN[kind]
    if python is not None:
        write("torn.py", python)
    if shader is not None:
        write("torn.frag", shader)
    return said


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("command", [film, still])
def test_one_scene_that_cannot_be_drawn_stops_with_a_status_of_its_own_and_touches_nothing(
    kind: str, command: object, capsys: pytest.CaptureFixture[str]
) -> None:
    said = torn(kind)
    for name in ("a.mp4", "a.png"):
        Path(name).write_text("an earlier one")
    assert callable(command)
    assert command(scene="torn") == 3
    error = capsys.readouterr().err
    assert error.count(said.partition(":")[0]) >= 1 and said in error.replace(str(Path.cwd()) + "/", "")
    assert "is not written" in error and "Traceback" not in error
    assert {Path(name).read_text() for name in ("a.mp4", "a.png")} == {"an earlier one"}


def test_the_line_of_a_failure_is_said_even_when_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    torn("an error in the shader")
    assert film("--quiet", scene="torn") == 3
    error = capsys.readouterr().err
    assert error.count("the scene torn cannot be drawn") == 1 and "torn.frag:2" in error


def test_a_scene_that_fails_later_leaves_the_film_up_to_there(capsys: pytest.CaptureFixture[str]) -> None:
    write(
        "torn.py",
        PYTHON.replace("self.shader(canvas)", "self.shader(canvas)\n        1 / (3 - moment.frame)"),
    )
    write("torn.frag", GOOD)
    assert film(scene="torn") == 3
    assert "a.mp4 ends after 3 frames" in capsys.readouterr().err
    assert len(brightness()) == 3


def test_a_playlist_goes_on_without_the_scene_that_fails(capsys: pytest.CaptureFixture[str]) -> None:
    torn("an error in setup")
    Path("venue.toml").write_text('scenes = {playlist = ["torn", "lamp"], dwell_seconds = 5, transition_seconds = 0}\n')
    assert film("--seconds", "6", "--fps", "4", "--set", "/scene/lamp/bright=1", scene="") == 3
    error = capsys.readouterr().err
    assert "torn.py:8: ZeroDivisionError" in error and "the scene torn could not be drawn" in error
    assert len(brightness()) == 24
    assert brightness()[-1] == pytest.approx(0.5, abs=0.02)


def test_a_misspelt_uniform_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    write("torn.py", PYTHON)
    write("torn.frag", GOOD.replace("width", "widht"))
    assert film(scene="torn") == 0
    error = capsys.readouterr().err
    assert error.count("the uniform `widht` is declared and never given; did you mean `width`?") == 1


@pytest.mark.parametrize(
    ("command", "out", "said"),
    [
        ("film", "g.gif", "'g.gif' is no film; expected a name such as g.mp4 or g.mkv"),
        ("film", "g.png", "g.mkv; `visitant still` renders pictures"),
        ("film", "g", "such as g.mp4"),
        ("still", "g.gif", "'g.gif' is no picture; expected a name such as g.png or g.jpg"),
        ("still", "g.mp4", "g.jpg; `visitant film` renders films"),
    ],
)
def test_a_name_of_another_kind_is_refused_first(
    command: str, out: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main([command, "ghost", "--out", out])
    assert said in capsys.readouterr().err
