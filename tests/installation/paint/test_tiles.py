"""A large painting is one picture without seams, also where memory is short."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import tiny_painter
from installation.paint.tiles import PaintParameters, paint_tiled


def some(high: int, wide: int) -> np.ndarray:
    """A guide that is different everywhere."""
    return np.random.default_rng(0).random((high, wide, 12), np.float32)


class LimitedEngine(BuiltinEngine):
    """An engine with memory for so many pixels a side."""

    def __init__(self, most: int) -> None:
        super().__init__(tiny_painter())
        self.most = most
        self.sizes: list[tuple[int, ...]] = []

    def paint(self, guide: np.ndarray, style: Any, **options: Any) -> np.ndarray:
        if 2 * max(guide.shape[:2]) > self.most:
            raise MemoryError
        self.sizes.append(guide.shape[:2])
        return super().paint(guide, style, **options)


@pytest.mark.parametrize("size", [(260, 330), (260, 190), (186, 300)])
def test_tiles_make_the_same_picture_as_painting_it_at_once(size: tuple[int, int]) -> None:
    engine = BuiltinEngine(tiny_painter())
    style, guide = engine.styles["one"], some(*size)
    shares: list[float] = []
    whole = paint_tiled(engine, guide, PaintParameters(style, 3))
    parted = paint_tiled(engine, guide, PaintParameters(style, 3), tile_px=400, advance=shares.append)
    assert parted.shape == (2 * size[0], 2 * size[1], 3)
    assert shares[-1] == 1.0 and len(shares) > 1
    assert np.abs(parted.astype(int) - whole).max() <= 2


def test_without_memory_for_it_a_painting_comes_in_smaller_tiles_and_that_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    engine = LimitedEngine(700)
    painted = paint_tiled(engine, some(300, 400), PaintParameters(engine.styles["two"]))
    assert painted.shape == (600, 800, 3)
    assert len(engine.sizes) > 1
    assert caplog.messages == ["no memory for 800x600 pixels at once; in tiles of 400 now"]


def test_without_any_memory_it_ends_with_a_line() -> None:
    engine = LimitedEngine(100)
    with pytest.raises(UserError, match="no memory for a painting of 1000x800 pixels; choose a smaller size"):
        paint_tiled(engine, some(400, 500), PaintParameters(engine.styles["two"]))


def test_other_faults_are_not_taken_for_want_of_memory() -> None:
    engine = BuiltinEngine(tiny_painter())
    with pytest.raises((RuntimeError, ValueError)):
        paint_tiled(engine, some(40, 40)[..., :5], PaintParameters(engine.styles["one"]))
