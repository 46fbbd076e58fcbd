"""What the installation tells: visitors, crowd, pulse and health, to any number of targets at a set rate."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from installation.control import osc
from installation.eye.visitor import LANDMARKS, State, Visitor
from installation.moment import Moment
from installation.venue import Target

RETRY = 10.0
"""Seconds until the name of a target that was not found is looked up again."""

Told = tuple[str, tuple[int | float | str, ...]]
"""An address and its arguments."""


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of message that is told, for the table of addresses."""

    address: str
    arguments: str
    help: str


TOLD = (
    Line("/visitor/enter", "id slot", "A visitor has come; said once."),
    Line("/visitor/leave", "id slot", "A visitor is gone and the slot is free; said once."),
    Line("/visitor/SLOT/id", "id", "Whose slot it is, counted up since the start and never used twice."),
    Line("/visitor/SLOT/position", "x z", "On the floor, m: along the wall from its middle, and out of it."),
    Line("/visitor/SLOT/velocity", "x z", "On the floor, m/s."),
    Line("/visitor/SLOT/energy", "0..1", "How much the limbs move."),
    Line("/visitor/SLOT/openness", "0..1", "How wide the limbs are spread."),
    Line("/visitor/SLOT/symmetry", "0..1", "How well left and right mirror each other."),
    Line("/visitor/SLOT/hands", "left right", "How high each hand is raised: 0 at the hip, 1 above the head."),
    Line("/visitor/SLOT/facing", "radians", "Turn about the vertical; 0 faces the wall."),
    Line(
        "/visitor/SLOT/joint/NAME",
        "x y z sx sy",
        "Each joint in metres in the room, and on the picture from 0..1, left to right and bottom to top.",
    ),
    Line("/crowd/count", "n", "How many visitors there are."),
    Line("/crowd/energy", "0..1", "Their mean energy."),
    Line("/crowd/centre", "sx sy", "Their middle on the picture, 0..1."),
    Line("/crowd/position", "x z", "Their middle on the floor, m."),
    Line("/pulse/tempo", "bpm", "Beats a minute."),
    Line("/pulse/phase", "0..1", "Within the beat."),
    Line("/pulse/bar", "0..1", "Within the bar."),
    Line("/pulse/count", "n", "Whole beats since the start."),
    Line("/pulse/confidence", "0..1", "0 in free run, 1 with a steady source."),
    Line("/scene/current", "name", "The scene that plays."),
    Line("/health/frame_rate", "Hz", "Frames drawn a second."),
    Line("/health/late", "n", "Frames that came late since the start."),
    Line("/health/eye_rate", "Hz", "Observations a second."),
    Line("/health/latency", "s", "From the newest observation to now."),
    Line("/health/level", "n", "The governor's step; 0 is full quality."),
    Line("/health/quality", "0..1", "What scenes may spend."),
    Line("/health/restarts", "n", "Children that had to be started again."),
    Line("/health/source", "text", '"ok", or what is wrong with the camera.'),
    Line("/health/dropped", "n", "OSC messages that were not acted on."),
    Line("/health/unsent", "n", "Datagrams that could not be sent."),
)
"""All that is told beside the knobs, in the order of the table."""


def visitor_lines(visitor: Visitor, joints: bool) -> Iterator[Told]:
    """What is told of one visitor."""
    at = f"/visitor/{visitor.slot}"
    yield f"{at}/id", (visitor.id,)
    yield f"{at}/position", tuple(visitor.floor_m.tolist())
    yield f"{at}/velocity", tuple(visitor.velocity_m.tolist())
    yield f"{at}/energy", (float(visitor.energy),)
    yield f"{at}/openness", (float(visitor.openness),)
    yield f"{at}/symmetry", (float(visitor.symmetry),)
    yield f"{at}/hands", (float(visitor.hands[0]), float(visitor.hands[1]))
    yield f"{at}/facing", (float(visitor.facing),)
    if joints:
        room, screen = visitor.landmarks_m.tolist(), visitor.landmarks_screen.tolist()
        for name, metres, shown in zip(LANDMARKS, room, screen, strict=True):
            yield f"{at}/joint/{name}", (*metres, *shown)


