"""Painting a film by the worker that paints on walls: paint sticks to whoever moves, and rests where nothing does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.video_encoder import Encoder
from installation.interface.commission import Mix
from installation.interface.painted_figure import figures_of_visitors
from installation.interface.painter_knobs import PainterSettings
from installation.interface.visitor import Observation
from installation.offline.paint_inputs import fitted
from installation.paint.engines.engine import Engine
from installation.paint.request import PaintJob, PaintRequest
from installation.paint.worker import PainterWorker

Pixels = NDArray[np.uint8]
Looks = Iterable[tuple[Observation, Pixels]]
"""Who was seen in each picture, unmirrored, and the picture: see `installation.eye.offline`."""


@dataclass(slots=True)
class Result:
    """What became of a film."""

    frames: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    fault: str = ""


def painted(
    engine: Engine[Any], looks: Looks, within: tuple[int, int], styles: Mix, palette: str, wishes: PainterSettings,
    larger: bool = False, say: Callable[[str], None] = lambda note: None,
) -> Iterator[tuple[float, Pixels]]:  # fmt: skip
    """When, and the painting of what was seen then, which fits `within` a height and width; see `studio.fitted`.

    `say` is told what is wrong. Raises Trouble where there is no memory for any painting.
    """
    worker = PainterWorker(engine)
    shown: Pixels | None = None
    for observation, pixels in looks:
        size = fitted((pixels.shape[0], pixels.shape[1]), within, larger)
        figures = figures_of_visitors(observation.visitors, size[1] / size[0])
        picture = cv2.resize(pixels, (size[1] // 2, size[0] // 2), interpolation=cv2.INTER_AREA)
        work = PaintJob("film", figures, (), styles, palette, np.asarray(picture, np.uint8))
        order = PaintRequest(observation.time, size, (work,), settings=wishes)
        try:
            letter = worker.step({"paint": order}, observation.time)
        except MemoryError as error:
            raise UserError(f"{error}; ask for a smaller --size") from error
        if letter is not None and letter.pixels is not None:
            shown = letter.pixels
            if shown.shape[:2] != size:
                shown = np.asarray(cv2.resize(shown, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), np.uint8)
            if letter.body.note:
                say(letter.body.note)
        assert shown is not None
        yield observation.time, shown


def write(
    out: Path, paintings: Iterable[tuple[float, Pixels]], rate: float, seconds: float | None,
    advance: Callable[[float], None],
) -> Result:  # fmt: skip
    """Film paintings until they end, `seconds` are over, or Ctrl-C is pressed; `advance` hears the time of each.

    Raises Trouble where the file can't be opened; what else is wrong with it ends the film, and is told by the result.
    """
    result = Result()
    encoder: Encoder | None = None
    try:
        for t, pixels in paintings:
            if encoder is None:
                encoder = Encoder(out, (pixels.shape[1], pixels.shape[0]), rate)
            if seconds is not None and t >= seconds:
                break
            encoder.write(pixels, t)
            if encoder.fault:
                break
            result.frames, result.seconds = result.frames + 1, t + 1.0 / rate
            advance(t)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        if encoder is not None:
            encoder.close()
            result.fault = encoder.fault
    return result
