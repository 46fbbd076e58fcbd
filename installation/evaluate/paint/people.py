"""People on film as the painter is told of them: the frames' people in squares, and who they are in the guide."""

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
from installation.eye.sources import open_reader
from installation.interface.painted_figure import Figure, figures_of_visitors, within
from installation.interface.visitor import State, Visitor
from installation.paint.guide.guide import CHANNELS, draw_guide
from installation.paint.style import STYLE_SIDE_PX
from installation.venue.schema import CameraSection

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]
T = TypeVar("T")

EACH = 12
"""Of a clip, evenly spread."""
AROUND = 1.3
"""Side of the square around somebody, in heights of their box."""
SETTLED, SECONDS = 1.0, 5.0
"""Seconds that the eye is given to know who is there, and until which a clip is looked at."""
FIGURE = CHANNELS.index("figure")


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Somebody in one frame of a clip."""

    clip: str
    picture: Pixels
    """(SIDE, SIDE, 3)."""
    figures: tuple[Figure, ...]

    def guide(self, filmed: bool = True) -> Array:
        """What the painter is told: with what the camera saw, or only who is there."""
        half = STYLE_SIDE_PX // 2
        small = cv2.resize(self.picture, (half, half), interpolation=cv2.INTER_AREA)
        return draw_guide((half, half), self.figures, (), np.asarray(small, np.uint8) if filmed else None)

    @property
    def silhouette(self) -> NDArray[np.bool_]:
        """(SIDE, SIDE) where people are."""
        told = draw_guide((STYLE_SIDE_PX // 2, STYLE_SIDE_PX // 2), self.figures)[..., FIGURE]
        return np.asarray(cv2.resize(told, (STYLE_SIDE_PX, STYLE_SIDE_PX), interpolation=cv2.INTER_LINEAR) > 0.5)


def people(material: Path | None, advance: Callable[[float], None]) -> list[Shot]:
    """People of all clips that are there, EACH of a clip, one at a time."""
    there = people_clips(material)
    shots: list[Shot] = []
    for done, path in enumerate(there, 1):
        shots += spread(_of_clip(path), EACH)
        advance(done / len(there))
    return shots


def spread(values: Sequence[T], count: int) -> list[T]:
    """At most `count` of them, evenly spread."""
    return [values[i] for i in np.unique(np.linspace(0, len(values) - 1, min(count, len(values))).astype(int))]


def _of_clip(path: Path) -> list[Shot]:
    found: list[Shot] = []
    reader = open_reader(str(path), 30.0, None)
    watched = takewhile(lambda both: both[0].time <= SECONDS, observe_clip(reader, CameraSection(mirror=False)))
    for count, (seen, pixels) in enumerate(watched):
        here = [visitor for visitor in seen.visitors if visitor.state is State.PRESENT]
        if seen.time >= SETTLED and here:
            found.append(_shot(path.stem, pixels, seen.visitors, here[count % len(here)]))
    return found


def _shot(name: str, pixels: Pixels, visitors: Sequence[Visitor], one: Visitor) -> Shot:
    """The square around one of the visitors, as much of it as the picture has."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = one.box_px
    side = int(min(AROUND * max(right - left, bottom - top), height, width))
    x = int(np.clip((left + right - side) / 2.0, 0, width - side))
    # Where not all of them fits in, the head does.
    y = int(np.clip(min((top + bottom - side) / 2.0, top), 0, height - side))
    window = x / width, 1.0 - (y + side) / height, (x + side) / width, 1.0 - y / height
    figures = within(figures_of_visitors(visitors, width / height), window)
    how = cv2.INTER_AREA if side > STYLE_SIDE_PX else cv2.INTER_CUBIC
    square = cv2.resize(pixels[y : y + side, x : x + side], (STYLE_SIDE_PX, STYLE_SIDE_PX), interpolation=how)
    return Shot(name, np.asarray(square, np.uint8), figures)
