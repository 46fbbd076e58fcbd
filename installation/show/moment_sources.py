"""Sources of Moments: the live inputs, a saved stream, and either of them with paintings."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from installation.control.control import Control
from installation.control.cues.cue_book import CueBook
from installation.core.faults import Fault
from installation.dance.client import DanceClient
from installation.ear.client import EarClient
from installation.ear.clocks.clock import BeatReading
from installation.interface.dancer import Dancer
from installation.interface.knobs import NO_KNOB_VALUES, Knobs, Value
from installation.interface.moment import Health, Moment, Picture, Programme
from installation.interface.music import Music
from installation.interface.pointer import Pointer
from installation.interface.quality import Quality
from installation.interface.sound import Sound
from installation.interface.visitor import Crowd, Observation, State, Visitor, crowd_of
from installation.music.client import ComposerClient
from installation.paint.client import PaintClient
from installation.show.playlist import Playlist
from installation.show.recording import MomentReader, MomentsError
from installation.show.worker_specs import canvas_aspect
from installation.stage.bodies.visitor_textures import screen_to_canvas
from installation.venue.camera_source import is_mouse
from installation.venue.schema import Venue
from installation.workers.placement import WorkerHost

logger = logging.getLogger(__name__)

LOST_AFTER_SECONDS = 0.6
"""Age of an eye's newest observation from which on its visitors count as lost."""
GONE_AFTER_SECONDS = 2.0
"""Age of an eye's newest observation from which on its visitors are dropped."""
DEFAULT_SIZE_PX = (16, 9)
"""Stands for the camera picture's size before the first observation: only its shape counts."""


class MomentSource(Protocol):
    """Yields the Moment of each frame."""

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        """The Moment of a frame at show time `t`; None when there will be no more."""

    def close(self) -> None:
        """Release what the source owns."""


class EyeClient:
    """One eye as the loop knows it: its placement, its newest observation, and identities that only grow."""

    def __init__(self, eye: WorkerHost, first_slot: int) -> None:
        """The slots of this eye's visitors follow `first_slot`."""
        self._eye = eye
        self._first_slot = first_slot
        self._restarts = 0
        self._ids: dict[int, int] = {}
        """Identities in the show of the present visitors, by the eye's own."""
        self._visitors: tuple[Visitor, ...] = ()
        self._camera_fault = Fault(logger)
        self.observation: Observation | None = None
        self.picture: Picture | None = None

    def look(self, t: float, request: Mapping[str, object], last_id: int) -> int:
        """Take the newest observation. `last_id` is the highest identity given so far; returns the new one."""
        self._eye.send(request)
        message = self._eye.newest(t)
        if message is not None and isinstance(message.body, Observation):
            if self._restarts != self._eye.restarts:
                # A restarted eye counts from 1 again, but an identity must not come back.
                self._restarts, self._ids = self._eye.restarts, {}
            self.observation = message.body
            self._camera_fault.set("" if self.observation.source == "ok" else self.observation.source)
            present = [v for v in message.body.visitors if v.state is not State.LEFT]
            new = [v.id for v in present if v.id not in self._ids]
            ids = self._ids | {own: last_id + place for place, own in enumerate(sorted(new), 1)}
            self._ids = {v.id: ids[v.id] for v in present}
            self._visitors = tuple(replace(v, id=ids[v.id], slot=self._first_slot + v.slot) for v in present)
            last_id += len(new)
            if message.pixels is not None:
                self.picture = Picture(message.sequence, message.pixels, bool(request.get("mirror", True)))
        if not request.get("picture"):
            self.picture = None
        return last_id

    def visitors(self, t: float) -> tuple[Visitor, ...]:
        """The visitors at show time `t`."""
        if self.observation is None or t - self.observation.time > GONE_AFTER_SECONDS:
            return ()
        if t - self.observation.time > LOST_AFTER_SECONDS:
            return tuple(replace(v, state=State.LOST) for v in self._visitors)
        return self._visitors

    @property
    def observed_time(self) -> float:
        """When the world was as the visitors are now, s of show time."""
        return self.observation.time if self.observation else 0.0

    @property
    def film_position(self) -> tuple[float, float] | None:
        """Show time of the newest picture of a film and its place there, s; None where the camera is no film."""
        if self.observation is None or self.observation.film_seconds < 0.0:
            return None
        return self.observation.time, self.observation.film_seconds

    @property
    def source(self) -> str:
        """ "ok", or the fault of the eye or its camera."""
        if self._eye.status != "ok":
            return self._eye.status
        return self.observation.source if self.observation else "waiting for the first picture"

    @property
    def capture(self) -> str:
        """What the camera gives, in words; empty while it gives nothing."""
        return self.observation.capture if self.observation else ""

    @property
    def restarts(self) -> int:
        """How often the eye was restarted."""
        return self._eye.restarts

    def close(self) -> None:
        """End the reports about its camera."""
        self._camera_fault.withdraw()


