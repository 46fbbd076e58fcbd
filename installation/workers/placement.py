"""Placements: where a worker's steps run, in lock-step in this process, or in a supervised child process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from installation.workers.worker import Message, WorkerSpec, create_worker


class WorkerHost(Protocol):
    """Where a worker runs, as the loop knows it."""

    name: str
    """The worker's, from its spec."""
    restarts: int
    """How often it was restarted."""
    restart_reason: str
    """The fault for which it was restarted the last time."""

    @property
    def status(self) -> str:
        """ "ok", or why the worker does not run, for a person to read."""

    @property
    def pid(self) -> int | None:
        """Process id of the worker's child process; None where there is none."""

    def send(self, request: Mapping[str, Any]) -> None:
        """Set what the worker works on from now on; the newest request wins."""

    def flush(self) -> None:
        """Drop the answers to earlier requests."""

    def newest(self, t: float) -> Message | None:
        """The newest message at show time `t` if it was not taken before; never waits for a child process."""

    def close(self) -> None:
        """End the worker."""


class InlineHost:
    """Runs a worker in this process and in lock-step: every step that is due by show time, at the nominal rate."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.name = spec.name
        self.restart_reason = ""
        self.restarts = 0
        self._worker = create_worker(spec)
        self._rate = spec.rate
        self._steps = 0
        self._sequence = 0
        self._request: Mapping[str, Any] = {}

    @property
    def status(self) -> str:
        """Inline workers run whenever they are asked."""
        return "ok"

    @property
    def pid(self) -> None:
        """Inline workers have no process."""
        return None

    def send(self, request: Mapping[str, Any]) -> None:
        self._request = request

    def flush(self) -> None:
        """Nothing is ever in flight here."""

    def newest(self, t: float) -> Message | None:
        newest = None
        while self._steps / self._rate <= t + 1e-9:
            message = self._worker.step(self._request, self._steps / self._rate)
            self._steps += 1
            if message is not None:
                self._sequence += 1
                newest = Message(message.time, message.body, message.pixels, self._sequence)
        return newest

    def close(self) -> None:
        self._worker.close()
