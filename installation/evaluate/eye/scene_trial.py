"""One composed scene before the eye: every visitor compared with the truth, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.evaluate.eye.composer import (
    ComposedFrame,
    ComposedScene,
    DeliveredPicture,
    Pixels,
    TruePerson,
    compose,
)
from installation.evaluate.eye.cut_outs import CutOutClip
from installation.evaluate.eye.straight_cuts import is_cut
from installation.eye.boxes import box_size, iou
from installation.eye.offline import GeneratedFrameReader, observe_clip, visitors_in_view
from installation.interface.visitor import State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection

Array = NDArray[np.float32]

MIN_IOU = 0.2
"""Overlap of a visitor's box with a body's from which on the two may be one."""
FIND_SECONDS = 1.0
"""Time to find a person who comes into view."""
RECOVER_SECONDS = 0.5
"""Time to find a person again who was hidden."""
FADE_SECONDS = 0.5
"""Time after its last detection for which a visitor may still be shown."""
APART_IOU = 0.05
"""Overlap of two bodies below which each has its own name."""


@dataclass(slots=True)
class PersonTally:
    """What became of one person."""

    ids: list[int] = field(default_factory=list)
    """Identities in the order in which they were given."""
    frames: int = 0
    """Frames in view, after the time to be found."""
    lost: int = 0
    """Those without a visitor who is seen."""
    lost_times: list[float] = field(default_factory=list)
    """When they were, s of the scene."""
    in_view_since: float | None = None
    was_found: bool = False


@dataclass(slots=True)
class SceneResult:
    """What came of a scene at one rate."""

    name: str
    rate: float
    people: dict[int, PersonTally] = field(default_factory=dict)
    """By actor."""
    identities: set[int] = field(default_factory=set)
    """All of them, those of phantoms included."""
    swaps: int = 0
    """How often a person took the identity of another."""
    frames: int = 0
    """Frames after FIND_SECONDS."""
    all_right: int = 0
    """Those in which everyone in view is one visitor, and nothing else is."""
    outlines: int = 0
    cut_outlines: int = 0
    cut_times: list[float] = field(default_factory=list)
    """When outlines were cut, s of the scene."""
    false_seconds: float = 0.0
    """Time with a visitor where there is no person, from the time that the scene's limits name."""
    largest_lost_spread: float = 0.0
    """Landmarks of lost visitors: their extent over that when last detected, at worst."""

    @property
    def lost_share(self) -> float | None:
        """Visitor-frames lost in view, share of those in view; None without people."""
        frames = sum(person.frames for person in self.people.values())
        return sum(person.lost for person in self.people.values()) / frames if frames else None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFrame:
    """A frame with what the eye made of it, for pictures."""

    composed: ComposedFrame
    visitors: Sequence[Visitor]
    statues: Sequence[Array]


def try_scene(
    name: str, scene: ComposedScene, clips: Mapping[str, CutOutClip], rate: float, eye: EyeSection | None = None
) -> Iterator[tuple[SceneResult, JudgedFrame]]:
    """Show a scene to the eye at `rate`; yield the result so far and the frame, for each frame."""
    composed: list[ComposedFrame] = []
    delivered = DeliveredPicture(scene)

    def pictures() -> Iterator[Pixels]:
        for frame in compose(scene, clips, rate):
            composed[:] = [frame]
            yield delivered.apply(frame.pixels)

    trial = _Trial(scene, SceneResult(name, rate, {index: PersonTally() for index in scene.people}))
    camera = CameraSection.model_validate({"mirror": False, **scene.camera}, strict=False)
    for observation, _ in observe_clip(GeneratedFrameReader(pictures(), rate), camera, eye):
        frame = composed[0]
        visitors = visitors_in_view(observation)
        trial.judge(frame, visitors)
        yield trial.result, JudgedFrame(frame, visitors, observation.statues)


