"""Styles blend, turn and change their palettes without losing what they are."""

from __future__ import annotations

import numpy as np
import pytest

from installation.paint.pictures.style import (
    PALETTE_COLOURS,
    PALETTE_SIZE,
    Style,
    blend,
    palette_of,
    resize_short_side,
    slerp,
)


def _style(seed: int) -> Style:
    chance = np.random.default_rng(seed)
    return Style(chance.standard_normal(6, np.float32), chance.random(PALETTE_SIZE, np.float32))


def test_a_blend_of_one_style_is_that_style() -> None:
    style = _style(0)
    both = blend([style, style], [1.0, 3.0])
    assert np.allclose(both.stroke, style.stroke) and np.allclose(both.palette, style.palette)


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0], [np.nan, 1.0]])
def test_weights_that_make_no_mean_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        blend([_style(0), _style(1)], weights)


def test_a_turn_from_style_to_style_keeps_its_strength_on_the_way() -> None:
    one, other = _style(0), _style(1)
    assert np.allclose(slerp(one, other, 0.0).stroke, one.stroke, atol=1e-5)
    assert np.allclose(slerp(one, other, 1.0).stroke, other.stroke, atol=1e-5)
    lengths = [np.linalg.norm(s.stroke) for s in (one, slerp(one, other, 0.5), other)]
    assert min(lengths[0], lengths[2]) - 1e-4 <= lengths[1] <= max(lengths[0], lengths[2]) + 1e-4


def test_a_palette_changes_without_the_stroke() -> None:
    one, other = _style(0), _style(1)
    mixed = one.with_palette(other)
    assert np.array_equal(mixed.stroke, one.stroke) and np.array_equal(mixed.palette, other.palette)


def test_a_palette_tells_the_colours_of_a_picture_from_dark_to_light() -> None:
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:, 30:60] = (220, 30, 30)
    picture[:, 60:] = 255
    colours = palette_of(picture)[9:].reshape(PALETTE_COLOURS, 4)
    assert (np.diff(colours[:, 0]) >= 0).all()
    assert np.isclose(colours[:, 3].sum(), 1.0, atol=1e-5)
    assert colours[0, 0] < 0.1 and colours[-1, 0] > 0.9
    assert colours[:, 1].max() > 0.4


def test_a_flat_picture_has_a_palette_too() -> None:
    assert np.isfinite(palette_of(np.full((64, 64, 3), 128, np.uint8))).all()


def test_a_picture_is_reduced_to_its_short_side() -> None:
    assert resize_short_side(np.zeros((100, 300, 3), np.uint8), 50).shape == (50, 150, 3)
