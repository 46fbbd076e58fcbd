"""VMC receiver over UDP: performers in other programs, one body for each sender."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from installation.control.osc.drop_log import DropLog
from installation.control.osc.receiver import ListenError, ReceivedMessage, Receiver
from installation.core.errors import UserError
from motion.body import Body
from motion.vmc import BODY_ADDRESSES, BONE_ADDRESS, TIME_ADDRESS, VmcDecoder

MAX_SENDERS = 64
"""Senders at a time; another one replaces the sender that was silent longest."""
MAX_DRAINS_PER_STEP = 8
"""Times that one step drains the receiver: what arrives faster waits, and is dropped later."""
SILENT_SECONDS = 5.0
"""Time without a body after which `status` reports it."""
EXPECTED_DROPS = frozenset({"address of no body"})
"""Reasons that are not logged: VMC has many addresses beside those of bodies, and most programs send them all."""

logger = logging.getLogger(__name__)


class ClockReading(NamedTuple):
    """A time by a sender's clock."""

    arrival: float
    """s of show time"""
    seconds: float


class PerformerFrame(NamedTuple):
    """One body as it came; senders give its time before or after it."""

    sender: Hashable
    arrival: float
    """s of show time"""
    body: Body
    before: ClockReading | None
    after: ClockReading | None = None


class PerformerReceiver:
    """Owns the UDP socket for performers."""

    def __init__(
        self,
        bind: str,
        port: int,
        allow: Sequence[IPv4Network | IPv6Network],
        clock: Callable[[], float],
    ) -> None:
        """Accept senders from the networks of `allow`; `clock` returns show time. Raises UserError."""
        try:
            self._receiver = Receiver(bind, port, allow, BODY_ADDRESSES, clock)
        except ListenError as error:
            reason = getattr(error.__cause__, "strerror", None) or error.__cause__
            raise UserError(f"vmc://{bind}:{port}: cannot listen there ({reason}); name a free port") from error
        self.drops = self._receiver.drops
        """Datagrams and messages that were dropped, by reason."""
        self.port = self._receiver.port
        self._drop_log = DropLog(logger, self.drops, f"port {self.port}: ", EXPECTED_DROPS)
        self._performers: dict[Hashable, VmcDecoder] = {}
        """By sender, the one that was silent longest first."""
        self._unclocked: dict[Hashable, PerformerFrame] = {}
        """The last frame of each sender, which a time may follow."""
        self._readings: dict[Hashable, ClockReading] = {}
        """The last time of each sender."""
        self._last: float | None = None
        """Time of the newest body."""

    def newest_bodies(self, t: float) -> dict[Hashable, tuple[float, Body]]:
        """Time of arrival, s of show time, and the newest body of every sender that sent one since the last call."""
        self._drop_log.step(t)
        newest: dict[Hashable, float] = {}
        for _ in range(MAX_DRAINS_PER_STEP):
            messages = self._receiver.drain(t)
            for message in messages:
                if self._performer(message.sender).decode(message.address, message.arguments):
                    newest[message.sender] = message.time
            if not messages:
                break
        bodies = {}
        for sender, time in newest.items():
            if sender in self._performers and (body := self._performers[sender].body) is not None:
                bodies[sender] = time, body
                self._last = time if self._last is None else max(self._last, time)
        return bodies

    def frames(self, t: float) -> list[PerformerFrame]:
        """Every body since the last call, for a recording, oldest first.

        Each is returned when the time that follows it, or the next body, has come, which may be in the next call.
        """
        self._drop_log.step(t)
        found: list[PerformerFrame] = []
        for _ in range(MAX_DRAINS_PER_STEP):
            messages = self._receiver.drain(t)
            for message in messages:
                found += self._frames_of(message)
            if not messages:
                break
        return found

    def unclocked_frames(self) -> list[PerformerFrame]:
        """The last bodies, after which no time came."""
        return list(self._unclocked.values())

    def status(self, t: float) -> str:
        """ "ok", or the reason why there are no bodies, for the technician."""
        if self._last is not None and t - self._last < SILENT_SECONDS:
            raw = any(performer.has_rotated_rest for performer in self._performers.values())
            return f"port {self.port}: the bones of a performer are not normalised; send them as VRM 0" if raw else "ok"
        return f"port {self.port}: {self.complaint or 'no VMC arrives'}"

    @property
    def complaint(self) -> str:
        """Why what arrives is no body; "" where nothing arrives, or all is well."""
        if hipless := [one for one in self._performers.values() if one.lacks_hips]:
            return (
                f"a sender sends {hipless[0].bone_count} bones and no Hips, without which there is no body; "
                f"let it send {BONE_ADDRESS} for Hips, too"
            )
        if self._performers and all(not one.bone_count for one in self._performers.values()):
            if self.drops["unknown bone"]:
                return "a sender's bones have names that are none of VMC; expected Hips, LeftUpperArm and so on"
            if reason := max(
                (one for one in self.drops if one not in EXPECTED_DROPS), key=self.drops.__getitem__, default=""
            ):
                return f"a sender's messages are no VMC: {reason}"
            return f"a sender sends no bones; let it send {BONE_ADDRESS}"
        if self.drops["sender not in osc.allow"] and not self._performers:
            return "a sender is not in osc.allow"
        return ""

    @property
    def performers(self) -> Mapping[Hashable, VmcDecoder]:
        """What is known of each sender, the one that was silent longest first."""
        return self._performers

    def close(self) -> None:
        """Close the socket."""
        self._receiver.close()
        self._drop_log.close()

    def _frames_of(self, message: ReceivedMessage) -> list[PerformerFrame]:
        """The frames whose body and time are known with this message."""
        sender, found = message.sender, []
        performer = self._performer(sender)
        if performer.decode(message.address, message.arguments) and (body := performer.body) is not None:
            if before := self._unclocked.pop(sender, None):
                found.append(before)
            self._unclocked[sender] = PerformerFrame(sender, message.time, body, self._readings.get(sender))
        if message.address == TIME_ADDRESS and performer.time is not None:
            self._readings[sender] = ClockReading(message.time, performer.time)
            if ended := self._unclocked.pop(sender, None):
                found.append(ended._replace(after=self._readings[sender]))
        return found

    def _performer(self, sender: Hashable) -> VmcDecoder:
        """The performer whose messages come from `sender`."""
        performer = self._performers.pop(sender, None)
        if performer is None:
            if len(self._performers) >= MAX_SENDERS:
                silent = next(iter(self._performers))
                del self._performers[silent]
                self._unclocked.pop(silent, None)
                self._readings.pop(silent, None)
                self.drops["too many senders"] += 1
            performer = VmcDecoder("vrm0", self.drops)
        self._performers[sender] = performer
        return performer