@dataclass(frozen=True, slots=True)
class LiveInputs:
    """What a live Moment is made of."""

    eyes: Sequence[WorkerHost]
    control: Control
    playlist: Playlist
    dancers: DanceClient | None = None
    """Left out, there are no dancers."""
    cues: CueBook | None = None
    """Left out, there are no presets and cues."""
    pointer: Callable[[], Pointer | None] = lambda: None
    """The mouse over the canvas."""
    ear: EarClient | None = None
    """Left out, there is no sound."""
    composer: ComposerClient | None = None
    """Left out, nothing is composed."""


class LiveSource:
    """Gathers the newest of eyes, dancers, control and playlist."""

    def __init__(self, venue: Venue, inputs: LiveInputs, camera_scenes: Set[str], film: bool) -> None:
        """`camera_scenes` names the scenes that show the camera picture; in a `film` health is nominal."""
        self._venue = venue
        self._inputs = inputs
        self._eyes = [EyeClient(eye, i * venue.eye.max_visitors) for i, eye in enumerate(inputs.eyes)]
        self._camera_scenes = camera_scenes if venue.privacy.show_camera else frozenset()
        self._film = film
        self._knobs: Mapping[str, Value] = NO_KNOB_VALUES
        # The beat is drawn as much earlier as the slowest projector shows it late.
        self._beat_lead = max(output.offset for output in venue.outputs) / 1000.0
        self._last_id = 0
        self._programme = Programme()
        self._crowd = Crowd()

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        inputs = self._inputs
        actions = inputs.control.apply(t)
        if actions.shutdown:
            return None
        sound, audio = Sound(), None
        if inputs.ear is not None:
            sound, audio = inputs.ear.listen(t, self._knobs, self._eyes[0].film_position)
            inputs.control.clocks.hear(sound.beat)
        pulse = inputs.control.pulse(t + self._beat_lead)
        if inputs.cues is not None:
            inputs.cues.step(t, pulse)
        self._programme = inputs.playlist.step(t, self._crowd, pulse)
        self._look(t, quality)
        observed = [(eye.observed_time, v) for eye in self._eyes for v in eye.visitors(t)]
        visitors = tuple(v for _, v in observed)
        dancers: tuple[Dancer, ...] = ()
        if inputs.dancers is not None:
            inputs.dancers.request(t, observed, self._programme, pulse, self._knobs, quality.dance_rate, sound)
            dancers, visitors = inputs.dancers.newest(t), inputs.dancers.with_predicted_bodies(visitors)
        self._crowd = crowd_of(visitors)
        music = Music()
        if inputs.composer is not None:
            # The first bar of a film is composed before its first knobs are read.
            music = inputs.composer.play(t, self._knobs or inputs.control.tree.values, pulse, visitors)
            own = inputs.composer.beat(t + self._beat_lead, pulse)
            reading = BeatReading(t + self._beat_lead, *own) if own is not None else None
            inputs.control.clocks.offer_composer(reading)
        first = self._eyes[0].observation
        moment = Moment(
            time=t,
            frame=frame,
            step=step,
            seed=self._venue.seed,
            aspect=self._aspect,
            visitors=visitors,
            dancers=dancers,
            crowd=self._crowd,
            pulse=pulse,
            sound=sound,
            music=music,
            programme=self._programme,
            health=health if self._film else self._measured(t, health, first),
            picture=self._eyes[0].picture,
            audio=audio,
        )
        self._knobs = inputs.control.update(moment)
        return replace(moment, knobs=self._knobs)

    def _look(self, t: float, quality: Quality) -> None:
        shown = {self._programme.scene, self._programme.following} & self._camera_scenes
        pointer = self._pointer_on_screen()
        for eye, camera in zip(self._eyes, self._venue.cameras, strict=True):
            request: dict[str, object] = {
                "rate": self._venue.eye.rate * quality.eye_rate,
                "scale": quality.eye_scale,
                "picture": bool(shown),
                "mirror": camera.mirror,
            }
            if is_mouse(camera.source) or camera.source == "auto":
                request["pointer"] = pointer
            self._last_id = eye.look(t, request, self._last_id)

    def _pointer_on_screen(self) -> list[float] | None:
        """The mouse in `_screen` coordinates, and 1 while its left button is down; None outside the windows."""
        pointer = self._inputs.pointer()
        if pointer is None:
            return None
        scale, shift = screen_to_canvas(self._aspect, canvas_aspect(self._venue), self._venue.canvas.fit)
        x, y = ((np.array([pointer.x, pointer.y]) - shift) / scale).tolist()
        return [x, y, float(pointer.pressed)]

    @property
    def _aspect(self) -> float:
        """Width over height of the first camera's picture."""
        width, height = self._eyes[0].observation.size_px if self._eyes[0].observation else DEFAULT_SIZE_PX
        return width / height

    def _measured(self, t: float, health: Health, first: Observation | None) -> Health:
        sources = [eye.source for eye in self._eyes if eye.source != "ok"]
        dancers, ear, composer = self._inputs.dancers, self._inputs.ear, self._inputs.composer
        restarts = [one.restarts for one in (*self._eyes, dancers, ear, composer) if one is not None]
        return replace(
            health,
            eye_rate=first.rate if first else 0.0,
            latency=t - first.time if first else 0.0,
            source="; ".join(sources) or "ok",
            capture="; ".join(filter(None, (eye.capture for eye in self._eyes))),
            restarts=sum(restarts),
        )

    def close(self) -> None:
        """End the reports about cameras and sound; workers are closed by their owner."""
        for eye in self._eyes:
            eye.close()
        for client in (self._inputs.ear, self._inputs.composer):
            if client is not None:
                client.close()


