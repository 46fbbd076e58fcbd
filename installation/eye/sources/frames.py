"""Frames, readers and sources: what every kind of source gives, and the error of one that gives nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.core.secrets import without_passwords

Pixels = NDArray[np.uint8]
MIN_SIDE_PX = 32
"""Smallest side of a picture that is accepted."""
MAX_SIDE_PX = 8192
"""Largest side of a picture that is accepted."""
DEFAULT_RATE_HZ = 30.0
"""Frame rate of a video file that declares none, and of a folder of pictures whose duration is requested."""


class SourceError(UserError):
    """A source cannot be opened or gives no picture; names the source, without its password, and the reason."""

    status = 2

    def __init__(self, reason: str) -> None:
        super().__init__(without_passwords(reason))


@dataclass(frozen=True, slots=True)
class SourceFrame:
    """One picture of a source."""

    time: float
    """When it was captured, s of show time."""
    pixels: Pixels
    """(height, width, 3) RGB."""
    count: int
    """Number of pictures before it."""
    cut: bool = False
    """Whether the source jumped just before: started again, or was opened again."""
    film_seconds: float = -1.0
    """Place in the film, s since its first picture; -1 where the source is no film."""


class FrameReader(Protocol):
    """Reads a source picture by picture."""

    rate: float
    """Nominal frames a second."""
    description: str
    """What the source gives, in words for the technician: size, pixel format, rate."""

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        """Yield (seconds since the start, picture) until the end; raises SourceError where reading fails."""

    def close(self) -> None:
        """Free the source."""


class FrameSource(Protocol):
    """Gives a source's frames by show time."""

    status: str
    """"ok", or why no picture comes, in words for the technician."""
    description: str
    """What the source gives, as of its reader; empty while it is not open."""

    def frame(self, t: float) -> SourceFrame | None:
        """The frame at show time `t`, once; None while there is no new one."""

    def close(self) -> None:
        """Free the source."""


def checked(picture: Pixels, name: str) -> Pixels:
    """The picture; raises SourceError where its shape is not that of a colour picture of an accepted size."""
    if picture.ndim != 3 or picture.shape[2] != 3:
        raise SourceError(f"{name}: pictures of shape {picture.shape}; expected (height, width, 3 colours)")
    height, width = picture.shape[:2]
    if not (MIN_SIDE_PX <= width <= MAX_SIDE_PX and MIN_SIDE_PX <= height <= MAX_SIDE_PX):
        raise SourceError(
            f"{name}: pictures of {width}x{height} pixels; expected {MIN_SIDE_PX} to {MAX_SIDE_PX} a side"
        )
    return picture
