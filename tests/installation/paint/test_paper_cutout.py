"""A cut-out is made of a few flat colours of the palette with shadows, and is the same each time."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from installation.paint.paper_cutout import GRAIN, cut_from_paper
from installation.paint.pictures.style import palette_of

GREY = palette_of(np.repeat(np.linspace(0, 255, 64, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2))
"""A palette of greys."""


def halves(height: int = 96, width: int = 128) -> tuple[np.ndarray, np.ndarray]:
    """A painting with a dark and a bright half, each with brush strokes in it, and the light of its guide."""
    y, x = np.mgrid[:height, :width]
    is_left = x < width // 2
    grey = np.where(is_left, 60.0, 190.0) + 8.0 * np.sin(0.9 * x + 0.4 * y)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8), np.where(is_left, -0.5, 0.5).astype(np.float32)


def test_areas_become_flat() -> None:
    picture, light = halves()
    cut = cut_from_paper(picture, light, GREY, 2).astype(float)
    for area in (np.s_[10:-10, 10:50], np.s_[10:-10, 80:-10]):
        assert cut[area].std() < 2.0 + 255.0 * GRAIN / 2.0 < picture[area].std() + 4.0
        assert cut[area].mean() == pytest.approx(picture[area].mean(), abs=6.0)


def test_edges_are_hard_and_specks_are_left_out() -> None:
    picture, light = halves(315, 400)
    light[150:153, 40:43] = 0.5
    cut = cut_from_paper(picture, light, GREY, 2).astype(float).mean(axis=2)
    assert cut[150:153, 40:43].mean() == pytest.approx(cut[120:180, 20:100].mean(), abs=4.0)
    assert cut[10:-10, 204:].min() - cut[10:-10, :196].max() > 90.0


def test_the_paper_has_the_hues_of_the_palette() -> None:
    dark, bright = np.full((64, 32, 3), (20, 60, 40), np.uint8), np.full((64, 32, 3), (240, 190, 110), np.uint8)
    picture, light = halves()
    cut = cut_from_paper(picture, light, palette_of(np.concatenate([dark, bright], axis=1)), 2)
    lab = cv2.cvtColor(cut.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    assert lab[10:-10, 10:50, 1].mean() < -8.0
    assert lab[10:-10, 80:-10, 2].mean() > 30.0


def test_the_brighter_sheet_throws_a_shadow_on_the_darker_one() -> None:
    # The bright half lies to the left, and its shadow to the right of it.
    picture, light = (values[:, ::-1] for values in halves(630, 800))
    cut = cut_from_paper(picture, np.ascontiguousarray(light), GREY, 2).astype(float)
    assert cut[10:-10, 402:404].mean() < cut[10:-10, 440:].mean() - 5.0
    assert cut[10:-10, 396:398].mean() == pytest.approx(cut[10:-10, :360].mean(), abs=4.0)


def test_it_is_the_same_for_the_same_seed_and_any_picture_can_be_cut() -> None:
    picture, light = halves()
    assert np.array_equal(cut_from_paper(picture, light, GREY, 5, 3), cut_from_paper(picture, light, GREY, 5, 3))
    plain = np.full((40, 30, 3), 77, np.uint8)
    cut = cut_from_paper(plain, np.zeros((20, 15), np.float32), GREY, 10)
    assert np.abs(cut.astype(int) - 77).max() < 20
