"""Offline observation: the eye over a whole clip, every picture of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.eye import EyeWorker
from installation.eye.sources.correction import corrected
from installation.eye.sources.frames import FrameReader, SourceError, SourceFrame
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection

Pixels = NDArray[np.uint8]

logger = logging.getLogger(__name__)


class SequentialFrameReader:
    """Frame source that gives a reader's pictures one after the other, each at its own time, none left out."""

    status = "ok"

    def __init__(self, reader: FrameReader) -> None:
        self.description = reader.description
        self._reader = reader
        self._pictures = enumerate(reader)
        self.current: SourceFrame | None = None
        """The frame read last."""

    def read(self) -> SourceFrame | None:
        """Read the next picture; None at the end, or where reading fails, with the reason in the log and `status`."""
        try:
            count, (timestamp, pixels) = next(self._pictures, (0, (0.0, None)))
        except SourceError as error:
            logger.warning("%s", error, exc_info=error)
            self.status, pixels = str(error), None
        self.current = None if pixels is None else SourceFrame(timestamp, pixels, count)
        return self.current

    def frame(self, t: float) -> SourceFrame | None:
        """The next picture, whatever the time."""
        return self.read()

    def close(self) -> None:
        self._reader.close()


@dataclass
class GeneratedFrameReader:
    """Frame reader over generated pictures."""

    pictures: Iterable[Pixels]
    rate: float
    description: str = "generated"

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        for count, pixels in enumerate(self.pictures):
            yield count / self.rate, pixels

    def close(self) -> None:
        pass


def observe_clip(
    reader: FrameReader, camera: CameraSection | None = None, eye: EyeSection | None = None
) -> Iterator[tuple[Observation, Pixels]]:
    """Yield the eye's observation of each picture, and the picture as the camera's settings correct it.

    Settings left out are the venue's defaults.
    """
    camera = camera or CameraSection()
    source = SequentialFrameReader(corrected(reader, camera))
    worker = EyeWorker(source, camera, eye or EyeSection(), 0, reader.rate)
    try:
        while (message := worker.step({}, 0.0)) is not None and source.current is not None:
            yield message.body, source.current.pixels
    finally:
        worker.close()


def visitors_in_view(observation: Observation) -> list[Visitor]:
    """The visitors that have not left: entering, present or lost."""
    return [visitor for visitor in observation.visitors if visitor.state is not State.LEFT]
