"""Desktop: the windows of all outputs and of the operator, on the displays that are connected."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import moderngl

from installation.core.errors import UserError
from installation.core.faults import FaultSet
from installation.stage.outputs.displays import DisplayWatcher, free_display
from installation.stage.outputs.keystone import WHOLE
from installation.stage.outputs.output_window import OutputWindow
from installation.stage.outputs.surface import Region, Surface
from installation.venue.schema import OutputSection, Venue
from installation.workers import allocator

logger = logging.getLogger(__name__)

Press = Callable[[str], None]
"""Called with the name of a key ("N", "_1", "PAGEUP"…)."""


@dataclass
class KeyFocus:
    """The output in whose window a key was pressed last."""

    output: int = 0


class Desktop:
    """The windows of all outputs and of the operator, which follow the displays that are connected."""

    def __init__(self, venue: Venue, press: Press) -> None:
        """Open the windows. Raises UserError where none can be opened."""
        allocator.return_freed_memory()
        try:
            import pyglet  # slow, and fails without a display

            # One of GL's errors, of whichever call, must not end a show.
            pyglet.options["debug_gl"] = False
            pyglet.options["shadow_window"] = False
            from pyglet.display import get_display

            self._display = get_display()
            self._watcher = DisplayWatcher.of(self._display)
        except Exception as error:
            raise UserError(f"no window can be opened here ({error}); --headless plays without one") from error
        if not self._watcher.areas:
            raise UserError("no display is connected; --headless plays without one")
        self._venue, self._press = venue, press
        self._focus = KeyFocus()
        self.fullscreen_presses = 0
        """How often full screen was toggled since the last frame."""
        self.wanted_size: tuple[int, int] | None = None
        """Size in pixels of every output from the next frame on; None leaves them as they are."""
        self._problems = FaultSet(logger)
        self._first: moderngl.Context | None = None
        # All of them at once, as pyglet can neither close nor reframe one later (its issue 907).
        self.windows = tuple(self._open_output(index, output) for index, output in enumerate(venue.outputs))
        self._operator: Surface | None = None
        self._place_outputs()
        self._place_operator()
        self.make_current()

    @property
    def context(self) -> moderngl.Context:
        """The context of the show: that of the first window."""
        assert self._first is not None
        return self._first

    @property
    def operator(self) -> Surface | None:
        """The operator's window; None while it is not seen."""
        return self._operator if self._operator is not None and self._operator.visible else None

    @property
    def keyed_surface(self) -> Surface | None:
        """The output in whose window a key was pressed last; another where that one is not seen."""
        wanted = (self.windows[self._focus.output], *self.windows)
        return next((window.surface for window in wanted if window.surface is not None), None)

    def make_current(self) -> None:
        """Make the context of the show current."""
        self.windows[0].surfaces[0].make_current()

    def follow(self, t: float) -> None:
        """Handle what was done to the windows, and changes of the displays; then make the show's context current."""
        for window in self.windows:
            for surface in window.surfaces:
                surface.read_events()
        if self._operator is not None:
            self._operator.read_events()
            if self._operator.closed:
                self._operator.hide()
        if self.fullscreen_presses % 2:
            wanted = not self.windows[0].fullscreen
            for window in self.windows:
                window.set_fullscreen(wanted, self._watcher.areas)
        self.fullscreen_presses = 0
        if self.wanted_size is not None:
            for window in self.windows:
                window.resize(self.wanted_size)
            self.wanted_size = None
        if self._watcher.changed(t):
            for window in self.windows:
                window.follow(self._watcher.areas)
            self._report()
            self._place_operator()
        self.make_current()

    def _open_output(self, index: int, output: OutputSection) -> OutputWindow:
        def press(key: str) -> None:
            self._focus.output = index
            self._press(key)

        vsync = output.vsync and index == 0
        framed = self._open(output.size, output.region, press, bare=output.borderless, vsync=vsync)
        bare = None if output.borderless else self._open(output.size, output.region, press, bare=True, vsync=vsync)
        return OutputWindow(output, framed, bare)

    def _open(self, size: tuple[int, int], region: Region, press: Press, bare: bool, vsync: bool) -> Surface:
        """A hidden window."""
        from pyglet.gl import Config  # slow, and fails without a display
        from pyglet.window import Window

        window: Any = Window(
            width=size[0],
            height=size[1],
            caption=self._venue.name,
            resizable=not bare,
            visible=False,
            style=Window.WINDOW_STYLE_BORDERLESS if bare else Window.WINDOW_STYLE_DEFAULT,
            vsync=vsync,
            config=Config(major_version=4, minor_version=1, forward_compatible=True, double_buffer=True),
        )
        if bare:
            window.set_mouse_visible(False)
        made = Surface(window, region, self._first, press)
        self._first = self._first or made.context
        return made

    def _place_operator(self) -> None:
        """Show the operator's window where it has a display, and hide it where it has none."""
        section, displays = self._venue.operator, self._watcher.areas
        number = section.display
        if number is None:
            number = free_display(displays, [output.display for output in self._venue.outputs])
        if section.window == "off" or number is None or number >= len(displays):
            if self._operator is not None:
                self._operator.hide()
            return
        area = displays[number]
        size = min(section.size[0], area.width), min(section.size[1], area.height)
        if self._operator is None:
            self._operator = self._open(size, WHOLE, self._press, bare=False, vsync=False)
        if not self._operator.closed and not (self._operator.visible and self._operator.area.overlaps(area)):
            self._operator.move(area.holding(*size))

    def _place_outputs(self) -> None:
        for window in self.windows:
            window.place(self._watcher.areas)
        self._report()

    def _report(self) -> None:
        found = ((number, window.problem) for number, window in enumerate(self.windows))
        self._problems.set(f"outputs[{number}].{problem}" for number, problem in found if problem)

    def close(self) -> None:
        """Hide the windows, and end the reports."""
        self._problems.withdraw()
        if self._operator is not None:
            self._operator.close()
        for window in reversed(self.windows):
            for surface in reversed(window.surfaces):
                surface.close()
