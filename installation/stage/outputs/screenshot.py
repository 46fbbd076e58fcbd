"""A still: what the wall shows, as an array or a PNG."""

from __future__ import annotations

import threading
from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.stage.gl.target import RenderTarget
from installation.stage.outputs.keystone import RegionBlitter

LATER = 2
"""Frames after which a picture that is read through a pixel buffer has long arrived."""


def pixels(target: RenderTarget | moderngl.Framebuffer) -> NDArray[np.uint8]:
    """(height, width, 3) RGB of the drawn part, top row first. Waits for the picture: not for use in a live frame."""
    frame, size = (target.front(), target.drawn) if isinstance(target, RenderTarget) else (target, target.size)
    data = frame.read(viewport=(0, 0, *size), components=3, alignment=1)
    return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)[::-1]


def save(picture: NDArray[np.uint8], path: Path) -> Path:
    """Write (height, width, 3) RGB as a PNG; returns its path. Raises OSError when it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(picture)).save(path, format="PNG")
    return path


class ScreenshotWriter:
    """Takes stills of a live wall without making it wait: one at a time, written by a thread of its own."""

    def __init__(self, context: moderngl.Context, size: tuple[int, int]) -> None:
        self.trouble = ""
        self._size = size
        self._project = RegionBlitter(context)
        self._target = RenderTarget(context, size, 4, "f1")
        self._buffer = context.buffer(reserve=size[0] * size[1] * 3)
        self._wanted: Path | None = None
        self._due = -1
        self._thread: threading.Thread | None = None

    def ask(self, path: Path) -> None:
        """Take the next picture; while one is under way this changes nothing."""
        if self._due < 0 and self._wanted is None:
            self._wanted = path

    def take(self, picture: RenderTarget) -> None:
        """Once for each drawn frame."""
        if self._wanted is None:
            return
        if self._due < 0:
            self._project(self._target, picture.texture, picture.drawn)
            self._target.front().read_into(self._buffer, components=3, alignment=1)
            self._due = LATER
            return
        self._due -= 1
        if self._due == 0:
            path, data = self._wanted, self._buffer.read()
            self._wanted, self._due = None, -1
            self._thread = threading.Thread(target=self._write, args=(data, path), name="still")
            self._thread.start()

    def _write(self, data: bytes, path: Path) -> None:
        wide, high = self._size
        try:
            save(np.frombuffer(data, np.uint8).reshape(high, wide, 3)[::-1], path)
        except OSError as error:
            self.trouble = f"{path}: the still can't be written: {error.strerror}"

    def close(self) -> None:
        """Wait for a still that is being written, and give everything back."""
        if self._thread is not None:
            self._thread.join()
        self._buffer.release()
        self._target.release()
        self._project.release()
