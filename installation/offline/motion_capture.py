"""Motion capture: one motion per person from a film, a camera, recorded Moments or a motion file."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from installation.core.errors import UserError
from installation.eye.eye import open_eye
from installation.eye.offline import observe_clip
from installation.eye.sources import open_reader
from installation.interface.visitor import State, Visitor
from installation.show.recording import MomentReader
from installation.venue.schema import Venue, names_file, shows_world
from motion.body import Body, Motion, motion_from_bodies
from motion.resample import resample
from motion.take import Take

Advance = Callable[[float], None]

ObservedVisitors = Generator[tuple[float, tuple[Visitor, ...]]]
"""Time in seconds, and the visitors that were visible."""

MIN_SECONDS = 0.5
"""Shortest presence of a visitor that gives a motion."""
DEFAULT_RATE = 30.0
"""Frames a second of sources without a frame rate."""
LIVE_POLL_SECONDS = 0.004
"""Pause between two looks at a live source that has no new frame."""


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
    def guessed_seconds(self) -> float:
        """Seconds for which a bone was not visible but estimated, the mean over all bones."""
        return float((self.motion.trust < 0.5).mean()) * self.seconds


@dataclass(slots=True)
class CaptureResult:
    """All motions of a source."""

    motions: list[CapturedMotion] = field(default_factory=list)
    interrupted: bool = False


def motions_of_takes(takes: Mapping[str, Take], fingers: bool = True) -> CaptureResult:
    """The motions of takes by name."""
    return CaptureResult([CapturedMotion(name, take.motion(fingers), 0.0, take) for name, take in takes.items()])


def capture_source(source: str, venue: Venue, seconds: float | None, advance: Advance) -> CaptureResult:
    """The motions of all visitors that the eye tracks in a source, longest first.

    Ctrl-C ends the capture early and keeps the motions so far. Raises NoVisitorError, or UserError for a source that
    cannot be read.
    """
    result = CaptureResult()
    poses: dict[int, list[tuple[float, Body]]] = {}
    recorded = source.endswith(".moments")
    observations = _recorded_visitors(Path(source)) if recorded else _observe_source(source, venue)
    begin = None
    try:
        for t, visitors in observations:
            begin = t if begin is None else begin
            if seconds is not None and t - begin > seconds:
                break
            for visitor in visitors:
                if visitor.body is not None and visitor.state is not State.LEFT:
                    poses.setdefault(visitor.id, []).append((t - begin, visitor.body))
            advance((t - begin) / seconds if seconds else 1.0 - 0.99 ** ((t - begin) * 3.0))
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        observations.close()
    for name, timed_bodies in poses.items():
        times = np.array([t for t, _ in timed_bodies])
        later = np.concatenate([[True], np.diff(times) > 1e-6])
        times, bodies = times[later], [body for (_, body), new in zip(timed_bodies, later, strict=True) if new]
        if times[-1] - times[0] < MIN_SECONDS:
            continue
        rate = _frame_rate(times)
        motion = resample(motion_from_bodies(bodies, rate), times, rate)
        captured = CapturedMotion(f"visitor {name}", motion, float(times[0]), filmed=names_file(source))
        result.motions.append(captured)
    if not result.motions:
        raise NoVisitorError(f"{source}: no person is visible in it for {MIN_SECONDS:g} s or longer")
    result.motions.sort(key=lambda captured: -captured.seconds)
    return result


def _frame_rate(times: np.ndarray) -> float:
    """Frames a second by the median interval; DEFAULT_RATE for implausible intervals."""
    interval = float(np.median(np.diff(times)))
    return round(1.0 / interval, 3) if 1.0 / 240.0 < interval < 1.0 else DEFAULT_RATE


def _observe_source(source: str, venue: Venue) -> ObservedVisitors:
    """Run the eye on a film, camera, ghost or VMC source."""
    camera_source = int(source) if source.isdecimal() else source
    camera = venue.cameras[0].model_copy(update={"source": camera_source})
    if names_file(source):
        reader = open_reader(source, DEFAULT_RATE, None)
        for observation, _ in observe_clip(reader, camera, venue.eye):
            yield observation.time, observation.visitors
        return
    live = shows_world(source)
    epoch = time.perf_counter()
    eye = open_eye(camera.model_dump(mode="json"), venue.eye.model_dump(mode="json"), 0, venue.seed, live, epoch)
    try:
        for frame in count():
            t = time.perf_counter() - epoch if live else frame / DEFAULT_RATE
            message = eye.step({}, t)
            if message is not None:
                yield message.time, message.body.visitors
            elif live:
                time.sleep(LIVE_POLL_SECONDS)
    finally:
        eye.close()


def _recorded_visitors(path: Path) -> ObservedVisitors:
    """The visitors of a file of Moments."""
    with closing(MomentReader(path)) as reader:
        for moment in reader:
            yield moment.time, moment.visitors
