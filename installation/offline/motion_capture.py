"""Motion capture: one motion per person from a film, a camera, recorded Moments or a motion file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.eye.eye import open_eye
from installation.eye.hand_estimator import HandEstimator
from installation.eye.offline import observe_clip
from installation.eye.sources.kinds import open_reader
from installation.interface.visitor import State, Visitor
from installation.offline.shots import ShotSplitter
from installation.show.recording import MomentReader
from installation.venue.camera_source import is_made_up, names_file, shows_world
from installation.venue.schema import Venue
from motion import rotation
from motion.body import Body, Motion, motion_from_bodies
from motion.fingers import FINGER_BONES, pose_fingers
from motion.flight import ground_body, landmark_spread, see_feet
from motion.gaps import bridge_gaps, known_neighbours, plausible_frames
from motion.hand_landmarks import HAND_LANDMARK_COUNT, finger_angles
from motion.hip_width import hip_width_ratio, scale_hip_width
from motion.offline_smoothing import place_on_path
from motion.resample import resample
from motion.skeleton import CORE_COUNT
from motion.take import Take

Advance = Callable[[float], None]

MIN_SECONDS = 0.5
"""Shortest presence of a visitor that gives a motion."""
MAX_BODY_SPEED = 10.0
"""m/s of a body beyond which it has not moved, but another person is seen: in a cut that the picture hardly shows, or
where the tracker took one for the other."""
MAX_TURN_SPEED = 20.0
"""rad/s of a bone in the first frames beyond which the pose estimator corrects a first guess."""
MAX_SETTLING_FRAMES = 4
"""Frames at the start that are left out at most while it does."""
MIN_VISIBILITY = 0.3
"""Visibility of a landmark inside the picture from which the picture shows it."""
HIP_LANDMARKS = (23, 24)
LIMB_LANDMARKS = (13, 14, 15, 16, 25, 26, 27, 28)
"""Elbows, wrists, knees and ankles."""
MIN_SHOWN_LIMBS = 0.5
"""Share of those which the picture has to show, beside a hip, of a body that is measured."""
MIN_SHOWN_FRAMES = 0.5
"""Share of a motion's frames that have to show so much of the body; a film of half a person is taken as it is."""
DEFAULT_RATE = 30.0
"""Frames a second of sources without a frame rate."""
LIVE_POLL_SECONDS = 0.004
"""Pause between two looks at a live source that has no new frame."""


@dataclass(frozen=True, slots=True, eq=False)
class ObservedFrame:
    """What the eye saw at one time."""

    time: float
    """Seconds."""
    visitors: tuple[Visitor, ...]
    shot: int = 0
    """Number of the shot, from 0."""
    pixels: NDArray[np.uint8] | None = None
    """(height, width, 3) the picture of a film; None for other sources."""


ObservedFrames = Generator[ObservedFrame]


class NoVisitorError(UserError):
    """A source without a visible person."""

    status = 3


@dataclass(frozen=True, slots=True)
class CapturedMotion:
    """The motion of one person."""

    name: str
    motion: Motion
    start_seconds: float = 0.0
    """Beginning of the motion after that of the source."""
    take: Take | None = None
    """The take of a motion file that it was read from."""
    filmed: bool = False
    """Whether the source is a film, whose frames can be shown beside the motion."""

    @property
    def seconds(self) -> float:
        """Duration of the motion."""
        return len(self.motion) / self.motion.rate

    @property
    def hands_seen_seconds(self) -> float:
        """Seconds for which the fingers of a hand were measured, the mean of both hands."""
        if self.motion.trust.shape[1] == CORE_COUNT:
            return 0.0
        return float((self.motion.trust[:, FINGER_BONES[:, 0, 0]] >= 0.5).mean()) * self.seconds

    @property
    def guessed_seconds(self) -> float:
        """Seconds for which a bone was not visible but estimated, the mean over all bones but those of fingers."""
        return float((self.motion.trust[:, :CORE_COUNT] < 0.5).mean()) * self.seconds


@dataclass(slots=True)
class CaptureResult:
    """All motions of a source."""

    motions: list[CapturedMotion] = field(default_factory=list)
    interrupted: bool = False
    cut_seconds: list[float] = field(default_factory=list)
    """Times of the cuts at which motions were split."""


@dataclass(frozen=True, slots=True)
class _BodySample:
    """What is kept of one visitor at one time."""

    time: float
    body: Body
    landmarks_px: np.ndarray
    landmarks_m: np.ndarray
    floor_m: np.ndarray
    is_seen: bool
    """False while the visitor is lost and their body predicted."""
    is_shown: bool
    """Whether the picture shows the hips and most of the limbs."""
    hands_m: np.ndarray | None
    """(2, 21, 3) landmarks of the hands, NaN where not seen; None where none were searched."""


def motions_of_takes(takes: Mapping[str, Take], fingers: bool = True) -> CaptureResult:
    """The motions of takes by name."""
    return CaptureResult([CapturedMotion(name, take.motion(fingers), 0.0, take) for name, take in takes.items()])


