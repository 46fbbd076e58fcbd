"""Inputs of offline painting: the guide and size of a picture, and styles by name, picture or folder."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.eye.photo_figures import FigureFinder, FoundPeople
from installation.interface.commission import Mix
from installation.interface.painter_knobs import PainterSettings
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.engine import Engine
from installation.paint.guide.guide import draw_guide
from installation.paint.pictures.picture import MIN_SIDE_PX, SUFFIXES, PictureError, find_pictures, read_picture
from installation.paint.style_transition import StyleMixer

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

logger = logging.getLogger(__name__)

STYLE_PICTURE_PX = 1024
"""Longest side at which pictures of a style are read."""


def guide_of_picture(
    picture: Pixels, size: tuple[int, int], figure_finder: FigureFinder | None, detail: float = 1.0
) -> Array:
    """The guide for a painting of `size` (height, width) of a picture (h, w, 3), with the people in it.

    `detail` 0..1 as in `draw_guide`. People whose bodies are not found are painted as a part of the picture, and that
    is logged.
    """
    people = figure_finder.find(picture) if figure_finder is not None else FoundPeople(())
    if faces := people.faces_without_body:
        logger.warning(
            "%d face%s without a body that can be found: painted as a part of the picture",
            faces,
            " is" if faces == 1 else "s are",
        )
    return draw_guide((size[0] // 2, size[1] // 2), people.figures, picture=picture, detail=detail)


def painting_size(size: tuple[int, int], max_size: tuple[int, int], enlarge: bool) -> tuple[int, int]:
    """Even height and width with the aspect of `size` that fit `max_size` (both height and width).

    Never larger than `size` unless `enlarge`. Raises UserError if a side becomes too short to paint.
    """
    scale = min(limit / side for limit, side in zip(max_size, size, strict=True))
    scale = scale if enlarge else min(scale, 1.0)
    height, width = (2 * round(side * scale / 2.0) for side in size)
    if min(height, width) < MIN_SIDE_PX:
        raise UserError(
            f"a painting of {width}x{height} pixels; each side needs {MIN_SIDE_PX} or more: choose a larger --size"
        )
    return height, width


def parse_style_mix(engine: Engine[Any], words: Sequence[str], advance: Advance = lambda share: None) -> Mix:
    """Style names and weights from words such as "mosaic", "mosaic:0.5", "ink.jpg" or "prints/:2".

    A name of two words may come in two, as a shell without quotes gives them.
    Raises UserError for a style that is unknown or unreadable, and for a weight that is not positive.
    """
    mix = []
    words = _joined(words, list(engine.styles))
    for number, word in enumerate(words):
        name, colon, weight = word.rpartition(":")
        if not colon or not _is_number(weight):
            name, weight = word, "1"
        if not (math.isfinite(float(weight)) and float(weight) > 0.0):
            raise UserError(f"style {word!r}: a weight of {weight}; expected a number above 0, as in {name}:0.5")

        def advance_word(share: float, done: int = number) -> None:
            advance((done + share) / len(words))

        mix.append((resolve_style(engine, name, advance_word), float(weight)))
    return tuple(mix)


def resolve_style(engine: Engine[Any], name: str, advance: Advance = lambda share: None) -> str:
    """Return `name`, and add it to the engine's styles first if it is the path of a picture or a folder of pictures.

    Raises UserError for a style that is unknown or unreadable.
    """
    path = Path(name)
    if name not in engine.styles and (path.exists() or path.suffix.lower() in SUFFIXES):
        if not isinstance(engine, BuiltinEngine):
            raise UserError(f"style {name!r}: only the builtin engine takes styles from pictures; describe it in words")
        engine.painter.styles[name] = engine.painter.style_of(_read_pictures(path, advance))
    engine.style(name)
    return name


def mixed_style(engine: Engine[Any], mix: Mix, palette: str, strength: float) -> Any:
    """The style of a mix, in the colours of the style `palette` unless that is empty, as for a scene."""
    return StyleMixer(engine).step(PainterSettings(strength=strength), mix, palette, math.inf)


def _read_pictures(path: Path, advance: Advance) -> list[Pixels]:
    """The readable pictures of a folder, or a single picture. Raises PictureError where there is none."""
    files = find_pictures(path)
    pictures = []
    for done, file in enumerate(files):
        advance(done / len(files))
        try:
            pictures.append(read_picture(file, STYLE_PICTURE_PX))
        except PictureError:
            if len(files) == 1:
                raise
    if not pictures:
        raise PictureError(f"{path}: none of its {len(files)} pictures can be read")
    return pictures


def _joined(words: Sequence[str], known: Sequence[str]) -> list[str]:
    """The words, of which two in a row that make the name of a style are one."""
    joined: list[str] = []
    for word in words:
        pair = f"{joined[-1]} {word}" if joined else ""
        name, colon, weight = pair.rpartition(":")
        if pair in known or (colon and name in known and _is_number(weight)):
            joined[-1] = pair
        else:
            joined.append(word)
    return joined


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
