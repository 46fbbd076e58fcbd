"""The pictures that a library's styles are of: what paintings in a style should look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.paint.engines import store
from installation.paint.picture import PictureError, find_pictures, read_picture
from installation.paint.style import STYLE_SIDE_PX, resize_short_side
from installation.training.painter.style_pictures import read_style_table

Pixels = NDArray[np.uint8]

NAMES = "styles.toml"
MOST = 64
"""Pictures of a style that are looked at, evenly spread over all of them."""
LEAST = 48
"""Crops of a style, however few its pictures are."""
LONGEST = 4 * STYLE_SIDE_PX
"""Pixels of the longer side of what is read: more is never looked at."""
NEAR = 1.0, 1.12, 1.25
"""How near pictures are looked at, in turn: of a square one there is only one crop of its whole height."""


def table(weights: Path | None) -> dict[str, list[str]]:
    """Which files make which style of a painter: what its card says, else the styles.toml beside it, or the one that
    comes along."""
    told = store.card(weights).get("styles")
    if told:
        return dict(told)
    beside = (weights or store.BUNDLED_WEIGHTS).with_name(NAMES)
    return read_style_table(beside if beside.is_file() else store.BUNDLED_WEIGHTS.with_name(NAMES))


def files(data: Path, styles: Iterable[str], made_of: Mapping[str, Sequence[str]]) -> dict[str, list[Path]]:
    """The files below `data` of each style that has any; `made_of` names them, * standing for anything.

    Raises PictureError where there is no such folder, or no picture in it.
    """
    every = {file.relative_to(data).as_posix(): file for file in find_pictures(data)}
    found = {
        style: [file for name, file in every.items() if any(fnmatch(name, pattern) for pattern in made_of[style])]
        for style in styles
        if style in made_of
    }
    return {style: own for style, own in found.items() if own}


def crops(own: Sequence[Path], seed: int = 0) -> list[list[Pixels]]:
    """Of each picture some squares of SIDE pixels, cut where its short side has about as many, as styles are looked at.

    Pictures that can't be read are left out; raises PictureError where none can.
    """
    chance = np.random.default_rng(seed)
    some = [own[i] for i in np.unique(np.linspace(0, len(own) - 1, min(MOST, len(own))).astype(int))]
    each = -(-LEAST // len(some))
    found: list[list[Pixels]] = []
    trouble: PictureError | None = None
    for file in some:
        try:
            picture = read_picture(file, LONGEST)
        except PictureError as error:
            trouble = error
            continue
        views = [resize_short_side(picture, round(STYLE_SIDE_PX * near)) for near in NEAR]
        found.append([_square(views[n % len(views)], chance) for n in range(each)])
    if not found and trouble is not None:
        raise trouble
    return found


def whole(file: Path) -> Pixels:
    """A picture whose short side has SIDE pixels. Raises PictureError."""
    return resize_short_side(read_picture(file, LONGEST))


def _square(view: Pixels, chance: np.random.Generator) -> Pixels:
    top, left = (int(chance.integers(size - STYLE_SIDE_PX + 1)) for size in view.shape[:2])
    return np.ascontiguousarray(view[top : top + STYLE_SIDE_PX, left : left + STYLE_SIDE_PX])


def halves(found: Sequence[Sequence[Pixels]]) -> tuple[list[Pixels], list[Pixels]]:
    """The crops in two: of different pictures where there are such, else of the same one."""
    groups = found if len(found) > 1 else [[crop] for crop in found[0]]
    first, second = ([crop for group in groups[half::2] for crop in group] for half in (0, 1))
    return first, second
