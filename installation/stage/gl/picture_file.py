"""Picture files: reads a PNG, JPEG or other file of a scene's own as pixels for a texture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

MAX_SIDE_PX = 8192
"""Larger pictures are scaled down: graphics cards hold at least twice as many pixels a side, memory may not."""


class ImageFileError(ValueError):
    """A picture that does not exist or cannot be read; the message names its file and what would be right."""


def find_picture(name: str, folders: Sequence[Path]) -> Path:
    """The first file called `name` in `folders`, or beside one of them; raises ImageFileError."""
    places = list(dict.fromkeys(place for folder in folders for place in (folder, folder.parent)))
    for place in places:
        if (path := place / name).is_file():
            return path
    searched = ", ".join(str(place) for place in places)
    raise ImageFileError(f'there is no picture "{name}"; put it into the folder of the scene; searched: {searched}')


def read_picture(path: Path) -> NDArray[np.uint8]:
    """(height, width, 4) display values (sRGB) and alpha as the file has them, bottom row first, turned upright by the
    file's EXIF orientation. Raises ImageFileError."""
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
            if picture.mode.startswith("I;16"):
                picture = Image.fromarray((np.asarray(picture, np.uint32) >> 8).astype(np.uint8))
            picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX))
            return np.ascontiguousarray(np.asarray(picture.convert("RGBA"))[::-1])
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = error.strerror if isinstance(error, PermissionError) else error
        expected = "a picture, such as PNG or JPEG"
        raise ImageFileError(f"{path}: should be {expected}, and cannot be read: {reason}") from None
