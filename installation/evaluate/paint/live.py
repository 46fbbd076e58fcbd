"""Temporal stability of live paintings: flicker on and beside a person who stands, warp error on one who moves.

Everything is painted as it is live, by the painter's worker, and for comparison each picture independently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.offline import GeneratedFrameReader, observe_clip
from installation.interface.painted_figure import PaintedFigure, figures_of_visitors
from installation.interface.painter_knobs import PainterSettings
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import NetworkPainter
from installation.paint.guide.guide import CHANNEL_INDEX, draw_guide
from installation.paint.pictures.style import STYLE_SIDE_PX, resize_short_side
from installation.paint.request import PaintJob, PaintRequest, painting_size
from installation.paint.worker import PainterWorker
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

EYE_RATE_HZ = 30.0
"""Observations a second."""
PAINT_RATE_HZ = 12.0
"""Paintings a second."""
SETTLING_SECONDS = 2.0
"""Seconds before anything counts."""
PAINTINGS = 60
"""Paintings that count."""
SENSOR_NOISE = 3.0
"""Standard deviation of a sensor's noise, of 255: it makes the eye's landmarks jitter."""
LAMP_FLICKER = 0.01
"""Relative amplitude of the lamps' flicker."""
CAMERA_SIDE_PX = 480
"""Short side of a camera's picture."""
SWING_WIDTHS = 0.2
"""Amplitude, in canvas widths, of the person who moves."""
SWING_SECONDS = 4.0
"""Period of the person who moves."""
RIM_PX = 5
"""Pixels around a figure that count neither as on it nor as beside it."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveFrame:
    """Input of one live painting."""

    time: float
    figures: tuple[PaintedFigure, ...]
    camera_picture: Pixels | None = None


@dataclass(frozen=True, slots=True)
class TemporalDeviation:
    """Standard deviation over time, of 255, where nothing moves: mean over pixels and colours."""

    on: float
    """On the figure."""
    away: float
    """Beside the figure."""


@dataclass(frozen=True, slots=True)
class WarpError:
    """Mean difference, of 255, between each painting and the one before warped along the true flow."""

    whole: float
    figure: float


def standing_person(picture: Pixels, camera: bool) -> list[LiveFrame]:
    """Return frames of a person in a photograph (h, w, 3), tracked by the eye through a camera's noise.

    With `camera` the painter gets the camera picture too.
    """
    frames = int(EYE_RATE_HZ * (SETTLING_SECONDS + PAINTINGS / PAINT_RATE_HZ)) + 1
    picture = resize_short_side(picture, CAMERA_SIDE_PX)
    aspect = picture.shape[1] / picture.shape[0]
    # Without a long limit the eye would drop a person who never moves as a static object.
    eye = EyeSection(static_seconds=600.0)
    reader = GeneratedFrameReader(_noisy_frames(picture, frames), EYE_RATE_HZ)
    observed = [
        LiveFrame(observation.time, figures_of_visitors(observation.visitors, aspect), pixels if camera else None)
        for observation, pixels in observe_clip(reader, CameraSection(mirror=False), eye)
    ]
    count = int(PAINT_RATE_HZ * SETTLING_SECONDS) + PAINTINGS
    return [observed[min(int(n / PAINT_RATE_HZ * EYE_RATE_HZ), len(observed) - 1)] for n in range(count)]


def _noisy_frames(picture: Pixels, frames: int) -> Iterator[Pixels]:
    rng = np.random.default_rng(3)
    for count in range(frames):
        noise = rng.normal(0.0, SENSOR_NOISE, picture.shape).astype(np.float32)
        yield np.clip(picture * (1.0 + LAMP_FLICKER * np.sin(0.7 * count)) + noise, 0, 255).astype(np.uint8)


def moving_figures(figures: Sequence[PaintedFigure]) -> list[LiveFrame]:
    """Return frames of figures that swing sideways as rigid shapes."""
    return [
        LiveFrame(n / PAINT_RATE_HZ, tuple(_shifted(figure, _swing(n)) for figure in figures))
        for n in range(int(PAINT_RATE_HZ * SWING_SECONDS) + 1)
    ]


def _swing(n: int) -> float:
    """Return the offset from the middle in the n-th painting, canvas widths."""
    return SWING_WIDTHS * float(np.sin(2.0 * np.pi * n / PAINT_RATE_HZ / SWING_SECONDS))


def _shifted(figure: PaintedFigure, across: float) -> PaintedFigure:
    offset = np.array([across, 0.0])
    return replace(figure, landmarks=figure.landmarks + offset, outline=tuple(ring + offset for ring in figure.outline))


def paint_live(painter: NetworkPainter, style: str, frames: Sequence[LiveFrame], aspect: float) -> list[Pixels]:
    """Return the worker's painting of each frame; the last one again where it reports no change."""
    worker = PainterWorker(BuiltinEngine(painter))
    size = painting_size(STYLE_SIDE_PX, aspect)
    found: list[Pixels] = []
    for frame in frames:
        job = PaintJob("measure", frame.figures, (), ((style, 1.0),), camera_picture=frame.camera_picture)
        request = PaintRequest(frame.time, size, (job,), settings=PainterSettings())
        message = worker.step({"paint": request}, frame.time)
        new = message.pixels if message is not None else None
        found.append(found[-1] if new is None else new.copy())
    return found


