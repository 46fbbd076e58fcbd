"""Motion capture from performers in other programs: records the bodies that arrive over VMC."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network

import numpy as np
from numpy.typing import NDArray

from installation.control.vmc.receiver import PerformerFrame, PerformerReceiver
from installation.core.errors import UserError
from installation.core.exit_status import ExitStatus
from installation.offline.motion_capture import MIN_SECONDS, CapturedMotion, CaptureResult, frame_rate
from installation.venue.camera_source import performers_at
from motion.body import motion_from_bodies
from motion.resample import resample_smoothly
from motion.vmc_times import frame_times

Array = NDArray[np.floating]

Advance = Callable[[float], None]
Say = Callable[[str], None]
"""Receives a line about each sender."""

MAX_NAMED_SENDERS = 8
"""Senders that are announced."""
POLL_SECONDS = 0.003
"""Pause between two looks at the socket."""


class NoPerformerError(UserError):
    """No body came over VMC."""

    status = ExitStatus.NO_PICTURE


@dataclass(slots=True)
class _Performance:
    """The bodies of one sender."""

    frames: list[PerformerFrame] = field(default_factory=list)

    def clocks(self) -> Array:
        """(T,) seconds of each body by the sender's clock; nan for a body without.

        The time before a body is its own where that is nearer, by arrival, than the time after it usually is.
        """
        missing = (np.nan, np.nan)
        before = np.array([frame.before or missing for frame in self.frames])
        after = np.array([frame.after or missing for frame in self.frames])
        arrivals = np.array([frame.arrival for frame in self.frames])
        waits = [
            np.median(wait[np.isfinite(wait)]) if np.isfinite(wait).any() else np.inf
            for wait in (arrivals - before[:, 0], after[:, 0] - arrivals)
        ]
        clocks: Array = before[:, 1] if waits[0] < waits[1] else after[:, 1]
        return clocks


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
    """The motion of each sender that sends within `seconds`, or until Ctrl-C; the longest first.

    Senders outside the networks `allow` are left out. Raises NoPerformerError, with what is wrong with what arrives,
    and UserError for an address that cannot be listened on.
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
            _listen(receiver.frames(now), receiver, performances, say)
            advance(now / seconds if seconds else 1.0 - 0.99 ** (now * 3.0))
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        receiver.close()
    _listen(receiver.unclocked_frames(), receiver, performances, say)
    for label, performance in _by_sender(performances).items():
        if (captured := _captured(label, performance)) is not None:
            result.motions.append(captured)
            say(f"{label}: {len(performance.frames)} bodies, {captured.motion.rate:.3g} a second")
    for notice in _notices(receiver):
        say(f"{source}: {notice}")
    if not result.motions:
        wrong = receiver.complaint or "no VMC arrives; let the other program send to this address"
        raise NoPerformerError(f"{source}: {wrong}")
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


def _listen(
    frames: Sequence[PerformerFrame],
    receiver: PerformerReceiver,
    performances: dict[Hashable, _Performance],
    say: Say,
) -> None:
    """Keep the bodies that came."""
    for frame in frames:
        if frame.sender not in performances and len(performances) < MAX_NAMED_SENDERS:
            performer = receiver.performers.get(frame.sender)
            say(f"hears {_label(frame.sender)}: {performer.bone_count if performer else 0} bones")
        performances.setdefault(frame.sender, _Performance()).frames.append(frame)


def _by_sender(performances: dict[Hashable, _Performance]) -> dict[str, _Performance]:
    """Performances by name; a program that sends each frame from another port is one sender."""
    if len(performances) <= MAX_NAMED_SENDERS or any(len(one.frames) > 2 for one in performances.values()):
        return {_label(sender): performance for sender, performance in performances.items()}
    merged: dict[str, _Performance] = {}
    for sender, performance in sorted(performances.items(), key=lambda item: item[1].frames[0].arrival):
        host = str(sender[0]) if isinstance(sender, tuple) else str(sender)
        one = merged.setdefault(host, _Performance())
        one.frames += performance.frames
    return merged


def _captured(name: str, performance: _Performance) -> CapturedMotion | None:
    """The motion of a sender; None if it is too short."""
    frames = performance.frames
    most = max(len(frame.body.turns) for frame in frames)
    # The first frame of a sender may be incomplete.
    whole = np.array([number for number, frame in enumerate(frames) if len(frame.body.turns) == most])
    arrivals = np.array([frame.arrival for frame in frames])
    times, kept = frame_times(arrivals[whole], performance.clocks()[whole])
    if len(times) < 2 or times[-1] - times[0] < MIN_SECONDS:
        return None
    rate = frame_rate(times)
    motion = motion_from_bodies([frames[number].body for number in whole[kept]], rate)
    return CapturedMotion(name, resample_smoothly(motion, times, rate), float(times[0]))


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