def capture_source(
    source: str, venue: Venue, seconds: float | None, advance: Advance, hands: HandEstimator | None = None
) -> CaptureResult:
    """The motions of all visitors that the eye tracks in a source, longest first; a cut in a film ends them.

    With `hands` the motions of a film have fingers where hands are seen. Ctrl-C ends the capture early and keeps the
    motions so far. Raises NoVisitorError, or UserError for a source that cannot be read.
    """
    result = CaptureResult()
    tracks: dict[tuple[int, int], list[_BodySample]] = {}
    recorded = source.endswith(".moments")
    observations = _recorded_visitors(Path(source)) if recorded else _observe_source(source, venue)
    begin, last_shot = None, 0
    try:
        for frame in observations:
            begin = frame.time if begin is None else begin
            t = frame.time - begin
            if seconds is not None and t > seconds:
                break
            if frame.shot > last_shot:
                result.cut_seconds.append(t)
            last_shot = frame.shot
            for visitor in frame.visitors:
                if visitor.body is not None and visitor.state is not State.LEFT:
                    sample = _sample(t, visitor, visitor.body, frame.pixels, hands)
                    tracks.setdefault((frame.shot, visitor.id), []).append(sample)
            advance(t / seconds if seconds else 1.0 - 0.99 ** (t * 3.0))
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        observations.close()
    for (shot, visitor_id), samples in tracks.items():
        name = f"visitor {visitor_id}" if last_shot == 0 else f"shot {shot + 1}, visitor {visitor_id}"
        parts = _without_jumps(samples, _is_filmed(source))
        result.cut_seconds += [part[0].time for part in parts[1:]]
        for number, part in enumerate(parts):
            label = name if len(parts) == 1 else f"{name}, part {number + 1}"
            if part[-1].time - part[0].time >= MIN_SECONDS:
                result.motions.append(_captured(label, part, source))
    if not result.motions:
        raise NoVisitorError(f"{source}: no person is visible in it for {MIN_SECONDS:g} s or longer")
    result.motions.sort(key=lambda captured: -captured.seconds)
    return result


def _sample(
    t: float, visitor: Visitor, body: Body, pixels: NDArray[np.uint8] | None, hands: HandEstimator | None
) -> _BodySample:
    return _BodySample(
        t,
        body,
        visitor.landmarks_px,
        visitor.landmarks_m,
        visitor.floor_m,
        visitor.state is not State.LOST,
        _is_shown(visitor, pixels),
        _hands_of(visitor, pixels, hands),
    )


def _is_shown(visitor: Visitor, pixels: NDArray[np.uint8] | None) -> bool:
    """Whether the picture shows a hip and at least MIN_SHOWN_LIMBS of the limbs."""
    shown = visitor.visibility >= MIN_VISIBILITY
    if pixels is not None:
        height, width = pixels.shape[:2]
        px = visitor.landmarks_px
        shown = shown & (px >= 0.0).all(axis=1) & (px < (width, height)).all(axis=1)
    return bool(shown[list(HIP_LANDMARKS)].any() and shown[list(LIMB_LANDMARKS)].mean() >= MIN_SHOWN_LIMBS)


def _hands_of(visitor: Visitor, pixels: NDArray[np.uint8] | None, hands: HandEstimator | None) -> np.ndarray | None:
    """(2, 21, 3) landmarks of a visitor's hands; None where there is no picture or nothing to find them with."""
    if hands is None or pixels is None or visitor.state is State.LOST:
        return None
    px, metres = (
        float(landmark_spread(points[None, :, :2].astype(float))[0])
        for points in (visitor.landmarks_px, visitor.landmarks_m)
    )
    return hands.estimate(pixels, visitor.landmarks_px, visitor.visibility, px / max(metres, 1e-6))


def _is_filmed(source: str) -> bool:
    """Whether a camera measured the bodies, and neither a motion suit nor a program."""
    return not (source.startswith("vmc://") or is_made_up(source))


def _without_jumps(samples: list[_BodySample], filmed: bool) -> list[list[_BodySample]]:
    """The samples at ascending times, split where another body is seen.

    A filmed body is compared in the picture: its depth jumps by itself where a foot is hidden.
    """
    distance_m = _seen_distance_m if filmed else _hips_distance_m
    parts = [samples[:1]]
    last_seen = samples[0]
    for sample in samples[1:]:
        if sample.time - parts[-1][-1].time <= 1e-6:
            continue
        if sample.is_seen:
            if distance_m(last_seen, sample) > MAX_BODY_SPEED * (sample.time - last_seen.time):
                parts.append([])
            last_seen = sample
        parts[-1].append(sample)
    settled = [_settled(_measured(part) if filmed else part) for part in parts]
    longest = max(part[-1].time - part[0].time for part in settled)
    return [part for part in settled if part[-1].time - part[0].time >= min(MIN_SECONDS, longest)]


def _seen_distance_m(before: _BodySample, after: _BodySample) -> float:
    """Mean distance of the landmarks in two pictures, in metres at the body."""
    px, metres = (
        landmark_spread(np.stack([getattr(sample, name)[:, :2] for sample in (before, after)]).astype(float))
        for name in ("landmarks_px", "landmarks_m")
    )
    steps_px = np.linalg.norm(after.landmarks_px - before.landmarks_px, axis=1)
    return float(steps_px.mean() * (metres / np.maximum(px, 1e-6)).min())


