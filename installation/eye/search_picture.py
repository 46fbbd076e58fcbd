"""The picture in which people are searched: without its ignored parts, and brightened where the room is nearly dark."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.venue.camera_section import CameraSection
from motion.smooth import blend_factor

Pixels = NDArray[np.uint8]

IGNORED_RGB = (114, 114, 114)
"""Colour of ignored parts: as that of a crop beyond the edges of the picture."""
LEVEL_QUANTILES = (0.01, 0.995)
"""Shares of the pixels below the dark and the bright level of a picture."""
DARK_LEVEL = 40.0
"""Bright level below which a picture is brightened fully: people are lost at a tenth of the light, not at a quarter."""
LIGHT_LEVEL = 80.0
"""Bright level from which on a picture stays as it is."""
TARGET_LEVEL = 200.0
"""Bright level of a picture that is brightened fully."""
MAX_GAIN = 20.0
"""Largest gain: more shows nothing but noise."""
LEVELS_SECONDS = 0.5
"""Time constant of the levels, so that a flickering light does not make the picture flicker."""
SAMPLE_STEP = 8
"""Every so many pixels of a row, and rows, are looked at for the levels."""


class SearchPicture:
    """Prepares the pictures of one camera for the search."""

    def __init__(self, camera: CameraSection) -> None:
        self._polygons = camera.ignore
        self._levels = AutoLevels() if camera.levels == "auto" else None
        self._ignored: Pixels | None = None
        """(height, width) 255 where ignored, for the size of the last picture."""
        self._plain: Pixels | None = None
        """A picture of IGNORED_RGB in that size."""

    def apply(self, pixels: Pixels, t: float) -> Pixels:
        """The picture (height, width, 3) to search at time `t`; `pixels` themselves where nothing is to be done."""
        if self._polygons and (self._ignored is None or self._ignored.shape != pixels.shape[:2]):
            self._ignored = ignored_mask(self._polygons, pixels.shape[:2])
            self._plain = np.full_like(pixels, IGNORED_RGB)
        picture = pixels if self._levels is None else self._levels.apply(pixels, self._ignored, t)
        if self._ignored is None or self._plain is None:
            return picture
        picture = picture.copy() if picture is pixels else picture
        return np.asarray(cv2.copyTo(self._plain, self._ignored, picture), np.uint8)


def ignored_mask(polygons: tuple[tuple[tuple[float, float], ...], ...], shape: tuple[int, ...]) -> Pixels:
    """255 for the pixels of a picture of `shape`, height and width, that lie in one of the polygons, else 0."""
    mask = np.zeros(shape[:2], np.uint8)
    for polygon in polygons:
        corners = np.round(np.array(polygon) * [shape[1], shape[0]]).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255)
    return mask


class AutoLevels:
    """Stretches the levels of dark pictures."""

    def __init__(self) -> None:
        self._levels: NDArray[np.float64] | None = None
        """Dark and bright level, smoothed."""
        self._time = 0.0

    def apply(self, pixels: Pixels, ignored: Pixels | None, t: float) -> Pixels:
        """The picture at time `t`, brightened where it is nearly dark; pixels in `ignored` (not 0) do not count."""
        sample = pixels[::SAMPLE_STEP, ::SAMPLE_STEP].max(axis=2)
        values = sample if ignored is None else sample[ignored[::SAMPLE_STEP, ::SAMPLE_STEP] == 0]
        if not values.size:
            return pixels
        levels = np.quantile(values, LEVEL_QUANTILES)
        share = 1.0 if self._levels is None or t < self._time else float(blend_factor(LEVELS_SECONDS, t - self._time))
        self._levels = levels if self._levels is None else self._levels + share * (levels - self._levels)
        self._time = t
        dark, bright = self._levels.tolist()
        need = min(max((LIGHT_LEVEL - bright) / (LIGHT_LEVEL - DARK_LEVEL), 0.0), 1.0)
        if need == 0.0:
            return pixels
        target = bright + need * (TARGET_LEVEL - bright)
        floor = need * dark
        gain = min(target / max(bright - floor, 1.0), MAX_GAIN)
        table = np.clip((np.arange(256) - floor) * gain, 0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(pixels, table), np.uint8)
