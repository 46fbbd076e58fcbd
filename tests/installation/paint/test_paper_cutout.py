"""A cut-out is made of a few flat colours with shadows, and is the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from installation.paint.paper_cutout import GRAIN, cut_from_paper


def halves(height: int = 96, width: int = 128) -> np.ndarray:
    """A dark and a bright half, each with brush strokes in it."""
    y, x = np.mgrid[:height, :width]
    grey = np.where(x < width // 2, 60.0, 190.0) + 8.0 * np.sin(0.9 * x + 0.4 * y)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def test_areas_become_flat() -> None:
    picture = halves()
    cut = cut_from_paper(picture, 2).astype(float)
    for area in (np.s_[10:-10, 10:50], np.s_[10:-10, 80:-10]):
        assert cut[area].std() < 2.0 + 255.0 * GRAIN / 2.0 < picture[area].std() + 4.0
        assert cut[area].mean() == pytest.approx(picture[area].mean(), abs=6.0)


def test_the_brighter_sheet_throws_a_shadow_on_the_darker_one() -> None:
    # The bright half lies to the left, and its shadow to the right of it.
    picture = halves(630, 800)[:, ::-1]
    cut = cut_from_paper(picture, 2).astype(float)
    assert cut[10:-10, 402:404].mean() < cut[10:-10, 440:].mean() - 5.0
    assert cut[10:-10, 396:398].mean() == pytest.approx(cut[10:-10, :360].mean(), abs=4.0)


def test_it_is_the_same_for_the_same_seed_and_any_picture_can_be_cut() -> None:
    picture = halves()
    assert np.array_equal(cut_from_paper(picture, 5, 3), cut_from_paper(picture, 5, 3))
    plain = np.full((40, 30, 3), 77, np.uint8)
    assert np.abs(cut_from_paper(plain, 10).astype(int) - 77).max() < 20
