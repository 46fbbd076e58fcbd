"""UDP sockets to the targets of OSC and VMC, opened in a thread, and a rate limiter for what is sent to them."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterable, Sequence

from installation.venue.schema import OscTargetSection

RETRY_SECONDS = 10.0
"""Time until the host name of a target that was not found is looked up again."""


class RateLimiter:
    """Says whether an action that is due `rate_hz` times a second is due in this frame."""

    def __init__(self, rate_hz: float) -> None:
        self._interval_seconds = 1.0 / rate_hz
        self._next = 0.0

    def due(self, t: float) -> bool:
        """Whether the action is due at show time `t`; if so, the next one is due an interval later."""
        # A frame that comes a little early is as good as the next one.
        if t < self._next - 0.1 * self._interval_seconds:
            return False
        late = t - self._next > self._interval_seconds
        self._next = (t if late else self._next) + self._interval_seconds
        return True


class TargetSockets:
    """Owns a UDP socket to each target."""

    def __init__(self, targets: Sequence[OscTargetSection]) -> None:
        self.unsent: Counter[str] = Counter()
        """Datagrams that could not be sent, by target."""
        self._sockets: dict[OscTargetSection, socket.socket] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        if targets:
            # Host names are looked up in a thread, because the answer of the network can take seconds.
            self._thread = threading.Thread(target=self._connect_all, args=(targets,), name="targets", daemon=True)
            self._thread.start()

    def __len__(self) -> int:
        """The number of targets whose socket is open."""
        return len(self._sockets)

    def send(self, target: OscTargetSection, datagrams: Iterable[bytes]) -> None:
        """Send to a target without waiting; a datagram that cannot be sent at once is dropped and counted."""
        opened = self._sockets.get(target)
        if opened is None:
            return
        for datagram in datagrams:
            try:
                opened.send(datagram)
            except OSError:
                self.unsent[_name(target)] += 1

    def close(self) -> None:
        """Close the sockets."""
        self._closing.set()
        if self._thread:
            self._thread.join(1.0)
        for opened in self._sockets.values():
            opened.close()

    def _connect_all(self, targets: Sequence[OscTargetSection]) -> None:
        missing = list(dict.fromkeys(targets))
        while missing and not self._closing.is_set():
            for target in tuple(missing):
                try:
                    self._sockets[target] = _connect(target)
                except OSError:
                    self.unsent[_name(target)] += 1
                else:
                    missing.remove(target)
            self._closing.wait(RETRY_SECONDS if missing else 0)


def _name(target: OscTargetSection) -> str:
    return f"{target.host}:{target.port}"


def _connect(target: OscTargetSection) -> socket.socket:
    """Open a socket to the target, connected so that the system reports a port on which no program listens."""
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
