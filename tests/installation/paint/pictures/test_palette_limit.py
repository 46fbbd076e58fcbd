"""Limit of a painting's colours to a palette."""

from __future__ import annotations

import cv2
import numpy as np

from installation.paint.pictures.palette_limit import MAX_DEVIATIONS, TOLERANCE, within_palette
from installation.paint.pictures.style import palette_of


def to_rgb(lab: np.ndarray) -> np.ndarray:
    rgb = cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_LAB2RGB)
    return (np.clip(rgb, 0, 1) * 255 + 0.5).astype(np.uint8)


def to_lab(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(rgb.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB))


def blue_picture() -> np.ndarray:
    """Blues of several strengths, the colours of a style."""
    rng = np.random.default_rng(3)
    return to_rgb(
        np.stack([rng.uniform(30, 80, (64, 64)), rng.normal(0, 4, (64, 64)), rng.normal(-25, 8, (64, 64))], -1)
    )


def blue_and_sand() -> np.ndarray:
    """Dark blue and light sand, as in a print of two inks, with every mixture in between."""
    rng = np.random.default_rng(4)
    share = rng.beta(0.4, 0.4, (64, 64))
    return to_rgb(np.stack([35.0 + 45.0 * share, rng.normal(0, 2, (64, 64)), -25.0 + 45.0 * share], -1))


def test_a_red_strip_is_drawn_into_a_palette_without_red_and_its_lightness_stays() -> None:
    style = blue_picture()
    strip = np.full((4, 64, 3), (200, 40, 40), np.uint8)
    lab = to_lab(within_palette(np.concatenate([style, strip]), palette_of(style)))
    # The palette was made with a deviation of 4 along a; the limit has room for TOLERANCE too.
    greatest = MAX_DEVIATIONS * np.hypot(4.5, TOLERANCE) + 2.0
    assert np.abs(lab[-4:, :, 1]).max() < greatest
    np.testing.assert_allclose(lab[-4:, :, 0], to_lab(strip)[..., 0], atol=1.5)


def test_violet_beside_the_line_from_blue_to_sand_is_drawn_to_it_and_grey_on_the_line_stays() -> None:
    palette = palette_of(blue_and_sand())
    violet, grey = to_rgb(np.full((8, 64, 3), (50.0, 22.0, -12.0))), to_rgb(np.full((8, 64, 3), (57.0, 0.0, -3.0)))
    painting = within_palette(np.concatenate([violet, grey]), palette)
    assert to_lab(painting[:8])[..., 1].max() < 9.0
    assert np.array_equal(painting[8:], grey)


def test_beside_a_strong_edge_a_strip_of_another_hue_is_drawn_into_the_palette_and_elsewhere_accents_stay() -> None:
    palette = palette_of(blue_and_sand())
    pale_violet = to_rgb(np.full((160, 200, 3), (60.0, 7.0, -6.0)))
    light = np.full((80, 100), 0.6, np.float32)
    light[:, 25:30] = -0.6
    reddish = to_lab(within_palette(pale_violet, palette, light))[..., 1]
    assert reddish[:, 64:72].mean() < 0.6 * reddish[:, 150:].mean()
    assert np.allclose(reddish[:, 150:], to_lab(within_palette(pale_violet, palette))[:, 150:, 1], atol=0.5)


def test_the_styles_own_colours_stay() -> None:
    for style in (blue_picture(), blue_and_sand()):
        changed = (within_palette(style, palette_of(style)) != style).any(axis=-1)
        assert changed.mean() < 0.3


def test_a_palette_of_one_colour_and_a_large_painting_are_limited() -> None:
    palette = palette_of(np.full((64, 64, 3), (120, 110, 90), np.uint8))
    painting = within_palette(np.full((1100, 16, 3), (90, 60, 200), np.uint8), palette)
    lab = to_lab(painting)[..., 1:]
    assert np.abs(lab - 100.0 * palette[1:3]).max() < MAX_DEVIATIONS * (TOLERANCE + 1.0)
