"""Sockets to those who are told: opened beside the loop, and never a reason to wait."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterable, Sequence

from installation.venue.schema import OscTargetSection

RETRY = 10.0
"""Seconds until the name of a target that was not found is looked up again."""


class RateLimiter:
    """Says when it is time to tell again."""

    def __init__(self, rate: float) -> None:
        """`rate` times a second."""
        self._interval = 1.0 / rate
        self._next = 0.0

    def due(self, t: float) -> bool:
        """Whether it is time at show time `t`."""
        # A frame that comes a little early is as good as the next one.
        if t < self._next - 0.1 * self._interval:
            return False
        late = t - self._next > self._interval
        self._next = (t if late else self._next) + self._interval
        return True


class TargetSockets:
    """Owns a UDP socket to each target."""

    def __init__(self, targets: Sequence[OscTargetSection]) -> None:
        self.errors: Counter[str] = Counter()
        """Datagrams that could not be sent, by target."""
        self._open: dict[OscTargetSection, socket.socket] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        if targets:
            # A name is looked up beside the loop: an answer from the network can take seconds.
            self._thread = threading.Thread(target=self._resolve, args=(targets,), name="targets", daemon=True)
            self._thread.start()

    def __len__(self) -> int:
        """How many targets have a socket by now."""
        return len(self._open)

    def send(self, target: OscTargetSection, datagrams: Iterable[bytes]) -> None:
        """Send to a target; what cannot be sent at once is dropped and counted."""
        opened = self._open.get(target)
        if opened is None:
            return
        for datagram in datagrams:
            try:
                opened.send(datagram)
            except OSError:
                self.errors[_name(target)] += 1

    def close(self) -> None:
        """Give the sockets back."""
        self._closing.set()
        if self._thread:
            self._thread.join(1.0)
        for opened in self._open.values():
            opened.close()

    def _resolve(self, targets: Sequence[OscTargetSection]) -> None:
        missing = list(dict.fromkeys(targets))
        while missing and not self._closing.is_set():
            for target in tuple(missing):
                try:
                    self._open[target] = _connected(target)
                except OSError:
                    self.errors[_name(target)] += 1
                else:
                    missing.remove(target)
            self._closing.wait(RETRY if missing else 0)


def _name(target: OscTargetSection) -> str:
    return f"{target.host}:{target.port}"


def _connected(target: OscTargetSection) -> socket.socket:
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