def paint_independently(
    painter: NetworkPainter, style: str, frames: Sequence[LiveFrame], aspect: float
) -> list[Pixels]:
    """Return a painting of each frame without any state from those before."""
    height, width = painting_size(STYLE_SIDE_PX, aspect)
    guides = (draw_guide((height // 2, width // 2), frame.figures, (), frame.camera_picture) for frame in frames)
    return [painter.paint(guide, painter.styles[style]) for guide in guides]


def temporal_deviation(paintings: Sequence[Pixels], frames: Sequence[LiveFrame]) -> TemporalDeviation:
    """Measure the last PAINTINGS, on the figures that stand there and away from them."""
    last = np.stack(paintings[-PAINTINGS:]).astype(np.float32)
    deviation = last.std(axis=0).mean(axis=-1)
    size = deviation.shape
    covers = [_cover(frame.figures, size) for frame in frames[-PAINTINGS:]]
    on = np.any(covers, axis=0)
    return TemporalDeviation(_mean(deviation, on), _mean(deviation, ~_dilated(on)))


def warp_error(paintings: Sequence[Pixels], frames: Sequence[LiveFrame]) -> WarpError:
    """Measure paintings of `moving_figures`; uncovered places do not count."""
    height, width = paintings[0].shape[:2]
    total: dict[str, list[float]] = {"whole": [], "figure": []}
    covers = [_cover(frame.figures, (height, width)) for frame in frames]
    for n in range(1, len(paintings)):
        step = np.array([[1.0, 0.0, (_swing(n) - _swing(n - 1)) * width], [0.0, 1.0, 0.0]], np.float32)
        warped = cv2.warpAffine(paintings[n - 1], step, (width, height), borderMode=cv2.BORDER_REPLICATE)
        on, ground = covers[n], ~_dilated(covers[n]) & ~_dilated(covers[n - 1])
        now, before = paintings[n].astype(np.float32), paintings[n - 1].astype(np.float32)
        error = np.where(on[..., None], np.abs(now - warped), np.abs(now - before)).mean(axis=-1)
        total["whole"].append(_mean(error, on | ground))
        total["figure"].append(_mean(error, on))
    return WarpError(float(np.mean(total["whole"])), float(np.mean(total["figure"])))


def _cover(figures: Sequence[PaintedFigure], size: tuple[int, ...]) -> Mask:
    """Return (h, w) where figures are."""
    cover = draw_guide((size[0] // 2, size[1] // 2), figures)[..., CHANNEL_INDEX["figure"]]
    return np.asarray(cv2.resize(cover, (size[1], size[0]), interpolation=cv2.INTER_LINEAR) > 0.5)


def _dilated(mask: Mask) -> Mask:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((2 * RIM_PX + 1, 2 * RIM_PX + 1), np.uint8)) > 0)


def _mean(values: NDArray[np.floating], where: Mask) -> float:
    return float(values[where].mean()) if where.any() else 0.0
