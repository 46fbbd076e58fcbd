"""Offline painting of a film by the painter worker: paint moves with the visitors and rests where nothing moves."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.faults import Fault
from installation.core.video_encoder import Encoder
from installation.interface.commission import Mix
from installation.interface.painted_figure import figures_of_visitors, within
from installation.interface.painter_knobs import PainterSettings
from installation.interface.visitor import Observation
from installation.offline.paint_inputs import mixed_style, painting_size
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.engine import Engine
from installation.paint.grid_filter import without_grid
from installation.paint.pictures.palette_limit import within_palette
from installation.paint.pictures.style import Style
from installation.paint.request import PaintJob, PaintRequest
from installation.paint.worker import PainterWorker

Pixels = NDArray[np.uint8]
logger = logging.getLogger(__name__)

MARGIN_PX = 32
"""Mirrored border that is painted around a film and not shown, as of still pictures in `installation.paint.tiles`."""
ObservedFrames = Iterable[tuple[Observation, Pixels]]
"""Visitors of each frame, unmirrored, and the frame (h, w, 3): see `installation.eye.offline`."""


@dataclass(frozen=True, slots=True)
class PaintedFilmSettings:
    """How the frames of a film are painted."""

    max_size: tuple[int, int]
    """Greatest height and width of the paintings; see `paint_inputs.painting_size`."""
    styles: Mix
    palette: str
    """Name of the style whose colours are used; empty for the styles' own."""
    painter: PainterSettings
    enlarge: bool = False
    """Whether paintings may be larger than the film."""


@dataclass(slots=True)
class PaintedFilm:
    """Length and state of a film after painting."""

    frames: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    complete: bool = True
    """Whether the file holds every frame that was painted."""


def paint_frames(
    engine: Engine[Any], frames: ObservedFrames, settings: PaintedFilmSettings
) -> Iterator[tuple[float, Pixels]]:
    """Time and painting (h, w, 3) of each frame.

    Raises UserError without memory for any painting.
    """
    worker = PainterWorker(engine)
    painter_fault = Fault(logger)
    painting: Pixels | None = None
    builtin = isinstance(engine, BuiltinEngine)
    margin = MARGIN_PX if builtin else 0
    style = mixed_style(engine, settings.styles, settings.palette, settings.painter.strength)
    for observation, pixels in frames:
        size = painting_size((pixels.shape[0], pixels.shape[1]), settings.max_size, settings.enlarge)
        x, y = margin / size[1], margin / size[0]
        figures = within(figures_of_visitors(observation.visitors, size[1] / size[0]), (-x, -y, 1.0 + x, 1.0 + y))
        picture = cv2.resize(pixels, (size[1] // 2, size[0] // 2), interpolation=cv2.INTER_AREA)
        border = margin // 2
        wide = cv2.copyMakeBorder(picture, border, border, border, border, cv2.BORDER_REFLECT_101)
        size = (size[0] + 2 * margin, size[1] + 2 * margin)
        job = PaintJob("film", figures, (), settings.styles, settings.palette, np.asarray(wide, np.uint8))
        request = PaintRequest(observation.time, size, (job,), settings=settings.painter)
        try:
            message = worker.step({"paint": request}, observation.time)
        except MemoryError as error:
            raise UserError(f"{error}; choose a smaller --size") from error
        if message is not None and message.pixels is not None:
            painting = _clean(message.pixels, style, wide) if builtin else message.pixels
            if painting.shape[:2] != size:
                enlarged = cv2.resize(painting, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
                painting = np.asarray(enlarged, np.uint8)
            painting = np.ascontiguousarray(painting[margin : size[0] - margin, margin : size[1] - margin])
            painter_fault.set(message.body.note)
        assert painting is not None
        yield observation.time, painting


def _clean(painting: Pixels, style: Style, picture: NDArray[Any]) -> Pixels:
    """A painting of a picture (h, w, 3) by the built-in network, without its grid and strips."""
    light = cv2.cvtColor(picture.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[..., 0] / 50.0 - 1.0
    return within_palette(without_grid(painting), style.palette, np.asarray(light, np.float32))


def write_film(
    out: Path,
    paintings: Iterable[tuple[float, Pixels]],
    rate: float,
    max_seconds: float | None,
    advance: Callable[[float], None],
) -> PaintedFilm:
    """Encode timed paintings until they end, `max_seconds` are over, or Ctrl-C; `advance` receives the time of each.

    Raises UserError for a file that cannot be opened. A later encoder error ends the film.
    """
    film = PaintedFilm()
    encoder: Encoder | None = None
    try:
        for t, pixels in paintings:
            if encoder is None:
                encoder = Encoder(out, (pixels.shape[1], pixels.shape[0]), rate)
            if max_seconds is not None and t >= max_seconds:
                break
            encoder.write(pixels, t)
            if encoder.fault:
                break
            film.frames, film.seconds = film.frames + 1, t + 1.0 / rate
            advance(t)
    except KeyboardInterrupt:
        film.interrupted = True
    finally:
        if encoder is not None:
            encoder.close(is_whole=not film.interrupted)
            film.complete = not encoder.fault
    return film
