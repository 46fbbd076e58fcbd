"""Synthetic eye worker: observations of synthetic visitors ("ghosts"), without a camera."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from installation.eye import synthetic_visitor
from installation.eye.camera import lens_of
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.track import ENTERING_SECONDS, Track
from installation.eye.tracked_person import TrackedPerson
from installation.interface.visitor import Observation, State
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from installation.workers.worker import Message

PICTURE_SHAPE = (36, 64, 3)
"""Height, width and channels of the camera picture that stands in for one."""
PICTURE_GREY = 20
SEED_STRIDE = 100
"""Difference of the seeds of two eyes' first visitors."""


class SyntheticEyeWorker:
    """Observes `count` synthetic visitors through the camera's lens."""

    def __init__(self, camera: CameraSection, eye: EyeSection, index: int, seed: int, count: int) -> None:
        c = camera
        self._camera = camera
        self._lens = lens_of(synthetic_visitor.PICTURE_SIZE_PX, c.height, c.tilt, c.field_of_view, c.position, c.pan)
        smoothing = SmoothingSettings(eye.cutoff, eye.speed_cutoff)
        self._people = [TrackedPerson(smoothing) for _ in range(min(count, eye.max_visitors))]
        self._tracks: list[Track | None] = [None] * len(self._people)
        self._index = index
        self._seed = seed
        self._count = 0
        self._rate = eye.rate

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Observe every visitor at show time `t`; `picture` in the request adds a grey picture."""
        visitors = []
        for number, person in enumerate(self._people):
            landmarks_m = synthetic_visitor.landmarks_at(t, self._seed * SEED_STRIDE + number)
            detection = synthetic_visitor.perfect_detection(landmarks_m, self._lens)
            track = Track.known(number + 1, number + 1, detection, t, self._tracks[number])
            self._tracks[number] = track
            person.update(detection, track.size_px, self._lens, t)
            state = State.PRESENT if t - track.born > ENTERING_SECONDS else State.ENTERING
            visitors.append(person.visitor(track, state, self._lens, self._camera.mirror, t, self._index))
        self._count += 1
        picture = np.full(PICTURE_SHAPE, PICTURE_GREY, np.uint8) if request.get("picture") else None
        size_px = synthetic_visitor.PICTURE_SIZE_PX
        observation = Observation(t, self._count, size_px, tuple(visitors), self._index, "ok", self._rate)
        return Message(t, observation, picture)

    def close(self) -> None:
        pass