def _hips_distance_m(before: _BodySample, after: _BodySample) -> float:
    return float(np.linalg.norm(after.body.hips_m - before.body.hips_m))


def _measured(samples: list[_BodySample]) -> list[_BodySample]:
    """The samples of a filmed body from the first to the last that the picture shows and that can be true.

    Those between that it does not show, or that cannot be true, count as not seen.
    """
    seen = np.array([sample.is_seen for sample in samples])
    shown = seen & [sample.is_shown for sample in samples]
    places = np.flatnonzero(shown if shown.sum() >= MIN_SHOWN_FRAMES * seen.sum() else seen)
    if len(places) < 2:
        return samples
    turns = np.stack([samples[place].body.turns for place in places])
    known = places[plausible_frames(turns, np.array([samples[place].time for place in places]))]
    measured = set(known.tolist())
    return [replace(samples[n], is_seen=n in measured) for n in range(known[0], known[-1] + 1)]


def _settled(samples: list[_BodySample]) -> list[_BodySample]:
    """The samples without those at the start at which the pose estimator has not yet settled."""
    first = 0
    for number, (before, sample) in enumerate(pairwise(samples[: MAX_SETTLING_FRAMES + 1]), 1):
        speed = rotation.angle(sample.body.turns, before.body.turns).max() / (sample.time - before.time)
        if speed > MAX_TURN_SPEED:
            first = number
    return samples[first:]


def _captured(name: str, samples: list[_BodySample], source: str) -> CapturedMotion:
    """The motion of one visitor's samples, on the floor."""
    times = np.array([sample.time for sample in samples])
    rate = frame_rate(times)
    motion = motion_from_bodies([sample.body for sample in samples], rate)
    if _is_filmed(source):
        motion = _with_seen_fingers(_as_seen(motion, samples), samples)
    return CapturedMotion(name, resample(motion, times, rate), float(times[0]), filmed=names_file(source))


def _as_seen(motion: Motion, samples: list[_BodySample]) -> Motion:
    """The motion with the hips' width and the flights that the picture shows, on a smooth path.

    Frames in which the body is not seen are bridged.
    """
    known = np.array([sample.is_seen for sample in samples])
    motion = bridge_gaps(motion, known)
    last_known = known_neighbours(known)[:, 0]
    landmarks_px, landmarks_m, floor_m = (
        np.stack([getattr(sample, name) for sample in samples]).astype(float)[last_known]
        for name in ("landmarks_px", "landmarks_m", "floor_m")
    )
    feet = see_feet(landmarks_px, landmarks_m, motion.rate)
    motion = scale_hip_width(motion, hip_width_ratio(landmarks_px, landmarks_m, feet.px_per_m))
    return place_on_path(ground_body(motion, feet), floor_m)


def _with_seen_fingers(motion: Motion, samples: list[_BodySample]) -> Motion:
    """The motion with the fingers of hands that were seen; as it is where none were."""
    unseen = np.full((2, HAND_LANDMARK_COUNT, 3), np.nan)
    hands_m = np.stack([unseen if sample.hands_m is None else sample.hands_m for sample in samples])
    return pose_fingers(motion, finger_angles(hands_m))


def frame_rate(times: np.ndarray) -> float:
    """Frames a second by the median interval; DEFAULT_RATE for implausible intervals."""
    interval = float(np.median(np.diff(times)))
    return round(1.0 / interval, 3) if 1.0 / 240.0 < interval < 1.0 else DEFAULT_RATE


def _observe_source(source: str, venue: Venue) -> ObservedFrames:
    """Run the eye on a film, camera, ghost or VMC source."""
    camera_source = int(source) if source.isdecimal() else source
    camera = venue.cameras[0].model_copy(update={"source": camera_source})
    if names_file(source):
        with closing(open_reader(source, DEFAULT_RATE, None)) as reader:
            # Each shot has an eye of its own: nothing of a filter or a track outlives a cut.
            for number, shot in enumerate(ShotSplitter(reader)):
                for observation, pixels in observe_clip(shot, camera, venue.eye):
                    yield ObservedFrame(observation.time, observation.visitors, number, pixels)
        return
    live = shows_world(source)
    epoch = time.perf_counter()
    eye = open_eye(camera.model_dump(mode="json"), venue.eye.model_dump(mode="json"), 0, venue.seed, live, epoch)
    try:
        for frame in count():
            t = time.perf_counter() - epoch if live else frame / DEFAULT_RATE
            message = eye.step({}, t)
            if message is not None:
                yield ObservedFrame(message.time, message.body.visitors)
            elif live:
                time.sleep(LIVE_POLL_SECONDS)
    finally:
        eye.close()


def _recorded_visitors(path: Path) -> ObservedFrames:
    """The visitors of a file of Moments."""
    with closing(MomentReader(path)) as reader:
        for moment in reader:
            yield ObservedFrame(moment.time, moment.visitors)
