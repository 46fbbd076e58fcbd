"""Figures and requests for tests of the painter, and an engine that records its inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from installation.interface.camera_view import View
from installation.interface.painted_figure import PaintedFigure, figures_of_bodies
from installation.interface.painter_knobs import PainterSettings
from installation.paint.request import PaintJob, PaintRequest
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

SIZE = (128, 224)
ASPECT = SIZE[1] / SIZE[0]


def sitter(across: float = 0.0, jitter: float = 0.0, seed: int = 0) -> tuple[PaintedFigure, ...]:
    """A person 3 m away and `across` metres aside, with landmark noise of deviation `jitter` canvas heights."""
    body = Body(
        np.array([across, 0.93, 3.0]),
        rotation.from_vector(np.zeros((CORE_COUNT, 3))),
        REST_OFFSETS_M[:CORE_COUNT],
        np.ones(CORE_COUNT),
    )
    (figure,) = figures_of_bodies({1: body}, View(ASPECT))
    noise = np.random.default_rng(seed).normal(0.0, jitter, (33, 2)) / (ASPECT, 1.0)
    return (replace(figure, landmarks=figure.landmarks + noise),)


def request(
    t: float,
    figures: tuple[PaintedFigure, ...] = (),
    size: tuple[int, int] = SIZE,
    scenes: Sequence[str] = ("a",),
    **settings: Any,
) -> Mapping[str, Any]:
    """A request for the worker."""
    styles = settings.pop("styles", ())
    jobs = tuple(PaintJob(scene, figures, styles=styles) for scene in scenes)
    return {"paint": PaintRequest(t, size, jobs, settings=PainterSettings(**settings))}


class RecordingEngine:
    """An engine that paints people white on grey, another grey each time, and records its inputs."""

    latency_frames = 0

    def __init__(self, max_pixels: int = 1 << 30) -> None:
        """`max_pixels` fit into memory."""
        self.styles = {"one": 1.0, "two": 2.0}
        self.max_pixels = max_pixels
        self.inputs: list[dict[str, Any]] = []

    def style(self, name: str) -> float:
        return self.styles[name]

    def blend(self, styles: Sequence[float], weights: Sequence[float]) -> float:
        return float(np.average(styles, weights=weights))

    def slerp(self, one: float, other: float, share: float) -> float:
        return one + share * (other - one)

    def paint(self, guide: np.ndarray, style: float, **options: Any) -> np.ndarray:
        if guide[..., 0].size * 4 > self.max_pixels:
            raise MemoryError
        self.inputs.append({"guide": guide, "style": style, **options})
        cover = cv2.resize(guide[..., 0], None, fx=2, fy=2)
        ground = 60.0 + 10.0 * len(self.inputs)
        return np.repeat((ground + cover * (255.0 - ground))[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)

    def clone(self) -> RecordingEngine:
        return self

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass
