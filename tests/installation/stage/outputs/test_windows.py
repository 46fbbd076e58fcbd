"""Each output shows its part of the canvas, and a fast projector waits for a slow one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap

import moderngl
import pytest

from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.outputs.windows import DelayLine


def test_a_delayed_output_shows_the_picture_of_then(context: moderngl.Context) -> None:
    line = DelayLine(context, 0.1)
    canvas = RenderTarget(context, (8, 8), BYTES)
    for frame in range(30):
        canvas.clear(frame / 255, 0, 0, 1)
        line.put(canvas, frame / 30)
    for held, frame in ((0.0, 29), (1 / 30, 28), (0.1, 26)):
        texture, drawn = line.at(29 / 30 - held)
        assert texture.read()[0] == frame
        assert drawn == (8, 8)
    assert len(line._pictures) <= 5, "older copies are used again"
    line.release()


def test_a_region_is_shown_as_it_lies_on_the_canvas(context: moderngl.Context) -> None:
    canvas = RenderTarget(context, (4, 4), BYTES)
    canvas.front().scissor = (2, 2, 2, 2)
    canvas.clear(1, 0, 0, 1)
    project, output = RegionBlitter(context), RenderTarget(context, (8, 8), BYTES)
    project(output, canvas.texture, (4, 4), (0.5, 0.5, 1.0, 1.0))
    assert (read_pixels(output)[:6, 2:] == [255, 0, 0]).all()
    project(output, canvas.texture, (4, 4), (0.0, 0.0, 0.25, 1.0))
    assert not read_pixels(output).any()
    project.release()


@pytest.mark.process
def test_without_a_screen_the_way_on_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "linux":
        pytest.skip("elsewhere there is always a screen")
    code = textwrap.dedent("""
        from installation.stage.outputs.windows import Outputs
        from installation.core.errors import UserError
        from installation.venue.schema import Venue
        try:
            Outputs.open(Venue(), headless=False)
        except UserError as trouble:
            print(trouble)
    """)
    bare = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    done = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, timeout=60)
    assert "--headless" in done.stdout, done.stderr


NEEDS_XVFB = pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="Xvfb is not installed")


def run_with_windows(code: str, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
    """Run a program on a display of 1280 x 800 pixels."""
    command = ["xvfb-run", "-a", "-s", "-screen 0 1280x800x24", sys.executable, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=seconds)


@pytest.mark.process
@NEEDS_XVFB
def test_two_windows_show_two_halves() -> None:
    code = """
        from installation.stage.outputs.windows import Outputs
        from installation.stage.outputs.screenshot import read_pixels
        from installation.stage.gl.target import BYTES, RenderTarget
        from installation.venue.schema import OutputSection, Venue
        halves = ((0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0))
        venue = Venue(outputs=tuple(
            OutputSection(size=(64, 32), place=(80 * i, 0), borderless=True, region=half, offset=20.0 * i)
            for i, half in enumerate(halves)))
        outputs = Outputs.open(venue, headless=False)
        canvas = RenderTarget(outputs.context, (64, 32), BYTES)
        for frame in range(12):
            canvas.front().scissor = None
            canvas.clear(1, 0, 0, 1)
            canvas.front().scissor = (32, 0, 32, 32)
            canvas.clear(0, 0, 1, 1)
            outputs.finish_drawing()
            surfaces = [surface for window in outputs._desktop.windows for surface in window.surfaces]
            for surface in surfaces:
                surface.flip = lambda: None
            outputs.show(canvas, frame / 30)
        for surface in surfaces:
            surface.make_current()
            print(read_pixels(surface._screen)[16, 32].tolist())
        outputs.close()
        print("closed")
    """
    done = run_with_windows(code)
    assert done.stdout.splitlines()[:3] == ["[255, 0, 0]", "[0, 0, 255]", "closed"], done.stderr


@pytest.mark.process
@NEEDS_XVFB
def test_a_key_is_told_by_its_name_and_what_is_held_with_ctrl_is_the_desktops() -> None:
    code = """
        from pyglet.window import key
        from installation.stage.outputs.windows import Outputs
        from installation.venue.schema import OutputSection, Venue
        told = []
        outputs = Outputs.open(Venue(outputs=(OutputSection(size=(64, 32)),)), False, told.append)
        surface = outputs._desktop.windows[0].surface
        window = surface._window
        for symbol, held in ((key.B, 0), (key._3, key.MOD_NUMLOCK), (key.B, key.MOD_CTRL), (key.ESCAPE, 0)):
            window.dispatch_event("on_key_press", symbol, held)
        window.dispatch_event("on_key_press", key.UP, 0)
        for motion in (key.MOTION_UP, key.MOTION_UP, key.MOTION_BACKSPACE):
            window.dispatch_event("on_text_motion", motion)
        surface.read_events()
        print(told, outputs.closed)
        window.dispatch_event("on_close")
        surface.read_events()
        print(outputs.closed)
        outputs.close()
    """
    done = run_with_windows(code)
    assert done.stdout == "['B', '_3', 'ESCAPE', 'UP', 'UP'] False\nTrue\n", done.stderr


@pytest.mark.process
@NEEDS_XVFB
def test_the_picture_fills_a_window_that_is_resized_and_a_display_in_full_screen() -> None:
    code = """
        from installation.stage.outputs.windows import Outputs
        from installation.stage.outputs.screenshot import read_pixels
        from installation.stage.gl.target import BYTES, RenderTarget
        from installation.venue.schema import OutputSection, Venue
        outputs = Outputs.open(Venue(outputs=(OutputSection(size=(320, 180), place=(40, 30)),)), headless=False)
        canvas = RenderTarget(outputs.context, (64, 32), BYTES)
        output = outputs._desktop.windows[0]

        def show(frame):
            canvas.clear(1, 0, 0, 1)
            outputs.finish_drawing()
            for each in output.surfaces:
                each.flip = lambda each=each: print(each.area, read_pixels(each._screen).min(axis=(0, 1)))
            outputs.show(canvas, frame / 30)

        show(0)
        outputs.resize((500, 400))
        show(1)
        outputs.toggle_fullscreen()
        show(2)
        show(3)
        outputs.toggle_fullscreen()
        show(4)
        show(5)
        outputs.close()
    """
    done = run_with_windows(code)
    windowed = "Area(x=40, y=30, width=500, height=400) [255   0   0]"
    assert done.stdout.splitlines() == [
        *["Area(x=40, y=30, width=320, height=180) [255   0   0]"] * 2,
        windowed,
        *["Area(x=0, y=0, width=1280, height=800) [255   0   0]"] * 2,
        windowed,
    ], done.stderr


@pytest.mark.process
@NEEDS_XVFB
def test_an_output_waits_for_its_display_and_the_operators_window_for_one_of_its_own() -> None:
    code = """
        import logging, sys
        from installation.stage.outputs import displays
        from installation.stage.outputs.displays import Area, DisplayWatcher
        connected = [Area(0, 0, 640, 400)]
        DisplayWatcher.of = classmethod(lambda cls, _: cls(lambda: tuple(connected), lambda: len(connected)))
        from installation.core.faults import FaultBoard
        from installation.stage.outputs.windows import Outputs
        from installation.stage.gl.target import BYTES, RenderTarget
        from installation.venue.schema import OutputSection, Venue
        logging.disable(logging.CRITICAL)
        faults = FaultBoard()
        outputs = Outputs.open(Venue(outputs=(OutputSection(size=(320, 180)), OutputSection(
            size=(64, 32), display=1, place=(10, 20)))), headless=False)
        canvas = RenderTarget(outputs.context, (64, 32), BYTES)
        late = outputs._desktop.windows[1]
        for frame, area in enumerate((None, Area(640, 0, 640, 400), Area(0, 400, 640, 400), None, None)):
            if area is not None:
                connected.append(area)
            elif frame:
                connected.pop()
            for t in (10 * frame + 3.0, 10 * frame + 3.1):
                outputs.show(canvas, t)
            print(late.surface and late.surface.area, outputs.operator and outputs.operator.area, *faults.present)
            if not frame:
                print("never seen:", *outputs.never_seen)
        print("never seen:", *outputs.never_seen)
        outputs.close()
    """
    done = run_with_windows(code)
    waits = "outputs[1].display = 1 is not connected (1 connected, counted from 0): the output waits for it"
    placed = "Area(x=650, y=20, width=64, height=32)"
    assert done.stdout.splitlines() == [
        f"None None {waits}",
        f"never seen: {waits}",
        f"{placed} None",
        f"{placed} Area(x=0, y=400, width=640, height=400)",
        f"{placed} None",
        f"None None {waits}",
        "never seen:",
    ], done.stderr


@pytest.mark.slow
@pytest.mark.process
@NEEDS_XVFB
def test_a_show_of_all_works_plays_through_resizes_and_full_screen_without_an_error_of_gl() -> None:
    code = """
        from installation.show.options import ShowOptions, with_source
        from installation.show.show import Show
        from installation.venue.schema import CanvasSection, OscSection, OutputSection, ScenesSection, Venue
        works = ("tide", "loom", "pas_de_deux", "chorus", "sitting", "weather")
        venue = with_source(Venue(
            canvas=CanvasSection(size=(192, 108)), outputs=(OutputSection(size=(192, 108)),),
            scenes=ScenesSection(playlist=works, transition_seconds=0.2), osc=OscSection(enabled=False)), "ghost:2")
        frames, seen, errors = 0, set(), set()

        def on_frame(frame):
            global frames
            frames += 1
            seen.add(frame.moment.programme.scene)
            window = show.outputs._desktop.windows[0]
            for surface in window.surfaces:
                surface.make_current()
                errors.add(surface.context.error)
            show.outputs.make_current()
            if frames % 5 == 0:
                show.outputs.resize((150 + frames % 90, 100 + frames % 70))
            if frames % 9 == 0:
                show.outputs.toggle_fullscreen()
            if frames % 40 == 20:
                show.control.dispatch("/visitant/overlay", frames % 80 == 20)
            if frames % 20 == 0:
                show.control.dispatch("/scene/go", works[frames // 20 % 6])
            if frames >= 130:
                show.loop.stop()

        with Show(venue, ShowOptions(live=True, headless=False, on_frame=on_frame)) as show:
            show.loop.play(show.rate, show.now, 240.0)
        print(frames, len(seen), *errors)
    """
    done = run_with_windows(code, 300.0)
    assert done.stdout == "130 6 GL_NO_ERROR\n", done.stderr
