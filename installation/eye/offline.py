"""The eye over a whole clip: what it observes in each picture, none left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.eye import Eye
from installation.eye.sources import Frame, Reader, SourceError
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.schema import CameraSection
from installation.venue.schema import EyeSection as Settings

Pixels = NDArray[np.uint8]


class Played:
    """A reader's pictures one after the other, each at its own time, none left out."""

    trouble = "ok"

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._pictures = enumerate(reader)
        self.frame_now: Frame | None = None

    def read(self) -> Frame | None:
        """The next picture; None at the end, or where the source breaks off, which `trouble` then tells."""
        try:
            count, (stamp, pixels) = next(self._pictures, (0, (0.0, None)))
        except SourceError as error:
            self.trouble, pixels = str(error), None
        self.frame_now = None if pixels is None else Frame(stamp, pixels, count)
        return self.frame_now

    def frame(self, t: float) -> Frame | None:
        return self.read()

    def close(self) -> None:
        self._reader.close()


@dataclass
class Made:
    """Pictures that are made rather than read."""

    pictures: Iterable[Pixels]
    rate: float

    def __iter__(self) -> Iterator[tuple[float, Pixels]]:
        for count, pixels in enumerate(self.pictures):
            yield count / self.rate, pixels

    def close(self) -> None:
        pass


def watch(
    reader: Reader, camera: CameraSection | None = None, eye: Settings | None = None, notes: list[str] | None = None
) -> Iterator[tuple[Observation, Pixels]]:
    """What the eye observes in each picture, and the picture; with the venue's defaults where nothing else is given.

    `notes` is told why a source broke off.
    """
    played = Played(reader)
    observer = Eye(played, camera or CameraSection(), eye or Settings(), 0, reader.rate)
    try:
        while (letter := observer.step({}, 0.0)) is not None and played.frame_now is not None:
            yield letter.body, played.frame_now.pixels
        if notes is not None and played.trouble != "ok":
            notes.append(played.trouble)
    finally:
        observer.close()


def here(observation: Observation) -> list[Visitor]:
    """Those who are there: entering, present, or hidden for a moment."""
    return [visitor for visitor in observation.visitors if visitor.state is not State.LEFT]
