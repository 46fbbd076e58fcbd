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


@pytest.mark.process
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="Xvfb is not installed")
def test_two_windows_show_two_halves() -> None:
    code = textwrap.dedent("""
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
            for window in outputs._windows:
                window.swap = lambda: None
            outputs.show(canvas, frame / 30)
        for window in outputs._windows:
            window._window.switch_to()
            print(read_pixels(window._screen)[16, 32].tolist())
        outputs.close()
        print("closed")
    """)
    done = subprocess.run(["xvfb-run", "-a", sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines()[:3] == ["[255, 0, 0]", "[0, 0, 255]", "closed"], done.stderr


@pytest.mark.process
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="Xvfb is not installed")
def test_a_key_is_told_by_its_name_and_what_is_held_with_ctrl_is_the_desktops() -> None:
    code = textwrap.dedent("""
        from pyglet.window import key
        from installation.stage.outputs.windows import Outputs
        from installation.venue.schema import OutputSection, Venue
        told = []
        outputs = Outputs.open(Venue(outputs=(OutputSection(size=(64, 32)),)), False, told.append)
        window = outputs._windows[0]._window
        for symbol, held in ((key.B, 0), (key._3, key.MOD_NUMLOCK), (key.B, key.MOD_CTRL), (key.ESCAPE, 0)):
            window.dispatch_event("on_key_press", symbol, held)
        window.dispatch_event("on_key_press", key.UP, 0)
        for motion in (key.MOTION_UP, key.MOTION_UP, key.MOTION_BACKSPACE):
            window.dispatch_event("on_text_motion", motion)
        outputs._windows[0].make_current()
        print(told, outputs.closed)
        window.dispatch_event("on_close")
        outputs._windows[0].make_current()
        print(outputs.closed)
        outputs.close()
    """)
    done = subprocess.run(["xvfb-run", "-a", sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout == "['B', '_3', 'ESCAPE', 'UP', 'UP'] False\nTrue\n", done.stderr
