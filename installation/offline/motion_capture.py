"""What bodies do in a source, one motion a person: a film's visitors, a camera's, saved moments, a file of motion."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from installation.core.errors import UserError
from installation.interface.visitor import State, Visitor
from installation.venue.schema import Venue, names_file, shows_world
from motion.body import Body, Motion, motion_from_bodies
from motion.resample import resample
from motion.take import Take

Advance = Callable[[float], None]

Looks = Generator[tuple[float, tuple[Visitor, ...]]]
"""When, and who was there."""

SHORTEST = 0.5
"""Seconds that somebody must be there to have done something."""
RATE = 30.0
"""Frames a second of what has no rate of its own."""


class NobodyError(UserError):
    """A source in which no body is seen."""

    status = 3


@dataclass(frozen=True, slots=True)
class Performance:
    """What one body did."""

    name: str
    motion: Motion
    start: float = 0.0
    """When it began, s after the source did."""
    take: Take | None = None
    """The recording that it was read from, where there is one."""
    filmed: bool = False
    """Whether the source is a film, whose pictures can be shown beside it."""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.motion) / self.motion.rate

    @property
    def missing(self) -> float:
        """Seconds for which a bone was not seen but guessed, the mean over all bones."""
        return float((self.motion.trust < 0.5).mean()) * self.seconds


@dataclass(slots=True)
class Seen:
    """What was read of a source so far."""

    performances: list[Performance] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False


def recorded(takes: Mapping[str, Take], fingers: bool = True) -> Seen:
    """The performances of recordings, by their names."""
    return Seen([Performance(name, take.motion(fingers), 0.0, take) for name, take in takes.items()])


def watched(source: str, venue: Venue, seconds: float | None, advance: Advance) -> Seen:
    """The performances of those whom the eye sees, or saw, in a source; longest first.

    Ctrl-C ends it early; what was seen until then stays. Raises NobodyError, or Trouble where the source can't be read.
    """
    seen = Seen()
    poses: dict[int, list[tuple[float, Body]]] = {}
    looks = _moments(Path(source)) if source.endswith(".moments") else _looks(source, venue, seen.notes)
    begin = None
    try:
        for t, visitors in looks:
            begin = t if begin is None else begin
            if seconds is not None and t - begin > seconds:
                break
            for visitor in visitors:
                if visitor.body is not None and visitor.state is not State.LEFT:
                    poses.setdefault(visitor.id, []).append((t - begin, visitor.body))
            advance((t - begin) / seconds if seconds else 1.0 - 0.99 ** ((t - begin) * 3.0))
    except KeyboardInterrupt:
        seen.interrupted = True
    finally:
        looks.close()
    for name, told in poses.items():
        times = np.array([t for t, _ in told])
        late = np.concatenate([[True], np.diff(times) > 1e-6])
        times, bodies = times[late], [body for (_, body), new in zip(told, late, strict=True) if new]
        if times[-1] - times[0] < SHORTEST:
            continue
        rate = _even(times)
        motion = resample(motion_from_bodies(bodies, rate), times, rate)
        seen.performances.append(Performance(f"visitor {name}", motion, float(times[0]), filmed=names_file(source)))
    if not seen.performances:
        raise NobodyError(": ".join([source, *seen.notes, "nobody is to be seen in it for half a second or longer"]))
    seen.performances.sort(key=lambda p: -p.seconds)
    return seen


def _even(times: np.ndarray) -> float:
    """The rate that these times have, where they have one."""
    gap = float(np.median(np.diff(times)))
    return round(1.0 / gap, 3) if 1.0 / 240.0 < gap < 1.0 else RATE


def _looks(source: str, venue: Venue, notes: list[str]) -> Looks:
    """When, and who is there, picture by picture."""
    from installation.eye.eye import open_eye
    from installation.eye.offline import observe_clip
    from installation.eye.sources import open_reader

    given = int(source) if source.isdecimal() else source
    camera = venue.cameras[0].model_copy(update={"source": given})
    if names_file(source):
        reader = open_reader(source, RATE, None)
        for observation, _ in observe_clip(reader, camera, venue.eye, notes):
            yield observation.time, observation.visitors
        return
    live = shows_world(source)
    epoch = time.perf_counter()
    eye = open_eye(camera.model_dump(mode="json"), venue.eye.model_dump(mode="json"), 0, venue.seed, live, epoch)
    try:
        for frame in count():
            t = time.perf_counter() - epoch if live else frame / RATE
            letter = eye.step({}, t)
            if letter is not None:
                yield letter.time, letter.body.visitors
            elif live:
                time.sleep(0.004)
    finally:
        eye.close()


def _moments(path: Path) -> Looks:
    """The same from a stream of moments."""
    from installation.show.recording import MomentReader

    with closing(MomentReader(path)) as reader:
        for moment in reader:
            yield moment.time, moment.visitors
