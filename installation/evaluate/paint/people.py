"""Test people for the painter: square crops around persons in video clips, with their figures for the guide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.evaluate.clips import people_clips
from installation.eye.offline import observe_clip
from installation.eye.sources.kinds import open_reader
from installation.interface.painted_figure import PaintedFigure, figures_of_visitors, within
from installation.interface.visitor import State, Visitor
from installation.paint.guide.guide import CHANNEL_INDEX, draw_guide
from installation.paint.pictures.style import STYLE_SIDE_PX
from installation.venue.camera_section import CameraSection

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]
T = TypeVar("T")

SHOTS_PER_CLIP = 12
"""Shots of a clip, evenly spaced in time."""
CROP_HEIGHTS = 1.3
"""Side of the square around a person, in heights of their box."""
SETTLING_SECONDS = 1.0
"""Time at the beginning of a clip for the eye to find everyone."""
MAX_SECONDS = 5.0
"""Time until which a clip is used."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A person in one frame of a clip."""

    clip: str
    picture: Pixels
    """(STYLE_SIDE_PX, STYLE_SIDE_PX, 3)."""
    figures: tuple[PaintedFigure, ...]

    def guide(self, filmed: bool = True) -> Array:
        """Return the guide, with the camera picture if `filmed`, else with figures only."""
        half = STYLE_SIDE_PX // 2
        small = cv2.resize(self.picture, (half, half), interpolation=cv2.INTER_AREA)
        return draw_guide((half, half), self.figures, (), np.asarray(small, np.uint8) if filmed else None)

    @property
    def silhouette(self) -> NDArray[np.bool_]:
        """(STYLE_SIDE_PX, STYLE_SIDE_PX) where people are."""
        half = STYLE_SIDE_PX // 2
        cover = draw_guide((half, half), self.figures)[..., CHANNEL_INDEX["figure"]]
        return np.asarray(cv2.resize(cover, (2 * half, 2 * half), interpolation=cv2.INTER_LINEAR) > 0.5)


def find_shots(material: Path | None, advance: Callable[[float], None]) -> list[Shot]:
    """Return SHOTS_PER_CLIP shots of every clip of people that exists, one person each."""
    clips = people_clips(material)
    shots: list[Shot] = []
    for done, path in enumerate(clips, 1):
        shots += evenly_spaced(_shots_of(path), SHOTS_PER_CLIP)
        advance(done / len(clips))
    return shots


def evenly_spaced(values: Sequence[T], count: int) -> list[T]:
    """Return at most `count` of the values, evenly spaced, with both ends."""
    return [values[i] for i in np.unique(np.linspace(0, len(values) - 1, min(count, len(values))).astype(int))]


def _shots_of(path: Path) -> list[Shot]:
    found: list[Shot] = []
    reader = open_reader(str(path), 30.0, None)
    observed = observe_clip(reader, CameraSection(mirror=False))
    for count, (observation, pixels) in enumerate(takewhile(lambda pair: pair[0].time <= MAX_SECONDS, observed)):
        present = [visitor for visitor in observation.visitors if visitor.state is State.PRESENT]
        if observation.time >= SETTLING_SECONDS and present:
            found.append(_shot(path.stem, pixels, observation.visitors, present[count % len(present)]))
    return found


def _shot(name: str, pixels: Pixels, visitors: Sequence[Visitor], centre: Visitor) -> Shot:
    """Crop the square around the visitor `centre`, inside the picture."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = centre.box_px
    side = int(min(CROP_HEIGHTS * max(right - left, bottom - top), height, width))
    x = int(np.clip((left + right - side) / 2.0, 0, width - side))
    # If the whole body does not fit, the crop keeps the head.
    y = int(np.clip(min((top + bottom - side) / 2.0, top), 0, height - side))
    window = x / width, 1.0 - (y + side) / height, (x + side) / width, 1.0 - y / height
    figures = within(figures_of_visitors(visitors, width / height), window)
    interpolation = cv2.INTER_AREA if side > STYLE_SIDE_PX else cv2.INTER_CUBIC
    square = cv2.resize(pixels[y : y + side, x : x + side], (STYLE_SIDE_PX, STYLE_SIDE_PX), interpolation=interpolation)
    return Shot(name, np.asarray(square, np.uint8), figures)
