"""Visitors who are somewhere else: bodies that other programs tell, seen as if they stood before the camera."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.eye import synthetic_visitor
from installation.eye.camera import Lens, lens_of
from installation.eye.eye import Rate
from installation.eye.movement_features import Calm
from installation.eye.outline import outline, wound
from installation.eye.track import ENTERING_SECONDS
from installation.eye.tracked_person import screen
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.schema import CameraSection
from installation.venue.schema import EyeSection as EyeSettings
from installation.workers.worker import Message
from motion.body import Body
from motion.landmarks import CARRIER_BONES, landmarks_from_body
from motion.smooth import AlphaBetaFilter

Array = NDArray[np.float64]

LOST = 0.5
"""Seconds of silence after which somebody is lost."""
NEAREST = 0.3
"""Metres before the lens nearer than which nobody has an outline."""
SPEED_HZ = 4.0
"""Cutoff of a body's velocities at rest."""


class Bodies(Protocol):
    """Where the bodies come from."""

    def newest_bodies(self, t: float) -> Mapping[Hashable, tuple[float, Body]]:
        """The newest body of every performer that came since this was last asked, and when it came."""

    def status(self, t: float) -> str:
        """ "ok", or why there are no bodies, in words for the technician."""

    def close(self) -> None:
        """Give back what it owns."""


class Player:
    """One performer who is here."""

    def __init__(self, id: int, slot: int, t: float) -> None:
        self.id, self.slot, self.born, self.seen = id, slot, t, t
        self._glide = AlphaBetaFilter(SPEED_HZ, SPEED_HZ)
        self._calm = Calm()
        self._body: Body | None = None
        self._landmarks: Array = np.zeros((33, 3))

    def see(self, body: Body, t: float) -> None:
        """A new body at time `t`."""
        dt = t - self.seen if self._body is not None else 0.0
        self._landmarks, self._body, self.seen = landmarks_from_body(body).astype(float), body, t
        self._glide.step(self._landmarks, dt)
        self._calm.step(self._landmarks, self._glide.velocity.astype(float), dt)

    def state(self, t: float, patience: float) -> State:
        """What has become of them at time `t`."""
        if t - self.seen > patience:
            return State.LEFT
        if t - self.seen > LOST:
            return State.LOST
        return State.PRESENT if t - self.born > ENTERING_SECONDS else State.ENTERING

    def visitor(self, state: State, lens: Lens, camera: CameraSection, index: int) -> Visitor:
        """The visitor that a camera with this lens would see."""
        assert self._body is not None
        look = synthetic_visitor.perfect_detection(self._landmarks, lens)
        depths = (self._landmarks - lens.centre_m) @ lens.rotation[:, 2]
        rings = outline(look) if depths.min() > NEAREST else []
        corners = look.landmarks_px.min(axis=0), look.landmarks_px.max(axis=0)
        speed = self._glide.velocity[23:25].mean(axis=0)
        return Visitor(
            id=self.id,
            slot=self.slot,
            state=state,
            born=self.born,
            seen=self.seen,
            box_px=np.concatenate(corners).astype(np.float32),
            landmarks_px=look.landmarks_px,
            landmarks_screen=screen(look.landmarks_px, lens.size_px, camera.mirror),
            landmarks_m=self._landmarks.astype(np.float32),
            visibility=self._body.trust[CARRIER_BONES].astype(np.float32),
            outline_screen=wound([screen(ring, lens.size_px, camera.mirror) for ring in rings]),
            floor_m=self._body.hips_m[[0, 2]].astype(np.float32),
            velocity_m=speed[[0, 2]].astype(np.float32),
            camera=index,
            body=self._body,
            **self._calm.told(),
        )


class Troupe:
    """An eye that needs no camera: its visitors perform in other programs."""

    def __init__(self, bodies: Bodies, camera: CameraSection, eye: EyeSettings, index: int) -> None:
        self._bodies = bodies
        self._camera, self._eye, self._index = camera, eye, index
        c = camera
        self._lens = lens_of(c.size or synthetic_visitor.SIZE_PX, c.height, c.tilt, c.field_of_view, c.position, c.pan)
        self._players: dict[Hashable, Player] = {}
        self._identities = 0
        self._count = 0
        self._rate = Rate(None)
        self._measured = 0.0

    def step(self, order: Mapping[str, Any], t: float) -> Message | None:
        heard = self._bodies.newest_bodies(t)
        for key, (time, body) in heard.items():
            if (player := self._players.get(key) or self._enter(key, time)) is not None:
                player.see(self._placed(body), time)
        if heard:
            self._count += 1
            self._measured = self._rate.note(t)
        visitors = []
        for key, player in tuple(self._players.items()):
            state = player.state(t, self._eye.lost_seconds)
            visitors.append(player.visitor(state, self._lens, self._camera, self._index))
            if state is State.LEFT:
                del self._players[key]
        observation = Observation(
            time=max((time for time, _ in heard.values()), default=t),
            sequence=self._count,
            size_px=self._lens.size_px,
            visitors=tuple(visitors),
            camera=self._index,
            source=self._bodies.status(t),
            rate=self._measured if visitors else 0.0,
        )
        picture: NDArray[np.uint8] | None = np.full((36, 64, 3), 20, np.uint8) if order.get("picture") else None
        return Message(observation.time, observation, picture)

    def _enter(self, key: Hashable, t: float) -> Player | None:
        """Somebody new in the lowest slot that is free; None where none is."""
        taken = {player.slot for player in self._players.values()}
        slot = next((slot for slot in range(1, self._eye.max_visitors + 1) if slot not in taken), None)
        if slot is None:
            return None
        self._identities += 1
        self._players[key] = Player(self._identities, slot, t)
        return self._players[key]

    def _placed(self, body: Body) -> Body:
        """The body on its stage in the room."""
        x, z = self._camera.stage
        return replace(body, hips_m=body.hips_m + (x, 0.0, z))

    def close(self) -> None:
        self._bodies.close()
