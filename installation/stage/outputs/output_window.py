"""Output window: one output of a venue, in its place on the desktop or over a whole display."""

from __future__ import annotations

from collections.abc import Sequence

from installation.interface.pointer import Pointer
from installation.stage.outputs.displays import Area, area_of, display_under
from installation.stage.outputs.surface import Surface
from installation.venue.schema import OutputSection


class OutputWindow:
    """Shows one output. Full screen is a second window without a frame, placed by hand: pyglet would put its own full
    screen on any display (its issues 763 and 1330), and cannot take the frame off a window."""

    def __init__(self, section: OutputSection, framed: Surface, bare: Surface | None) -> None:
        """`framed` stands as the venue says; `bare` has no frame, and is None where `framed` has none either."""
        self.section = section
        self._framed, self._bare = framed, bare or framed
        self.fullscreen = section.fullscreen
        self._windowed: Area | None = None
        """Where it stood before it filled a display."""
        self.problem = ""
        """What is wrong with the settings of its place; empty when nothing is."""
        self.was_seen = False
        """Whether its display was ever connected."""

    @property
    def surfaces(self) -> tuple[Surface, ...]:
        """Its windows, of which one at most is visible."""
        return (self._framed,) if self._bare is self._framed else (self._framed, self._bare)

    @property
    def surface(self) -> Surface | None:
        """The window in which it is seen; None while it waits for its display."""
        return next((each for each in self.surfaces if each.visible), None)

    @property
    def closed(self) -> bool:
        """Whether its window was closed."""
        return any(each.closed for each in self.surfaces)

    @property
    def pointer(self) -> Pointer | None:
        """The mouse over it."""
        surface = self.surface
        return surface.pointer.present if surface is not None else None

    def place(self, displays: Sequence[Area]) -> None:
        """Stand where the venue says, on the displays that are connected; wait, hidden, for one that is not."""
        area, self.problem = area_of(self.section, displays)
        if area is None:
            for each in self.surfaces:
                each.hide()
        else:
            self._show(displays[self.section.display] if self.fullscreen else area)

    def follow(self, displays: Sequence[Area]) -> None:
        """After displays were connected or removed: stay in sight, on the right display."""
        surface = self.surface
        missing = self.section.display >= len(displays)
        if surface is None or missing or self.fullscreen or not any(surface.area.overlaps(each) for each in displays):
            self.place(displays)

    def set_fullscreen(self, fullscreen: bool, displays: Sequence[Area]) -> None:
        """Fill the display on which the window stands, or go back to the place of before."""
        surface = self.surface
        if fullscreen == self.fullscreen:
            return
        self.fullscreen = fullscreen
        if surface is None:
            return
        if fullscreen:
            self._windowed = surface.area
            self._show(display_under(self._windowed, displays, self.section.display))
        elif (windowed := self._windowed) is not None and any(windowed.overlaps(each) for each in displays):
            self._show(windowed)
        else:
            self.place(displays)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size in pixels, as its user can; not while it fills a display."""
        surface = self.surface
        if surface is not None and not self.fullscreen:
            surface.move(Area(surface.area.x, surface.area.y, *size))

    def _show(self, area: Area) -> None:
        self.was_seen = True
        wanted, other = (self._bare, self._framed) if self.fullscreen else (self._framed, self._bare)
        takes_over = other is not wanted and other.visible
        wanted.move(area, activate=takes_over)
        if takes_over:
            other.hide()
