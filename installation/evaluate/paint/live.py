"""How paint behaves on the wall: whether it stands still with whoever stands still, and sticks to whoever moves.

Everything is painted as it is live, by the painter's worker, and beside that each picture anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.offline import GeneratedFrameReader, observe_clip
from installation.interface.painted_figure import Figure, figures_of_visitors
from installation.interface.painter_knobs import PainterSettings
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import NetworkPainter
from installation.paint.guide.guide import CHANNEL_INDEX, draw_guide
from installation.paint.request import PaintJob, PaintRequest, painting_size
from installation.paint.style import STYLE_SIDE_PX, resize_short_side
from installation.paint.worker import PainterWorker
from installation.venue.schema import CameraSection, EyeSection

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

EYE_RATE, RATE = 30.0, 12.0
"""Observations and paintings a second."""
SETTLED = 2.0
"""Seconds before anything counts."""
PAINTINGS = 60
NOISE, FLICKER = 3.0, 0.01
"""Deviation of a sensor's noise, of 255, and by how much lamps flicker: what makes the eye tremble."""
SHARP = 480
"""Short side of a camera's picture, pixels."""
SWING, PERIOD = 0.2, 4.0
"""Canvas widths and seconds by which somebody goes to and fro."""
RIM = 5
"""Pixels around a figure that are neither on it nor away from it."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Who is to be painted at one time."""

    time: float
    figures: tuple[Figure, ...]
    picture: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Calm:
    """Deviation over time of what stands still, of 255: the mean over pixels and colours."""

    on: float
    away: float


@dataclass(frozen=True, slots=True)
class Torn:
    """Mean difference of paintings from the one before carried along the true flow, of 255."""

    whole: float
    figure: float


def standing(picture: Pixels, camera: bool) -> list[Sight]:
    """Somebody in a photograph (h, w, 3) as the eye sees them over and over, through a camera's noise.

    With `camera` what is painted has the camera's light too.
    """
    frames = int(EYE_RATE * (SETTLED + PAINTINGS / RATE)) + 1
    picture = resize_short_side(picture, SHARP)
    aspect = picture.shape[1] / picture.shape[0]
    patient = EyeSection(static_seconds=600.0)
    seen = [
        Sight(observation.time, figures_of_visitors(observation.visitors, aspect), pixels if camera else None)
        for observation, pixels in observe_clip(
            GeneratedFrameReader(_noisy(picture, frames), EYE_RATE), CameraSection(mirror=False), patient
        )
    ]
    return [seen[min(int(n / RATE * EYE_RATE), len(seen) - 1)] for n in range(int(RATE * SETTLED) + PAINTINGS)]


def _noisy(picture: Pixels, frames: int) -> Iterator[Pixels]:
    chance = np.random.default_rng(3)
    for count in range(frames):
        noise = chance.normal(0.0, NOISE, picture.shape).astype(np.float32)
        yield np.clip(picture * (1.0 + FLICKER * np.sin(0.7 * count)) + noise, 0, 255).astype(np.uint8)


def walking(figures: Sequence[Figure]) -> list[Sight]:
    """Figures that go to and fro as they are, without moving a limb."""
    return [
        Sight(n / RATE, tuple(_shifted(figure, _way(n)) for figure in figures)) for n in range(int(RATE * PERIOD) + 1)
    ]


def _way(n: int) -> float:
    """Canvas widths from the middle in the n-th picture."""
    return SWING * float(np.sin(2.0 * np.pi * n / RATE / PERIOD))


def _shifted(figure: Figure, across: float) -> Figure:
    by = np.array([across, 0.0])
    return replace(figure, landmarks=figure.landmarks + by, outline=tuple(ring + by for ring in figure.outline))


def painted(painter: NetworkPainter, style: str, sights: Sequence[Sight], aspect: float) -> list[Pixels]:
    """One painting of each sight, as they come live; what the worker leaves as it was comes again."""
    worker = PainterWorker(BuiltinEngine(painter))
    size = painting_size(STYLE_SIDE_PX, aspect)
    found: list[Pixels] = []
    for sight in sights:
        work = PaintJob("measure", sight.figures, (), ((style, 1.0),), camera_picture=sight.picture)
        letter = worker.step({"paint": PaintRequest(sight.time, size, (work,), settings=PainterSettings())}, sight.time)
        new = letter.pixels if letter is not None else None
        found.append(found[-1] if new is None else new.copy())
    return found


def anew(painter: NetworkPainter, style: str, sights: Sequence[Sight], aspect: float) -> list[Pixels]:
    """The same, each painted as if it were the first."""
    high, wide = painting_size(STYLE_SIDE_PX, aspect)
    guides = (draw_guide((high // 2, wide // 2), sight.figures, (), sight.picture) for sight in sights)
    return [painter.paint(told, painter.styles[style]) for told in guides]


def calm(paintings: Sequence[Pixels], sights: Sequence[Sight]) -> Calm:
    """How still the last PAINTINGS are, on whoever stands there and away from them."""
    last = np.stack(paintings[-PAINTINGS:]).astype(np.float32)
    deviation = last.std(axis=0).mean(axis=-1)
    size = deviation.shape
    covers = [_cover(sight.figures, size) for sight in sights[-PAINTINGS:]]
    on = np.any(covers, axis=0)
    return Calm(_mean(deviation, on), _mean(deviation, ~_wider(on)))


def torn(paintings: Sequence[Pixels], sights: Sequence[Sight]) -> Torn:
    """How far paintings of `walking` are from the one before, carried along; what was uncovered doesn't count."""
    height, width = paintings[0].shape[:2]
    total: dict[str, list[float]] = {"whole": [], "figure": []}
    covers = [_cover(sight.figures, (height, width)) for sight in sights]
    for n in range(1, len(paintings)):
        step = np.array([[1.0, 0.0, (_way(n) - _way(n - 1)) * width], [0.0, 1.0, 0.0]], np.float32)
        carried = cv2.warpAffine(paintings[n - 1], step, (width, height), borderMode=cv2.BORDER_REPLICATE)
        on, ground = covers[n], ~_wider(covers[n]) & ~_wider(covers[n - 1])
        now, before = paintings[n].astype(np.float32), paintings[n - 1].astype(np.float32)
        error = np.where(on[..., None], np.abs(now - carried), np.abs(now - before)).mean(axis=-1)
        total["whole"].append(_mean(error, on | ground))
        total["figure"].append(_mean(error, on))
    return Torn(float(np.mean(total["whole"])), float(np.mean(total["figure"])))


def _cover(figures: Sequence[Figure], size: tuple[int, ...]) -> Mask:
    """(h, w) where figures are."""
    told = draw_guide((size[0] // 2, size[1] // 2), figures)[..., CHANNEL_INDEX["figure"]]
    return np.asarray(cv2.resize(told, (size[1], size[0]), interpolation=cv2.INTER_LINEAR) > 0.5)


def _wider(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) > 0)


def _mean(values: NDArray[np.floating], where: Mask) -> float:
    return float(values[where].mean()) if where.any() else 0.0