class _Trial:
    """Compares frames with their truth."""

    def __init__(self, scene: ComposedScene, result: SceneResult) -> None:
        self._scene = scene
        self.result = result
        self._extents: dict[int, float] = {}
        """Largest of box and landmarks of each visitor when last detected, pixels."""

    def judge(self, frame: ComposedFrame, visitors: Sequence[Visitor]) -> None:
        """Count what is right and wrong in a frame."""
        result = self.result
        owners = match_people(frame.people, visitors, result.people)
        matched = {owner.id for owner in owners.values()}
        is_false = any(visitor.id not in matched and is_shown(visitor, frame.time) for visitor in visitors)
        everyone_is_seen = self._judge_people(frame, owners)
        if frame.time >= max(FIND_SECONDS, self._scene.judged_from):
            result.frames += 1
            result.all_right += everyone_is_seen and not is_false
        if frame.time >= (self._scene.limits.false_after_seconds or 0.0):
            result.false_seconds += is_false / result.rate
        self._judge_outlines(frame, visitors, owners)
        for visitor in visitors:
            result.identities.add(visitor.id)
            self._judge_spread(visitor)

    def _judge_people(self, frame: ComposedFrame, owners: Mapping[int, Visitor]) -> bool:
        """Count names and losses; return whether everyone in view is seen."""
        everyone_is_seen = True
        for true in frame.people:
            tally, visitor = self.result.people[true.actor], owners.get(true.actor)
            is_seen = visitor is not None and visitor.state is not State.LOST
            if visitor is not None and is_seen and _is_apart(true, frame.people):
                self._name(tally, visitor.id)
            if not true.is_in_view or frame.time < self._scene.judged_from:
                tally.in_view_since = None
                continue
            tally.in_view_since = frame.time if tally.in_view_since is None else tally.in_view_since
            grace = RECOVER_SECONDS if tally.was_found else FIND_SECONDS
            tally.was_found |= is_seen
            if frame.time - tally.in_view_since >= grace:
                tally.frames += 1
                tally.lost += not is_seen
                tally.lost_times += [] if is_seen else [round(frame.time, 3)]
            everyone_is_seen &= is_seen
        return everyone_is_seen

    def _name(self, tally: PersonTally, id: int) -> None:
        if tally.ids and tally.ids[-1] == id:
            return
        others = [person for person in self.result.people.values() if person is not tally]
        self.result.swaps += any(id in person.ids for person in others)
        tally.ids.append(id)

    def _judge_outlines(self, frame: ComposedFrame, visitors: Sequence[Visitor], owners: Mapping[int, Visitor]) -> None:
        """Look at the outlines that come from this frame; one of an earlier frame has moved away from its body."""
        size_px = (frame.pixels.shape[1], frame.pixels.shape[0])
        bodies = {true.actor: true.mask for true in frame.people}
        for visitor in visitors:
            if not visitor.outline_screen or visitor.seen < frame.time - 1e-6 or not bodies:
                continue
            own = [bodies[actor] for actor, owner in owners.items() if owner.id == visitor.id]
            rings = [unmirrored_px(ring, size_px) for ring in visitor.outline_screen]
            self.result.outlines += 1
            if is_cut(rings, np.logical_or.reduce(own or list(bodies.values()))):
                self.result.cut_outlines += 1
                self.result.cut_times.append(round(frame.time, 3))

    def _judge_spread(self, visitor: Visitor) -> None:
        points = visitor.landmarks_px
        extent = float(np.ptp(points, axis=0).max())
        if visitor.state is not State.LOST:
            self._extents[visitor.id] = max(extent, box_size(visitor.box_px))
        elif visitor.id in self._extents:
            spread = extent / self._extents[visitor.id]
            self.result.largest_lost_spread = max(self.result.largest_lost_spread, spread)


def match_people(
    people: Sequence[TruePerson], visitors: Sequence[Visitor], tallies: Mapping[int, PersonTally]
) -> dict[int, Visitor]:
    """The visitor of each person, by actor: the largest overlaps first, and rather the one of the frame before."""
    pairs = []
    for true in people:
        for visitor in visitors:
            overlap = iou(_clipped(visitor.box_px, true.mask.shape), true.box_px)
            known = tallies[true.actor].ids[-1:] == [visitor.id]
            if overlap >= MIN_IOU:
                pairs.append((overlap + 0.2 * known - 0.3 * (visitor.state is State.LOST), true.actor, visitor))
    owners: dict[int, Visitor] = {}
    for _, actor, visitor in sorted(pairs, key=lambda pair: -pair[0]):
        if actor not in owners and visitor.id not in {owner.id for owner in owners.values()}:
            owners[actor] = visitor
    return owners


def unmirrored_px(points_screen: Array, size_px: tuple[int, int]) -> Array:
    """Points (n, 2) on the screen of a camera that does not mirror, in pixels of its picture."""
    points = (points_screen * [1.0, -1.0] + [0.0, 1.0]) * size_px
    return np.asarray(points, np.float32)


def is_shown(visitor: Visitor, t: float) -> bool:
    """Whether something of a visitor is to be seen for longer than a lost one may fade."""
    has_faded = visitor.state is State.LOST and not visitor.outline_screen
    return not has_faded and not (visitor.state is State.LOST and t - visitor.seen <= FADE_SECONDS)


def _is_apart(true: TruePerson, people: Sequence[TruePerson]) -> bool:
    return not any(iou(true.box_px, other.box_px) > APART_IOU for other in people if other is not true)


def _clipped(box_px: Array, shape: tuple[int, ...]) -> Array:
    """A box within a picture of `shape`, height and width."""
    clipped: Array = np.clip(box_px, 0.0, np.array([shape[1], shape[0], shape[1], shape[0]], np.float32))
    return clipped
