"""Pointer eye worker: one visitor who walks where the mouse points, for machines with a screen and without a camera."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.eye import synthetic_visitor
from installation.eye.camera import Lens, lens_of, project, rays
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.synthetic_eye import PICTURE_GREY, PICTURE_SHAPE
from installation.eye.track import ENTERING_SECONDS, UNCONFIRMED_LOST_SECONDS, Track
from installation.eye.tracked_person import TrackedPerson
from installation.eye.walking_body import CHEST_M, HIPS_M, SHOULDER_M, SIDES, WalkingBody
from installation.interface.pointer import Pointer
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from installation.workers.worker import Message, Worker

Array = NDArray[np.float64]

FIRST_ID = 1 << 20
"""Identity of the first visitor: higher than any of the film that played before."""
HAND_REACH_M = 0.30
"""Distance along the wall from the body to the place that the nearer hand points at."""
CHANGE_HAND_M = 0.14
"""Distance on the other side of the body from which on the other hand points."""
FRONT_M = 0.22
"""Distance of a reaching hand in front of the body."""
HANGING_M = 0.80
"""Height of the pointer in the room below which the hand hangs."""
REACHING_M = 1.05
"""Height from which on the hand is where the pointer is."""
RAISED_M = (0.24, HIPS_M + CHEST_M + 0.50)
"""Offset outwards and height of hands that are raised."""
HEAD_AND_NECK = ((2, 9, 0.078), (5, 10, 0.078), (2, 5, 0.078), (9, 12, 0.05), (10, 11, 0.05))
"""Limbs, as synthetic_visitor.LIMBS, from the eyes to the corners of the mouth, and from there to the shoulders."""
LIMBS = (*(limb for limb in synthetic_visitor.LIMBS if limb[:2] != (7, 8)), *HEAD_AND_NECK)
"""Those of the silhouette: head and neck instead of a line between the ears."""
DEPTHS_M = (2.0, 6.0)
"""Nearest and farthest distance from the wall at which the visitor walks."""
DEFAULT_DEPTH_M = 4.0
"""Distance where no other shows the whole body."""
TOP_M = 2.0
"""Height that must be in the picture, of a body with raised hands."""
MOVES = 4
"""Observations in which the pointer must have moved before it takes over from a film: a window that opens, or is moved
below a pointer at rest, changes its place once or twice."""
MARGIN = 0.04
"""Share of the picture's height that stays free above and below the body."""


def pointer_of(request: Mapping[str, Any]) -> Pointer | None:
    """The pointer of an eye's request; None while it is over no window."""
    found = request.get("pointer")
    if not found:
        return None
    x, y, pressed = (float(value) for value in found)
    return Pointer(x, y, pressed > 0.5)


def open_pointer_eye(camera: dict[str, Any], eye: dict[str, Any], index: int, aspect: float) -> PointerEyeWorker:
    """The eye of a camera whose source is "mouse"; `camera` and `eye` are these sections of the venue as plain values.

    `aspect` is width over height of the canvas.
    """
    camera_section = CameraSection.model_validate(camera, strict=False)
    return PointerEyeWorker(camera_section, EyeSection.model_validate(eye, strict=False), index, aspect)


class PointerEyeWorker:
    """Observes a synthetic visitor who follows `pointer` of the request: [x, y, pressed], or None.

    With the pointer over a window the visitor is there; without, lost for a moment, and then gone.
    """

    def __init__(self, camera: CameraSection, eye: EyeSection, index: int, aspect: float) -> None:
        """`aspect` is width over height of the picture that takes the camera's place."""
        self._camera, self._eye, self._index = camera, eye, index
        self._lens = pointer_lens(camera, aspect)
        self._depth_m = whole_body_depth(self._lens)
        self._smoothing = SmoothingSettings(eye.cutoff, eye.speed_cutoff)
        self._visitor: PointerVisitor | None = None
        self._last_id = FIRST_ID
        self._count = 0

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """Observe the visitor at show time `t`; `picture` in the request adds a grey picture."""
        pointer = pointer_of(request)
        if self._visitor is None and pointer is not None:
            self._last_id += 1
            person = TrackedPerson(self._smoothing)
            self._visitor = PointerVisitor(self._last_id, person, self._goal(pointer), t)
        visitors: tuple[Visitor, ...] = ()
        if self._visitor is not None:
            state = self._visitor.step(None if pointer is None else self._goal(pointer), t, self._lens)
            visitors = (self._visitor.observed(state, self._lens, self._camera.mirror, t, self._index),)
            if state is State.LEFT:
                self._visitor = None
        self._count += 1
        picture = np.full(PICTURE_SHAPE, PICTURE_GREY, np.uint8) if request.get("picture") else None
        observation = Observation(t, self._count, self._lens.size_px, visitors, self._index, "ok", self._eye.rate)
        return Message(t, observation, picture)

    def _goal(self, pointer: Pointer) -> Goal:
        """The place in the room that the pointer is on."""
        width, height = self._lens.size_px
        x = 1.0 - pointer.x if self._camera.mirror else pointer.x
        ray = rays(self._lens, np.array([x * width, (1.0 - pointer.y) * height]))
        # Where the ray meets the plane of the visitor's hands, parallel to the wall.
        depth_m = self._depth_m - FRONT_M
        deep = (depth_m - self._lens.centre_m[2]) / ray[2] if ray[2] > 1e-3 else 0.0
        point = self._lens.centre_m + max(deep, 0.0) * ray
        return Goal(np.array([point[0], point[1], depth_m]), self._depth_m, pointer.pressed)

    def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Goal:
    """What the visitor of a pointer tries to reach."""

    point_m: Array
    """(3,) of the hand."""
    depth_m: float
    """Z of the body."""
    raised: bool
    """Whether both hands are raised."""