def world_lines(moment: Moment) -> Iterator[Told]:
    """What is told of everything but the visitors."""
    crowd, pulse, health = moment.crowd, moment.pulse, moment.health
    yield "/crowd/count", (crowd.count,)
    yield "/crowd/energy", (float(crowd.energy),)
    yield "/crowd/centre", crowd.centre_screen
    yield "/crowd/position", crowd.centre_m
    yield "/pulse/tempo", (float(pulse.tempo),)
    yield "/pulse/phase", (pulse.beat_phase,)
    yield "/pulse/bar", (pulse.bar_phase,)
    yield "/pulse/count", (int(pulse.beat),)
    yield "/pulse/confidence", (float(pulse.confidence),)
    yield "/scene/current", (moment.programme.scene,)
    yield "/health/frame_rate", (float(health.frame_rate),)
    yield "/health/late", (health.late,)
    yield "/health/eye_rate", (float(health.eye_rate),)
    yield "/health/latency", (float(health.latency),)
    yield "/health/level", (health.level,)
    yield "/health/quality", (float(health.quality),)
    yield "/health/restarts", (health.restarts,)
    yield "/health/source", (health.source,)


class Sender:
    """Owns the sockets to the targets, and remembers whom it has told of."""

    def __init__(self, targets: Sequence[Target], rate: float, joints: bool = True) -> None:
        """Tell `targets` `rate` times a second, each joint of each visitor too when `joints` is set."""
        self.errors: Counter[str] = Counter()
        """Datagrams that could not be sent, by target."""
        self._interval = 1 / rate
        self._joints = joints
        self._next = 0.0
        self._present: dict[int, int] = {}
        """Identity to slot of those whose coming was told."""
        self._open: list[tuple[str, socket.socket]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        if targets:
            # A name is looked up beside the loop: an answer from the network can take seconds.
            self._thread = threading.Thread(target=self._resolve, args=(targets,), name="targets", daemon=True)
            self._thread.start()

    def due(self, t: float) -> bool:
        """Whether anyone is to be told at show time `t`; true `rate` times a second."""
        if not self._open or t < self._next:
            return False
        late = t - self._next > self._interval
        self._next = (t if late else self._next) + self._interval
        return True

    def tell(self, moment: Moment, more: Iterable[Told] = ()) -> None:
        """Send the moment to all targets, and what else there is to tell."""
        lines = [*self._comings(moment.visitors)]
        for visitor in moment.visitors:
            if visitor.id in self._present:
                lines += visitor_lines(visitor, self._joints)
        lines += world_lines(moment)
        lines += more
        for datagram in osc.bundles(osc.encode(*line) for line in lines):
            for name, opened in self._open:
                try:
                    opened.send(datagram)
                except OSError:
                    self.errors[name] += 1

    def close(self) -> None:
        """Give the sockets back."""
        self._closing.set()
        if self._thread:
            self._thread.join(1.0)
        for _, opened in self._open:
            opened.close()

    def _comings(self, visitors: tuple[Visitor, ...]) -> Iterator[Told]:
        here = {visitor.id: visitor.slot for visitor in visitors if visitor.state is not State.LEFT}
        new = {v.id: v.slot for v in visitors if v.state is State.PRESENT and v.id not in self._present}
        for id in [id for id in self._present if id not in here]:
            yield "/visitor/leave", (id, self._present.pop(id))
        for id, slot in new.items():
            self._present[id] = slot
            yield "/visitor/enter", (id, slot)

    def _resolve(self, targets: Sequence[Target]) -> None:
        missing = list(targets)
        while missing and not self._closing.is_set():
            for target in tuple(missing):
                name = f"{target.host}:{target.port}"
                try:
                    self._open.append((name, _connected(target)))
                except OSError:
                    self.errors[name] += 1
                else:
                    missing.remove(target)
            self._closing.wait(RETRY if missing else 0)


def _connected(target: Target) -> socket.socket:
    """A socket that sends to the target, connected so that the system says when nobody listens there."""
    family, kind, _, _, where = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_DGRAM)[0]
    opened = socket.socket(family, kind)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened.setblocking(False)
        opened.connect(where)
    except OSError:
        opened.close()
        raise
    return opened
