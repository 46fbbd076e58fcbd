"""VMC sender: the body of section visitor or dancer to a target of its own, as VMC or as VR trackers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from installation.control.osc import codec
from installation.control.osc.sender import AddressDoc, OutgoingMessage
from installation.control.osc.targets import RateLimiter, TargetSockets
from installation.interface.moment import Moment
from installation.interface.visitor import State
from installation.venue.schema import OscSection, OscTargetSection, TrackersSection, VmcSection
from motion import vmc, vr_trackers
from motion.body import Body

VMC_ADDRESSES = (
    AddressDoc(vmc.ROOT_ADDRESS, "root x y z qx qy qz qw", "The spot on the floor below the hips, m; never turned."),
    AddressDoc(vmc.BONE_ADDRESS, "BONE x y z qx qy qz qw", "Each bone in its parent's frame; Hips above that spot."),
    AddressDoc(
        vmc.OK_ADDRESS, "loaded 3 0 tracking", "Ends a frame: loaded is 1; it is 0, once, when the body has gone."
    ),
    AddressDoc(vmc.TIME_ADDRESS, "s", "Show time."),
)
"""The messages about a body over VMC, for the reference of addresses."""
TRACKER_ADDRESSES = (
    AddressDoc("/tracking/trackers/NUMBER/position", "x y z", "Where the tracker is, m."),
    AddressDoc("/tracking/trackers/NUMBER/rotation", "x y z", "Degrees; they turn about Z, then X, then Y."),
    AddressDoc("/tracking/trackers/head/position", "x y z", "Where the head's joint is, m."),
    AddressDoc("/tracking/trackers/head/rotation", "x y z", "Degrees."),
)
"""The messages about a body as trackers, for the reference of addresses."""


@dataclass(frozen=True, slots=True)
class BodyOutput:
    """An output of one [[osc.vmc]] or [[osc.trackers]] table."""

    settings: VmcSection | TrackersSection
    targets: Mapping[int, OscTargetSection]
    """By slot."""
    rate_limiter: RateLimiter
    sent_slots: set[int] = field(default_factory=set)
    """The slots whose body was sent last time."""

    def messages(self, body: Body, t: float, tracked: bool) -> list[OutgoingMessage]:
        """The messages about a body at show time `t`; it is extrapolated unless `tracked`."""
        if isinstance(self.settings, VmcSection):
            return vmc.body_messages(body, t, self.settings.space, tracked)
        return vr_trackers.tracker_messages(body, self.settings.parts)

    def absence_messages(self, t: float) -> list[OutgoingMessage]:
        """The messages for a slot whose body has gone."""
        return vmc.absent_messages(t) if isinstance(self.settings, VmcSection) else []


class BodySender:
    """Owns the sockets to the programs that receive bodies."""

    def __init__(self, settings: OscSection, slots: int) -> None:
        """`slots` is the maximum number of visitors at a time."""
        self._outputs = [*_outputs(settings, slots)]
        self._sockets = TargetSockets([target for output in self._outputs for target in output.targets.values()])

    @property
    def unsent(self) -> int:
        """The number of datagrams that could not be sent."""
        return self._sockets.unsent.total()

    @property
    def open_sockets(self) -> int:
        """The number of targets whose socket is open."""
        return len(self._sockets)

    def send(self, moment: Moment) -> None:
        """After a frame: send the bodies of the outputs that are due. Never waits."""
        if not self._sockets:
            return
        for output in self._outputs:
            if output.rate_limiter.due(moment.time):
                self._send_bodies(output, moment)

    def close(self) -> None:
        """Close the sockets."""
        self._sockets.close()

    def _send_bodies(self, output: BodyOutput, moment: Moment) -> None:
        present = set()
        for slot, body, tracked in _bodies(moment, output):
            if slot in output.targets:
                present.add(slot)
                self._send(output.targets[slot], output.messages(body, moment.time, tracked))
        for slot in output.sent_slots - present:
            self._send(output.targets[slot], output.absence_messages(moment.time))
        output.sent_slots.clear()
        output.sent_slots.update(present)

    def _send(self, target: OscTargetSection, messages: list[OutgoingMessage]) -> None:
        self._sockets.send(target, codec.encode_bundles(codec.encode(*message) for message in messages))


def _bodies(moment: Moment, output: BodyOutput) -> Iterator[tuple[int, Body, bool]]:
    """Yield slot, body, and whether it is tracked."""
    if output.settings.dancers:
        for dancer in moment.dancers:
            yield dancer.slot, dancer.body, True
        return
    for visitor in moment.visitors:
        if visitor.body is not None and visitor.state in (State.PRESENT, State.LOST):
            yield visitor.slot, visitor.body, visitor.state is State.PRESENT


def _outputs(settings: OscSection, slots: int) -> Iterator[BodyOutput]:
    tables: tuple[VmcSection | TrackersSection, ...] = (*settings.vmc, *settings.trackers)
    for section in tables:
        chosen = range(1, slots + 1) if section.slot is None else (section.slot,)
        targets = {slot: OscTargetSection(host=section.host, port=section.port + slot - chosen[0]) for slot in chosen}
        yield BodyOutput(section, targets, RateLimiter(section.rate))
