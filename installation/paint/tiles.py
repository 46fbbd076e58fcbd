"""Paintings larger than memory likes: in tiles that overlap, each laid softly over those before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from installation.core.errors import Trouble
from installation.paint.engines.engine import Engine
from installation.paint.engines.network import GRAIN, MULTIPLE
from installation.paint.guide.noise import SeedBlend

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

TILE = 1536
"""Pixels of a painting's side above which it is painted in tiles: the network takes some 0.3 kB a pixel."""
LEAST = 384
"""Pixels below which no tile is made smaller for want of memory."""
HALO = 128
"""Pixels around a tile that are painted with it and not shown: what lies further out has hardly any say in it."""
SEAM = 64
"""Pixels over which a tile comes in, at the inner end of the halo."""


def paint(
    engine: Engine[Any], guide: Array, style: Any, seed: int = 0, steps: int = 1, *, tile: int = TILE,
    advance: Advance = lambda share: None, say: Callable[[str], None] = lambda note: None,
) -> Pixels:  # fmt: skip
    """A painting (2 h, 2 w, 3) of a guide (h, w, 12), in tiles of at most `tile` pixels a side where it is larger.

    Where memory doesn't do, tiles are halved, and `say` is told. Raises Trouble where the smallest are too large.
    """
    while True:
        try:
            return _tiled(engine, guide, style, SeedBlend(seed), steps, tile, advance)
        except (MemoryError, RuntimeError) as error:
            if not lacks_memory(error):
                raise
            size = f"{2 * guide.shape[1]}x{2 * guide.shape[0]} pixels"
            tile = min(tile, 2 * max(guide.shape[:2])) // 2
            if tile < LEAST:
                raise Trouble(f"no memory for a painting of {size}; ask for a smaller one") from error
            say(f"no memory for {size} at once; in tiles of {tile} now")
            if torch.cuda.is_available():
                torch.cuda.empty_cache()


def lacks_memory(error: BaseException) -> bool:
    """Whether it is for want of memory, on whichever device."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "not enough memory" in str(error)


def _tiled(
    engine: Engine[Any], guide: Array, style: Any, seeds: SeedBlend, steps: int, tile: int, advance: Advance
) -> Pixels:
    high, wide = 2 * guide.shape[0], 2 * guide.shape[1]
    if max(high, wide) <= tile:
        return engine.paint(guide, style, seed=seeds, steps=steps)
    noise = -(-high // MULTIPLE) * MULTIPLE // GRAIN, -(-wide // MULTIPLE) * MULTIPLE // GRAIN
    painted = np.zeros((high, wide, 3), np.uint8)
    places = [(top, left) for top in _cuts(high, tile) for left in _cuts(wide, tile)]
    for done, ((top, bottom), (left, right)) in enumerate(places, 1):
        outer_top, outer_left = max(top - HALO, 0), max(left - HALO, 0)
        part = guide[outer_top // 2 : (bottom + HALO) // 2, outer_left // 2 : (right + HALO) // 2]
        told = replace(seeds, origin=(outer_top // GRAIN, outer_left // GRAIN), field_size=noise)
        engine.flush()
        new = engine.paint(part, style, seed=told, steps=steps)
        # It comes in over the end of those above and on the left, which reach as far beyond their own edge.
        first, start = max(top - SEAM, 0), max(left - SEAM, 0)
        last, end = min(bottom + SEAM, high), min(right + SEAM, wide)
        new = new[first - outer_top : last - outer_top, start - outer_left : end - outer_left]
        share = np.minimum(_coming(first, last, top)[:, None], _coming(start, end, left)[None, :])[..., None]
        place = painted[first:last, start:end]
        place[:] = (place + share * (new.astype(np.float32) - place) + 0.5).astype(np.uint8)
        advance(done / len(places))
    return painted


def _cuts(length: int, tile: int) -> list[tuple[int, int]]:
    """Where tiles begin and end along a side: about equally long, on whole multiples."""
    count = -(-length // tile)
    edges = [round(length * i / count / MULTIPLE) * MULTIPLE for i in range(count)] + [length]
    return list(pairwise(edges))


def _coming(first: int, last: int, edge: int) -> Array:
    """(last - first,) how much a tile counts that begins at `edge`: all from SEAM behind it on."""
    if first == edge:
        return np.ones(last - first, np.float32)
    return np.clip((np.arange(first, last, dtype=np.float32) + 0.5 - first) / (2.0 * SEAM), 0.0, 1.0)
