"""Placements: the same worker's step runs inline, or in a supervised child process."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, Protocol

from installation.workers import allocator
from installation.workers.codec import pack, unpack
from installation.workers.mailbox import Mailbox, Ticket
from installation.workers.worker import Letter, Role, Worker

ORDER_ROOM = 1 << 18
"""Bytes of the largest order."""
WATCH = 0.05
"""Seconds between two looks at a child."""
LATE = 4.0 * WATCH
"""Seconds since the last look, from which on it was this process that did not get to look."""
IDLE = 0.002
"""Seconds between two steps of a worker that has nothing new."""
PATIENT = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "0"}
"""For the threads of a model's mathematics: one that waits for another soon lets the core go, which may draw. With no
wait at all a painting takes half as long again; with the wait that is usual, seven times as long beside a busy core."""
YIELD = 8.0
"""Most seconds for which a child lets others start before it."""
FAREWELL = 2.0
"""Seconds that a child has to close before it is killed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a supervisor bears with a child."""

    hang: float = 2.0
    """Seconds without a sign of life after which a child that has once worked is killed."""
    grace: float = 30.0
    """Seconds that a child may take from its start to its first step: it loads its model."""
    budget: int = 4
    """Restarts at once within `window`; further ones wait, each time twice as long."""
    window: float = 60.0
    """Seconds."""
    longest: float = 30.0
    """Seconds of the longest wait before a restart."""


class Works(Protocol):
    """What others may wait for."""

    @property
    def works(self) -> bool:
        """Whether it is at work."""


class Placement(Protocol):
    """Where a worker runs."""

    name: str
    """The role's."""
    trouble: str
    """What is wrong with the worker, in words; empty when all is well."""
    restarts: int
    fault: str
    """Why it was started again the last time, in words."""

    def tell(self, order: Mapping[str, Any]) -> None:
        """What the worker shall do from now on; the newest order wins."""

    def flush(self) -> None:
        """Refuse the answers to earlier orders."""

    def newest(self, t: float) -> Letter | None:
        """The newest letter at show time `t` if it was not taken before; never waits for a child."""

    def close(self) -> None:
        """End the worker."""


def hire(role: Role) -> Worker:
    """Make the worker of a role in this process."""
    module, _, function = role.factory.partition(":")
    worker: Worker = getattr(importlib.import_module(module), function)(**role.settings)
    allocator.freeze()
    return worker


class Inline:
    """In this process and in lock-step: every step that is due by show time is run, at the role's nominal rate."""

    def __init__(self, role: Role) -> None:
        self.name = role.name
        self._worker = hire(role)
        self._rate = role.rate
        self._steps = 0
        self._sequence = 0
        self._order: Mapping[str, Any] = {}
        self.trouble = self.fault = ""
        self.restarts = 0

    def tell(self, order: Mapping[str, Any]) -> None:
        self._order = order

    def flush(self) -> None:
        """Nothing is ever in flight here."""

    def newest(self, t: float) -> Letter | None:
        newest = None
        while self._steps / self._rate <= t + 1e-9:
            letter = self._worker.step(self._order, self._steps / self._rate)
            self._steps += 1
            if letter is not None:
                self._sequence += 1
                newest = Letter(letter.time, letter.body, letter.pixels, self._sequence)
        return newest

    def close(self) -> None:
        self._worker.close()


