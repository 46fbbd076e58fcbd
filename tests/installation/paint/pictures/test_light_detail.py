"""The light of a guide stays visible in its painting."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from installation.paint.pictures.light_detail import with_guide_light
from installation.paint.pictures.style import palette_of

PALETTE = palette_of(np.repeat(np.linspace(20, 240, 64, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2))
"""A palette of greys from dark to light."""


def face(height: int = 240, width: int = 320) -> np.ndarray:
    """(h, w) the light -1..1 of two eyes and a mouth on a bright area."""
    light = np.full((height, width), 0.5, np.float32)
    for x, y, half_width in ((130, 100, 9), (190, 100, 9), (160, 150, 16)):
        cv2.ellipse(light, (x, y), (half_width, 4), 0.0, 0.0, 360.0, -0.4, -1)
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 1.0))


def lightness(painting: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(painting.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)[..., 0])


@pytest.mark.parametrize("grey", [60, 200, 235])
def test_a_face_that_was_washed_out_is_seen_again(grey: int) -> None:
    light = face()
    washed_out = np.full((*light.shape, 3), grey, np.uint8)
    painting = lightness(with_guide_light(washed_out, light, PALETTE))
    eyes, cheek = painting[98:102, 126:134].mean(), painting[110:114, 126:134].mean()
    assert cheek - eyes > 0.5 * 50.0 * 0.9 * 0.7


def test_a_painting_with_all_detail_stays_as_it_is() -> None:
    light = face()
    painting = np.repeat(np.rint(np.clip(127.0 + 120.0 * light, 0, 255))[..., None], 3, axis=2).astype(np.uint8)
    assert np.abs(with_guide_light(painting, light, PALETTE).astype(int) - painting).max() <= 2


def test_a_painting_too_dark_to_be_seen_is_exposed_and_a_dark_picture_stays_dark() -> None:
    dark = np.full((240, 320, 3), 30, np.uint8)
    flat = np.full((240, 320), 0.6, np.float32)
    exposed = lightness(with_guide_light(dark, flat, PALETTE)).mean()
    assert exposed > 1.8 * lightness(dark).mean()
    assert np.abs(with_guide_light(dark, -1.4 * flat, PALETTE).astype(int) - dark).max() <= 1
