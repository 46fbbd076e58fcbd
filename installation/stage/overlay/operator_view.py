"""Operator's view: the panel and the keys in the operator's window, or for a while over an output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from installation.core.faults import FaultBoard
from installation.interface.knobs import SelectedKnob
from installation.interface.moment import Moment
from installation.stage.gl.canvas_2d import GLCanvas2D
from installation.stage.gl.context import DrawingContext
from installation.stage.gl.shader_cache import ShaderCache
from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.windows import Outputs
from installation.stage.overlay.help import Help
from installation.stage.overlay.operator_panel import PAPER, OperatorPanel, OperatorState

SHOWN_SECONDS = 30.0
"""How long the texts stay over an output after they were asked for, or a knob was moved."""
REDRAW_SECONDS = 0.5
"""Time between two drawings where only figures have changed."""
CHANGE_SECONDS = 0.1
"""Time between two drawings where a text has changed."""
SETTLE_SECONDS = 0.3
"""How long a window must keep its size before its texts are set for that."""
PANEL_KNOB = "/visitant/overlay"
HELP_KNOB = "/visitant/help"


@dataclass(frozen=True, slots=True)
class OperatorSources:
    """Where the texts come from."""

    venue: str
    board: FaultBoard
    selected_knob: Callable[[], SelectedKnob | None]
    refused: Callable[[], str]
    """The last message that was refused, and why; empty for none."""
    put_away: Callable[[], None]
    """Turns the knobs off by which the texts were asked for."""


class OperatorView:
    """Draws the texts into pictures of a window's own pixels, so that the quality of the canvas does not matter."""

    def __init__(self, shader_cache: ShaderCache, outputs: Outputs, sources: OperatorSources) -> None:
        """The outputs show what is drawn here."""
        self._shader_cache, self._outputs, self._sources = shader_cache, outputs, sources
        self._page: _Page | None = None
        self._drawn_time = self._resized_time = float("-inf")
        self._drawn_key: object = None
        self._size = (0, 0)
        self._hide_time = float("-inf")
        self._asked: object = None
        """What was asked for in the frame before."""
        if (surface := outputs.operator or outputs.text_surface) is not None:
            # Drivers finish a shader at its first use, and type takes time to set: not in the show.
            page = self._page_of(surface.size, outputs.operator is not None, 0.0)
            page.draw(OperatorState(sources.venue, Moment(0.0, 0, 0.0)))

    def update(self, moment: Moment) -> None:
        """After a frame was drawn: renew the texts where they are seen and have changed."""
        help_shown, panel_shown = bool(moment.knobs.get(HELP_KNOB)), bool(moment.knobs.get(PANEL_KNOB))
        selected = self._sources.selected_knob()
        operator = self._outputs.operator
        if operator is None:
            self._time_out(moment.time, (help_shown, panel_shown, selected))
            if not (help_shown or panel_shown) or moment.programme.dark >= 1.0:
                self._outputs.texts = self._drawn_key = None
                return
        surface = operator or self._outputs.text_surface
        if surface is None:
            return
        board, refused = self._sources.board, self._sources.refused()
        programme = (moment.programme.scene, moment.programme.following)
        key = (board.present, refused, selected, help_shown, panel_shown, programme, operator is None)
        age = moment.time - self._drawn_time
        page = self._page_of(surface.size, operator is not None, moment.time)
        if not (age < 0.0 or age >= REDRAW_SECONDS or (key != self._drawn_key and age >= CHANGE_SECONDS)):
            return
        self._drawn_time, self._drawn_key = moment.time, key
        state = OperatorState(
            self._sources.venue, moment, board.present, frozenset(board.of_picture), refused, selected
        )
        page.draw(state if operator is not None or panel_shown else None, moment.time if help_shown else None)
        if operator is not None:
            self._outputs.texts = None
            self._outputs.finish_drawing()
            self._outputs.show_operator(page.picture)
        else:
            self._outputs.texts = page.picture

    def _time_out(self, t: float, asked: tuple[bool, bool, SelectedKnob | None]) -> None:
        """Put the texts over an output away when nothing has changed for SHOWN_SECONDS."""
        if asked != self._asked:
            self._asked, self._hide_time = asked, t + SHOWN_SECONDS
        if t > self._hide_time and (asked[0] or asked[1]):
            self._sources.put_away()

    def _page_of(self, size: tuple[int, int], alone: bool, t: float) -> _Page:
        """A page for a window; it keeps its size while the window's is changing, as setting type takes time."""
        if size != self._size:
            self._size, self._resized_time = size, t
        page = self._page
        settled = page is not None and page.fits(size, alone)
        if page is None or (not settled and (t - self._resized_time >= SETTLE_SECONDS or page.alone != alone)):
            if page is not None:
                self._outputs.texts = None
                page.release()
            page = self._page = _Page(self._shader_cache, size, alone)
            self._drawn_key, self._drawn_time = None, float("-inf")
        return page

    def close(self) -> None:
        """Release everything."""
        self._outputs.texts = None
        if self._page is not None:
            self._page.release()
            self._page = None


class _Page:
    """Type for one size of window, and the picture that it is set on."""

    def __init__(self, shader_cache: ShaderCache, size: tuple[int, int], alone: bool) -> None:
        self.alone = alone
        """Whether it fills a window of its own."""
        self._drawing = DrawingContext(shader_cache, (), size, 0)
        self._panel, self._help = OperatorPanel(size, alone), Help(size)
        self._canvas: GLCanvas2D = self._drawing.canvas_2d(*self._panel.type_sizes, *self._help.type_sizes)
        self.picture: RenderTarget = self._drawing.target(kind="f1")

    def fits(self, size: tuple[int, int], alone: bool) -> bool:
        """Whether it is a page for such a window."""
        return (size, alone) == (self._drawing.size, self.alone)

    def draw(self, state: OperatorState | None, help_time: float | None = None) -> None:
        """Set the keys, those that are due at `help_time`, or without it the panel where there is a state."""
        self.picture.clear(*(PAPER if self.alone else ()))
        if help_time is not None:
            self._help.draw(self._canvas, help_time)
        elif state is not None:
            self._panel.draw(self._canvas, state)
        self._canvas.draw(self.picture)

    def release(self) -> None:
        self._drawing.release()
