"""The eye worker of one camera: takes a frame, returns an observation of visitors with identity."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, cropped, lens_of
from installation.eye.detection.detector_thread import PersonDetectorThread
from installation.eye.floor_bounds import FloorBounds
from installation.eye.inline_executor import EXCLUSIVE_THREADS, SHARED_THREADS
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.pointer_eye import FilmUntilPointer, open_pointer_eye
from installation.eye.rate_meter import RateMeter
from installation.eye.search_picture import SearchPicture
from installation.eye.sources.frames import FrameSource, SourceError, SourceFrame
from installation.eye.sources.kinds import is_live, open_camera, resolve_auto
from installation.eye.sources.latest import LatestFrameReader
from installation.eye.sources.lock_step import LockStepFrameReader
from installation.eye.synthetic_eye import SyntheticEyeWorker
from installation.eye.track import Track
from installation.eye.tracked_person import TrackedPerson
from installation.eye.tracker import PersonTracker
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.camera_source import NO_MOUSE, is_mouse
from installation.venue.schema import EyeSection
from installation.workers.worker import Message, Worker

logger = logging.getLogger(__name__)

PICTURE_SIDE_PX = 640
"""Longest side of the camera picture that scenes may show."""


def open_eye(
    camera: dict[str, Any], eye: dict[str, Any], index: int, seed: int, live: bool, epoch: float
) -> EyeWorker | SyntheticEyeWorker:
    """Open the eye of a camera: `live` at the source's own pace, else in lock-step with show time.

    `camera` and `eye` are these sections of the venue as plain values; `epoch` is the machine's `time.perf_counter` at
    show time 0. Raises SourceError when a film, a folder or, not `live`, any source cannot be opened; a live camera
    that does not answer is retried without end.
    """
    camera_section = CameraSection.model_validate(camera, strict=False)
    eye_section = EyeSection.model_validate(eye, strict=False)
    source = resolve_auto() if camera_section.source == "auto" else camera_section.source
    if is_mouse(source):
        raise SourceError(NO_MOUSE)
    if isinstance(source, str) and source.partition(":")[0] == "ghost":
        count = source.partition(":")[2]
        visitors = int(count) if count.isdecimal() else 1
        return SyntheticEyeWorker(camera_section, eye_section, index, seed, visitors)
    if not live:
        lock_step = LockStepFrameReader(open_camera(source, camera_section))
        return EyeWorker(lock_step, camera_section, eye_section, index, eye_section.rate, EXCLUSIVE_THREADS)
    source_is_live = is_live(source)
    if not source_is_live:
        open_camera(source, camera_section).close()  # raises the error of a wrong file at once
    name = f"camera {source}" if str(source).isdecimal() else str(source)
    latest = LatestFrameReader(name, lambda: open_camera(source, camera_section), source_is_live, epoch)
    return EyeWorker(latest, camera_section, eye_section, index, None, SHARED_THREADS)


def open_auto_eye(
    camera: dict[str, Any], eye: dict[str, Any], index: int, seed: int, aspect: float, epoch: float
) -> Worker:
    """The live eye of a camera whose source is "auto"; arguments as of `open_eye` and `open_pointer_eye`.

    Where no camera answers it is the demo film's, and the pointer's once that moves over a window.
    """
    source = resolve_auto()
    resolved = open_eye(camera | {"source": source}, eye, index, seed, live=True, epoch=epoch)
    if isinstance(source, int):
        return resolved
    logger.info("no camera answers; %s plays until the mouse moves over a window", source)
    return FilmUntilPointer(resolved, partial(open_pointer_eye, camera, eye, index, aspect))


class EyeWorker:
    """Tracks the people in the frames of a source."""

    def __init__(
        self,
        source: FrameSource,
        camera: CameraSection,
        eye: EyeSection,
        index: int,
        nominal_rate_hz: float | None,
        threads: int = EXCLUSIVE_THREADS,
    ) -> None:
        """`nominal_rate_hz` is the rate in lock-step; `threads` the number of poses estimated concurrently."""
        self._source = source
        self._camera = camera
        detector = PersonDetectorThread(eye.detector_rate, live=nominal_rate_hz is None) if eye.detector else None
        # People off the floor bounds are tracked too, and must take no visitor's place.
        tracked = eye.max_visitors * (1 if camera.floor is None else 2)
        self._tracker = PersonTracker(eye.model_copy(update={"max_visitors": tracked}), threads, detector)
        self._smoothing = SmoothingSettings(eye.cutoff, eye.speed_cutoff)
        self._people: dict[int, TrackedPerson] = {}
        """By identity."""
        self._search_picture = SearchPicture(camera)
        self._bounds = FloorBounds(camera.floor, eye.max_visitors)
        self._lens: Lens | None = None
        self._index = index
        self._rate = RateMeter(nominal_rate_hz)
        self._reported_status = ""
        self._size_px = (16, 9)

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Observe the newest frame; None where there is none. The request's values:

        `scale` 0..1, by which the tracker does less; `picture`, which adds the camera picture.
        """
        # Search in the last frame while its message is on its way, and only then take the newest frame.
        self._tracker.finish_search()
        frame = self._source.frame(t)
        if frame is None:
            return self._status_change(t)
        lens = self._lens_for(frame)
        searched = replace(frame, pixels=self._search_picture.apply(frame.pixels, frame.time))
        tracks = self._tracker.step(searched, float(request.get("scale", 1.0)))
        visitors = self._bounds.apply(self._visitor(track, state, lens, frame.time) for track, state in tracks)
        observation = Observation(
            time=frame.time,
            sequence=frame.count + 1,
            size_px=self._size_px,
            visitors=visitors,
            camera=self._index,
            source=self._source.status,
            rate=self._rate.update(t),
            statues=self._tracker.static_boxes_px,
            capture=self._source.description,
            film_seconds=frame.film_seconds,
        )
        self._reported_status = self._source.status
        return Message(frame.time, observation, _scaled_down(frame.pixels) if request.get("picture") else None)

    def _visitor(self, track: Track, state: State, lens: Lens, t: float) -> Visitor:
        person = self._people.get(track.id)
        if person is None:
            person = self._people[track.id] = TrackedPerson(self._smoothing)
        if track.seen != person.seen and state is not State.LEFT:
            person.update(track.detection, track.size_px, lens, track.seen)
        if state is State.LEFT:
            del self._people[track.id]
        return person.visitor(track, state, lens, self._camera.mirror, t, self._index)

    def _status_change(self, t: float) -> Message | None:
        """An observation without visitors when the source's status has changed since the last message, else None."""
        if self._source.status == self._reported_status:
            return None
        self._reported_status = self._source.status
        return Message(t, Observation(t, 0, self._size_px, (), self._index, self._reported_status, 0.0))

    def _lens_for(self, frame: SourceFrame) -> Lens:
        size_px = (frame.pixels.shape[1], frame.pixels.shape[0])
        if self._lens is None or self._size_px != size_px:
            c = self._camera
            self._size_px = size_px
            self._lens = _cropped_lens(c, size_px)
        return self._lens

    def close(self) -> None:
        """Close the tracker and the source."""
        self._tracker.close()
        self._source.close()


def _cropped_lens(camera: CameraSection, size_px: tuple[int, int]) -> Lens:
    """The lens of a corrected picture, which may be part of a larger one."""
    left, top, right, bottom = camera.crop
    whole_px = (round(size_px[0] / (right - left)), round(size_px[1] / (bottom - top)))
    lens = lens_of(whole_px, camera.height, camera.tilt, camera.field_of_view, camera.position, camera.pan)
    x, y = round(left * whole_px[0]), round(top * whole_px[1])
    return cropped(lens, (x, y, x + size_px[0], y + size_px[1]))


def _scaled_down(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = PICTURE_SIDE_PX / max(pixels.shape[:2])
    if scale >= 1.0:
        return pixels
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)  # type: ignore[return-value]
