"""A scene may be edited while the show plays: the last good one plays on, and the next good one has the same knobs."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from installation.interface.knobs import Value
from installation.show import assembly, worker_specs
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.show.venue_check import load
from installation.stage.outputs.screenshot import read_pixels
from installation.workers.placement import InlineHost, WorkerHost

pytestmark = [pytest.mark.process, pytest.mark.gl]

VENUE = """\
[[cameras]]
source = "ghost"
[canvas]
size = [64, 36]
[osc]
enabled = false
[sound]
enabled = false
[loop]
governor = false
[scenes]
playlist = ["one"]
"""
SCENE = """\
from installation.interface import Knob, Scene


class Plain(Scene):
    knobs = (Knob("tint", 0.5), Knob("depth", 0.0))

    def setup(self, graphics):
        self.show = graphics.shader("fill.frag")

    def draw(self, moment, knobs, canvas):
        self.show(canvas, red=0.0, green=0.0, blue=knobs.tint)
"""
GREEN = SCENE.replace("green=0.0", "green=1.0")
FILL = "uniform float red, green, blue;\nvoid main() { colour = vec4(red, green, blue, 1.0); }\n"
HEADED = """\
/*{ "INPUTS": [ {"NAME": "tint", "TYPE": "float", "DEFAULT": 0.5} ] }*/
void main() { colour = vec4(0.0, 0.0, tint, 1.0); }
"""
WAIT_SECONDS = 60.0
"""The longest time for anything to appear: it takes a second or two on an idle machine."""
Colour = tuple[int, int, int]
Act = Callable[["Studio"], None]


class Studio:
    """A venue's folder, a show that plays in it, and what is on the wall."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "scenes").mkdir()
        (folder / "venue.toml").write_text(VENUE)
        self.write("fill.frag", FILL)
        self.write("one.py", SCENE)
        self.show: Show
        self.colour: Colour = (-1, -1, -1)
        self.scene = ""
        self.knobs: Mapping[str, Value] = {}
        self.frames = 0

    def write(self, name: str, text: str) -> None:
        """Save a file among the scenes."""
        (self.folder / "scenes" / name).write_text(text)

    def play(self, act: Act, **options: str) -> None:
        """Play the venue while `act` runs beside it; raises what `act` raises."""
        raised: list[BaseException] = []

        def perform() -> None:
            try:
                self.until(lambda: self.frames > 2)
                act(self)
            except BaseException as error:
                raised.append(error)
            finally:
                self.show.loop.stop()

        settings = ShowOptions(live=True, headless=True, rate=30.0, on_frame=self._on_frame, **options)  # type: ignore[arg-type]
        with Show(load(self.folder / "venue.toml"), settings) as self.show:
            thread = threading.Thread(target=perform)
            thread.start()
            self.show.loop.play(self.show.rate, self.show.now, None)
            thread.join()
        if raised:
            raise raised[0]

    def _on_frame(self, frame: Frame) -> None:
        pixels = read_pixels(frame.picture)
        red, green, blue = (int(value) for value in pixels[pixels.shape[0] // 2, pixels.shape[1] // 2])
        self.colour, self.scene, self.knobs = (red, green, blue), frame.moment.programme.scene, frame.moment.knobs
        self.frames += 1

    def until(self, condition: Callable[[], object]) -> None:
        """Wait until something holds."""
        end = time.perf_counter() + WAIT_SECONDS
        while not condition():
            assert time.perf_counter() < end, (self.colour, self.scene, self.show.faults.present)
            time.sleep(0.01)

    def until_frames(self, count: int) -> None:
        """Wait until so many further frames were drawn."""
        last = self.frames + count
        self.until(lambda: self.frames > last)

    def until_colour(self, *colour: int) -> None:
        """Wait until the wall has this colour."""
        self.until(lambda: self.colour == colour)

    def until_fault(self, *words: str) -> None:
        """Wait until a fault contains all these words."""
        self.until(lambda: any(all(word in text for word in words) for text in self.show.faults.present))

    def send(self, address: str, *arguments: float | str) -> None:
        """Play a controller."""
        self.show.control.dispatch(address, *arguments)


@pytest.fixture
def studio(tmp_path: Path, context: object, monkeypatch: pytest.MonkeyPatch) -> Studio:
    del context  # where there is no GL it skips the test
    monkeypatch.setattr(assembly, "open_eyes", open_eyes_here)
    return Studio(tmp_path)


def open_eyes_here(show: assembly.Context) -> tuple[WorkerHost, ...]:
    """As `open_eyes`, without child processes: they take a second or two to start."""
    specs = worker_specs.eye_specs(show.venue, False, show.epoch)
    return tuple(assembly.own(show.stack, InlineHost(spec)) for spec in specs)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What was logged as a warning or worse."""
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def test_an_edited_scene_appears_with_its_knobs_as_they_were_turned_and_plays_on_when_it_is_deleted(
    studio: Studio,
) -> None:
    new = GREEN.replace('Knob("depth", 0.0)', 'Knob("glow", 0.25)').replace('"tint", 0.5', '"tint", 0.1')

    def act(studio: Studio) -> None:
        studio.until_colour(0, 0, 128)
        studio.write("one.py", SCENE.replace('"tint", 0.5', '"tint", 0.2'))
        studio.until_colour(0, 0, 51)  # a knob that was not turned follows its new default
        studio.send("/scene/one/tint", 1.0)
        studio.until_colour(0, 0, 255)
        studio.write("one.py", new)
        studio.until_colour(0, 255, 255)
        assert studio.knobs["/scene/one/glow"] == 0.25
        assert "/scene/one/depth" not in studio.knobs
        studio.send("/scene/one/tint", 0.0)
        studio.until_colour(0, 255, 0)
        (studio.folder / "scenes" / "one.py").unlink()
        studio.write("two.py", GREEN)
        studio.until(lambda: "/scene/two/tint" in studio.knobs)
        assert studio.colour == (0, 255, 0)
        assert studio.show.faults.present == ()

    studio.play(act)


BROKEN = (
    (SCENE[: SCENE.index("knobs.tint")], "one.py:11: "),
    ("import nowhere_at_all\n" + SCENE, "one.py:1: ModuleNotFoundError"),
    (SCENE.replace('graphics.shader("fill.frag")', "graphics.curtain()"), "one.py:8: AttributeError"),
    (SCENE.replace("knobs.tint)", "knobs.hue)"), "one.py:11: AttributeError"),
    (SCENE.replace('"tint", 0.5', '"tint", 5.0'), "knob /scene/one/tint: default=5.0"),
    ("raise SystemExit\n", "one.py:1: SystemExit"),
)
"""Texts of a scene, the first of them half written, and what is said of them."""


@pytest.mark.slow
def test_a_broken_scene_is_named_with_its_line_and_the_old_one_plays_until_it_is_mended(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    def act(studio: Studio) -> None:
        studio.until_colour(0, 0, 128)
        for number, (broken, place) in enumerate(BROKEN, 1):
            before, mended = studio.colour, (0, 255 * (number % 2), 128)
            studio.write("one.py", broken)
            studio.until_fault(place)
            studio.until_frames(3)
            assert studio.colour == before
            assert len(warnings(caplog)) == number, "each is said once"
            studio.write("one.py", (GREEN if number % 2 else SCENE) + f"# {number}\n")
            studio.until_colour(*mended)
            studio.until(lambda: studio.show.faults.present == ())

    studio.play(act)


@pytest.mark.slow
def test_a_scene_that_was_broken_at_the_start_plays_once_it_is_mended(studio: Studio) -> None:
    (studio.folder / "venue.toml").write_text(VENUE.replace('"one"', '"one", "two"'))
    studio.write("one.py", "def (:\n")
    studio.write("two.py", SCENE)

    def act(studio: Studio) -> None:
        studio.until_fault("one.py:1: ")
        studio.write("one.py", "def )\n" + SCENE)
        studio.until_fault("one.py:1: ", "unmatched")
        studio.write("one.py", GREEN)
        studio.until_colour(0, 255, 128)
        studio.send("/scene/one/tint", 1.0)
        studio.until_colour(0, 255, 255)
        assert studio.show.faults.present == ()

    studio.play(act)


@pytest.mark.slow
def test_a_new_scene_can_be_gone_to_one_of_the_playlist_follows_and_a_mistake_in_it_is_named_with_its_line(
    studio: Studio,
) -> None:
    def act(studio: Studio) -> None:
        studio.until_colour(0, 0, 128)
        studio.write("two.py", GREEN)
        studio.until(lambda: "/scene/two/tint" in studio.knobs)
        studio.send("/playlist/transition_seconds", 0.0)
        studio.send("/scene/go", "two")
        studio.until_colour(0, 255, 128)
        studio.write("three.frag", HEADED)
        text = VENUE.replace('["one"]', '["one", "three"]')
        (studio.folder / "venue.toml").write_text(text)
        studio.until(lambda: "/scene/three/tint" in studio.knobs)
        studio.send("/scene/go", "one")
        studio.until(lambda: studio.scene == "one")
        studio.send("/scene/next", 1.0)
        studio.until(lambda: studio.scene == "three")
        assert studio.show.faults.present == ()
        (studio.folder / "venue.toml").write_text(VENUE.replace('["one"]', '["one", "toe"]'))
        studio.until_fault("venue.toml:12: ", 'no scene "toe"')
        studio.write("toe.py", GREEN)
        studio.until(lambda: studio.show.faults.present == () and "/scene/toe/tint" in studio.knobs)
        studio.send("/scene/go", "one")
        studio.until(lambda: studio.scene == "one")
        studio.send("/scene/next", 1.0)
        studio.until(lambda: studio.scene == "toe")

    studio.play(act)


@pytest.mark.slow
def test_a_shader_whose_header_changes_has_its_new_knobs(studio: Studio, caplog: pytest.LogCaptureFixture) -> None:
    studio.write("lone.frag", HEADED)
    wider = HEADED.replace("} ] }", '}, {"NAME": "glow", "TYPE": "float", "DEFAULT": 1.0} ] }')

    def act(studio: Studio) -> None:
        studio.until_colour(0, 0, 128)
        studio.send("/scene/lone/tint", 1.0)
        studio.until_colour(0, 0, 255)
        studio.write("lone.frag", wider.replace("vec4(0.0, 0.0", "vec4(0.0, glow"))
        studio.until_colour(0, 255, 255)
        studio.write("lone.frag", wider.replace("vec4(0.0, 0.0", "vec4(glow, 0.0"))
        studio.until_colour(255, 0, 255)
        studio.write("lone.frag", wider.replace('"glow",', '"glow"'))
        studio.until_fault("lone.frag:1: the header is no JSON")
        assert len(warnings(caplog)) == 1, "said once, though program and knobs stand in one file"
        studio.write("lone.frag", HEADED)
        studio.until(lambda: studio.show.faults.present == ())

    studio.play(act, scene="lone")


def test_a_scene_that_fails_in_every_frame_is_named_once_comes_back_mended_and_says_which_worker_it_wants(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    studio.write(
        "one.py", SCENE.replace("        self.show(", "        raise ValueError(moment.frame)\n        self.show(")
    )

    def act(studio: Studio) -> None:
        studio.until_fault("one.py:11: ValueError")
        studio.until_frames(45)
        assert len(warnings(caplog)) == 1
        studio.write("one.py", SCENE)
        studio.until_colour(0, 0, 128)
        studio.until(lambda: studio.show.faults.present == ())
        # A worker that was not started does not keep the scene from playing.
        studio.write("one.py", GREEN.replace("    knobs", "    paints = True\n    knobs"))
        studio.until_colour(0, 255, 128)
        studio.until_fault("scene one wants paintings", "start the show again")

    studio.play(act)


def test_a_folder_without_rights_is_named_and_its_scenes_play_on(studio: Studio) -> None:
    folder = studio.folder / "scenes"
    folder.chmod(0)
    if os.access(folder, os.R_OK):
        pytest.skip("this user may read every folder")
    folder.chmod(0o755)

    def act(studio: Studio) -> None:
        studio.until_colour(0, 0, 128)
        try:
            folder.chmod(0)
            studio.until_fault(str(folder), "may not be read")
            assert studio.colour == (0, 0, 128)
        finally:
            folder.chmod(0o755)
        studio.until(lambda: studio.show.faults.present == ())

    studio.play(act)
