"""Limit of a painting's colours to a palette."""

from __future__ import annotations

import cv2
import numpy as np

from installation.paint.pictures.palette_limit import MAX_DEVIATIONS, TOLERANCE, within_palette
from installation.paint.pictures.style import palette_of


def blue_picture() -> np.ndarray:
    """Blues of several strengths, the colours of a style."""
    rng = np.random.default_rng(3)
    lab = np.stack([rng.uniform(30, 80, (64, 64)), rng.normal(0, 4, (64, 64)), rng.normal(-25, 8, (64, 64))], -1)
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)


def test_a_red_strip_is_drawn_into_a_palette_without_red_and_its_lightness_stays() -> None:
    style = blue_picture()
    palette = palette_of(style)
    strip = np.full((4, 64, 3), (200, 40, 40), np.uint8)
    painting = within_palette(np.concatenate([style, strip]), palette)
    lab = cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    # The palette was made with a deviation of 4 along a; the limit has room for TOLERANCE too.
    greatest = MAX_DEVIATIONS * np.hypot(4.5, 100.0 * TOLERANCE) + 2.0
    assert np.abs(lab[-4:, :, 1]).max() < greatest
    before = cv2.cvtColor(strip.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    np.testing.assert_allclose(lab[-4:, :, 0], before[..., 0], atol=1.5)


def test_the_styles_own_colours_stay() -> None:
    style = blue_picture()
    changed = (within_palette(style, palette_of(style)) != style).any(axis=-1)
    assert changed.mean() < 0.15
