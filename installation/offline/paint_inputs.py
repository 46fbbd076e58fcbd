"""Whatever somebody brings to be painted: its guide and size, and the styles that they name."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.eye.photo_figures import FigureFinder
from installation.interface.commission import Mix
from installation.interface.painter_knobs import PainterSettings
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.engine import Engine
from installation.paint.guide.guide import draw_guide
from installation.paint.picture import MIN_SIDE_PX, SUFFIXES, PictureError, find_pictures, read_picture
from installation.paint.style_transition import StyleMixer

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]


def guide_of(picture: Pixels, size: tuple[int, int], figure_finder: FigureFinder) -> Array:
    """The guide for a painting of `size` (height, width) of a picture (h, w, 3), with the people who are in it."""
    return draw_guide((size[0] // 2, size[1] // 2), figure_finder.figures(picture), picture=picture)


def fitted(size: tuple[int, int], within: tuple[int, int], larger: bool) -> tuple[int, int]:
    """Height and width, even, of what has the aspect of `size` and fits `within` (both height and width).

    It becomes no larger than `size` unless `larger`. Raises Trouble where nothing of that shape can be painted.
    """
    scale = min(most / side for most, side in zip(within, size, strict=True))
    scale = scale if larger else min(scale, 1.0)
    high, wide = (2 * round(side * scale / 2.0) for side in size)
    if min(high, wide) < MIN_SIDE_PX:
        raise UserError(
            f"a painting of {wide}x{high} pixels; each side needs {MIN_SIDE_PX} or more: ask for a larger --size"
        )
    return high, wide


def mix_of(engine: Engine[Any], words: Sequence[str], advance: Advance = lambda share: None) -> Mix:
    """Styles with weights from words such as "tarot", "tarot:0.5", "ink.jpg" or "prints/:2".

    Raises Trouble where one is unknown, can't be read, or has a weight that is none.
    """
    found = []
    for number, word in enumerate(words):
        name, colon, weight = word.rpartition(":")
        if not colon or not _is_number(weight):
            name, weight = word, "1"
        if not (math.isfinite(float(weight)) and float(weight) > 0.0):
            raise UserError(f"style {word!r}: a weight of {weight}; right would be a number above 0, as in {name}:0.5")

        def reading(share: float, done: int = number) -> None:
            advance((done + share) / len(words))

        found.append((named(engine, name, reading), float(weight)))
    return tuple(found)


def named(engine: Engine[Any], name: str, advance: Advance = lambda share: None) -> str:
    """The name of a style that the engine knows, or knows from now on: taken from a picture, or a folder of them.

    Raises Trouble where it is unknown or can't be read.
    """
    place = Path(name)
    if name not in engine.styles and (place.exists() or place.suffix.lower() in SUFFIXES):
        if not isinstance(engine, BuiltinEngine):
            raise UserError(f"style {name!r}: only the engine own takes styles from pictures; say it in words")
        engine.painter.styles[name] = engine.painter.style_of(_read(place, advance))
    engine.style(name)
    return name


def style_of(engine: Engine[Any], mix: Mix, palette: str, strength: float) -> Any:
    """The style of a mix, in the colours of `palette` where one is named, as a scene would have it."""
    return StyleMixer(engine).step(PainterSettings(strength=strength), mix, palette, math.inf)


def _read(place: Path, advance: Advance) -> list[Pixels]:
    """All pictures of a folder that can be read; a single one must be."""
    files = find_pictures(place)
    found = []
    for done, file in enumerate(files):
        advance(done / len(files))
        try:
            found.append(read_picture(file, 1024))
        except PictureError:
            if len(files) == 1:
                raise
    if not found:
        raise PictureError(f"{place}: none of its {len(files)} pictures can be read")
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
