"""What the host gives to shaders is exact after weeks, follows the knobs, and a scene's own last picture fades away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from installation.core.faults import FaultBoard
from installation.interface.knobs import Value
from installation.interface.moment import Health, Moment, Programme
from installation.interface.pulse import Pulse
from installation.interface.uniforms import phase_seconds
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue

DAY_SECONDS = 86_400
RATE_HZ = 30
HEADER = """/*{"INPUTS": [
    {"NAME": "speed", "TYPE": "float", "DEFAULT": 0.5, "MIN": -2, "MAX": 2},
    {"NAME": "count", "TYPE": "long", "DEFAULT": 3, "MIN": 1, "MAX": 9},
    {"NAME": "kind", "TYPE": "long", "VALUES": [4, 7], "LABELS": ["dim", "full"]},
    {"NAME": "lit", "TYPE": "bool"},
    {"NAME": "hit", "TYPE": "event"},
    {"NAME": "tone", "TYPE": "color", "DEFAULT": [1, 0.5, 0, 1]},
    {"NAME": "at", "TYPE": "point2D", "DEFAULT": [0.25, 0.75]}
]}*/
"""
PYTHON = """from installation.interface import Knob, Scene


class Glow(Scene):
    knobs = (
        Knob("mood", "warm", choices=("cold", "warm", "hot")), Knob("lit", True), Knob("tone", (0.2, 0.4, 0.6)),
        Knob("count", 3, 0, 9), Knob("speed", 0.5),
    )

    def setup(self, graphics):
        self.show = graphics.shader("show.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas)
"""


class Wall:
    """Stages of one scene each, in a folder of their own."""

    def __init__(self, context: moderngl.Context, folder: Path) -> None:
        self._context, self._folder = context, folder
        self._stages: list[Stage] = []

    def open(self, shader: str, header: str = HEADER, python: str = "") -> Stage:
        """A stage with the scene "glow": a shader alone, or a Python scene and its shader."""
        folder = self._folder / str(len(self._stages))
        (folder / "scenes").mkdir(parents=True)
        (folder / "scenes" / ("show.frag" if python else "glow.frag")).write_text(shader if python else header + shader)
        if python:
            (folder / "scenes" / "glow.py").write_text(python)
        venue = Venue(canvas=CanvasSection(size=(64, 32)), seed=7)
        self._stages.append(Stage(self._context, venue, ["glow"], folder))
        return self._stages[-1]

    def close(self) -> None:
        for stage in self._stages:
            stage.close()


@pytest.fixture
def wall(context: moderngl.Context, tmp_path: Path) -> Iterator[Wall]:
    made = Wall(context, tmp_path)
    yield made
    made.close()


def draw(
    stage: Stage, frame: int, knobs: Mapping[str, Value] | None = None, quality: float = 1.0, **rest: Any
) -> NDArray[np.uint8]:
    """The picture of a frame at 30 Hz."""
    given = {f"/scene/glow/{name}": value for name, value in (knobs or {}).items()}
    moment = Moment(
        frame / RATE_HZ,
        frame,
        1 / RATE_HZ,
        programme=Programme("glow"),
        knobs=given,
        health=Health(quality=quality),
        **rest,
    )
    return read_pixels(stage.draw(moment))


def pixel(stage: Stage, frame: int = 0, knobs: Mapping[str, Value] | None = None, **rest: Any) -> list[int]:
    found: list[int] = draw(stage, frame, knobs, **rest)[0, 0].tolist()
    return found


def test_only_whole_periods_up_to_an_hour_are_phases() -> None:
    assert [phase_seconds(f"phase_{n}") for n in (1, 8, 3600)] == [1, 8, 3600]
    for name in ("phase_0", "phase_3601", "phase_08", "phase_1.5", "phase_", "phase", "speed_phase", "phase_-1"):
        assert phase_seconds(name) is None


@pytest.mark.parametrize("seconds", [8, 60, 3600])
def test_phases_are_as_fine_after_forty_days_as_after_ten_seconds(wall: Wall, seconds: int) -> None:
    # Red is the phase, green and blue its next sixteen bits.
    stage = wall.open(
        f"uniform float phase_{seconds};\nvoid main() {{ float p = phase_{seconds}; "
        "colour = vec4(floor(p * 256.0) / 255.0, floor(fract(p * 256.0) * 256.0) / 255.0, "
        "floor(fract(p * 65536.0) * 256.0) / 255.0, 1.0); }\n",
    )
    begin = 10 * RATE_HZ
    pictures = []
    for since in (0, 10 * 3600, 5 * DAY_SECONDS, 40 * DAY_SECONDS):
        first = begin + since * RATE_HZ
        values = [np.dot(pixel(stage, first + frame), (65536, 256, 1)) / 2**24 for frame in range(4)]
        assert np.diff(values) == pytest.approx([1 / RATE_HZ / seconds] * 3, abs=3e-7)
        pictures.append(values)
    assert np.ptp(pictures, axis=0).max() < 3e-7


def test_the_phase_of_a_knob_sums_its_speed_and_does_not_jump_when_it_changes(wall: Wall) -> None:
    stage = wall.open("uniform float speed, speed_phase;\nvoid main() { colour = vec4(speed_phase, speed, 0, 1); }\n")
    phases = []
    for frame in range(90):
        speed = 0.25 if frame < 30 else 1.5 if frame < 60 else -0.5
        phases.append(pixel(stage, frame, {"speed": speed})[0] / 255)
    turns = np.unwrap(np.array(phases) * 2 * np.pi) / (2 * np.pi)
    assert np.diff(turns[:30]).mean() * RATE_HZ == pytest.approx(0.25, abs=0.02)
    assert np.diff(turns[30:60]).mean() * RATE_HZ == pytest.approx(1.5, abs=0.02)
    assert np.diff(turns[60:]).mean() * RATE_HZ == pytest.approx(-0.5, abs=0.02)
    assert np.abs(np.diff(turns)).max() < 1.5 / RATE_HZ + 0.01, "no jump"


def test_the_phase_of_a_knob_is_exact_after_forty_days(wall: Wall) -> None:
    stage = wall.open("uniform float speed_phase;\nvoid main() { colour = vec4(speed_phase, 0, 0, 1); }\n")
    late = 40 * DAY_SECONDS * RATE_HZ
    early = [pixel(stage, frame) for frame in range(4)]
    steps = np.diff([each[0] for each in early])
    later = np.diff([pixel(stage, late + frame)[0] for frame in range(4)])
    assert np.abs(steps - later).max() <= 1


def test_every_input_of_a_header_is_a_uniform(wall: Wall) -> None:
    stage = wall.open(
        "void main() {\n"
        "    colour = gl_FragCoord.x < 1.0 ? vec4(speed, float(count) / 10.0, float(kind) / 10.0, 1.0)\n"
        "        : gl_FragCoord.x < 2.0 ? vec4(tone.rgb * tone.a, 1.0)\n"
        "        : gl_FragCoord.x < 3.0 ? vec4(at, lit ? 1.0 : 0.0, 1.0) : vec4(hit ? 1.0 : 0.0);\n"
        "}\n"
    )
    first = draw(stage, 0)[0]
    assert first[:4].tolist() == [[128, 76, 102], [255, 128, 0], [64, 191, 0], [0, 0, 0]]
    turned: dict[str, Value] = {
        "speed": 1.0,
        "count": 9,
        "kind": "full",
        "tone": (0.0, 0.0, 1.0),
        "at_x": 1.0,
        "lit": True,
        "hit": True,
    }
    second = draw(stage, 1, turned)[0]
    assert second[:4].tolist() == [[255, 230, 178], [0, 0, 255], [255, 191, 255], [255, 255, 255]]
    assert draw(stage, 2, turned)[0][3].tolist() == [0, 0, 0], "an event lasts one frame"


def test_knobs_of_every_kind_reach_the_shaders_of_a_python_scene_by_their_names(wall: Wall, faults: FaultBoard) -> None:
    shader = (
        "uniform int mood; uniform bool lit; uniform vec3 tone; uniform int count; uniform float speed;\n"
        "void main() { colour = gl_FragCoord.x < 1.0 ? vec4(tone, 1.0)"
        " : vec4(float(mood) / 2.0, lit ? 1.0 : 0.0, float(count) / 10.0 * speed, 1.0); }\n"
    )
    stage = wall.open(shader, python=PYTHON)
    assert draw(stage, 0)[0, :2].tolist() == [[51, 102, 153], [128, 255, 38]]
    knobs: dict[str, Value] = {"mood": "hot", "lit": False, "tone": (1.0, 0.0, 0.0), "count": 9, "speed": 1.0}
    assert draw(stage, 1, knobs)[0, :2].tolist() == [[255, 0, 0], [255, 0, 230]]
    assert not faults.present


def test_the_colour_of_a_knob_may_be_a_vec4(wall: Wall) -> None:
    stage = wall.open("uniform vec4 tone;\nvoid main() { colour = vec4(tone.rgb, tone.a); }\n", python=PYTHON)
    assert pixel(stage) == [51, 102, 153]


def test_beat_and_bar_are_given(wall: Wall) -> None:
    stage = wall.open(
        "uniform float beat, bar, phrase, tempo; uniform int beat_number, bar_number;\n"
        "void main() { colour = gl_FragCoord.x < 1.0 ? vec4(beat, bar, phrase, 1.0)"
        " : vec4(float(beat_number) / 10.0, float(bar_number) / 100.0, tempo / 255.0, 1.0); }\n"
    )
    pulse = Pulse(tempo=100.0, beat=400 + 26.5, bar=100 + 6.625)
    first, second = draw(stage, 0, pulse=pulse)[0, :2].tolist()
    assert first == pytest.approx([0.5 * 255, 0.625 * 255, (106.625 / 4 % 1) * 255], abs=1)
    assert second == pytest.approx([0.2 * 255, 0.42 * 255, 100], abs=1), "beat 2 of bar 106, which is 42 of 64"


PREVIOUS = "uniform sampler2D previous; uniform float speed;\nvoid main() { colour = vec4("


@pytest.mark.parametrize("quality", [1.0, 0.5])
def test_feedback_of_the_own_picture_begins_black_and_decays_to_black(wall: Wall, quality: float) -> None:
    stage = wall.open(f"{PREVIOUS}speed + 0.9 * texture(previous, uv).rgb, 1.0); }}\n")

    def brightness(frame: int, paint: float) -> NDArray[np.uint8]:
        return draw(stage, frame, {"speed": paint}, quality)

    assert not brightness(0, 0.0).any(), "the first frame's previous picture is black"
    assert (brightness(1, 0.5) == 128).all()
    after = brightness(2, 0.0)
    assert (after == 115).all(), "the frame before, times 0.9, in the whole picture"
    for frame in range(3, 120):
        after = brightness(frame, 0.0)
    assert not after.any(), "eight bits would stop short of black"


def test_the_own_picture_stays_where_it_is_when_the_quality_changes(wall: Wall) -> None:
    stage = wall.open(f"{PREVIOUS}uv.x < 0.5 ? speed + texture(previous, uv).r : 0.0); }}\n")
    draw(stage, 0, {"speed": 0.8})
    for frame, quality in enumerate((0.5, 0.3, 1.0, 0.5), 1):
        picture = draw(stage, frame, {"speed": 0.0}, quality)[..., 0].astype(int)
        middle = picture.shape[1] // 2
        assert abs(picture[:, : middle - 4] - 204).max() <= 1
        assert not picture[:, middle + 4 :].any()


def test_a_pass_keeps_its_own_target(wall: Wall) -> None:
    passes = (
        '/*{"PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true, "WIDTH": "8", "HEIGHT": "8"}, {}]}*/\n'
    )
    stage = wall.open(
        "void main() { colour = PASSINDEX == 0 ? texture(trail, uv) + 1.0 / 255.0 : texture(trail, uv); }\n", passes
    )
    assert [pixel(stage, frame)[0] for frame in range(5)] == [1, 2, 3, 4, 5]


def test_the_same_moments_give_the_same_pictures(wall: Wall) -> None:
    shader = f"{PREVIOUS}fract(speed + 1.7 * texture(previous, uv * 0.9).rgb), 1.0); }}\n"
    films = [[draw(stage, frame).tobytes() for frame in range(6)] for stage in (wall.open(shader), wall.open(shader))]
    assert films[0] == films[1]
