"""Reference pictures of a library's styles: which files belong to a style, and square crops of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.paint.engines import store
from installation.paint.engines.weights import BUNDLED_WEIGHTS
from installation.paint.pictures.picture import PictureError, find_pictures, read_picture
from installation.paint.pictures.style import STYLE_SIDE_PX, resize_short_side
from installation.training.painter.style_pictures import read_style_table

Pixels = NDArray[np.uint8]

STYLE_TABLE_FILE = "styles.toml"
"""Table of styles beside a file of weights."""
MAX_PICTURES = 64
"""Pictures of a style that are used, evenly spaced."""
MIN_CROPS = 48
"""Crops of a style, even if it has few pictures."""
MAX_LONG_SIDE_PX = 4 * STYLE_SIDE_PX
"""Longer side of a picture as read; more is not needed."""
ZOOMS = 1.0, 1.12, 1.25
"""Magnifications of successive crops: a square picture has only one crop of its whole height."""


def style_table(weights: Path | None) -> dict[str, list[str]]:
    """Return the file patterns of each style of a painter.

    They stand in its model card, else in the styles.toml beside it, else in the bundled one.
    """
    table = store.card(weights).get("styles")
    if table:
        return dict(table)
    beside = (weights or BUNDLED_WEIGHTS).with_name(STYLE_TABLE_FILE)
    return read_style_table(beside if beside.is_file() else BUNDLED_WEIGHTS.with_name(STYLE_TABLE_FILE))


def style_files(data: Path, styles: Iterable[str], patterns: Mapping[str, Sequence[str]]) -> dict[str, list[Path]]:
    """Return the files below `data` of each style that has any; `patterns` are file names with wildcards (*).

    Raises PictureError if there is no such folder, or no picture in it.
    """
    every = {file.relative_to(data).as_posix(): file for file in find_pictures(data)}
    found = {
        style: [file for name, file in every.items() if any(fnmatch(name, pattern) for pattern in patterns[style])]
        for style in styles
        if style in patterns
    }
    return {style: own for style, own in found.items() if own}


def style_crops(files: Sequence[Path], seed: int = 0) -> list[list[Pixels]]:
    """Return squares of STYLE_SIDE_PX from each picture, whose short side is about that size.

    Pictures that cannot be read are left out; raises PictureError if none can.
    """
    rng = np.random.default_rng(seed)
    some = [files[i] for i in np.unique(np.linspace(0, len(files) - 1, min(MAX_PICTURES, len(files))).astype(int))]
    each = -(-MIN_CROPS // len(some))
    found: list[list[Pixels]] = []
    last_error: PictureError | None = None
    for file in some:
        try:
            picture = read_picture(file, MAX_LONG_SIDE_PX)
        except PictureError as error:
            last_error = error
            continue
        views = [resize_short_side(picture, round(STYLE_SIDE_PX * zoom)) for zoom in ZOOMS]
        found.append([_random_square(views[n % len(views)], rng) for n in range(each)])
    if not found and last_error is not None:
        raise last_error
    return found


def read_whole(file: Path) -> Pixels:
    """Read a picture with a short side of STYLE_SIDE_PX. Raises PictureError."""
    return resize_short_side(read_picture(file, MAX_LONG_SIDE_PX))


def _random_square(view: Pixels, rng: np.random.Generator) -> Pixels:
    top, left = (int(rng.integers(size - STYLE_SIDE_PX + 1)) for size in view.shape[:2])
    return np.ascontiguousarray(view[top : top + STYLE_SIDE_PX, left : left + STYLE_SIDE_PX])


def split_halves(crops: Sequence[Sequence[Pixels]]) -> tuple[list[Pixels], list[Pixels]]:
    """Split crops, grouped by picture, in two: by pictures if there are several, else within the one."""
    groups = crops if len(crops) > 1 else [[crop] for crop in crops[0]]
    first, second = ([crop for group in groups[half::2] for crop in group] for half in (0, 1))
    return first, second
