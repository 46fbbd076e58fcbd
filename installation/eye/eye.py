"""The eye is a worker: a frame in, visitors with identity out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye import synthetic_visitor
from installation.eye.boxes import box_size
from installation.eye.camera import Lens, lens_of
from installation.eye.inline_executor import EXCLUSIVE_THREADS, SHARED_THREADS
from installation.eye.sources import (
    FrameSource,
    LatestFrameReader,
    LockStepFrameReader,
    SourceFrame,
    is_live,
    open_reader,
    resolve_auto,
)
from installation.eye.track import Track
from installation.eye.tracked_person import Person, Settings
from installation.eye.tracker import PersonTracker
from installation.interface.visitor import Observation, State
from installation.venue.schema import CameraSection
from installation.venue.schema import EyeSection as EyeSettings
from installation.workers.worker import Message

PICTURE = 640
"""Longest side of the camera picture that scenes may show, pixels."""


def open_eye(
    camera: dict[str, Any], eye: dict[str, Any], index: int, seed: int, live: bool, epoch: float
) -> EyeWorker | SyntheticEyeWorker:
    """The eye of a camera. `live` reads it at its own pace and time (`epoch` as in `place.Child`), else in lock-step.

    `camera` and `eye` are these sections of the venue as plain values. Raises SourceError when a film, a folder or,
    not `live`, any source cannot be opened; a live camera that does not answer is tried again and again.
    """
    where = CameraSection.model_validate(camera, strict=False)
    how = EyeSettings.model_validate(eye, strict=False)
    source = resolve_auto() if where.source == "auto" else where.source
    if isinstance(source, str) and source.partition(":")[0] == "ghost":
        count = source.partition(":")[2]
        return SyntheticEyeWorker(where, how, index, seed, int(count) if count.isdecimal() else 1)
    feed: LatestFrameReader | LockStepFrameReader
    if live:
        world = is_live(source)
        if not world:
            open_reader(source, where.rate, where.size).close()  # a wrong file is said at once
        feed = LatestFrameReader(str(source), lambda: open_reader(source, where.rate, where.size), world, epoch)
    else:
        feed = LockStepFrameReader(open_reader(source, where.rate, where.size))
    return EyeWorker(feed, where, how, index, None if live else how.rate, SHARED_THREADS if live else EXCLUSIVE_THREADS)


class Rate:
    """Observations a second over the last second or so; the nominal one in lock-step."""

    def __init__(self, nominal: float | None) -> None:
        self._nominal = nominal
        self._last: float | None = None
        self._mean = 0.0

    def note(self, t: float) -> float:
        if self._nominal is not None:
            return self._nominal
        if self._last is not None and t > self._last:
            gap = t - self._last
            self._mean += min(1.0, 2.0 * gap) * (gap - self._mean) if self._mean else gap
        self._last = t
        return 1.0 / self._mean if self._mean else 0.0


class EyeWorker:
    """Looks at frames of a source and follows the people in them."""

    def __init__(
        self,
        feed: FrameSource,
        camera: CameraSection,
        eye: EyeSettings,
        index: int,
        nominal: float | None,
        crew: int = EXCLUSIVE_THREADS,
    ) -> None:
        """`nominal` is the rate in lock-step; `crew` is how many looks may go side by side."""
        self._feed = feed
        self._camera = camera
        self._tracker = PersonTracker(eye, crew)
        self._settings = Settings(eye.cutoff, eye.speed_cutoff)
        self._persons: dict[int, tuple[Person, Lens]] = {}
        self._lens: Lens | None = None
        self._index = index
        self._rate = Rate(nominal)
        self._trouble = ""
        self._size = (16, 9)

    def step(self, order: Mapping[str, Any], t: float) -> Message | None:
        self._tracker.finish_search()  # in the frame before, whose letter is on its way; only then the newest is taken
        frame = self._feed.frame(t)
        if frame is None:
            return self._silence(t)
        lens = self._lens_for(frame)
        seen = self._tracker.step(frame, float(order.get("scale", 1.0)))
        visitors = []
        for track, state in seen:
            person, _ = self._persons.setdefault(track.id, (Person(self._settings), lens))
            if track.seen != person.seen and state is not State.LEFT:
                person.see(track.detection, box_size(track.box_px), lens, track.seen)
            visitors.append(person.visitor(track, state, lens, self._camera.mirror, frame.time, self._index))
            if state is State.LEFT:
                del self._persons[track.id]
        observation = Observation(
            time=frame.time,
            sequence=frame.count + 1,
            size_px=self._size,
            visitors=tuple(visitors),
            camera=self._index,
            source=self._feed.status,
            rate=self._rate.note(t),
            statues=self._tracker.static_boxes_px,
        )
        self._trouble = self._feed.status
        return Message(frame.time, observation, _small(frame.pixels) if order.get("picture") else None)

    def _silence(self, t: float) -> Message | None:
        """Nothing new to see: said once when the reason changes."""
        if self._feed.status == self._trouble:
            return None
        self._trouble = self._feed.status
        return Message(t, Observation(t, 0, self._size, (), self._index, self._trouble, 0.0))

    def _lens_for(self, frame: SourceFrame) -> Lens:
        size = (frame.pixels.shape[1], frame.pixels.shape[0])
        if self._lens is None or self._size != size:
            c = self._camera
            self._size = size
            self._lens = lens_of(size, c.height, c.tilt, c.field_of_view, c.position, c.pan)
        return self._lens

    def close(self) -> None:
        self._tracker.close()
        self._feed.close()


class SyntheticEyeWorker:
    """An eye that needs no camera: it makes its visitors up."""

    def __init__(self, camera: CameraSection, eye: EyeSettings, index: int, seed: int, count: int) -> None:
        c = camera
        self._camera = camera
        self._lens = lens_of(synthetic_visitor.SIZE_PX, c.height, c.tilt, c.field_of_view, c.position, c.pan)
        self._persons = [Person(Settings(eye.cutoff, eye.speed_cutoff)) for _ in range(min(count, eye.max_visitors))]
        self._tracks: list[Track | None] = [None] * len(self._persons)
        self._index = index
        self._seed = seed
        self._count = 0
        self._rate = eye.rate

    def step(self, order: Mapping[str, Any], t: float) -> Message | None:
        visitors = []
        for number, person in enumerate(self._persons):
            look = synthetic_visitor.perfect_detection(
                synthetic_visitor.landmarks_at(t, self._seed * 100 + number), self._lens
            )
            track = Track.known(number + 1, number + 1, look, t, self._tracks[number])
            self._tracks[number] = track
            person.see(look, box_size(track.box_px), self._lens, t)
            state = State.PRESENT if t - track.born > 0.3 else State.ENTERING
            visitors.append(person.visitor(track, state, self._lens, self._camera.mirror, t, self._index))
        self._count += 1
        picture = np.full((36, 64, 3), 20, np.uint8) if order.get("picture") else None
        observation = Observation(
            t,
            self._count,
            synthetic_visitor.SIZE_PX,
            tuple(visitors),
            self._index,
            "ok",
            self._rate,
        )
        return Message(t, observation, picture)

    def close(self) -> None:
        pass


def _small(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = PICTURE / max(pixels.shape[:2])
    if scale >= 1.0:
        return pixels
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
