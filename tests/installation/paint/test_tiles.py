"""Whoever asks for a large painting gets one picture, without seams, also where memory is short."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.core.errors import Trouble
from installation.paint import tiles
from installation.paint.engines.builtin import Own
from installation.paint.engines.painter import tiny


def some(high: int, wide: int) -> np.ndarray:
    """A guide that is different everywhere."""
    return np.random.default_rng(0).random((high, wide, 12), np.float32)


class Forgetful(Own):
    """An engine with memory for so many pixels a side."""

    def __init__(self, most: int) -> None:
        super().__init__(tiny())
        self.most = most
        self.sizes: list[tuple[int, ...]] = []

    def paint(self, guide: np.ndarray, style: Any, **told: Any) -> np.ndarray:
        if 2 * max(guide.shape[:2]) > self.most:
            raise MemoryError
        self.sizes.append(guide.shape[:2])
        return super().paint(guide, style, **told)


@pytest.mark.parametrize("size", [(400, 610), (260, 190), (186, 500)])
def test_tiles_make_the_same_picture_as_painting_it_at_once(size: tuple[int, int]) -> None:
    engine = Own(tiny())
    style, guide = engine.styles["one"], some(*size)
    heard: list[float] = []
    whole = tiles.paint(engine, guide, style, 3)
    parted = tiles.paint(engine, guide, style, 3, tile=400, advance=heard.append)
    assert parted.shape == (2 * size[0], 2 * size[1], 3)
    assert heard[-1] == 1.0 and len(heard) > 1
    assert np.abs(parted.astype(int) - whole).max() <= 2


def test_without_memory_for_it_a_painting_comes_in_smaller_tiles_and_that_is_said() -> None:
    said: list[str] = []
    engine = Forgetful(700)
    painted = tiles.paint(engine, some(400, 500), engine.styles["two"], say=said.append)
    assert painted.shape == (800, 1000, 3)
    assert len(engine.sizes) > 1
    assert said == ["no memory for 1000x800 pixels at once; in tiles of 500 now"]


def test_without_any_memory_it_ends_with_a_line() -> None:
    engine = Forgetful(100)
    with pytest.raises(Trouble, match="no memory for a painting of 1000x800 pixels; ask for a smaller one"):
        tiles.paint(engine, some(400, 500), engine.styles["two"])


def test_other_faults_are_not_taken_for_want_of_memory() -> None:
    engine = Own(tiny())
    with pytest.raises((RuntimeError, ValueError)):
        tiles.paint(engine, some(40, 40)[..., :5], engine.styles["one"])
