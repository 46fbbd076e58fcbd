"""The mouse over the windows is a place on the canvas, whichever output it is over."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
from types import SimpleNamespace
from typing import Any

import pytest

from installation.interface.pointer import Pointer
from installation.stage.outputs.pointer import WindowPointer

LEFT, RIGHT = 1, 4
"""Buttons of pyglet."""


class FakeWindow(SimpleNamespace):
    """A pyglet window of 200 by 100 pixels, whose events a test sends."""

    def push_handlers(self, **handlers: Any) -> None:
        self.handlers = handlers

    def get_size(self) -> tuple[int, int]:
        return 200, 100

    def send(self, event: str, *values: float) -> None:
        self.handlers[event](*values)


def followed(region: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)) -> tuple[FakeWindow, WindowPointer]:
    window = FakeWindow()
    return window, WindowPointer(window, region)


def test_the_pointer_is_a_place_on_the_canvas_until_it_leaves() -> None:
    window, pointer = followed((0.5, 0.0, 1.0, 0.5))
    assert pointer.present is None
    window.send("on_mouse_enter", 0, 0)
    assert pointer.present is not None
    assert (pointer.present.x, pointer.present.y) == pytest.approx((0.50125, 0.0025))
    window.send("on_mouse_motion", 100, 50, 100, 50)
    assert (pointer.present.x, pointer.present.y) == pytest.approx((0.75, 0.25), abs=0.01)
    window.send("on_mouse_leave", 100, 50)
    assert pointer.present is None


def test_only_the_left_button_presses_and_holds_while_it_is_dragged() -> None:
    window, pointer = followed()

    def pressed() -> bool:
        assert isinstance(pointer.present, Pointer)
        return pointer.present.pressed

    window.send("on_mouse_press", 10, 10, RIGHT, 0)
    assert not pressed()
    window.send("on_mouse_press", 10, 10, LEFT, 0)
    assert pressed()
    window.send("on_mouse_drag", 20, 20, 10, 10, LEFT | RIGHT, 0)
    assert pressed()
    window.send("on_mouse_release", 20, 20, RIGHT, 0)
    assert pressed()
    window.send("on_mouse_release", 20, 20, LEFT, 0)
    assert not pressed()


def test_what_is_dragged_out_of_the_window_is_outside() -> None:
    window, pointer = followed()
    window.send("on_mouse_press", 10, 10, LEFT, 0)
    window.send("on_mouse_drag", -30, 10, -40, 0, LEFT, 0)
    assert pointer.present is None


@pytest.mark.process
@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="Xvfb is not installed")
def test_the_output_under_the_mouse_counts() -> None:
    code = textwrap.dedent("""
        from installation.stage.outputs.windows import Outputs
        from installation.venue.schema import OutputSection, Venue
        halves = ((0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0))
        venue = Venue(outputs=tuple(
            OutputSection(size=(64, 32), place=(80 * i, 0), borderless=True, region=half)
            for i, half in enumerate(halves)))
        outputs = Outputs.open(venue, headless=False)
        surfaces = [surface for window in outputs._desktop.windows for surface in window.surfaces]
        first, second = (surface._window for surface in surfaces)

        def send(window, *event):
            window.dispatch_event(*event)
            for each in surfaces:
                each.read_events()

        send(first, "on_mouse_motion", 32, 16, 1, 0)
        print(round(outputs.pointer.x, 1), round(outputs.pointer.y, 1))
        send(first, "on_mouse_leave", 64, 16)
        print(outputs.pointer)
        send(second, "on_mouse_enter", 32, 16)
        print(round(outputs.pointer.x, 2), round(outputs.pointer.y, 1))
        outputs.close()
    """)
    done = subprocess.run(["xvfb-run", "-a", sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.splitlines() == ["0.3 0.5", "None", "0.75 0.5"], done.stderr
