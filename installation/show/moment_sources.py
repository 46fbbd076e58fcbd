"""Where Moments come from: the live gathering of the newest of everything, or a stream that was saved."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from installation.control.control import Control
from installation.control.cues.cue_book import CueBook
from installation.dance.client import DanceClient
from installation.interface.dancer import Dancer
from installation.interface.knobs import NO_KNOB_VALUES, Value
from installation.interface.moment import Health, Moment, Picture, Programme
from installation.interface.quality import Quality
from installation.interface.visitor import Crowd, Observation, State, Visitor, crowd_of
from installation.paint import client as paint
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentsError
from installation.venue.schema import Venue
from installation.workers.placement import WorkerHost

STALE, GONE = 0.6, 2.0
"""Seconds without news from an eye after which its visitors count as lost, and are let go."""


class MomentSource(Protocol):
    """A source of Moments."""

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        """The Moment of a frame at show time `t`; None when there will be no more."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is wrong with the source, in words."""

    def close(self) -> None:
        """Give back what it owns."""


class EyeClient:
    """One eye as the loop knows it: its placement, its newest observation, and identities that only grow."""

    def __init__(self, eye: WorkerHost, slots: int) -> None:
        """`slots` is where this eye's slots begin to count."""
        self._eye = eye
        self._slots = slots
        self._lives = 0
        self._names: dict[int, int] = {}
        """The identities of those who are here, by the eye's own."""
        self._visitors: tuple[Visitor, ...] = ()
        self.observation: Observation | None = None
        self.picture: Picture | None = None

    def look(self, t: float, order: Mapping[str, object], identities: int) -> int:
        """Take the newest observation. `identities` is the highest identity given so far; returns the new one."""
        self._eye.send(order)
        letter = self._eye.newest(t)
        if letter is not None and isinstance(letter.body, Observation):
            if self._lives != self._eye.restarts:
                # A new child counts from 1 again, an identity must not come back.
                self._lives, self._names = self._eye.restarts, {}
            self.observation = letter.body
            here = [v for v in letter.body.visitors if v.state is not State.LEFT]
            new = [v.id for v in here if v.id not in self._names]
            names = self._names | {own: identities + place for place, own in enumerate(sorted(new), 1)}
            self._names = {v.id: names[v.id] for v in here}
            self._visitors = tuple(replace(v, id=names[v.id], slot=self._slots + v.slot) for v in here)
            identities += len(new)
            if letter.pixels is not None:
                self.picture = Picture(letter.sequence, letter.pixels, bool(order.get("mirror", True)))
        if not order.get("picture"):
            self.picture = None
        return identities

    def visitors(self, t: float) -> tuple[Visitor, ...]:
        """Who is there at show time `t`."""
        if self.observation is None or t - self.observation.time > GONE:
            return ()
        if t - self.observation.time > STALE:
            return tuple(replace(v, state=State.LOST) for v in self._visitors)
        return self._visitors

    @property
    def seen(self) -> float:
        """When the world was as the visitors are now, s of show time."""
        return self.observation.time if self.observation else 0.0

    @property
    def source(self) -> str:
        """ "ok", or what is wrong."""
        if self._eye.fault:
            return self._eye.fault
        return self.observation.source if self.observation else "waiting for the first picture"

    @property
    def restarts(self) -> int:
        """How often the eye had to be started again."""
        return self._eye.restarts


