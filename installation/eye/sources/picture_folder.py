"""Reader of a folder of pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from installation.eye.sources.frames import Pixels, SourceError, checked

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff")


def pictures_in(folder: Path) -> list[Path]:
    """The pictures of a folder in the order of their names; raises SourceError where there is none."""
    files = sorted(file for file in folder.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
    if not files:
        raise SourceError(f"{folder}: contains neither pictures ({', '.join(PICTURE_SUFFIXES)}) nor films")
    return files


class PictureFolderReader:
    """Reads a folder of pictures in the order of their names."""

    def __init__(self, folder: Path, rate: float) -> None:
        self.rate = rate
        self._files = pictures_in(folder)
        self.description = f"{len(self._files)} pictures at {rate:.4g}/s"

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        for count, file in enumerate(self._files):
            data = np.fromfile(file, np.uint8)
            picture = cv2.imdecode(data, cv2.IMREAD_COLOR_RGB) if data.size else None
            if picture is None:
                raise SourceError(f"{file}: not a picture that can be read")
            yield count / self.rate, checked(np.asarray(picture, np.uint8), str(file))

    def close(self) -> None:
        pass
