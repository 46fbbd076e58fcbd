"""The operator reads what the show does, in a window of its own or for a while over an output, at any quality."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from types import SimpleNamespace
from typing import Any, cast

import moderngl
import numpy as np
import pytest

from installation.core.faults import Fault, FaultBoard
from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Health, Moment, Programme
from installation.interface.pulse import Pulse
from installation.interface.sound import Sound
from installation.interface.timecode import Timecode
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.graphics import SceneGraphics
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.overlay.operator_panel import OperatorPanel, OperatorState, running
from installation.stage.overlay.operator_view import SHOWN_SECONDS, OperatorSources, OperatorView
from tests.gl import assert_no_gl_error

MOMENT = Moment(60.0, 1800, 1 / 30, programme=Programme("tide"), health=Health(quality=0.4, level=8))


@dataclass
class Windows:
    """Stands in for `Outputs`: the sizes of its windows, and what they show."""

    operator: Any = None
    text_surface: Any = None
    texts: RenderTarget | None = None
    shown: list[np.ndarray] = field(default_factory=list)

    def finish_drawing(self) -> None:
        pass

    def show_operator(self, picture: RenderTarget) -> None:
        self.shown.append(read_pixels(picture))


@dataclass
class Desk:
    """An operator's view, and what it reads."""

    view: OperatorView
    windows: Windows
    faults: FaultBoard
    knobs: dict[str, bool] = field(default_factory=dict)
    selected: SelectedKnob | None = None

    def play(self, begin: float, seconds: float) -> None:
        for frame in range(round(30 * seconds)):
            self.view.update(replace(MOMENT, time=begin + frame / 30, knobs=self.knobs))


@pytest.fixture
def desk(context: moderngl.Context, faults: FaultBoard) -> Iterator[Desk]:
    cache, windows = ShaderCache(context), Windows(text_surface=SimpleNamespace(size=(640, 360)))
    made: list[Desk] = []
    sources = OperatorSources(
        "a venue", faults, lambda: made[0].selected if made else None, lambda: "", lambda: made[0].knobs.clear()
    )
    made.append(Desk(OperatorView(cache, cast(Any, windows), sources), windows, faults))
    yield made[0]
    made[0].view.close()
    assert_no_gl_error(context)
    cache.release()


def test_the_outputs_show_no_text_until_a_key_asks_and_not_for_long(desk: Desk) -> None:
    desk.selected = SelectedKnob("", said="Esc again ends the show")
    fault = Fault(logging.getLogger("installation.test"), of_picture=True)
    fault.set("one.frag:2: oops")
    desk.play(60.0, 2.0)
    assert desk.windows.texts is None
    for number, key in enumerate(("/visitant/overlay", "/visitant/help")):
        begin = 100.0 * (1 + number)
        desk.knobs[key] = True
        desk.play(begin, 1.0)
        assert desk.windows.texts is not None and desk.windows.texts.size == (640, 360), "its own pixels"
        assert read_pixels(desk.windows.texts).any()
        desk.play(begin + 1.0, SHOWN_SECONDS)
        assert not desk.knobs, "put away"
        assert desk.windows.texts is None
    fault.clear()


def test_the_key_takes_them_away_at_once_and_a_blackout_is_dark(desk: Desk) -> None:
    desk.knobs["/visitant/overlay"] = True
    desk.play(60.0, 0.5)
    assert desk.windows.texts is not None
    desk.view.update(replace(MOMENT, time=60.6, knobs=desk.knobs, programme=Programme("tide", dark=1.0)))
    assert desk.windows.texts is None
    desk.play(60.7, 0.5)
    desk.knobs.clear()
    desk.play(61.2, 0.1)
    assert cast(Any, desk.windows).texts is None


def test_a_window_of_its_own_is_drawn_twice_a_second_or_when_a_text_changes(desk: Desk) -> None:
    desk.windows.operator = SimpleNamespace(size=(400, 420))
    desk.play(60.0, 5.0)
    assert 9 <= len(desk.windows.shown) <= 11
    assert desk.windows.texts is None
    quiet = desk.windows.shown[-1]
    assert quiet.shape == (420, 400, 3)
    fault = Fault(logging.getLogger("installation.test"))
    fault.set("cues.toml:3: no fade")
    desk.play(65.0, 0.3)
    assert (desk.windows.shown[-1] != quiet).any()
    fault.clear()


def test_a_window_that_is_resized_is_set_anew_when_it_rests(desk: Desk) -> None:
    desk.knobs["/visitant/overlay"] = True
    for frame in range(60):
        desk.windows.text_surface.size = (400 + frame, 300)
        desk.play(60.0 + frame / 30, 1 / 30)
    assert desk.windows.texts is not None and desk.windows.texts.size == (640, 360)
    desk.play(62.0, 1.0)
    assert desk.windows.texts is not None and desk.windows.texts.size == (459, 300)


