"""A visitor's body over time: smoothed landmarks, a place in the room, an outline, and what it does."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.eye.camera import Lens, rays
from installation.eye.ground_position import standing
from installation.eye.movement_features import Calm
from installation.eye.outline import outline, wound
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track
from installation.interface.visitor import State, Visitor
from motion.body import Body as Pose
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import FOOT_LANDMARKS, LANDMARKS
from motion.smooth import AlphaBetaFilter, blend_factor_hz

Array = NDArray[np.float32]

TALL = 1.7
"""Metres that a body's size in the picture stands for while its landmarks are smoothed there."""
SCALE_HZ = 0.3
"""Cutoff of how tall a visitor is."""
PRIOR = 4
"""Looks that the belief in a visitor of average size is worth."""
OFTEN = 0.08
"""Seconds after which the place and the features, which are calm, are told anew."""
TORSO = [11, 12, 23, 24]
"""Shoulders and hips."""
SEEN = 0.5
GROUND_HZ = 0.1, 1.0
"""How quickly the ground is learned upwards and downwards."""
TREAD, HIGHEST = 0.06, 0.8
"""Metres that walking lifts the hips, which is no leap, and that nobody leaps higher than."""
FLIGHT = 2.0 * math.sqrt(2.0 * HIGHEST / 9.81)
"""Seconds after which even the highest leap has ended: who is still seen so high stands there."""
AHEAD = 0.25
"""Seconds for which a body that was not looked at is believed to go on as it did."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How calm and how quick the smoothing is; see `installation.venue.schema.Eye`."""

    cutoff: float
    speed_cutoff: float