class PointerVisitor:
    """One visit, from the pointer's arrival to a while after its departure."""

    def __init__(self, id: int, person: TrackedPerson, goal: Goal, t: float) -> None:
        self._id, self._person = id, person
        self._side = 1
        """Index in SIDES of the hand that points."""
        self._body = WalkingBody((self._place(goal), goal.depth_m))
        self._track: Track | None = None
        self._time = self._pointed = t

    def _place(self, goal: Goal) -> float:
        """X of the body from which the hand reaches the point."""
        return float(goal.point_m[0]) - SIDES[self._side] * HAND_REACH_M

    def step(self, goal: Goal | None, t: float, lens: Lens) -> State:
        """Move on to show time `t`; None for `goal` while the pointer is away."""
        dt = t - self._time
        self._time = t
        if goal is None:
            self._body.step(None, (None, None), dt)
        else:
            self._pointed = t
            across = (float(goal.point_m[0]) - float(self._body.place_m[0])) * SIDES[self._side]
            if across < -CHANGE_HAND_M:
                self._side = 1 - self._side
            self._body.step((self._place(goal), goal.depth_m), self._hands(goal), dt)
        detection = synthetic_visitor.perfect_detection(self._body.landmarks_m(), lens, LIMBS)
        self._track = Track.known(self._id, 1, detection, t, self._track)
        self._person.update(detection, self._track.size_px, lens, t)
        if t - self._pointed > UNCONFIRMED_LOST_SECONDS:
            return State.LEFT
        if goal is None:
            return State.LOST
        return State.PRESENT if t - self._track.born > ENTERING_SECONDS else State.ENTERING

    def _hands(self, goal: Goal) -> tuple[Array | None, Array | None]:
        """Where left and right hand reach: both above the head, or the nearer one to the point."""
        hands: list[Array | None] = [None, None]
        x, z = self._body.place_m.tolist()
        if goal.raised:
            for index, side in enumerate(SIDES):
                hands[index] = np.array([x + side * (SHOULDER_M + RAISED_M[0]), RAISED_M[1], z - 0.05])
        elif goal.point_m[1] > HANGING_M:
            lifted = min(1.0, (float(goal.point_m[1]) - HANGING_M) / (REACHING_M - HANGING_M))
            hanging = np.array([x + SIDES[self._side] * (SHOULDER_M + 0.06), HANGING_M, z - 0.04])
            hands[self._side] = hanging + lifted * (goal.point_m - hanging)
        return hands[0], hands[1]

    def observed(self, state: State, lens: Lens, mirror: bool, t: float, camera: int) -> Visitor:
        """The visitor at show time `t`."""
        assert self._track is not None
        visitor = self._person.visitor(self._track, state, lens, mirror, t, camera)
        # Where the body is and how fast is known here, and needs no estimate.
        return replace(
            visitor,
            landmarks_m=self._body.landmarks_m().astype(np.float32),
            floor_m=self._body.place_m.astype(np.float32),
            velocity_m=self._body.velocity_m.astype(np.float32),
        )


def pointer_lens(camera: CameraSection, aspect: float) -> Lens:
    """The camera's lens with a picture of another shape; it sees as far up and down as in a picture of 16:9."""
    width_px, height_px = synthetic_visitor.PICTURE_SIZE_PX
    half_width = math.tan(math.radians(camera.field_of_view) / 2.0) * aspect * height_px / width_px
    field_of_view = 2.0 * math.degrees(math.atan(half_width))
    c = camera
    return lens_of((round(height_px * aspect), height_px), c.height, c.tilt, field_of_view, c.position, c.pan)


def whole_body_depth(lens: Lens) -> float:
    """The nearest distance from the wall, m, at which feet and raised hands are in the picture."""
    x, height_px = float(lens.centre_m[0]), lens.size_px[1]
    for depth_m in np.arange(DEPTHS_M[0], DEPTHS_M[1] + 1e-6, 0.05):
        # Straight in front of the lens where it is turned aside.
        along = (depth_m - lens.centre_m[2]) * lens.rotation[0, 2] / max(float(lens.rotation[2, 2]), 0.1)
        ends = project(lens, np.array([[x + along, 0.0, depth_m], [x + along, TOP_M, depth_m]]))[:, 1]
        if ends[0] <= (1.0 - MARGIN) * height_px and ends[1] >= MARGIN * height_px:
            return float(depth_m)
    return DEFAULT_DEPTH_M


class FilmUntilPointer:
    """The eye of a film, until the pointer first moves over a window; from then on the visitor is the pointer's."""

    def __init__(self, film: Worker, open_pointer: Callable[[], Worker]) -> None:
        self._present = film
        self._open_pointer: Callable[[], Worker] | None = open_pointer
        self._last: Pointer | None = None
        self._moves = 0

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        """The step of the film's eye or of the pointer's."""
        if self._open_pointer is not None and self._moved(pointer_of(request)):
            self._present.close()
            self._present, self._open_pointer = self._open_pointer(), None
        return self._present.step(request, t)

    def _moved(self, pointer: Pointer | None) -> bool:
        if pointer is not None:
            self._moves += self._last is not None and pointer != self._last
            self._last = pointer
        return self._moves >= MOVES

    def close(self) -> None:
        self._present.close()