@pytest.mark.parametrize("size", [(720, 760), (1920, 1080), (480, 480), (1024, 600), (600, 1024)], ids=str)
@pytest.mark.parametrize("alone", [True, False])
def test_every_line_is_in_the_window_and_no_fault_is_lost(
    context: moderngl.Context, size: tuple[int, int], alone: bool
) -> None:
    panel = OperatorPanel(size, alone)
    lines: list[tuple[str, float, float]] = []
    canvas = cast(
        GLCanvas2D,
        SimpleNamespace(
            text=lambda words, at, *_, **__: lines.append((words, at[0], at[1])),
            box=lambda *_, **__: None,
            line=lambda *_: None,
            width=lambda *_: 0.0,
        ),
    )
    faults = tuple(f"fault {n} of a camera, with all that there is to say about it and its cable" for n in range(30))
    panel.draw(canvas, OperatorState("v", MOMENT, faults, frozenset(faults[20:21]), "/x: no", SelectedKnob("/a/b")))
    assert all(0 <= x <= size[0] and 0 <= y <= size[1] for _, x, y in lines)
    words = [line for line, *_ in lines]
    assert next(line for line in words if line.startswith("fault")).startswith("fault 20"), "the picture suffers"
    assert any("more, in the log" in line for line in words)
    assert {"a · b", "/x: no", "Tide"} <= set(words)


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (Sound(level=0.5, loudness_db=-20.4, presence=1.0, source="ok"), "-20 dB"),
        (Sound(source="ok"), "silence"),
        (Sound(source="it clips"), "see faults"),
        (Sound(), None),
    ],
)
def test_what_the_ear_hears_is_read_where_there_is_one(
    context: moderngl.Context, sound: Sound, words: str | None
) -> None:
    lines: list[str] = []
    drawn = {"box": lambda *_, **__: None, "line": lambda *_: None, "width": lambda *_: 0.0}
    canvas = cast(GLCanvas2D, SimpleNamespace(text=lambda text, *_, **__: lines.append(text), **drawn))
    OperatorPanel((720, 760), True).draw(canvas, OperatorState("v", replace(MOMENT, sound=sound)))
    assert ("sound" in lines) == (words is not None)
    assert words is None or words in lines


def test_the_beat_of_the_bar_its_clock_and_timecode_are_read() -> None:
    timecode = Timecode(3723.4, 25.0, state="freewheel", source="ltc", age=0.4)
    # Bars begin at beats 2, 5, 8, 11: a resync was two beats late.
    pulse = Pulse(126.0, 12.2, 3, 3.4, source="ltc", source_age=0.4, timecode=timecode)
    lines: list[str] = []
    drawn = {"box": lambda *_, **__: None, "line": lambda *_: None, "width": lambda *_: 0.0}
    canvas = cast(GLCanvas2D, SimpleNamespace(text=lambda text, *_, **__: lines.append(text), **drawn))
    OperatorPanel((720, 760), True).draw(canvas, OperatorState("v", replace(MOMENT, pulse=pulse)))
    assert "126 bpm, beat 2, ltc 0.4 s" in lines
    assert lines[lines.index("timecode") + 1] == "01:02:03:10, ltc" and "freewheel" in lines


@pytest.mark.parametrize("size", [(300, 220), (400, 300), (640, 360)], ids=str)
@pytest.mark.parametrize("alone", [True, False])
def test_in_a_small_window_rows_are_left_out_and_none_lies_on_another(
    context: moderngl.Context, size: tuple[int, int], alone: bool
) -> None:
    panel = OperatorPanel(size, alone)
    cache = ShaderCache(context)
    canvas = SceneGraphics(cache, (), size, 1).canvas_2d(*panel.type_sizes)
    lines: list[tuple[str, float, float, float]] = []

    def text(words: str, at: tuple[float, float], height: int, ink: Any, side: str = "left", **also: Any) -> None:
        wide = canvas.width(words, height, also.get("spacing", 0.0))
        lines.append((words, at[0] - wide * (side == "right"), at[1], wide))

    canvas.text = text  # type: ignore[method-assign, assignment]
    faults = tuple(f"camera {n}: cannot be opened: another program uses it, close that and wait" for n in range(3))
    health = replace(MOMENT.health, capture="1280 x 720 MJPG at 30 Hz, wanted 1920 x 1080 at 60 Hz")
    knob = SelectedKnob("/scene/tide/swell", "0.50", 0.4, "turn a controller to learn it")
    for state in (
        OperatorState("v", MOMENT),
        OperatorState("a venue with a long name " * 3, replace(MOMENT, health=health), faults, refused="/x: no"),
        OperatorState("v", replace(MOMENT, health=health), faults, selected=knob),
    ):
        lines.clear()
        panel.draw(canvas, state)
        seen = [(words, x, y, wide) for words, x, y, wide in lines if words]
        assert {"FAULTS", "Tide"} <= {words for words, *_ in seen}
        assert ("tide · swell" in {words for words, *_ in seen}) == (state.selected is not None)
        assert all(x >= 0 and x + wide <= size[0] and 4 <= y <= size[1] - 8 for _, x, y, wide in seen)
        for (first, x, y, wide), (second, other_x, other_y, other_wide) in combinations(seen, 2):
            apart = x + wide <= other_x or other_x + other_wide <= x or abs(y - other_y) >= panel.type_sizes[1]
            assert apart, f"{first!r} and {second!r} overlap"
    cache.release()


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (Health(eye_rate=30.0), "in order"),
        (Health(eye_rate=30.0, restarts=2), "in order"),
        (Health(), "no visitors seen"),
        (Health(eye_rate=30.0, latency=3.0), "no new picture"),
        (Health(eye_rate=30.0, latency=3.0, restarts=2), "eye starting again"),
        (Health(source="camera 0: unplugged"), "camera 0"),
    ],
)
def test_a_source_is_in_order_only_while_pictures_come(health: Health, words: str) -> None:
    texts: list[str] = []
    canvas = SimpleNamespace(
        text=lambda words, *_, **__: texts.append(words),
        box=lambda *_, **__: None,
        line=lambda *_: None,
        width=lambda *_: 0.0,
    )
    OperatorPanel((720, 760), True).draw(cast(Any, canvas), OperatorState("v", replace(MOMENT, health=health)))
    assert texts[texts.index("source") + 1] == words
    assert texts[texts.index("visitors") + 1] == "none seen"


def test_the_time_of_a_show_is_read_at_a_glance() -> None:
    assert [running(s) for s in (5.0, 3600.0 * 2 + 300, 86400.0 * 40)] == ["0 min 05 s", "2 h 05 min", "40 days 0 h"]
