"""One child process that runs a worker: both its ends, the handle in the parent and the main of the child.

The parent writes a contract to the child's standard input and keeps that pipe open as a lifeline: when it closes, by
intent or because the parent died, the child ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict
from typing import IO, Any

from installation.core import logging, python_process, yielding_threads
from installation.core.errors import UserError
from installation.core.factory import load_factory
from installation.core.native_output import GLOG_LINE
from installation.workers import allocator
from installation.workers.codec import pack, unpack
from installation.workers.mailbox import Mailbox
from installation.workers.shared_memory import MemoryHandle
from installation.workers.worker import Message, Worker, WorkerSpec, create_worker

IDLE_SECONDS = 0.002
"""Between two steps of a worker that has nothing new."""
CLOSE_SECONDS = 2.0
"""Time that a child has to close before it is killed."""
IMPORT_NICENESS = 5
"""How much more a child that yields to the drawing process does so while it imports its libraries, in steps of `nice`:
seconds of work, whenever it starts."""
STDERR_LINES = 20
"""Last lines of a child's standard error that are kept for the report of its end."""


class ChildProcess:
    """A running child, from its start to its end."""

    def __init__(self, spec: WorkerSpec, requests: Mailbox, messages: Mailbox, epoch: float) -> None:
        """Start it; `epoch` is the machine's `time.perf_counter` at show time 0. Raises OSError."""
        handles = [asdict(requests.handle), asdict(messages.handle)]
        descriptors = tuple(handle["descriptor"] for handle in handles if handle["descriptor"] >= 0)
        self._process = subprocess.Popen(
            python_process.command("installation.workers.child_process", f"({spec.name})"),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(*descriptors, *spec.descriptors),
            env=python_process.environment(yielding_threads.LIVE if spec.yields_core else {}),
        )
        assert self._process.stdin is not None and self._process.stderr is not None
        self._name = spec.name
        contract = pack(
            {
                "spec": asdict(spec),
                "mailboxes": handles,
                "epoch": epoch,
                "parent": os.getpid(),
                "log_level": logging.level(),
            }
        )
        self._process.stdin.write(len(contract).to_bytes(4, "little") + contract)
        self._process.stdin.flush()
        self._last_lines: deque[str] = deque(maxlen=STDERR_LINES)
        self._reader = threading.Thread(target=self._read_stderr, args=(self._process.stderr,), daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int | None:
        """Its process id; None once it has ended."""
        return self._process.pid if self._process.poll() is None else None

    def exit_reason(self) -> str:
        """How it ended, with the last line of its standard error where it ended by itself; empty while it runs.

        What a library warned of before a signal is no reason for that signal.
        """
        if self._process.poll() is None:
            return ""
        self._reader.join(CLOSE_SECONDS)
        own = (line for line in reversed(self._last_lines) if line.strip() and not GLOG_LINE.match(line))
        last = next(own, "") if self._process.returncode >= 0 else ""
        return f"ended ({_status(self._process.returncode)}) {last}".strip()

    @property
    def last_lines(self) -> str:
        """The last lines of its standard error that are no log records, such as a traceback."""
        return "\n".join(self._last_lines)

    def end(self, seconds: float = CLOSE_SECONDS) -> None:
        """Close its lifeline, give it that long to close, then kill it; reap it."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it died with unread input
                self._process.stdin.close()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read_stderr(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                text = line.decode(errors="replace").rstrip()
                if not logging.relay(text, self._name):
                    self._last_lines.append(text)


def _status(code: int) -> str:
    if code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"status {code}"


def _main() -> None:
    """The child's whole life: read the contract, create the worker, step until the lifeline closes."""
    # Both signals reach a whole process group; the parent ends this child, by its lifeline, after the others.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    allocator.keep_freed_memory()
    lifeline = sys.stdin.fileno()
    contract = unpack(_read(lifeline, int.from_bytes(_read(lifeline, 4), "little")))
    logging.start_in_child(contract["log_level"])
    python_process.begin(f"visitant {contract['spec']['name']}", contract["parent"])
    requests, messages = (Mailbox.open(MemoryHandle(**handle)) for handle in contract["mailboxes"])
    spec, epoch = WorkerSpec(**contract["spec"]), contract["epoch"]
    if spec.niceness and hasattr(os, "nice"):
        os.nice(spec.niceness)
    ending = threading.Event()

    def watch_lifeline() -> None:
        os.read(lifeline, 1)  # returns when the parent closes it, or dies
        ending.set()
        time.sleep(CLOSE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch_lifeline, daemon=True).start()
    _import_worker(spec)
    worker = create_worker(spec)
    allocator.reserve()
    try:
        _run(worker, spec, epoch, (requests, messages), ending)
    finally:
        worker.close()


def _import_worker(spec: WorkerSpec) -> None:
    """Import the libraries of a worker that yields at a lower priority than that of its steps, on Linux.

    There a thread has a priority of its own; one that was lowered cannot be raised without rights.
    """
    if sys.platform != "linux" or not spec.niceness:
        return

    def load() -> None:
        with contextlib.suppress(OSError):
            priority = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), priority + IMPORT_NICENESS)
        # `create_worker` raises the error of an import that fails.
        with contextlib.suppress(Exception):
            load_factory(spec.factory)

    thread = threading.Thread(target=load, name="imports")
    thread.start()
    thread.join()


def _run(
    worker: Worker, spec: WorkerSpec, epoch: float, mailboxes: tuple[Mailbox, Mailbox], ending: threading.Event
) -> None:
    requests, messages = mailboxes
    request: Mapping[str, Any] = {}
    generation = 0
    due = time.perf_counter()
    while not ending.is_set():
        newest = requests.take()
        if newest is not None:
            request, generation = newest.body, newest.generation
        rate = float(request.get("rate", spec.rate))
        message = worker.step(request, time.perf_counter() - epoch)
        now = time.perf_counter()
        messages.beat(now)
        if message is None:
            ending.wait(IDLE_SECONDS)
            continue
        messages.post(Message(message.time, message.body, message.pixels, generation=generation))
        due = max(due + 1.0 / rate, now - 1.0 / rate)
        ending.wait(max(0.0, due - now))


def _read(descriptor: int, size: int) -> bytes:
    # Past Python's buffered streams: a thread that waits in one holds its lock at the interpreter's end.
    data = b""
    while len(data) < size:
        part = os.read(descriptor, size - len(data))
        if not part:
            raise EOFError("the parent ended before it sent the contract")
        data += part
    return data


if __name__ == "__main__":
    try:
        _main()
    except Exception as error:
        traceback.print_exc()
        # The last line is what the parent reports; an error that a user can mend needs no class name.
        print(error if isinstance(error, UserError) else f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.exit(1)
