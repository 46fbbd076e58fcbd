"""Displays: where they lie on the desktop, where a window belongs on them, and whether they have changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from ctypes import byref, c_int
from dataclasses import dataclass
from typing import Any

from installation.venue.schema import OutputSection

POLL_SECONDS = 2.0
"""Time between two looks at the connected displays."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of the desktop in pixels, from its left top corner."""

    x: int
    y: int
    width: int
    height: int

    def overlaps(self, other: Area) -> bool:
        """Whether the two have a pixel in common."""
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height

    def holding(self, width: int, height: int) -> Area:
        """An area of this size in the middle of this one; a larger one begins at its left top corner."""
        left, top = max(0, (self.width - width) // 2), max(0, (self.height - height) // 2)
        return Area(self.x + left, self.y + top, width, height)

    def holds_middle_of(self, other: Area) -> bool:
        """Whether the middle of another area lies in this one."""
        return self.overlaps(Area(other.x + other.width // 2, other.y + other.height // 2, 1, 1))


def connected_areas(display: Any) -> tuple[Area, ...]:
    """The areas of the connected displays, in pyglet's order."""
    return tuple(Area(each.x, each.y, each.width, each.height) for each in display.get_screens())


class DisplayWatcher:
    """Finds changes of the connected displays, at most every POLL_SECONDS."""

    def __init__(self, areas: Callable[[], tuple[Area, ...]], fingerprint: Callable[[], object]) -> None:
        """`areas` may be slow; it is called after `fingerprint`, which is not, has returned something new."""
        self._read, self._fingerprint = areas, fingerprint
        self._seen = fingerprint()
        self._due = 0.0
        self.areas = areas()
        """Those that are connected now."""

    @classmethod
    def of(cls, display: Any) -> DisplayWatcher:
        """Watch the displays of a pyglet display."""

        def read() -> tuple[Area, ...]:
            return connected_areas(display)

        return cls(read, (lambda: _xinerama_screens(display)) if sys.platform == "linux" else read)

    def changed(self, t: float) -> bool:
        """Whether `areas` are others than at the last call; `t` is the show time, s."""
        if t < self._due:
            return False
        self._due = t + POLL_SECONDS
        seen = self._fingerprint()
        if seen == self._seen:
            return False
        self._seen = seen
        before, self.areas = self.areas, self._read()
        return before != self.areas


def _xinerama_screens(display: Any) -> object:
    """What the X server knows of its displays, without asking the displays themselves, which would halt it."""
    try:
        from pyglet.libs.x11 import xinerama, xlib  # missing without X11
    except ImportError:
        return None
    if not xinerama.XineramaIsActive(display._display):
        return None
    count = c_int()
    infos = xinerama.XineramaQueryScreens(display._display, byref(count))
    found = [(info.x_org, info.y_org, info.width, info.height) for info in infos[: count.value]]
    xlib.XFree(infos)
    return found


def area_of(output: OutputSection, displays: Sequence[Area]) -> tuple[Area | None, str]:
    """Where the window of an output belongs, and what is wrong with its settings; None while its display is missing."""
    if output.display >= len(displays):
        found = f"{len(displays)} connected, counted from 0"
        return None, f"display = {output.display} is not connected ({found}): the output waits for it"
    display = displays[output.display]
    if output.place is None:
        return display.holding(*output.size), ""
    wanted = Area(display.x + output.place[0], display.y + output.place[1], *output.size)
    if any(wanted.overlaps(each) for each in displays):
        return wanted, ""
    left, top = output.place
    return display.holding(*output.size), (
        f"place = [{left}, {top}] lies outside of all displays; the window stands in the middle of display "
        f"{output.display}, which has {display.width} x {display.height} pixels"
    )


def free_display(displays: Sequence[Area], used: Sequence[int]) -> int | None:
    """The first display without an output; None when there is none."""
    return next((number for number in range(len(displays)) if number not in used), None)


def display_under(window: Area, displays: Sequence[Area], otherwise: int) -> Area:
    """The display on which the middle of a window lies, else that of the number `otherwise`, or the first."""
    for each in displays:
        if each.holds_middle_of(window):
            return each
    return displays[otherwise if otherwise < len(displays) else 0]
