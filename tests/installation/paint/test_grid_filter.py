"""The grid filter takes the weave out of a painting and leaves its strokes."""

from __future__ import annotations

import numpy as np
import pytest

from installation.paint.grid_filter import without_grid


def strokes(height: int, width: int) -> np.ndarray:
    """Slanted strokes over a gradient, none of which repeats every four pixels."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grey = 120.0 + 40.0 * np.sin(0.37 * x + 0.53 * y) + 30.0 * (x / width)
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.mark.parametrize("size", [(200, 240), (187, 150)])
def test_a_weave_is_removed_and_strokes_stay(size: tuple[int, int]) -> None:
    clean = strokes(*size)
    y, x = np.mgrid[: size[0], : size[1]]
    weave = 8.0 * (((x % 4) < 2) ^ ((y % 4) < 2)) - 4.0
    woven = np.rint(clean + weave[..., None]).astype(np.uint8)
    difference = without_grid(woven).astype(np.float32) - clean
    whole = difference[: size[0] // 4 * 4, : size[1] // 4 * 4]
    assert np.abs(whole).mean() < 1.0
    assert np.abs(woven.astype(np.float32) - clean).mean() > 3.5


def test_a_painting_without_a_weave_stays_as_it_is() -> None:
    painting = np.rint(strokes(200, 240)).astype(np.uint8)
    assert np.abs(without_grid(painting).astype(int) - painting).mean() < 0.6
