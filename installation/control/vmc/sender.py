"""BodySender for other programs: every visitor or dancer as VMC to a target of their own, or as trackers for VR."""

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
    AddressDoc(vmc.ROOT, "root x y z qx qy qz qw", "The spot on the floor below the hips, m; never turned."),
    AddressDoc(vmc.BONE, "BONE x y z qx qy qz qw", "Each bone in its parent's frame; Hips above that spot."),
    AddressDoc(vmc.OK, "loaded 3 0 tracking", "Ends a frame: loaded is 1; it is 0, once, when the body has gone."),
    AddressDoc(vmc.TIME, "s", "Show time."),
)
"""What is told of a body over VMC, for the table of addresses."""
TRACKER_ADDRESSES = (
    AddressDoc("/tracking/trackers/NUMBER/position", "x y z", "Where the tracker is, m."),
    AddressDoc("/tracking/trackers/NUMBER/rotation", "x y z", "Degrees; they turn about Z, then X, then Y."),
    AddressDoc("/tracking/trackers/head/position", "x y z", "Where the head's joint is, m."),
    AddressDoc("/tracking/trackers/head/rotation", "x y z", "Degrees."),
)
"""What is told of a body as trackers."""


@dataclass(frozen=True, slots=True)
class BodyOutput:
    """One table of [[osc.vmc]] or [[osc.trackers]]."""

    settings: VmcSection | TrackersSection
    targets: Mapping[int, OscTargetSection]
    """By slot."""
    pace: RateLimiter
    told: set[int] = field(default_factory=set)
    """The slots that have a body."""

    def messages(self, body: Body, t: float, tracked: bool) -> list[OutgoingMessage]:
        """What tells of a body at show time `t`; it is a guess unless `tracked`."""
        if isinstance(self.settings, VmcSection):
            return vmc.messages(body, t, self.settings.space, tracked)
        return vr_trackers.messages(body, self.settings.parts)

    def farewell(self, t: float) -> list[OutgoingMessage]:
        """What is told when there is no body any more."""
        return vmc.absent(t) if isinstance(self.settings, VmcSection) else []


class BodySender:
    """Owns the sockets to the programs that are told of bodies."""

    def __init__(self, settings: OscSection, slots: int) -> None:
        """`slots` is how many visitors there may be at a time."""
        self._outlets = [*_outlets(settings, slots)]
        self._links = TargetSockets([target for outlet in self._outlets for target in outlet.targets.values()])

    @property
    def losses(self) -> int:
        """Datagrams that could not be sent."""
        return self._links.errors.total()

    @property
    def reached(self) -> int:
        """How many targets have a socket by now."""
        return len(self._links)

    def tell(self, moment: Moment) -> None:
        """After a frame: send the bodies whose time it is. Never waits."""
        if not self._links:
            return
        for outlet in self._outlets:
            if outlet.pace.due(moment.time):
                self._tell(outlet, moment)

    def close(self) -> None:
        """Give the sockets back."""
        self._links.close()

    def _tell(self, outlet: BodyOutput, moment: Moment) -> None:
        here = set()
        for slot, body, tracked in _bodies(moment, outlet):
            if slot in outlet.targets:
                here.add(slot)
                self._send(outlet.targets[slot], outlet.messages(body, moment.time, tracked))
        for slot in outlet.told - here:
            self._send(outlet.targets[slot], outlet.farewell(moment.time))
        outlet.told.clear()
        outlet.told.update(here)

    def _send(self, target: OscTargetSection, told: list[OutgoingMessage]) -> None:
        self._links.send(target, codec.bundles(codec.encode(*line) for line in told))


def _bodies(moment: Moment, outlet: BodyOutput) -> Iterator[tuple[int, Body, bool]]:
    """Slot, body, and whether it is tracked."""
    if outlet.settings.dancers:
        for dancer in moment.dancers:
            yield dancer.slot, dancer.body, True
        return
    for visitor in moment.visitors:
        if visitor.body is not None and visitor.state in (State.PRESENT, State.LOST):
            yield visitor.slot, visitor.body, visitor.state is State.PRESENT


def _outlets(settings: OscSection, slots: int) -> Iterator[BodyOutput]:
    tables: tuple[VmcSection | TrackersSection, ...] = (*settings.vmc, *settings.trackers)
    for each in tables:
        chosen = range(1, slots + 1) if each.slot is None else (each.slot,)
        targets = {slot: OscTargetSection(host=each.host, port=each.port + slot - chosen[0]) for slot in chosen}
        yield BodyOutput(each, targets, RateLimiter(each.rate))
