"""The painter's worker: from the newest figures, knobs and music to the next painting."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from installation.interface.painter_knobs import PainterSettings
from installation.interface.painting import Painted
from installation.paint.dream_layer import Trance
from installation.paint.engines.engine import Engine, open_engine
from installation.paint.incremental_painter import Easel, Result
from installation.paint.request import MULTIPLE, SMALLEST, Order, Work, size_of
from installation.paint.tiles import lacks_memory
from installation.venue.diffusion_section import DiffusionSection
from installation.workers.worker import Letter

LESS = 0.8
"""What is left of the size each time there is not enough memory for it."""
CELL = 8
"""Pixels of a painting to one of the flow that the wall is told."""


def open_painter(
    engine: str,
    weights: str | None,
    device: str | None,
    threads: int | None,
    size: int,
    aspect: float,
    steps: int,
    dreaming: float | None,
    diffusion: Mapping[str, Any],
) -> Worker:
    """The worker of an engine by name; `size` is the short side of its paintings in pixels, `aspect` the canvas' width
    over height, `dreaming` the seconds that a dream may take, `diffusion` the settings of a diffusion model. Raises
    Trouble where the engine can't be used."""
    torch.set_num_threads(threads or os.cpu_count() or 1)
    cv2.setNumThreads(1)
    file = Path(weights) if weights else None
    made = Worker(open_engine(engine, weights=file, device=device, diffusion=DiffusionSection(**diffusion)), dreaming)
    warm = Order(size=size_of(size, aspect), works=(Work(""),), wishes=PainterSettings(steps=steps))
    made.step({"paint": warm}, 0.0)
    made.clear()
    return made


class Worker:
    """Paints for one scene, or for two in turn."""

    def __init__(self, engine: Engine[Any], dreaming: float | None = None) -> None:
        """`dreaming` are the seconds that a dream may take; without a limit, films repeat exactly."""
        self._engine = engine
        self._dreaming = dreaming
        self._scenes: dict[str, tuple[Easel, Trance]] = {}
        self._turn = 0
        self._share = 1.0
        """Of the size that is asked for, what there is memory for."""

    def step(self, order: Mapping[str, Any], t: float) -> Letter | None:
        """The next painting; the order holds an `Order`, the letter a `Painted` and pixels, or nothing where the
        picture stays as it was."""
        told: Order = order.get("paint") or Order()
        self._scenes = {work.scene: self._scenes.get(work.scene) or self._begun() for work in told.works}
        if not told.works:
            return Letter(t)
        self._turn += 1
        work = told.works[self._turn % len(told.works)]
        easel, trance = self._scenes[work.scene]
        result, note = self._painted(easel, told, work)
        if result.still and told.wishes.dream <= 0.0:
            return Letter(t)
        pixels = trance.step(result.pixels, result.flow, told.wishes)
        notes = "; ".join(filter(None, (note, easel.note, trance.note)))
        return Letter(result.time, Painted(work.scene, result.since, _told(result), notes), pixels)

    def _begun(self) -> tuple[Easel, Trance]:
        return Easel(self._engine.another()), Trance(self._dreaming)

    def clear(self) -> None:
        """Begin every picture anew."""
        self._scenes.clear()

    def _painted(self, easel: Easel, order: Order, work: Work) -> tuple[Result, str]:
        """A painting as large as there is memory for, and what is wrong. Raises MemoryError where there is none."""
        while True:
            size = _smaller(order.size, self._share)
            try:
                result = easel.paint(order, work, size)
            except (MemoryError, RuntimeError) as error:
                if not lacks_memory(error):
                    raise
                if min(size) <= SMALLEST:
                    raise MemoryError(f"no memory for a painting of {size[1]}x{size[0]} pixels") from error
                self._share *= LESS
                if torch.cuda.is_available():
                    torch.cuda.empty_cache()
                continue
            return result, f"memory for paintings of {size[1]}x{size[0]} pixels only" if size != order.size else ""

    def close(self) -> None:
        """Give back the engine."""
        self._engine.close()


def _smaller(size: tuple[int, int], share: float) -> tuple[int, int]:
    """A size times `share`, in whole multiples."""
    if share >= 1.0:
        return size
    high, wide = (max(SMALLEST, round(side * share / MULTIPLE) * MULTIPLE) for side in size)
    return high, wide


def _told(result: Result) -> np.ndarray[Any, np.dtype[np.float32]]:
    """The result's flow as the wall is told it."""
    high, wide = (-(-side // CELL) for side in result.pixels.shape[:2])
    seconds = result.time - result.since if result.since is not None else 0.0
    if seconds <= 0.0 or not result.flow.any():
        return np.zeros((high, wide, 2), np.float32)
    small = cv2.resize(result.flow, (wide, high), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8) / seconds, np.float32)
