"""Screenshots: the picture of a target as an array, or as a PNG while the show plays."""

from __future__ import annotations

import io
import logging
import threading
from collections import deque
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.core.faults import Fault
from installation.core.output_files import numbered
from installation.stage.gl.target import BYTES, RenderTarget
from installation.stage.outputs.keystone import RegionBlitter
from motion.atomic_file import atomic_write

logger = logging.getLogger(__name__)

READ_DELAY_FRAMES = 2
"""Frames after which a picture has arrived in a pixel buffer."""
MAX_WAITING = 4
"""Screenshots that wait for the one that is being written; further requests have no effect."""
MAX_FILES = 1000
"""PNG files in a folder beside which no further screenshot is written."""


def read_pixels(target: RenderTarget | moderngl.Framebuffer) -> NDArray[np.uint8]:
    """(height, width, 3) RGB of the drawn part, top row first. Waits for the GPU: not for use in a live frame."""
    frame, size = (target.front(), target.drawn) if isinstance(target, RenderTarget) else (target, target.size)
    data = frame.read(viewport=(0, 0, *size), components=3, alignment=1)
    return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)[::-1]


def save_png(picture: NDArray[np.uint8], path: Path) -> Path:
    """Write (height, width, 3) RGB as a PNG; returns its path. Raises OSError when it cannot be written."""
    data = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(data, format="PNG")
    atomic_write(path, data.getbuffer())
    return path


class ScreenshotWriter:
    """Saves screenshots of a live show without waiting: one after the other, written in a thread."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self._fault = Fault(logger, logging.ERROR)
        """The error of the last screenshot."""
        self._size = size
        self._copy_region = RegionBlitter(context)
        self._target = RenderTarget(context, size, BYTES)
        self._buffer = context.buffer(reserve=size[0] * size[1] * 3)
        self._requested: deque[Path] = deque()
        self._frames_left = -1
        self._thread: threading.Thread | None = None

    def request(self, path: Path) -> None:
        """Save the next picture, with a number behind the name where a file has it; without effect while MAX_WAITING
        are requested."""
        if len(self._requested) < MAX_WAITING:
            self._requested.append(path)

    def take(self, picture: RenderTarget) -> None:
        """Call it with each drawn frame."""
        if not self._requested:
            return
        if self._frames_left < 0:
            if self._thread is not None and self._thread.is_alive():
                return
            self._copy_region(self._target, picture.texture, picture.drawn)
            self._target.front().read_into(self._buffer, components=3, alignment=1)
            self._frames_left = READ_DELAY_FRAMES
            return
        self._frames_left -= 1
        if self._frames_left == 0:
            path, data = self._requested.popleft(), self._buffer.read()
            self._frames_left = -1
            self._thread = threading.Thread(target=self._write, args=(data, path), name="screenshot")
            self._thread.start()

    def _write(self, data: bytes, path: Path) -> None:
        wide, high = self._size
        try:
            if sum(1 for _ in path.parent.glob("*.png")) >= MAX_FILES:
                self._fault.set(f"{path.parent}: holds {MAX_FILES} pictures; move them, for no further one is saved")
                return
            save_png(np.frombuffer(data, np.uint8).reshape(high, wide, 3)[::-1], numbered(path))
        except OSError as error:
            self._fault.set(f"{path}: the screenshot can't be written: {error.strerror}", error)
        else:
            self._fault.clear()

    def finish(self) -> None:
        """Wait for a screenshot that is being written."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """Wait for a screenshot that is being written, and release everything."""
        self.finish()
        self._buffer.release()
        self._target.release()
        self._copy_region.release()