class Child:
    """In a child process, watched: one that dies, hangs or is stopped is killed and started again."""

    def __init__(self, role: Role, epoch: float, patience: Patience | None = None, first: Sequence[Works] = ()) -> None:
        """`epoch` is the time of the machine's `time.perf_counter` at show time 0; this child starts when those who
        come `first` are at work, or have not been for YIELD seconds."""
        self.name = role.name
        self.trouble = f"{role.name} starts"
        self.fault = ""
        self.restarts = 0
        self._role = role
        self._epoch = epoch
        self._patience = patience or Patience()
        self._orders = Mailbox.create(ORDER_ROOM)
        self._letters = Mailbox.create(role.room)
        self._order: Mapping[str, Any] = {}
        self._generation = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._last_words: deque[str] = deque(maxlen=20)
        self._ending = threading.Event()
        self._first = first
        # One thread for all starts: Linux ends a child with the thread that started it.
        self._supervisor = threading.Thread(target=self._supervise, name=f"{role.name} supervisor", daemon=True)
        self._supervisor.start()

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def works(self) -> bool:
        """Whether it has made a step."""
        return bool(self._letters.last_beat)

    @property
    def dropped(self) -> int:
        """Letters that newer ones replaced before they were taken."""
        return self._letters.dropped

    def tell(self, order: Mapping[str, Any]) -> None:
        if order != self._order:
            self._order = dict(order)
            self._post()

    def flush(self) -> None:
        self._generation = self._letters.flush()
        self._post()

    def newest(self, t: float) -> Letter | None:
        return self._letters.take()

    def close(self) -> None:
        self._ending.set()
        self._supervisor.join()
        self._orders.close()
        self._letters.close()

    def _post(self) -> None:
        self._orders.post(Letter(0.0, self._order, generation=self._generation))

    def _supervise(self) -> None:
        patience = self._patience
        starts: deque[float] = deque(maxlen=patience.budget)
        wait = 0.0
        latest = time.perf_counter() + YIELD
        while not all(other.works for other in self._first) and time.perf_counter() < latest:
            if self._ending.wait(WATCH):
                return
        while not self._ending.wait(wait):
            starts.append(time.perf_counter())
            try:
                self._start()
            except OSError as error:
                self.trouble = f"{self._role.name} can't start: {error}"
            else:
                self._watch()
            if self._ending.is_set():
                break
            self.restarts, self.fault = self.restarts + 1, self.trouble
            crowded = len(starts) == patience.budget and time.perf_counter() - starts[0] < patience.window
            wait = min(max(1.0, 2.0 * wait), patience.longest) if crowded else 0.0
        self._stop()

    def _start(self) -> None:
        self._letters.beat(0.0)
        tickets = [asdict(self._orders.ticket), asdict(self._letters.ticket)]
        descriptors = tuple(t["descriptor"] for t in tickets if t["descriptor"] >= 0)
        process = subprocess.Popen(
            [sys.executable, "-m", "installation.workers.placement"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=descriptors,
            env=(PATIENT if self._role.patient else {}) | os.environ,
        )
        self._process = process
        assert process.stdin is not None and process.stderr is not None
        contract = pack({"role": asdict(self._role), "tickets": tickets, "epoch": self._epoch, "parent": os.getpid()})
        process.stdin.write(len(contract).to_bytes(4, "little") + contract)
        process.stdin.flush()
        self._last_words.clear()
        self._listener = threading.Thread(target=self._listen, args=(process.stderr,), daemon=True)
        self._listener.start()

    def _listen(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self._last_words.append(line.decode(errors="replace").rstrip())

    def _watch(self) -> None:
        """Returns when the child is dead, or has shown no sign of life for too long and was killed."""
        process = self._process
        assert process is not None
        silent, beat, before = 0.0, 0.0, time.perf_counter()
        while not self._ending.wait(WATCH):
            last, now = before, time.perf_counter()
            before = now
            if process.poll() is not None:
                self._listener.join(FAREWELL)
                said = next((line for line in reversed(self._last_words) if line.strip()), "")
                self.trouble = f"{self._role.name} ended ({_status(process.returncode)}) {said}".strip()
                break
            if self._letters.last_beat != beat:
                silent, beat, self.trouble = 0.0, self._letters.last_beat, ""
                continue
            # While the whole machine stands still, asleep or moved to another one, no child can show a sign of life.
            silent += min(now - last, LATE)
            if silent > (self._patience.hang if beat else self._patience.grace):
                self.trouble = f"{self._role.name} hangs, starting it again"
                break
        if not self._ending.is_set():
            _end(process, patience=0.0)

    def _stop(self) -> None:
        if self._process is not None:
            _end(self._process, patience=FAREWELL)
            self._process = None


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Let go of a child's lifeline, give it time to close, then kill it, and reap it."""
    if process.stdin is not None:
        with contextlib.suppress(OSError):  # it died with unread input
            process.stdin.close()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _status(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"status {code}"


def _die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent dies, even while it is stopped (Linux only)."""
    if sys.platform == "linux":
        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _read(descriptor: int, size: int) -> bytes:
    # Past Python's buffered streams: their lock would be held by a waiting thread at the interpreter's end.
    data = b""
    while len(data) < size:
        part = os.read(descriptor, size - len(data))
        if not part:
            raise EOFError("the parent ended before it said what to do")
        data += part
    return data


def _serve() -> None:
    """The child's whole life: read the contract, make the worker, step until the lifeline ends."""
    # Both reach a whole group of processes; the parent ends this one, by its lifeline, when it has seen to the rest.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    allocator.keep()
    lifeline = sys.stdin.fileno()
    contract = unpack(_read(lifeline, int.from_bytes(_read(lifeline, 4), "little")))
    _die_with(contract["parent"])
    orders, letters = (Mailbox.open(Ticket(**ticket)) for ticket in contract["tickets"])
    role, epoch = Role(**contract["role"]), contract["epoch"]
    ending = threading.Event()

    def hold() -> None:
        os.read(lifeline, 1)  # returns when the parent lets go, or dies
        ending.set()
        time.sleep(FAREWELL)
        os._exit(1)

    threading.Thread(target=hold, daemon=True).start()
    worker = hire(role)
    allocator.reserve()
    try:
        _step(worker, role, epoch, orders, letters, ending)
    finally:
        worker.close()


def _step(worker: Worker, role: Role, epoch: float, orders: Mailbox, letters: Mailbox, ending: threading.Event) -> None:
    order: Mapping[str, Any] = {}
    generation = 0
    due = time.perf_counter()
    while not ending.is_set():
        newest = orders.take()
        if newest is not None:
            order, generation = newest.body, newest.generation
        rate = float(order.get("rate", role.rate))
        letter = worker.step(order, time.perf_counter() - epoch)
        now = time.perf_counter()
        letters.beat(now)
        if letter is None:
            ending.wait(IDLE)
            continue
        letters.post(Letter(letter.time, letter.body, letter.pixels, generation=generation))
        due = max(due + 1.0 / rate, now - 1.0 / rate)
        ending.wait(max(0.0, due - now))


if __name__ == "__main__":
    try:
        _serve()
    except Exception as error:
        traceback.print_exc()
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
