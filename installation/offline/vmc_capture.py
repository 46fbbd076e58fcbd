"""Motion capture from performers in other programs: records the bodies that arrive over VMC."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

import numpy as np

from installation.control.vmc.receiver import PerformerReceiver
from installation.core.errors import UserError
from installation.offline.motion_capture import MIN_SECONDS, CapturedMotion, CaptureResult, NoVisitorError, frame_rate
from installation.venue.camera_source import performers_at
from motion.body import Body, motion_from_bodies
from motion.resample import resample

Advance = Callable[[float], None]
Say = Callable[[str], None]
"""Receives a line about what is heard."""

MAX_CLOCK_ERROR_S = 0.5
"""Difference of the sender's clock from the time of arrival beyond which it was set anew."""
MAX_NAMED_SENDERS = 8
"""Senders that are announced."""
POLL_SECONDS = 0.003
"""Pause between two looks at the socket."""


@dataclass(slots=True)
class _Performance:
    """The bodies of one sender."""

    times: list[float] = field(default_factory=list)
    """Seconds after the begin, by the sender's clock where it has one: arrival is uneven."""
    bodies: list[Body] = field(default_factory=list)
    clock_offset: float | None = None

    def add(self, arrival: float, clock: float | None, body: Body) -> None:
        """Append a body, unless it is no newer than the last one."""
        t = arrival
        if clock is not None:
            if self.clock_offset is None or abs(clock + self.clock_offset - arrival) > MAX_CLOCK_ERROR_S:
                self.clock_offset = arrival - clock
            t = clock + self.clock_offset
        if not self.times or t > self.times[-1] + 1e-6:
            self.times.append(t)
            self.bodies.append(body)


def is_vmc(source: str) -> bool:
    """Whether a source is an address to listen on, "vmc://[host:]port"."""
    return source.lower().startswith("vmc://")


def record_performers(
    source: str,
    allow: Sequence[IPv4Network | IPv6Network],
    seconds: float | None,
    say: Say,
    advance: Advance,
) -> CaptureResult:
    """The motion of each sender that is heard within `seconds`, or until Ctrl-C; the longest first.

    Senders outside the networks `allow` are not heard. Raises NoVisitorError, with what is wrong with what arrives, and
    UserError for an address that cannot be listened on.
    """
    host, port = _listening(source)
    begin = time.perf_counter()
    receiver = PerformerReceiver(host, port, allow, lambda: time.perf_counter() - begin)
    end = "Ctrl-C ends it" if seconds is None else f"for {seconds:g} s"
    say(f"{source}: listens on {host}, port {receiver.port}, {end}")
    result = CaptureResult()
    performances: dict[Hashable, _Performance] = {}
    try:
        while seconds is None or time.perf_counter() - begin < seconds:
            now = time.perf_counter() - begin
            _listen(receiver, now, performances, say)
            advance(now / seconds if seconds else 1.0 - 0.99 ** (now * 3.0))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        receiver.close()
    for label, performance in _by_sender(performances).items():
        if (captured := _captured(label, performance)) is not None:
            result.motions.append(captured)
            say(f"{label}: {len(performance.times)} bodies, {captured.motion.rate:.3g} a second")
    for notice in _notices(receiver):
        say(f"{source}: {notice}")
    if not result.motions:
        wrong = receiver.complaint or "no VMC arrives; let the other program send to this address"
        raise NoVisitorError(f"{source}: {wrong}")
    result.motions.sort(key=lambda captured: -captured.seconds)
    return result


def _listening(source: str) -> tuple[str, int]:
    """Address and port. Raises UserError."""
    where = source.partition("://")[2]
    try:
        found = performers_at(f"vmc://0.0.0.0:{where}" if where.isdecimal() else source)
    except ValueError as error:
        raise UserError(f"{source}: {error}") from None
    assert found is not None
    return found


def _listen(receiver: PerformerReceiver, now: float, performances: dict[Hashable, _Performance], say: Say) -> None:
    """Keep the newest bodies."""
    for sender, (t, body) in receiver.newest_bodies(now).items():
        if sender not in performances and len(performances) < MAX_NAMED_SENDERS:
            say(f"hears {_label(sender)}: {receiver.performers[sender].bone_count} bones")
        performances.setdefault(sender, _Performance()).add(t, receiver.performers[sender].time, body)


def _by_sender(performances: dict[Hashable, _Performance]) -> dict[str, _Performance]:
    """Performances by name; a program that sends each frame from another port is one sender."""
    if len(performances) <= MAX_NAMED_SENDERS or any(len(one.times) > 2 for one in performances.values()):
        return {_label(sender): performance for sender, performance in performances.items()}
    merged: dict[str, _Performance] = {}
    for sender, performance in sorted(performances.items(), key=lambda item: item[1].times[0]):
        host = str(sender[0]) if isinstance(sender, tuple) else str(sender)
        one = merged.setdefault(host, _Performance())
        for t, body in zip(performance.times, performance.bodies, strict=True):
            one.add(t, None, body)
    return merged


def _captured(name: str, performance: _Performance) -> CapturedMotion | None:
    """The motion of a sender; None if it is too short."""
    most = max((len(body.turns) for body in performance.bodies), default=0)
    kept = [
        (t, body)
        for t, body in zip(performance.times, performance.bodies, strict=True)
        if len(body.turns) == most  # the first frame of a sender may be incomplete
    ]
    if len(kept) < 2 or kept[-1][0] - kept[0][0] < MIN_SECONDS:
        return None
    times = np.array([t for t, _ in kept])
    rate = frame_rate(times)
    motion = motion_from_bodies([body for _, body in kept], rate)
    return CapturedMotion(name, resample(motion, times, rate), float(times[0]))


def _notices(receiver: PerformerReceiver) -> list[str]:
    """What is odd about the senders, although they give bodies."""
    found = []
    performers = receiver.performers.values()
    if any(one.is_camel_case for one in performers):
        found.append(
            "a sender's bone names are in camelCase, as leftUpperArm; VMC has LeftUpperArm; they are read all the same"
        )
    if any(one.sends_rotations_only for one in performers):
        found.append("a sender sends rotations without positions: canonical proportions, set on the floor")
    if any(one.has_rotated_rest for one in performers):
        found.append("the bones of a sender are not normalised, the body is distorted; send them as VRM 0")
    if found and receiver.complaint:
        found.append(receiver.complaint)
    return found


def _label(sender: Hashable) -> str:
    return ":".join(map(str, sender[:2])) if isinstance(sender, tuple) else str(sender)
