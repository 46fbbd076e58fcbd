"""A window stands where the venue says, in sight, on the right display."""

from __future__ import annotations

import pytest

from installation.stage.outputs.displays import Area, DisplayWatcher, area_of, display_under, free_display
from installation.venue.schema import OutputSection

LEFT, RIGHT = Area(0, 0, 1920, 1080), Area(1920, 0, 1280, 720)


@pytest.mark.parametrize(
    ("output", "area", "problem"),
    [
        (OutputSection(size=(1280, 720)), Area(320, 180, 1280, 720), ""),
        (OutputSection(size=(4000, 2000), display=1), Area(1920, 0, 4000, 2000), ""),
        (OutputSection(size=(640, 360), place=(10, 20), display=1), Area(1930, 20, 640, 360), ""),
        (OutputSection(size=(3200, 720), place=(0, 0)), Area(0, 0, 3200, 720), ""),
        (OutputSection(size=(640, 360), place=(-630, 0)), Area(-630, 0, 640, 360), ""),
        (OutputSection(size=(640, 360), place=(5000, 0)), Area(640, 360, 640, 360), "place = [5000, 0] lies outside"),
        (OutputSection(size=(640, 360), place=(0, -400), display=1), Area(2240, 180, 640, 360), "1280 x 720 pixels"),
        (OutputSection(display=2), None, "display = 2 is not connected (2 connected, counted from 0)"),
    ],
    ids=str,
)
def test_a_window_is_never_out_of_sight(output: OutputSection, area: Area | None, problem: str) -> None:
    placed, said = area_of(output, (LEFT, RIGHT))
    assert placed == area
    assert problem in said and bool(problem) == bool(said)


def test_full_screen_is_on_the_display_where_the_window_is() -> None:
    for window, display in (
        (Area(100, 100, 640, 360), LEFT),
        (Area(1500, 100, 900, 360), RIGHT),
        (Area(1500, 100, 640, 360), LEFT),
        (Area(1900, 900, 640, 360), RIGHT),
    ):
        assert display_under(window, (LEFT, RIGHT), otherwise=1) == display


def test_the_operator_has_the_display_without_an_output() -> None:
    assert free_display((LEFT, RIGHT), [0]) == 1
    assert free_display((LEFT, RIGHT), [1]) == 0
    assert free_display((LEFT,), [0]) is None


def test_displays_are_looked_up_only_when_the_desktop_has_changed() -> None:
    connected, looked = [LEFT], []

    def areas() -> tuple[Area, ...]:
        looked.append(len(connected))
        return tuple(connected)

    watcher = DisplayWatcher(areas, lambda: len(connected))
    assert not any(watcher.changed(t / 10) for t in range(100))
    connected.append(RIGHT)
    assert [watcher.changed(t) for t in (10.0, 12.5, 15.0)] == [True, False, False]
    assert looked == [1, 2] and watcher.areas == (LEFT, RIGHT)
