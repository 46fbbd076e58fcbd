"""A still: what a texture shows, as an array or a PNG."""

from __future__ import annotations

from pathlib import Path

import moderngl
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from installation.stage.target import Target


def pixels(target: Target | moderngl.Framebuffer) -> NDArray[np.uint8]:
    """(height, width, 3) RGB of the drawn part, top row first.

    Waits until the picture is drawn, so it is not for use inside a live frame.
    """
    frame, size = (target.front(), target.drawn) if isinstance(target, Target) else (target, target.size)
    data = frame.read(viewport=(0, 0, *size), components=3, alignment=1)
    return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)[::-1]


def save(target: Target | moderngl.Framebuffer, path: Path) -> Path:
    """Write the still as a PNG; returns its path. Raises OSError when it cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.ascontiguousarray(pixels(target))).save(path, format="PNG")
    return path