class ReplaySource:
    """Plays saved Moments again at their own times; ends with the stream, or starts it again."""

    def __init__(
        self,
        reader: MomentReader,
        tree: Knobs,
        scene: str | None,
        loop: bool,
        held: Mapping[str, Value] = NO_KNOB_VALUES,
    ) -> None:
        """Knobs that the stream lacks have their values of `tree`; `scene` replaces those that were played, and `held`
        the recorded values of these knobs."""
        self._held = held
        self._tree = tree
        self._knobs = tree.values
        self._programme = Programme(scene) if scene else None
        self._reader = reader
        self._moments = MomentPrefetcher(reader, loop)
        self._next = self._moments.take()
        self._last: Moment | None = None
        if self._next is None:
            raise MomentsError(reader.damage or f"{reader.path}: holds no moment")

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        taken = []
        while self._next is not None and self._next.time <= t + 1e-6:
            taken.append(self._next)
            self._next = self._moments.take()
        if not taken and self._next is None:
            return None
        if taken:
            self._last = self._merged(taken, health)
        elif self._last is None:
            assert self._next is not None
            self._last = replace(self._merged([self._next], health), step=0.0)
        else:
            self._last = replace(self._last, step=0.0)
        return self._last

    def _merged(self, taken: list[Moment], health: Health) -> Moment:
        newest = taken[-1]
        return replace(
            newest,
            step=sum(m.step for m in taken),
            knobs={**self._knobs, **self._tree.aliases.canonical_values(newest.knobs), **self._held},
            programme=self._programme or newest.programme,
            # Faults are those of this show, not of the one that was recorded.
            health=replace(newest.health, faults=health.faults),
        )

    def close(self) -> None:
        self._moments.close()


class PaintedSource:
    """The Moments of another source with what the painter makes of them."""

    def __init__(self, source: MomentSource, painter: PaintClient) -> None:
        self._source, self._painter = source, painter

    def moment(self, t: float, frame: int, step: float, health: Health, quality: Quality) -> Moment | None:
        moment = self._source.moment(t, frame, step, health, quality)
        if moment is None:
            return None
        health = replace(moment.health, restarts=moment.health.restarts + self._painter.restarts)
        return self._painter.with_painting(replace(moment, health=health), t, quality)

    def close(self) -> None:
        self._source.close()
        self._painter.close()


class MomentPrefetcher:
    """Reads Moments a little ahead in a thread, so that no frame waits for the disk."""

    DEPTH = 64
    """Moments that are read ahead at most."""

    def __init__(self, reader: MomentReader, loop: bool) -> None:
        self._reader = reader
        self._loop = loop
        self._ready: queue.Queue[Moment | None] = queue.Queue(self.DEPTH)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="moments", daemon=True)
        self._thread.start()

    def take(self) -> Moment | None:
        """The next Moment, its time counted from the first one's; None after the last."""
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
            if end is None or not self._loop:
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
