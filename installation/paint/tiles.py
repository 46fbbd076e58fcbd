"""Tiled painting of pictures larger than memory allows: overlapping tiles, each blended over those before it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.engine import Engine
from installation.paint.engines.network import GRAIN_PX, SIZE_MULTIPLE_PX
from installation.paint.grid_filter import without_grid
from installation.paint.guide.guide import CHANNEL_INDEX
from installation.paint.guide.noise import SeedBlend
from installation.paint.pictures.light_detail import with_guide_light
from installation.paint.pictures.palette_limit import within_palette

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Advance = Callable[[float], None]

logger = logging.getLogger(__name__)

MAX_TILE_PX = 1536
"""Side of a painting above which it is painted in tiles: the network takes about 0.3 kB a pixel."""
MIN_TILE_PX = 384
"""Side below which tiles are not halved further when memory is short."""
HALO_PX = 128
"""Border that is painted with a tile and not shown: content further away has next to no influence on the tile."""
MARGIN_PX = 64
"""Mirrored border that the network paints around a picture and that is not shown: at the edge of what it sees it leaves
a strip in another colour."""
SEAM_PX = 64
"""Width of the blend at the inner end of the halo."""


@dataclass(frozen=True, slots=True)
class PaintParameters:
    """Style, seed and number of steps of a painting."""

    style: Any
    seed: int = 0
    steps: int = 1


def paint_tiled(
    engine: Engine[Any],
    guide: Array,
    parameters: PaintParameters,
    *,
    tile_px: int = MAX_TILE_PX,
    advance: Advance = lambda share: None,
) -> Pixels:
    """Return a painting (2 h, 2 w, 3) of a guide (h, w, 12), in tiles if a side is longer than `tile_px`.

    The built-in network's strip at the edges, its grid, and colours far from the style's are left out, and detail that
    it washes out is restored. On out-of-memory errors tiles are halved. `advance` gets the finished share. Raises
    UserError if the smallest tiles do not fit.
    """
    while True:
        try:
            return _paint_clean(engine, guide, parameters, tile_px, advance)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            size = f"{2 * guide.shape[1]}x{2 * guide.shape[0]} pixels"
            tile_px = min(tile_px, 2 * max(guide.shape[:2])) // 2
            if tile_px < MIN_TILE_PX:
                raise UserError(f"no memory for a painting of {size}; choose a smaller size") from error
            logger.warning("no memory for %s at once; in tiles of %d now", size, tile_px, exc_info=error)
            if torch.cuda.is_available():
                torch.cuda.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error is for want of memory, on any device."""
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "not enough memory" in str(error)


def _paint_clean(
    engine: Engine[Any], guide: Array, parameters: PaintParameters, tile_px: int, advance: Advance
) -> Pixels:
    if not isinstance(engine, BuiltinEngine):
        return _paint(engine, guide, parameters, tile_px, advance)
    border = MARGIN_PX // 2
    wide = np.pad(guide, ((border, border), (border, border), (0, 0)), "reflect")
    painted = _paint(engine, wide, parameters, tile_px, advance)
    palette, light = parameters.style.palette, wide[..., CHANNEL_INDEX["light"]]
    clean = within_palette(with_guide_light(without_grid(painted), light, palette), palette, light)
    return np.ascontiguousarray(clean[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX])


def _paint(engine: Engine[Any], guide: Array, parameters: PaintParameters, tile_px: int, advance: Advance) -> Pixels:
    seeds, style, steps = SeedBlend(parameters.seed, broad=True), parameters.style, parameters.steps
    height, width = 2 * guide.shape[0], 2 * guide.shape[1]
    if max(height, width) <= tile_px:
        return engine.paint(guide, style, seed=seeds, steps=steps)
    field = (
        -(-height // SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX // GRAIN_PX,
        -(-width // SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX // GRAIN_PX,
    )
    painted = np.zeros((height, width, 3), np.uint8)
    tiles = [(rows, columns) for rows in _cuts(height, tile_px) for columns in _cuts(width, tile_px)]
    for done, ((top, bottom), (left, right)) in enumerate(tiles, 1):
        outer_top, outer_left = max(top - HALO_PX, 0), max(left - HALO_PX, 0)
        part = guide[outer_top // 2 : (bottom + HALO_PX) // 2, outer_left // 2 : (right + HALO_PX) // 2]
        seed = replace(seeds, origin=(outer_top // GRAIN_PX, outer_left // GRAIN_PX), field_size=field)
        engine.flush()
        new = engine.paint(part, style, seed=seed, steps=steps)
        # The tile fades in over the ends of those above and left of it, which reach as far beyond their own edges.
        first, start = max(top - SEAM_PX, 0), max(left - SEAM_PX, 0)
        last, end = min(bottom + SEAM_PX, height), min(right + SEAM_PX, width)
        new = new[first - outer_top : last - outer_top, start - outer_left : end - outer_left]
        share = np.minimum(_fade_in(first, last, top)[:, None], _fade_in(start, end, left)[None, :])[..., None]
        place = painted[first:last, start:end]
        place[:] = (place + share * (new.astype(np.float32) - place) + 0.5).astype(np.uint8)
        advance(done / len(tiles))
    return painted


def _cuts(length: int, tile_px: int) -> list[tuple[int, int]]:
    """Return begin and end of the tiles along a side: about equally long, in multiples of SIZE_MULTIPLE_PX."""
    count = -(-length // tile_px)
    edges = [round(length * i / count / SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX for i in range(count)] + [length]
    return list(pairwise(edges))


def _fade_in(first: int, last: int, edge: int) -> Array:
    """Return (last - first,) the weight of a tile that begins at `edge`: 1 from SEAM_PX behind the edge on."""
    if first == edge:
        return np.ones(last - first, np.float32)
    ramp: Array = np.clip((np.arange(first, last, dtype=np.float32) + 0.5 - first) / (2.0 * SEAM_PX), 0.0, 1.0)
    return ramp