class LiveSource:
    """Gathers from eyes, dancers, control and playlist."""

    def __init__(
        self,
        venue: Venue,
        eyes: Sequence[WorkerHost],
        control: Control,
        director: Playlist,
        cameras_shown: frozenset[str],
        film: bool,
        caller: DanceClient | None = None,
        book: CueBook | None = None,
    ) -> None:
        """`cameras_shown` names the scenes that show the camera picture; in a `film` health is nominal. Without a
        `caller` nobody dances, without a `book` there are no presets and cues."""
        self._venue = venue
        self._sights = [EyeClient(eye, i * venue.eye.max_visitors) for i, eye in enumerate(eyes)]
        self._control = control
        self._director = director
        self._cameras_shown = cameras_shown if venue.privacy.show_camera else frozenset()
        self._film = film
        self._caller = caller
        self._book = book
        self._knobs: Mapping[str, Value] = NO_KNOB_VALUES
        # The beat is drawn as much earlier as the slowest projector shows it late.
        self._ahead = max(output.offset for output in venue.outputs) / 1000.0
        self._identities = 0
        self._programme = Programme()
        self._crowd = Crowd()
        self._rate = 0.0
        self._observed = 0.0

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        actions = self._control.apply(t)
        if actions.shutdown:
            return None
        pulse = self._control.pulse(t + self._ahead)
        if self._book is not None:
            self._book.step(t, pulse)
        self._programme = self._director.step(t, self._crowd, pulse)
        shown = {self._programme.scene, self._programme.following} & self._cameras_shown
        for sight, camera in zip(self._sights, self._venue.cameras, strict=True):
            order = {
                "rate": self._venue.eye.rate * quality.eye_rate,
                "scale": quality.eye_scale,
                "picture": bool(shown),
                "mirror": camera.mirror,
            }
            self._identities = sight.look(t, order, self._identities)
        looks = [(sight.seen, v) for sight in self._sights for v in sight.visitors(t)]
        visitors = tuple(v for _, v in looks)
        dancers: tuple[Dancer, ...] = ()
        if self._caller is not None:
            self._caller.request(t, looks, self._programme, pulse, self._knobs, quality.dance_rate)
            dancers, visitors = self._caller.newest(t), self._caller.with_predicted_bodies(visitors)
        self._crowd = crowd_of(visitors)
        first = self._sights[0].observation
        width, height = first.size_px if first else (16, 9)
        moment = Moment(
            time=t,
            frame=frame,
            step=step,
            seed=self._venue.seed,
            aspect=width / height,
            visitors=visitors,
            dancers=dancers,
            crowd=self._crowd,
            pulse=pulse,
            programme=self._programme,
            health=health if self._film else self._measured(t, health, first),
            picture=self._sights[0].picture,
        )
        self._knobs = self._control.knobs(moment)
        return replace(moment, knobs=self._knobs)

    def _measured(self, t: float, health: Health, first: Observation | None) -> Health:
        troubles = [s.source for s in self._sights if s.source != "ok"]
        return replace(
            health,
            eye_rate=first.rate if first else 0.0,
            latency=t - first.time if first else 0.0,
            source="; ".join(troubles) or "ok",
            restarts=sum(s.restarts for s in self._sights) + (self._caller.restarts if self._caller else 0),
        )

    @property
    def notes(self) -> tuple[str, ...]:
        eyes = tuple(sight.source for sight in self._sights if sight.source != "ok")
        return (*eyes, self._caller.trouble) if self._caller and self._caller.trouble else eyes

    def close(self) -> None:
        """The workers are closed by whoever opened them."""


class ReplaySource:
    """Plays saved Moments again at their own times; ends with the stream, or begins again."""

    def __init__(self, reader: MomentReader, knobs: Mapping[str, Value], scene: str | None, again: bool) -> None:
        """`knobs` serve where the stream has none; `scene` replaces those that were played."""
        self._knobs = knobs
        self._programme = Programme(scene) if scene else None
        self._reader = reader
        self._moments = MomentPrefetcher(reader, again)
        self._next = self._moments.take()
        self._last: Moment | None = None
        if self._next is None:
            raise MomentsError(reader.trouble or f"{reader.path}: holds no moment")

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        taken = []
        while self._next is not None and self._next.time <= t + 1e-6:
            taken.append(self._next)
            self._next = self._moments.take()
        if not taken and self._next is None:
            return None
        if taken:
            self._last = self._dressed(taken)
        elif self._last is None:
            assert self._next is not None
            self._last = replace(self._dressed([self._next]), step=0.0)
        else:
            self._last = replace(self._last, step=0.0)
        return self._last

    def _dressed(self, taken: list[Moment]) -> Moment:
        newest = taken[-1]
        return replace(
            newest,
            step=sum(m.step for m in taken),
            knobs={**self._knobs, **newest.knobs},
            programme=self._programme or newest.programme,
        )

    @property
    def notes(self) -> tuple[str, ...]:
        return (self._reader.trouble,) if self._reader.trouble else ()

    def close(self) -> None:
        self._moments.close()


class PaintedSource:
    """Moments with what the painter makes of them, wherever they come from."""

    def __init__(self, gather: MomentSource, caller: paint.Caller) -> None:
        self._gather, self._caller = gather, caller

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        moment = self._gather.moment(t, frame, step, health, quality)
        if moment is None:
            return None
        health = replace(moment.health, restarts=moment.health.restarts + self._caller.restarts)
        return self._caller.painted(replace(moment, health=health), t, quality)

    @property
    def notes(self) -> tuple[str, ...]:
        return (*self._gather.notes, self._caller.trouble) if self._caller.trouble else self._gather.notes

    def close(self) -> None:
        self._gather.close()


class MomentPrefetcher:
    """Reads moments a little ahead in a thread, so that no frame waits for the disk."""

    DEPTH = 64

    def __init__(self, reader: MomentReader, again: bool) -> None:
        self._reader = reader
        self._again = again
        self._ready: queue.Queue[Moment | None] = queue.Queue(self.DEPTH)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="moments", daemon=True)
        self._thread.start()

    def take(self) -> Moment | None:
        """The next moment, its time counted from the first one's; None after the last."""
        return self._ready.get()

    def _run(self) -> None:
        shift = 0.0
        while not self._ending.is_set():
            start = end = None
            for moment in self._reader:
                start = moment.time if start is None else start
                end = moment.time - start + shift
                self._put(replace(moment, time=end))
                if self._ending.is_set():
                    return
            if end is None or not self._again:
                break
            shift = end + 1.0 / self._reader.header.rate
        self._put(None)

    def _put(self, moment: Moment | None) -> None:
        while not self._ending.is_set():
            try:
                self._ready.put(moment, timeout=0.1)
                return
            except queue.Full:
                continue

    def close(self) -> None:
        """End the thread and close the file."""
        self._ending.set()
        self._thread.join()
        self._reader.close()
