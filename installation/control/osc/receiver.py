"""Non-blocking OSC receiver over UDP: bounded queues, an allow list of networks, and timetags."""

from __future__ import annotations

import contextlib
import errno
import heapq
import itertools
import selectors
import socket
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, NamedTuple

from installation.control.osc import codec
from installation.core.errors import UserError

SOCKET_BUFFER_BYTES = 4 << 20
"""Size of the receive buffer that the system is asked for."""
MAX_QUEUED_DATAGRAMS = 16_384
"""Datagrams that wait for the next frame; above that the oldest are dropped."""
MAX_MESSAGES_PER_FRAME = 2_048
"""Messages that one frame handles; the others wait for the next."""
MAX_SECONDS_AHEAD = 2.0
"""How far ahead a timetag may lie."""
MAX_SCHEDULED_MESSAGES = 1_024
"""Messages that may wait for their timetag."""
MAX_CACHED_SENDERS = 256
"""Hosts whose check against the allow list is cached."""

_SO_RCVBUFFORCE = 33
"""Linux's socket option by which a privileged process exceeds net.core.rmem_max; Python does not name it."""


SIGNAL_PREFIX = "/signal/"
"""Start of the addresses of signals, which knobs may follow."""
LOCAL_SENDER = "here"
"""Sender of messages made at the machine itself, by its keys; the controller lock does not apply to them."""


class ReceivedMessage(NamedTuple):
    """A message for the next frame."""

    address: str
    arguments: tuple[codec.Argument, ...]
    time: float
    """When it arrived, or the time of its timetag, s of show time."""
    sender: Any
    """The socket address for an answer; LOCAL_SENDER or "midi" for messages that came by another way."""


class ListenError(UserError):
    """The port cannot be opened; the message names the key of venue.toml to change."""


class Receiver:
    """Owns the UDP socket and the thread that empties it while the loop is busy.

    The system's buffer may hold as little as a few hundred datagrams, fewer than arrive in a slow frame. The thread
    moves them into a queue with their time of arrival; each frame empties the socket as well, so that it does not
    depend on when the thread is scheduled.
    """

    def __init__(
        self,
        bind: str,
        port: int,
        allow: Sequence[IPv4Network | IPv6Network],
        unmerged: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the port. A frame gets every message to an address in `unmerged`, and the last one to any other.

        `clock` returns show time. Raises ListenError.
        """
        self.drops: Counter[str] = Counter()
        """Datagrams and messages that were dropped, by reason."""
        self._allow = allow
        self._unmerged = unmerged
        self._clock = clock
        self._admission_cache: dict[str, bool] = {}
        self._queue: deque[tuple[bytes, Any, float]] = deque()
        self._decoded: deque[ReceivedMessage] = deque()
        self._scheduled: list[tuple[float, int, ReceivedMessage]] = []
        self._counter = itertools.count()
        self._lock = threading.Lock()
        self._closing = False
        self._socket = _listen(bind, port)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._read_continuously, name="osc", daemon=True)
        self._thread.start()

    def drain(self, now: float) -> list[ReceivedMessage]:
        """Return the messages for the frame at show time `now`, oldest first."""
        with self._lock:
            self._read_socket()
        wall = time.time() - now
        frame: dict[Any, ReceivedMessage] = {}
        while self._scheduled and self._scheduled[0][0] <= now:
            self._keep_newest(frame, heapq.heappop(self._scheduled)[2])
        taken = len(frame)
        while taken < MAX_MESSAGES_PER_FRAME:
            if not self._decoded:
                if not self._queue:
                    break
                self._decode(*self._queue.popleft(), now, wall)
                continue
            message = self._decoded.popleft()
            taken += 1
            if message.time <= now:
                self._keep_newest(frame, message)
            else:
                self._schedule(message, now)
        return list(frame.values())

    def answer(self, data: bytes, to: Any) -> None:
        """Send a datagram from this port to a sender; counts a failure as a drop."""
        try:
            self._socket.sendto(data, to)
        except OSError:
            self.drops["answer not sent"] += 1

    def close(self) -> None:
        """End the thread and close the socket."""
        self._closing = True
        self._thread.join(1.0)
        self._socket.close()

    def _keep_newest(self, frame: dict[Any, ReceivedMessage], message: ReceivedMessage) -> None:
        key: Any = (message.address, message.sender)
        if message.address in self._unmerged:
            key = next(self._counter)
        else:
            frame.pop(key, None)
        frame[key] = message

    def _schedule(self, message: ReceivedMessage, now: float) -> None:
        if message.time > now + MAX_SECONDS_AHEAD:
            self.drops["timetag too far ahead"] += 1
        elif len(self._scheduled) >= MAX_SCHEDULED_MESSAGES:
            self.drops["too many messages planned"] += 1
        else:
            heapq.heappush(self._scheduled, (message.time, next(self._counter), message))

    def _decode(self, data: bytes, sender: Any, arrived: float, now: float, wall: float) -> None:
        arrived = min(arrived, now)
        for address, arguments, due in codec.decode(data, self.drops):
            at = arrived if due is None else max(arrived, due - wall)
            self._decoded.append(ReceivedMessage(address, arguments, at, sender))

    def _read_continuously(self) -> None:
        """Read datagrams as they arrive, until the receiver is closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while not self._closing:
                if selector.select(0.1):
                    with self._lock:
                        self._read_socket()

    def _read_socket(self) -> None:
        """Move at most MAX_MESSAGES_PER_FRAME datagrams from the socket into the queue; the caller holds the lock."""
        for _ in range(MAX_MESSAGES_PER_FRAME):
            try:
                data, sender = self._socket.recvfrom(codec.MAX_DATAGRAM_BYTES)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.drops["socket error"] += 1
                return
            if not self._is_allowed(sender[0]):
                self.drops["sender not in osc.allow"] += 1
                continue
            if len(self._queue) >= MAX_QUEUED_DATAGRAMS:
                self._queue.popleft()
                self.drops["too many datagrams"] += 1
            self._queue.append((data, sender, self._clock()))

    def _is_allowed(self, host: str) -> bool:
        if host not in self._admission_cache:
            if len(self._admission_cache) >= MAX_CACHED_SENDERS:
                self._admission_cache.clear()
            address = ip_address(host.partition("%")[0])
            address = getattr(address, "ipv4_mapped", None) or address
            self._admission_cache[host] = any(address in network for network in self._allow)
        return self._admission_cache[host]


def _listen(bind: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, where = socket.getaddrinfo(bind, port, type=socket.SOCK_DGRAM)[0]
    except OSError as error:
        raise ListenError(
            f'venue.toml, osc.bind: {bind!r} is no address; give one such as "127.0.0.1" or "0.0.0.0"'
        ) from error
    opened = socket.socket(family, kind)
    try:
        if sys.platform == "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.setblocking(False)
        opened.bind(where)
    except OSError as error:
        opened.close()
        raise ListenError(_remedy(bind, port, error)) from error
    with contextlib.suppress(OSError):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BUFFER_BYTES)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES)
    return opened


def _remedy(bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"venue.toml, osc.port: {bind}:{port} is in use, probably by a Visitant that already runs. "
            f"Close that one, or give this one a port of its own, such as port = {port % 65535 + 1}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f'venue.toml, osc.bind: this machine has no address {bind}; bind = "0.0.0.0" listens on all it has'
    if error.errno == errno.EACCES:
        return f"venue.toml, osc.port: {port} is reserved for the system; a port from 1024 on needs no privilege"
    return f"venue.toml, osc: cannot listen on {bind}:{port}: {error.strerror}"