class Person:
    """What is known of one visitor beside their identity."""

    def __init__(self, settings: Settings) -> None:
        self._calmed = AlphaBetaFilter(settings.cutoff, settings.speed_cutoff)
        """(2, 33, 3): the landmarks in the picture, which have no third coordinate, and those from the hips; metres."""
        self._place = AlphaBetaFilter(0.8, 1.2)
        self._size = 0.0
        self._scale = 1.0
        self._tall = 1.0
        self._told = 0
        self.seen: float | None = None
        """When last really seen, s of show time."""
        self._felt: float | None = None
        self._calm = Calm()
        self._rings: list[Array] = []
        self._hips = np.zeros(3)
        self._lowest = 0.0
        """Of the feet over the hips, as the landmarker has them, metres."""
        self._look: PoseDetection | None = None
        self._ground: float | None = None
        """How much higher the hips are seen than feet on the floor would have them, as long as they are on it."""
        self._rise = self._aloft = 0.0
        """Metres that the body is in the air, and for how many seconds."""
        self._lift = LandmarkLifter()
        self._moved: float | None = None
        self._pose: Pose | None = None

    def see(self, look: PoseDetection, size: float, lens: Lens, t: float) -> None:
        """A new look at time `t`; `size` is the body's in pixels."""
        dt = 0.0 if self.seen is None else t - self.seen
        self._size = size if self._size == 0.0 else self._size + float(blend_factor_hz(1.0, dt)) * (size - self._size)
        scale = TALL / self._size
        if dt > 0.0 and self._look is not None:
            # The filter works in metres; a body that comes nearer must not look like one that moves.
            self._calmed.rescale(np.array([scale / self._scale, 1.0])[:, None, None])
        self._scale = scale
        points = np.zeros((2, len(LANDMARKS), 3))
        points[0, :, :2], points[1] = look.landmarks_px * scale, look.local_landmarks_m
        metric = self._calmed.step(points, dt)[1]
        self._lowest = min((metric[FOOT_LANDMARKS] @ lens.rotation[1]).tolist())
        self._rings = outline(look) or self._rings
        self._look = look
        self.seen = t
        if self._felt is None or not 0.0 <= t - self._felt < OFTEN:
            self._stand(look, metric, lens, 0.0 if self._felt is None else t - self._felt)
            self._felt = t
        self._leap(lens, t, dt)
        self._move(look.local_landmarks_m.astype(float), look.visibility.astype(float), lens, t)

    def _leap(self, lens: Lens, t: float, dt: float) -> None:
        """How far off the floor the body is: by how far the hips are seen above where standing would have them.

        A camera that hangs askew, or a stage under the feet, shows them too high always: that is learned, upwards
        slowly as long as it may be a leap. Who hides their feet does not leap.
        """
        self._rise = 0.0
        assert self._look is not None
        if (feet := self._look.visibility[FOOT_LANDMARKS]).sum() < SEEN * len(feet):
            return
        standing = self._middle(t)
        picture = self._calmed.value[0]
        ray = rays(lens, (picture[23, :2] + picture[24, :2]) * (0.5 * self._size / TALL))
        depth = float((standing - lens.centre_m) @ lens.rotation[:, 2])
        seen = float(lens.centre_m[1] + ray[1] * depth - standing[1])
        if self._ground is None:
            self._ground = seen
        above = seen - self._ground
        self._aloft = self._aloft + dt if above > TREAD else 0.0
        leaps = above > 0.0 and self._aloft < FLIGHT
        self._ground += float(blend_factor_hz(GROUND_HZ[0] if leaps else GROUND_HZ[1], dt)) * above
        self._rise = min(max(above - TREAD, 0.0), HIGHEST)

    def _move(self, metric: NDArray[np.float64], visibility: NDArray[np.float64], lens: Lens, t: float) -> None:
        """Pose the body at time `t` as these landmarks have it."""
        landmarks = (metric * self._tall) @ lens.rotation.T + self._middle(t)
        self._pose = self._lift.step(landmarks, visibility, 0.0 if self._moved is None else t - self._moved)
        self._moved = t

    def _stand(self, look: PoseDetection, metric: NDArray[np.float64], lens: Lens, dt: float) -> None:
        """Where it is and what it does, `dt` seconds after that was last told."""
        picture, visibility = look.landmarks_px.astype(float), look.visibility.astype(float)
        hips, tall = standing(lens, picture, metric, visibility, self._tall)
        if tall is not None:
            self._told += 1
            # At first the mean of what was told, later what was told of late. Feet in the air tell too much, never
            # too little, and are given less weight.
            rate = max(float(blend_factor_hz(SCALE_HZ, dt)), 1.0 / (self._told + PRIOR))
            self._tall += (rate if tall < self._tall else 0.4 * rate) * (tall - self._tall)
        self._hips = self._place.step(hips, dt).astype(float, copy=False)
        self._calm.step(self._body(lens, 0.0), self._calmed.velocity[1] @ lens.rotation.T, dt)

    def _middle(self, t: float) -> NDArray[np.float64]:
        """(3,) the hips' middle in the room at time `t`, where the lowest foot is on the floor."""
        late = 0.0 if self._felt is None else min(max(t - self._felt, 0.0), AHEAD)
        x, _, z = (self._hips + self._place.velocity * late).tolist()
        return np.array([x, 0.02 - self._lowest * self._tall + self._rise, z])

    def _body(self, lens: Lens, t: float) -> NDArray[np.float64]:
        """(33, 3) smoothed landmarks, standing in the room."""
        return (self._calmed.value[1] * self._tall) @ lens.rotation.T + self._middle(t)

    def visitor(self, track: Track, state: State, lens: Lens, mirror: bool, t: float, camera: int) -> Visitor:
        """The visitor at time `t`, a little after the last look."""
        assert self._look is not None
        assert self.seen is not None and self._felt is not None
        late = min(max(t - self.seen, 0.0), AHEAD)
        scale = TALL / self._size
        landmarks_px = (self._calmed.value[0, :, :2] + self._calmed.velocity[0, :, :2] * late) / scale
        rings = self._rings
        if late > 0.0:
            shift = self._calmed.velocity[0, TORSO, :2].mean(axis=0) * late / scale
            rings = [ring + shift for ring in rings]
        body = self._body(lens, t)
        if t > self.seen:
            self._move(self._look.local_landmarks_m.astype(float), np.zeros(len(LANDMARKS)), lens, t)
        outline = wound([screen(ring, lens.size_px, mirror) for ring in rings])
        speed = self._place.velocity
        return Visitor(
            id=track.id,
            slot=track.slot,
            state=state,
            born=track.born,
            seen=track.seen,
            box_px=track.predicted_box(t).astype(np.float32),
            landmarks_px=landmarks_px.astype(np.float32),
            landmarks_screen=screen(landmarks_px, lens.size_px, mirror),
            landmarks_m=body.astype(np.float32),
            visibility=self._look.visibility,
            outline_screen=outline,
            floor_m=np.array([self._hips[0], self._hips[2]], np.float32),
            velocity_m=np.array([speed[0], speed[2]], np.float32),
            camera=camera,
            body=self._pose,
            **self._calm.told(),
        )


def screen(points_px: NDArray[np.floating], size_px: tuple[int, int], mirror: bool) -> Array:
    """Picture pixels (n, 2) as screen coordinates: 0..1, y up, mirrored where the venue mirrors."""
    points = points_px * (1.0 / size_px[0], -1.0 / size_px[1]) + (0.0, 1.0)
    if mirror:
        points[:, 0] = 1.0 - points[:, 0]
    return points.astype(np.float32)
