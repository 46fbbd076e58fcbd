"""PerformerReceiver in other programs: VMC that comes in over UDP, one body for each sender."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from ipaddress import IPv4Network, IPv6Network

from installation.control.osc.receiver import ListenError, Receiver
from installation.core.errors import Trouble
from motion.body import Body
from motion.vmc import HEARD, Performer

SENDERS = 64
"""Senders that are listened to at a time; another one takes the place of who was silent longest."""
DRAINS = 8
"""Times that one step empties the receiver: what comes faster waits, and then is dropped."""
SILENT = 5.0
"""Seconds without a body after which the technician is told."""


class PerformerReceiver:
    """Owns the socket that listens to performers."""

    def __init__(
        self,
        bind: str,
        port: int,
        allow: Sequence[IPv4Network | IPv6Network],
        clock: Callable[[], float],
    ) -> None:
        """Listen to the networks of `allow`; `clock` gives show time. Raises Trouble where that cannot be done."""
        try:
            self._receiver = Receiver(bind, port, allow, HEARD, clock)
        except ListenError as error:
            reason = getattr(error.__cause__, "strerror", None) or error.__cause__
            raise Trouble(f"vmc://{bind}:{port}: cannot listen there ({reason}); name a free port") from error
        self.drops = self._receiver.drops
        """How much was not acted on, by reason."""
        self.port = self._receiver.port
        self._performers: dict[Hashable, Performer] = {}
        """By sender, who was silent longest first."""
        self._last = 0.0

    def heard(self, t: float) -> dict[Hashable, tuple[float, Body]]:
        """The newest body of every sender since this was last asked, and when it came, s of show time."""
        newest: dict[Hashable, float] = {}
        for _ in range(DRAINS):
            messages = self._receiver.drain(t)
            for message in messages:
                if self._of(message.sender).hear(message.address, message.arguments):
                    newest[message.sender] = message.time
            if not messages:
                break
        bodies = {}
        for sender, time in newest.items():
            if sender in self._performers and (body := self._performers[sender].body) is not None:
                bodies[sender] = time, body
                self._last = max(self._last, time)
        return bodies

    def trouble(self, t: float) -> str:
        """ "ok", or why there are no bodies, in words for the technician."""
        if self._performers and t - self._last < SILENT:
            raw = any(performer.raw for performer in self._performers.values())
            return f"port {self.port}: a performer's bones are not normalised; have them sent as VRM 0" if raw else "ok"
        if self.drops["sender not in osc.allow"] and not self._performers:
            return f"port {self.port}: somebody sends who is not in osc.allow"
        return f"port {self.port}: nobody sends VMC"

    def close(self) -> None:
        """Free the port."""
        self._receiver.close()

    def _of(self, sender: Hashable) -> Performer:
        """The performer whose messages come from there."""
        performer = self._performers.pop(sender, None)
        if performer is None:
            if len(self._performers) >= SENDERS:
                del self._performers[next(iter(self._performers))]
                self.drops["too many senders"] += 1
            performer = Performer("vrm0", self.drops)
        self._performers[sender] = performer
        return performer
