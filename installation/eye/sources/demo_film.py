"""The film of people that plays where there is no camera: three columns, cut from the demo film.

The demo film shows a man who jumps on a roof, and a woman who walks by, both small in a wide picture. Here each stands
in a column, large and with their feet on one line: the man, the woman, and the man again, mirrored. The window of a
column follows its person. Each column goes forwards and then backwards through its frames, with a period of its
own, so that all three people stay in the picture, none jumps, and no picture comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.core import downloads
from installation.core.errors import UserError
from installation.core.video_encoder import Encoder
from motion.atomic_file import move_into_place

NAME = "people_1.mp4"
"""Name of the film in the cache; another cut gets another number."""
SOURCE_NAME = "demo.mp4"
"""The film that it is cut from."""
RATE_HZ = 30.0
SIZE_PX = (960, 540)
"""Width and height of the film."""
FRAMES = 920
"""Length of the film, about 30 seconds."""
WINDOW_HEIGHT_PX = 600
"""Height of each column's window in the demo film, in its pixels."""
SKY_BLUR_PX = 301
"""Width of the blur of what lies above the demo film's picture."""
Picture = NDArray[np.uint8]
Progress = Callable[[float], None]
"""Receives the share of the work that is done, 0..1."""


@dataclass(frozen=True, slots=True)
class CropWindow:
    """A window that moves over a film: its width in the film's pixels, and keyframes (frame, centre x, top)."""

    width_px: float
    path: Sequence[tuple[int, float, float]]

    def crop(self, picture: Picture, frame: int, size: tuple[int, int]) -> Picture:
        """The window's part of the picture, scaled to `size`, width and height; sky where it rises above the picture.

        Changes the picture's first row.
        """
        frames, centres, tops = np.asarray(self.path, np.float64).T
        left = np.interp(frame, frames, centres) - self.width_px / 2
        scale = size[1] / WINDOW_HEIGHT_PX
        shift = (-left * scale, -np.interp(frame, frames, tops) * scale)
        matrix = np.array([[scale, 0.0, shift[0]], [0.0, scale, shift[1]]])
        # What lies above repeats the first row, which is blurred because the tops of trees would be drawn out to bars.
        picture[:1] = cv2.blur(picture[:1], (SKY_BLUR_PX, 1))
        cropped = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cropped, np.uint8)


@dataclass(frozen=True, slots=True)
class Part:
    """What a column shows: frames of the demo film between which it goes back and forth."""

    first: int
    last: int
    begin: int = 0
    """Frames after `first` at which it begins."""

    def frame(self, index: int) -> int:
        """The demo film's frame in the film's frame `index`."""
        length = self.last - self.first
        return self.last - abs((self.begin + index) % (2 * length) - length)


MAN = CropWindow(316.0, ((0, 660, -114), (100, 670, -114), (120, 800, -114), (150, 815, -114)))
"""Follows the man, who jumps twice and then walks to the edge of the roof."""
WOMAN = CropWindow(434.0, ((66, 1250, 380), (184, 250, 380)))
"""Follows the woman more slowly than she walks, so that she crosses the column."""
MAN_PART, WOMAN_PART, MIRRORED_PART = Part(0, 146), Part(66, 184), Part(0, 108, 70)


def cached() -> Path | None:
    """The film in the cache; None where it has not been made yet."""
    path = _place()
    return path if path.is_file() else None


def ensure(progress: Progress | None = None) -> Path:
    """The film in the cache, made from the demo film if it is missing.

    Raises AssetError where the demo film is missing, and UserError where the film cannot be written.
    """
    path = _place()
    if not path.is_file():
        write(downloads.path_of(SOURCE_NAME), path, progress=progress)
    return path


def write(source: Path, out: Path, frames: int = FRAMES, progress: Progress | None = None) -> None:
    """Cut the film from `source`, the demo film, and write it to `out`. Raises UserError."""
    height = SIZE_PX[1]
    man_size = (round(MAN.width_px / WINDOW_HEIGHT_PX * height), height)
    woman_size = (SIZE_PX[0] - 2 * man_size[0], height)
    men, women = _columns(source, man_size, woman_size)
    part = out.with_name(f".{out.stem}.part{out.suffix}")
    encoder = Encoder(part, SIZE_PX, RATE_HZ)
    try:
        for index in range(frames):
            man, woman, mirrored = (
                column[min(shown.frame(index), len(column) - 1)]
                for column, shown in ((men, MAN_PART), (women, WOMAN_PART), (men, MIRRORED_PART))
            )
            encoder.write(np.concatenate((man, woman, mirrored[:, ::-1]), axis=1), index / RATE_HZ)
            if progress is not None:
                progress((index + 1) / frames)
    finally:
        encoder.close()
        if encoder.fault:
            part.unlink(missing_ok=True)
    if encoder.fault:
        raise UserError(encoder.fault)
    move_into_place(part, out)


def _place() -> Path:
    return downloads.cache() / "video" / NAME


def _columns(source: Path, man_size: tuple[int, int], woman_size: tuple[int, int]) -> tuple[list[Picture], ...]:
    """The man's and the woman's column of each frame; only these are kept in memory. Raises UserError."""
    import av  # late: slow to load

    men: list[Picture] = []
    women: list[Picture] = []
    try:
        with av.open(str(source)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                if index > max(MAN_PART.last, WOMAN_PART.last):
                    break
                picture = frame.to_ndarray(format="rgb24")
                men.append(MAN.crop(picture, index, man_size))
                women.append(WOMAN.crop(picture, index, woman_size))
    except (OSError, av.FFmpegError) as error:
        raise UserError(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not men:
        raise UserError(f"{source}: holds no picture")
    return men, women
