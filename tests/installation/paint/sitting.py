"""Somebody who sits for the painter in tests, and an engine that shows what it was told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from installation.interface.camera_view import View
from installation.interface.painted_figure import Figure, figures_of_bodies
from installation.interface.painter_knobs import Wishes
from installation.paint.request import Order, Work
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE, OFFSETS

SIZE = (128, 224)
ASPECT = SIZE[1] / SIZE[0]


def sitter(across: float = 0.0, tremble: float = 0.0, seed: int = 0) -> tuple[Figure, ...]:
    """Somebody who stands 3 m away and `across` metres aside, every landmark off by about `tremble` canvas heights."""
    body = Body(np.array([across, 0.93, 3.0]), rotation.from_vector(np.zeros((CORE, 3))), OFFSETS[:CORE], np.ones(CORE))
    (figure,) = figures_of_bodies({1: body}, View(ASPECT))
    noise = np.random.default_rng(seed).normal(0.0, tremble, (33, 2)) / (ASPECT, 1.0)
    return (replace(figure, landmarks=figure.landmarks + noise),)


def order(
    t: float,
    figures: tuple[Figure, ...] = (),
    size: tuple[int, int] = SIZE,
    scenes: Sequence[str] = ("a",),
    **asked: Any,
) -> Mapping[str, Any]:
    """An order for the worker."""
    styles = asked.pop("styles", ())
    works = tuple(Work(scene, figures, styles=styles) for scene in scenes)
    return {"paint": Order(t, size, works, wishes=Wishes(**asked))}


class Plain:
    """An engine that paints people white on grey, another grey each time, and remembers what it was asked."""

    behind = 0

    def __init__(self, most: int = 1 << 30) -> None:
        """There is memory for so many pixels."""
        self.styles = {"one": 1.0, "two": 2.0}
        self.most = most
        self.asked: list[dict[str, Any]] = []

    def style(self, name: str) -> float:
        return self.styles[name]

    def blend(self, styles: Sequence[float], weights: Sequence[float]) -> float:
        return float(np.average(styles, weights=weights))

    def slerp(self, one: float, other: float, share: float) -> float:
        return one + share * (other - one)

    def paint(self, guide: np.ndarray, style: float, **asked: Any) -> np.ndarray:
        if guide[..., 0].size * 4 > self.most:
            raise MemoryError
        self.asked.append({"guide": guide, "style": style, **asked})
        cover = cv2.resize(guide[..., 0], None, fx=2, fy=2)
        ground = 60.0 + 10.0 * len(self.asked)
        return np.repeat((ground + cover * (255.0 - ground))[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)

    def another(self) -> Plain:
        return self

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass
