"""The socket that listens: bounded, open to allowed networks only, and never a reason to wait."""

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
from installation.core.errors import Trouble

BUFFER = 4 << 20
"""Bytes that the system is asked to hold for us."""
WAITING = 16_384
"""Datagrams between the socket and the frame; above that the oldest go."""
FRAME = 2_048
"""Messages that one frame takes; the others wait for the next."""
HORIZON = 2.0
"""Seconds into the future that a timetag may lie."""
PLANNED = 1_024
"""Messages that wait for their timetag."""
SENDERS = 256
"""Senders whose admission is remembered."""

_SO_RCVBUFFORCE = 33
"""Linux's way past net.core.rmem_max for a privileged process; Python does not name it."""


LOCAL_SENDER = "here"
"""Sender of what is done at the machine itself, by its keys; that is never shut out."""


class ReceivedMessage(NamedTuple):
    """A message as it is to be acted on."""

    address: str
    arguments: tuple[codec.Argument, ...]
    time: float
    """When it arrived, or when its timetag asks for, s of show time."""
    sender: Any
    """The socket address to answer to."""


class ListenError(Trouble):
    """Why the port cannot be opened, and which key of venue.toml would help."""


class Receiver:
    """Owns the UDP socket and the thread that empties it while the loop is busy.

    The system's buffer alone may hold as little as a few hundred datagrams, less than a slow frame's worth. The
    thread moves them into `WAITING` with their time of arrival; the frame empties the socket too, so that it
    never depends on the thread having had its turn.
    """

    def __init__(
        self,
        bind: str,
        port: int,
        allow: Sequence[IPv4Network | IPv6Network],
        each: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Listen; messages to an address in `each` all count, of others the last one of a frame.

        `clock` gives show time. Raises ListenError.
        """
        self.drops: Counter[str] = Counter()
        """How much was not acted on, by reason."""
        self._allow = allow
        self._each = each
        self._clock = clock
        self._admitted: dict[str, bool] = {}
        self._waiting: deque[tuple[bytes, Any, float]] = deque()
        self._rest: deque[ReceivedMessage] = deque()
        self._planned: list[tuple[float, int, ReceivedMessage]] = []
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._closing = False
        self._socket = _listen(bind, port)
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._collect, name="osc", daemon=True)
        self._thread.start()

    def drain(self, now: float) -> list[ReceivedMessage]:
        """What is to be acted on in the frame at show time `now`, oldest first."""
        with self._lock:
            self._empty()
        wall = time.time() - now
        frame: dict[Any, ReceivedMessage] = {}
        while self._planned and self._planned[0][0] <= now:
            self._put(frame, heapq.heappop(self._planned)[2])
        taken = len(frame)
        while taken < FRAME:
            if not self._rest:
                if not self._waiting:
                    break
                self._decode(*self._waiting.popleft(), now, wall)
                continue
            message = self._rest.popleft()
            taken += 1
            if message.time <= now:
                self._put(frame, message)
            else:
                self._plan(message, now)
        return list(frame.values())

    def answer(self, data: bytes, to: Any) -> None:
        """Send a datagram back from the port that listens; what does not get through is counted."""
        try:
            self._socket.sendto(data, to)
        except OSError:
            self.drops["answer not sent"] += 1

    def close(self) -> None:
        """Free the port."""
        self._closing = True
        self._thread.join(1.0)
        self._socket.close()

    def _put(self, frame: dict[Any, ReceivedMessage], message: ReceivedMessage) -> None:
        key: Any = (message.address, message.sender)
        if message.address in self._each:
            key = next(self._order)
        else:
            frame.pop(key, None)
        frame[key] = message

    def _plan(self, message: ReceivedMessage, now: float) -> None:
        if message.time > now + HORIZON:
            self.drops["timetag too far ahead"] += 1
        elif len(self._planned) >= PLANNED:
            self.drops["too many messages planned"] += 1
        else:
            heapq.heappush(self._planned, (message.time, next(self._order), message))

    def _decode(self, data: bytes, sender: Any, arrived: float, now: float, wall: float) -> None:
        arrived = min(arrived, now)
        for address, arguments, due in codec.decode(data, self.drops):
            at = arrived if due is None else max(arrived, due - wall)
            self._rest.append(ReceivedMessage(address, arguments, at, sender))

    def _collect(self) -> None:
        """Empty the socket whenever something comes, until closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            while not self._closing:
                if selector.select(0.1):
                    with self._lock:
                        self._empty()

    def _empty(self) -> None:
        """Move at most FRAME datagrams from the socket into `_waiting`; the lock is held."""
        for _ in range(FRAME):
            try:
                data, sender = self._socket.recvfrom(codec.LONGEST)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.drops["socket error"] += 1
                return
            if not self._admits(sender[0]):
                self.drops["sender not in osc.allow"] += 1
                continue
            if len(self._waiting) >= WAITING:
                self._waiting.popleft()
                self.drops["too many datagrams"] += 1
            self._waiting.append((data, sender, self._clock()))

    def _admits(self, host: str) -> bool:
        if host not in self._admitted:
            if len(self._admitted) >= SENDERS:
                self._admitted.clear()
            address = ip_address(host.partition("%")[0])
            address = getattr(address, "ipv4_mapped", None) or address
            self._admitted[host] = any(address in network for network in self._allow)
        return self._admitted[host]


def _listen(bind: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, where = socket.getaddrinfo(bind, port, type=socket.SOCK_DGRAM)[0]
    except OSError as error:
        raise ListenError(f'venue.toml, osc.bind: {bind!r} is no address; "127.0.0.1" or "0.0.0.0" would be') from error
    opened = socket.socket(family, kind)
    try:
        if sys.platform == "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        opened.setblocking(False)
        opened.bind(where)
    except OSError as error:
        opened.close()
        raise ListenError(_advice(bind, port, error)) from error
    with contextlib.suppress(OSError):
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER)
    return opened


def _advice(bind: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"venue.toml, osc.port: {bind}:{port} is taken, probably by a Visitant that runs already. "
            f"Close that one, or give this one a port of its own, such as port = {port % 65535 + 1}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return f'venue.toml, osc.bind: this machine has no address {bind}; bind = "0.0.0.0" listens on all it has'
    if error.errno == errno.EACCES:
        return f"venue.toml, osc.port: {port} is kept for the system; a port from 1024 on needs no special right"
    return f"venue.toml, osc: cannot listen on {bind}:{port}: {error.strerror}"
