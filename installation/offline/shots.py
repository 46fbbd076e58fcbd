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
MIN_CUT_CHANGE = 0.5
"""Change of the edges in a picture from which there may be a cut: 0 the same edges, 1 edges that are unrelated. Edges
outlast a change of exposure, by which grey levels differ as much as by a cut."""
CUT_RATIO = 1.7
"""How many times larger the change at a cut is than those around it. A shaken camera or a flash makes several large
ones in a row."""
MIN_EDGE_LEVELS = 0.5
"""RMS step between neighbouring pixels of a thumbnail, of 255 levels, below which a picture has no edges."""
NEIGHBOURS = 3
"""Frames before and after that are compared; films that repeat each picture have movement in every third frame."""


class ShotSplitter:
    """Reads a film shot by shot."""

    def __init__(self, reader: FrameReader) -> None:
        self._frames = iter(reader)
        self.rate, self.description = reader.rate, reader.description
        self._ahead: deque[tuple[float, Pixels, float]] = deque()
        """Time, pixels, and the change from the frame before, of frames that are read but not yet given out."""
        self._past: deque[float] = deque(maxlen=NEIGHBOURS)
        self._edges: NDArray[np.float32] | None = None
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
        t, pixels, change = self._ahead[0]
        if not self._is_first and self._is_cut():
            self.cut_seconds.append(t)
            return None
        self._is_first = False
        self._past.append(change)
        self._ahead.popleft()
        return t, pixels

    def _is_cut(self) -> bool:
        """Whether the first of the frames ahead begins a shot."""
        change = self._ahead[0][2]
        around = [*self._past, *(entry[2] for entry in list(self._ahead)[1 : NEIGHBOURS + 1])]
        return change > MIN_CUT_CHANGE and change > CUT_RATIO * max(around, default=0.0)

    def _read_ahead(self) -> None:
        while len(self._ahead) <= NEIGHBOURS and (frame := next(self._frames, None)) is not None:
            t, pixels = frame
            edges = picture_edges(pixels)
            change = 0.0 if self._edges is None else edge_change(self._edges, edges)
            self._edges = edges
            self._ahead.append((t, pixels, change))


def picture_edges(pixels: Pixels) -> NDArray[np.float32]:
    """Steps between neighbouring pixels of the picture's thumbnail, in both directions, in one row."""
    grey = cv2.cvtColor(cv2.resize(pixels, THUMBNAIL_PX, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    levels = grey.astype(np.float32)
    return np.concatenate([np.diff(levels, axis=0).ravel(), np.diff(levels, axis=1).ravel()])


def edge_change(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """How much the edges of two pictures differ: 1 minus their correlation, whatever their contrast."""
    sizes = [float(np.sqrt((edges * edges).mean())) for edges in (before, after)]
    if min(sizes) < MIN_EDGE_LEVELS:
        return 0.0 if max(sizes) < MIN_EDGE_LEVELS else 1.0
    return 1.0 - float((before * after).mean()) / (sizes[0] * sizes[1])


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
