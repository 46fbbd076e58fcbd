"""Supervision of a worker in a child process: one that dies, hangs or is stopped is killed and started again."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from installation.core.errors import UserError
from installation.core.faults import Fault
from installation.workers.child_process import CLOSE_SECONDS, ChildProcess
from installation.workers.mailbox import Mailbox
from installation.workers.worker import Message, WorkerSpec

logger = logging.getLogger(__name__)

REQUEST_BYTES = 1 << 18
"""Size of the largest request."""
WATCH_SECONDS = 0.05
"""Between two looks at a child."""
MAX_SILENT_STEP_SECONDS = 4.0 * WATCH_SECONDS
"""What one look adds at most to a child's silence: after a longer gap it was this process that did not run."""
BUSY_LOAD = 1.5
"""Load of a core from which children are given more time: a step then waits for processes that are not the show's."""
MAX_PATIENCE = 6.0
"""By how much the time of a silent child is prolonged at most."""
MAX_START_DELAY_SECONDS = 8.0
"""How long a child waits at most for those that start first."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """When a supervisor restarts a child, and how often."""

    hang_seconds: float = 2.0
    """Silence after which a child that has stepped before is killed."""
    start_seconds: float = 30.0
    """Time for a child from its start to its first step: it loads its model."""
    burst: int = 4
    """Restarts without delay within `window_seconds`; further ones wait, each time twice as long."""
    window_seconds: float = 60.0
    max_wait_seconds: float = 30.0
    """The longest wait before a restart."""


class Startable(Protocol):
    """What a child may wait for before it starts."""

    @property
    def ready(self) -> bool:
        """Whether it runs."""


# Seventeen attributes: the protocol's four, two mailboxes with what stands in them, and one supervisor's state.
class ProcessHost:
    """Runs a worker in a child process, between two mailboxes of one message each."""

    def __init__(
        self, spec: WorkerSpec, epoch: float, timeouts: Timeouts | None = None, first: Sequence[Startable] = ()
    ) -> None:
        """`epoch` is the machine's `time.perf_counter` at show time 0. The child starts when all of `first` are ready,
        or after MAX_START_DELAY_SECONDS."""
        self.name = spec.name
        self.restart_reason = ""
        self._fault = Fault(logger, logging.ERROR)
        self.restarts = 0
        self._spec = spec
        self._epoch = epoch
        self._timeouts = timeouts or Timeouts()
        self._requests = _mailbox(spec.name, REQUEST_BYTES)
        self._messages = _mailbox(spec.name, spec.message_bytes)
        self._request: Mapping[str, Any] = {}
        self._generation = 0
        self._child: ChildProcess | None = None
        self._ending = threading.Event()
        self._first = first
        # One thread for all starts: Linux ends a child with the thread that started it.
        self._supervisor = threading.Thread(target=self._supervise, name=f"{spec.name} supervisor", daemon=True)
        self._supervisor.start()

    @property
    def status(self) -> str:
        """ "ok", that the child starts, or its fault."""
        return self._fault.text or ("ok" if self.ready else f"{self.name} starts")

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        child = self._child
        return child.pid if child is not None else None

    @property
    def ready(self) -> bool:
        """Whether it has made a step."""
        return bool(self._messages.last_beat)

    @property
    def dropped(self) -> int:
        """Messages that newer ones replaced before they were taken."""
        return self._messages.dropped

    def send(self, request: Mapping[str, Any]) -> None:
        if request != self._request:
            self._request = dict(request)
            self._post()

    def flush(self) -> None:
        self._generation = self._messages.flush()
        self._post()

    def newest(self, t: float) -> Message | None:
        return self._messages.take()

    def close(self) -> None:
        self._ending.set()
        self._supervisor.join()
        self._requests.close()
        self._messages.close()

    def _post(self) -> None:
        self._requests.post(Message(0.0, self._request, generation=self._generation))

    def _supervise(self) -> None:
        timeouts = self._timeouts
        starts: deque[float] = deque(maxlen=timeouts.burst)
        wait = 0.0
        latest = time.perf_counter() + MAX_START_DELAY_SECONDS
        while not all(other.ready for other in self._first) and time.perf_counter() < latest:
            if self._ending.wait(WATCH_SECONDS):
                return
        while not self._ending.wait(wait):
            starts.append(time.perf_counter())
            try:
                self._messages.beat(0.0)
                self._child = ChildProcess(self._spec, self._requests, self._messages, self._epoch)
            except OSError as error:
                self._fault.set(f"{self.name} can't start: {error}", error)
            else:
                self._watch(self._child)
            if self._ending.is_set():
                break
            self.restarts, self.restart_reason = self.restarts + 1, self._fault.text
            crowded = len(starts) == timeouts.burst and time.perf_counter() - starts[0] < timeouts.window_seconds
            wait = min(max(1.0, 2.0 * wait), timeouts.max_wait_seconds) if crowded else 0.0
        if self._child is not None:
            self._child.end(CLOSE_SECONDS)
            self._child = None
        self._fault.withdraw()

    def _watch(self, child: ChildProcess) -> None:
        """Return when the child is dead, or was silent for too long and has been killed."""
        silent, beat, before = 0.0, 0.0, time.perf_counter()
        while not self._ending.wait(WATCH_SECONDS):
            last, now = before, time.perf_counter()
            before = now
            if child.pid is None:
                self._fault.set(f"{self.name} {child.exit_reason()}", detail=child.last_lines)
                break
            if self._messages.last_beat != beat:
                if not beat:
                    logger.info("%s runs", self.name)
                silent, beat = 0.0, self._messages.last_beat
                self._fault.clear()
                continue
            # While the whole machine stands still, asleep or moved to another one, no child can show a sign of life.
            silent += min(now - last, MAX_SILENT_STEP_SECONDS)
            limit = self._timeouts.hang_seconds if beat else self._timeouts.start_seconds
            if silent > limit * patience(*system_load()):
                self._fault.set(f"{self.name} hangs, starting it again")
                break
        if not self._ending.is_set():
            child.end(0.0)


def patience(load: float, cores: int) -> float:
    """By how much a silent child's time is prolonged, where so many processes want so many cores."""
    return min(max(load / cores / BUSY_LOAD, 1.0), MAX_PATIENCE)


def system_load() -> tuple[float, int]:
    """Processes that want to run, mean of the last minute, and the number of cores; 0 where the system does not say."""
    try:
        return os.getloadavg()[0], os.cpu_count() or 1
    except (AttributeError, OSError):
        return 0.0, os.cpu_count() or 1


def _mailbox(name: str, message_bytes: int) -> Mailbox:
    """A mailbox of a worker; raises UserError without the memory for it."""
    try:
        return Mailbox.create(message_bytes)
    except OSError as error:
        raise UserError(
            f"{name}: {message_bytes / 2**20:.1f} MiB of shared memory cannot be reserved ({error.strerror or error}); "
            "free memory, or raise the limit of the size of files (`ulimit -f unlimited`)"
        ) from error
