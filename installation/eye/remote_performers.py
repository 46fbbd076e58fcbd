"""Remote performers: bodies received from other programs (VMC), observed as if they stood before the camera."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.eye import synthetic_visitor
from installation.eye.camera import Lens, lens_of, to_screen
from installation.eye.movement_features import MovementFeatures
from installation.eye.outline import oriented_rings, silhouette_rings
from installation.eye.rate_meter import RateMeter
from installation.eye.synthetic_eye import PICTURE_GREY, PICTURE_SHAPE
from installation.eye.track import ENTERING_SECONDS
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from installation.workers.worker import Message
from motion.body import Body
from motion.landmarks import CARRIER_BONES, landmarks_from_body
from motion.smooth import AlphaBetaFilter

Array = NDArray[np.float64]

SILENT_SECONDS = 0.5
"""Seconds without a body after which a performer is lost."""
MIN_OUTLINE_DISTANCE_M = 0.3
"""Distance before the lens below which a body has no outline."""
VELOCITY_CUTOFF_HZ = 4.0
"""Cutoff of a body's velocities at rest."""


class BodySource(Protocol):
    """Receives the bodies of performers."""

    def newest_bodies(self, t: float) -> Mapping[Hashable, tuple[float, Body]]:
        """Time of arrival and newest body of every performer that sent one since the last call."""

    def status(self, t: float) -> str:
        """ "ok", or why there are no bodies, in words for the technician."""

    def close(self) -> None:
        """Free its resources."""


class RemoteBody:
    """One performer."""

    def __init__(self, id: int, slot: int, t: float) -> None:
        self.id, self.slot, self.born, self.seen = id, slot, t, t
        self._filter = AlphaBetaFilter(VELOCITY_CUTOFF_HZ, VELOCITY_CUTOFF_HZ)
        self._features = MovementFeatures()
        self._body: Body | None = None
        self._landmarks_m: Array = np.zeros((33, 3))

    def update(self, body: Body, t: float) -> None:
        """Take in a body of time `t`."""
        dt = t - self.seen if self._body is not None else 0.0
        self._landmarks_m, self._body, self.seen = landmarks_from_body(body).astype(float), body, t
        self._filter.step(self._landmarks_m, dt)
        self._features.step(self._landmarks_m, self._filter.velocity.astype(float), dt)

    def state(self, t: float, lost_seconds: float) -> State:
        """The visitor's state at time `t`; `lost_seconds` of silence end it."""
        if t - self.seen > lost_seconds:
            return State.LEFT
        if t - self.seen > SILENT_SECONDS:
            return State.LOST
        return State.PRESENT if t - self.born > ENTERING_SECONDS else State.ENTERING

    def visitor(self, state: State, lens: Lens, camera: CameraSection, index: int) -> Visitor:
        """The visitor that a camera with this lens would observe."""
        assert self._body is not None
        detection = synthetic_visitor.perfect_detection(self._landmarks_m, lens)
        depths_m = (self._landmarks_m - lens.centre_m) @ lens.rotation[:, 2]
        rings = silhouette_rings(detection) if depths_m.min() > MIN_OUTLINE_DISTANCE_M else []
        corners = detection.landmarks_px.min(axis=0), detection.landmarks_px.max(axis=0)
        velocity = self._filter.velocity[23:25].mean(axis=0)
        return Visitor(
            id=self.id,
            slot=self.slot,
            state=state,
            born=self.born,
            seen=self.seen,
            box_px=np.concatenate(corners).astype(np.float32),
            landmarks_px=detection.landmarks_px,
            landmarks_screen=to_screen(detection.landmarks_px, lens.size_px, camera.mirror),
            landmarks_m=self._landmarks_m.astype(np.float32),
            visibility=self._body.trust[CARRIER_BONES].astype(np.float32),
            outline_screen=oriented_rings([to_screen(ring, lens.size_px, camera.mirror) for ring in rings]),
            floor_m=self._body.hips_m[[0, 2]].astype(np.float32),
            velocity_m=velocity[[0, 2]].astype(np.float32),
            camera=index,
            body=self._body,
            **self._features.visitor_fields(),
        )


class RemotePerformers:
    """Eye worker without a camera: its visitors perform in other programs."""

    def __init__(self, source: BodySource, camera: CameraSection, eye: EyeSection, index: int) -> None:
        self._source = source
        self._camera, self._eye, self._index = camera, eye, index
        size_px = camera.size or synthetic_visitor.PICTURE_SIZE_PX
        c = camera
        self._lens = lens_of(size_px, c.height, c.tilt, c.field_of_view, c.position, c.pan)
        self._performers: dict[Hashable, RemoteBody] = {}
        self._last_id = 0
        self._count = 0
        self._rate = RateMeter(None)
        self._rate_hz = 0.0

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Observe every performer at show time `t`; `picture` in the request adds a grey picture."""
        received = self._source.newest_bodies(t)
        for key, (time, body) in received.items():
            performer = self._performers.get(key) or self._start(key, time)
            if performer is not None:
                performer.update(self._on_stage(body), time)
        if received:
            self._count += 1
            self._rate_hz = self._rate.update(t)
        visitors = []
        for key, performer in tuple(self._performers.items()):
            state = performer.state(t, self._eye.lost_seconds)
            visitors.append(performer.visitor(state, self._lens, self._camera, self._index))
            if state is State.LEFT:
                del self._performers[key]
        observation = Observation(
            time=max((time for time, _ in received.values()), default=t),
            sequence=self._count,
            size_px=self._lens.size_px,
            visitors=tuple(visitors),
            camera=self._index,
            source=self._source.status(t),
            rate=self._rate_hz if visitors else 0.0,
        )
        picture = np.full(PICTURE_SHAPE, PICTURE_GREY, np.uint8) if request.get("picture") else None
        return Message(observation.time, observation, picture)

    def _start(self, key: Hashable, t: float) -> RemoteBody | None:
        """A new performer in the lowest free slot; None where no slot is free."""
        taken = {performer.slot for performer in self._performers.values()}
        slot = next((slot for slot in range(1, self._eye.max_visitors + 1) if slot not in taken), None)
        if slot is None:
            return None
        self._last_id += 1
        self._performers[key] = RemoteBody(self._last_id, slot, t)
        return self._performers[key]

    def _on_stage(self, body: Body) -> Body:
        """The body with its origin at the camera's stage."""
        x, z = self._camera.stage
        return replace(body, hips_m=body.hips_m + (x, 0.0, z))

    def close(self) -> None:
        """Close the source."""
        self._source.close()
