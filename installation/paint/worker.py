"""The painter's worker: turns each paint request into the next painting, at most as large as memory allows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from installation.interface.painter_knobs import PainterSettings
from installation.interface.painting import PaintResult
from installation.paint.dream_layer import DreamLayer
from installation.paint.engines.engine import Engine
from installation.paint.engines.registry import open_engine
from installation.paint.incremental_painter import IncrementalPainter, PainterOutput
from installation.paint.request import MIN_SIDE_PX, SIZE_MULTIPLE_PX, PaintJob, PaintRequest, painting_size
from installation.paint.tiles import is_out_of_memory
from installation.venue.diffusion_section import DiffusionSection
from installation.workers.worker import Message

SIZE_BACKOFF = 0.8
"""Factor on the painting's size after each out-of-memory error."""
FLOW_CELL_PX = 8
"""Pixels of a painting, along a side, to one cell of the flow in its message."""


def open_painter(
    engine: Mapping[str, Any],
    threads: int | None,
    size_px: int,
    aspect: float,
    steps: int,
    dream_seconds: float | None,
) -> PainterWorker:
    """Open the worker of an engine and warm it up with one painting.

    `engine` holds name, weights, device and diffusion (a mapping of diffusion settings) for `open_engine`; `threads`
    None takes all cores. `size_px` is the short side of the paintings, `aspect` the canvas' width over height,
    `dream_seconds` the time limit of a dream step. Raises UserError if the engine cannot be used.
    """
    torch.set_num_threads(threads or os.cpu_count() or 1)
    cv2.setNumThreads(1)
    opened = open_engine(
        engine["name"],
        weights=Path(engine["weights"]) if engine["weights"] else None,
        device=engine["device"],
        diffusion=DiffusionSection(**engine["diffusion"]),
    )
    worker = PainterWorker(opened, dream_seconds)
    warm_up = PaintRequest(
        size=painting_size(size_px, aspect), jobs=(PaintJob(""),), settings=PainterSettings(steps=steps)
    )
    worker.step({"paint": warm_up}, 0.0)
    worker.clear()
    return worker


class PainterWorker:
    """Paints for one scene, or alternately for two during a transition."""

    def __init__(self, engine: Engine[Any], dream_seconds: float | None = None) -> None:
        """`dream_seconds` is the time limit of a dream step; None, for films, makes dreams repeatable."""
        self._engine = engine
        self._dream_seconds = dream_seconds
        self._scenes: dict[str, tuple[IncrementalPainter, DreamLayer]] = {}
        self._turn = 0
        self._size_factor = 1.0
        """Share of the requested size that fits into memory."""

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Paint the next picture for `request["paint"]`, a PaintRequest.

        The message holds a `Painted` and pixels, or neither if the picture did not change.
        """
        paint: PaintRequest = request.get("paint") or PaintRequest()
        self._scenes = {job.scene: self._scenes.get(job.scene) or self._new_scene() for job in paint.jobs}
        if not paint.jobs:
            return Message(t)
        self._turn += 1
        job = paint.jobs[self._turn % len(paint.jobs)]
        painter, dream = self._scenes[job.scene]
        output, note = self._paint_within_memory(painter, paint, job)
        if output.unchanged and paint.settings.dream <= 0.0:
            return Message(t)
        pixels = dream.step(output.pixels, output.flow, paint.settings)
        notes = "; ".join(filter(None, (note, painter.note, dream.note)))
        return Message(output.time, PaintResult(job.scene, output.since, _message_flow(output), notes), pixels)

    def _new_scene(self) -> tuple[IncrementalPainter, DreamLayer]:
        return IncrementalPainter(self._engine.clone()), DreamLayer(self._dream_seconds)

    def clear(self) -> None:
        """Discard the state of all scenes."""
        self._scenes.clear()

    def _paint_within_memory(
        self, painter: IncrementalPainter, request: PaintRequest, job: PaintJob
    ) -> tuple[PainterOutput, str]:
        """Return a painting of the largest size that fits into memory, and a note if that is below the requested size.

        Raises MemoryError if not even MIN_SIDE_PX fits.
        """
        while True:
            size = _scaled(request.size, self._size_factor)
            try:
                output = painter.paint(request, job, size)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                if min(size) <= MIN_SIDE_PX:
                    raise MemoryError(f"no memory for a painting of {size[1]}x{size[0]} pixels") from error
                self._size_factor *= SIZE_BACKOFF
                if torch.cuda.is_available():
                    torch.cuda.empty_cache()
                continue
            return output, f"memory for paintings of {size[1]}x{size[0]} pixels only" if size != request.size else ""

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    """A size times `factor`, in multiples of SIZE_MULTIPLE_PX."""
    if factor >= 1.0:
        return size
    height, width = (max(MIN_SIDE_PX, round(side * factor / SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX) for side in size)
    return height, width


def _message_flow(output: PainterOutput) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the output's flow as cells of FLOW_CELL_PX, (h, w, 2) canvas heights a second."""
    height, width = (-(-side // FLOW_CELL_PX) for side in output.pixels.shape[:2])
    seconds = output.time - output.since if output.since is not None else 0.0
    if seconds <= 0.0 or not output.flow.any():
        return np.zeros((height, width, 2), np.float32)
    small = cv2.resize(output.flow, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8) / seconds, np.float32)
