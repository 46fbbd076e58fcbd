"""Shots of a film: its frames, split where one picture is cut to another."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.sources.frames import FrameReader

Pixels = NDArray[np.uint8]

THUMBNAIL_PX = (64, 36)
"""Size of the grey pictures that are compared."""
MIN_CUT_DIFFERENCE = 8.0
"""Mean difference of two thumbnails, of 255, from which there may be a cut between them."""
CUT_RATIO = 3.0
"""How many times larger that difference is than those of the frames around a cut. A shaken camera or a flash makes
several large differences in a row."""
NEIGHBOURS = 3
"""Frames before and after that are compared; films that repeat each picture have movement in every third frame."""


class ShotSplitter:
    """Reads a film shot by shot."""

    def __init__(self, reader: FrameReader) -> None:
        self._frames = iter(reader)
        self.rate, self.description = reader.rate, reader.description
        self._ahead: deque[tuple[float, Pixels, float]] = deque()
        """Time, pixels, and the difference from the frame before, of frames that are read but not yet given out."""
        self._past: deque[float] = deque(maxlen=NEIGHBOURS)
        self._thumbnail: NDArray[np.float32] | None = None
        self._is_first = True
        self.cut_seconds: list[float] = []
        """Times of the cuts so far."""

    def __iter__(self) -> Iterator[ShotFrames]:
        """Yield the shots; each has to be read to its end before the next."""
        self._read_ahead()
        while self._ahead:
            self._is_first = True
            yield ShotFrames(self)

    def next_frame(self) -> tuple[float, Pixels] | None:
        """The next frame of the shot; None at its end."""
        self._read_ahead()
        if not self._ahead:
            return None
        t, pixels, difference = self._ahead[0]
        if not self._is_first and self._is_cut():
            self.cut_seconds.append(t)
            return None
        self._is_first = False
        self._past.append(difference)
        self._ahead.popleft()
        return t, pixels

    def _is_cut(self) -> bool:
        """Whether the first of the frames ahead begins a shot."""
        difference = self._ahead[0][2]
        around = [*self._past, *(entry[2] for entry in list(self._ahead)[1 : NEIGHBOURS + 1])]
        return difference > MIN_CUT_DIFFERENCE and difference > CUT_RATIO * max(around, default=0.0)

    def _read_ahead(self) -> None:
        while len(self._ahead) <= NEIGHBOURS and (frame := next(self._frames, None)) is not None:
            t, pixels = frame
            grey = cv2.cvtColor(cv2.resize(pixels, THUMBNAIL_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
            thumbnail = grey.astype(np.float32)
            before = thumbnail if self._thumbnail is None else self._thumbnail
            self._thumbnail = thumbnail
            self._ahead.append((t, pixels, float(np.abs(thumbnail - before).mean())))


class ShotFrames:
    """The frames of one shot, as a `FrameReader`."""

    def __init__(self, splitter: ShotSplitter) -> None:
        self._splitter = splitter
        self.rate, self.description = splitter.rate, splitter.description

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        while (frame := self._splitter.next_frame()) is not None:
            yield frame

    def close(self) -> None:
        """The film belongs to the splitter's reader."""
