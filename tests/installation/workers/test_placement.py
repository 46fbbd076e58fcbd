"""Placements keep a worker's promise wherever it runs, and clean up after it whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar

import numpy as np
import pytest

from installation.workers.placement import InlineHost
from installation.workers.process_host import ProcessHost
from installation.workers.worker import Message, WorkerSpec

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
TOY = "installation.evaluate.bench.dummy_worker:"


def role(rate: float = 200.0, **settings: int) -> WorkerSpec:
    return WorkerSpec("toy", TOY + "counter", settings, rate=rate, message_bytes=1 << 16)


T = TypeVar("T")


def until(condition: Callable[[], T | None], seconds: float = 20.0) -> T:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError("it never came true")


@pytest.fixture
def child() -> Iterator[ProcessHost]:
    child = ProcessHost(role(), time.perf_counter())
    yield child
    child.close()


def test_an_inline_worker_steps_at_its_nominal_rate_in_show_time() -> None:
    place = InlineHost(role(rate=30.0))
    counts = [place.newest(frame / 60.0) for frame in range(60)]
    letters = [letter for letter in counts if letter is not None]
    assert len(letters) == 30
    assert letters[-1].body["count"] == 30
    letter = place.newest(2.0)
    assert letter is not None and letter.body["count"] == 61  # the newest of all that were due


def test_a_child_lets_those_start_who_come_first() -> None:
    wall = SimpleNamespace(ready=False)
    late = ProcessHost(role(), time.perf_counter(), first=[wall])
    try:
        time.sleep(0.5)
        assert late.pid is None
        wall.ready = True
        until(lambda: late.newest(0.0))
    finally:
        late.close()


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="this system has no such priorities")
def test_a_child_yields_to_the_drawing_process_as_its_spec_says() -> None:
    yielding = ProcessHost(replace(role(), niceness=5), time.perf_counter())
    try:
        until(lambda: yielding.newest(0.0))
        assert os.getpriority(os.PRIO_PROCESS, until(lambda: yielding.pid)) == os.getpriority(os.PRIO_PROCESS, 0) + 5
    finally:
        yielding.close()


IMPORTING_WORKER = """
import os
from installation.workers.worker import Message

AT_IMPORT = os.getpriority(os.PRIO_PROCESS, 0)


class Probe:
    def step(self, request, t):
        return Message(t, {"import": AT_IMPORT, "step": os.getpriority(os.PRIO_PROCESS, 0)})

    def close(self):
        pass
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a thread has a priority of its own on Linux alone")
def test_the_imports_of_a_child_yield_more_than_its_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "importing_worker.py").write_text(IMPORTING_WORKER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    spec = WorkerSpec("probe", "importing_worker:Probe", niceness=2)
    probe = ProcessHost(spec, time.perf_counter())
    try:
        body = until(lambda: probe.newest(0.0)).body
    finally:
        probe.close()
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert (body["step"], body["import"]) == (min(19, own + 2), min(19, own + 7))


def test_a_child_answers_the_newest_order(child: ProcessHost) -> None:
    child.send({"say": "old"})
    child.send({"say": "new"})
    letter = until(lambda: (got := child.newest(0.0)) and got.body["echo"] and got)
    assert isinstance(letter, Message)
    assert letter.body["echo"] == "new"
    assert np.all(letter.pixels == letter.body["count"] % 256)
    until(lambda: child.status == "ok")


def test_a_letter_is_taken_once_and_the_overwritten_are_counted(child: ProcessHost) -> None:
    first = until(lambda: child.newest(0.0))
    time.sleep(0.3)
    second = until(lambda: child.newest(0.0))
    assert second.sequence > first.sequence + 1
    assert child.dropped >= second.sequence - first.sequence - 1


def test_a_flush_refuses_the_answers_to_earlier_orders(child: ProcessHost) -> None:
    child.send({"say": "before"})
    until(lambda: (got := child.newest(0.0)) and got.body["echo"] == "before")
    child.send({"say": "after"})
    child.flush()
    letter = until(lambda: child.newest(0.0))
    assert letter.body["echo"] == "after"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGSTOP"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_killed_or_stopped_child_is_back_and_posts_on(child: ProcessHost, how: str) -> None:
    before = until(lambda: child.newest(0.0))
    pid = until(lambda: child.pid)
    os.kill(pid, getattr(signal, how))
    until(lambda: child.restarts == 1 and child.pid not in (None, pid))
    after = until(lambda: got if (got := child.newest(0.0)) and got.body["count"] < 100 else None)
    assert after.sequence > before.sequence
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_child_leaves_the_end_to_its_parent(child: ProcessHost) -> None:
    until(lambda: child.newest(0.0))
    pid = until(lambda: child.pid)
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    until(lambda: child.newest(0.0))
    assert (child.pid, child.restarts) == (pid, 0)


def test_a_hanging_step_is_started_again() -> None:
    child = ProcessHost(role(hang_after=3), time.perf_counter())
    try:
        until(lambda: child.restarts >= 1)
    finally:
        child.close()


def test_a_failing_worker_says_why_and_is_started_again_ever_more_slowly() -> None:
    child = ProcessHost(WorkerSpec("toy", TOY + "refuses"), time.perf_counter())
    try:
        until(lambda: "no such toy" in child.status)
        until(lambda: child.restarts >= 4)
        time.sleep(0.5)
        assert child.restarts == 4
        assert "no such toy" in child.restart_reason
    finally:
        child.close()


PARENT = """
import sys, time
from installation.workers.process_host import ProcessHost
from installation.workers.worker import WorkerSpec
spec = WorkerSpec("toy", "installation.evaluate.bench.dummy_worker:counter", {}, rate=100.0, message_bytes=1 << 16)
child = ProcessHost(spec, time.perf_counter())
while child.newest(0.0) is None:
    time.sleep(0.01)
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_parent_leaves_no_orphan_and_no_shared_memory(stopped: bool) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    named = named_memory(pid)
    if stopped:
        os.kill(pid, signal.SIGSTOP)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text())
    until(lambda: not any(path.exists() for path in named))


def named_memory(pid: int) -> set[Path]:
    """The files in shared memory that a process has mapped: what has no name ends with those who use it."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    return {Path(line.split()[-1]) for line in lines if " /dev/shm/" in line}


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_machine_that_stood_still_costs_no_child() -> None:
    short = PARENT.replace("time.perf_counter())", "time.perf_counter(), Timeouts(hang_seconds=0.5))")
    short = short.replace("import ProcessHost", "import ProcessHost, Timeouts")
    with subprocess.Popen([sys.executable, "-c", short], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        try:
            for stopped in (parent.pid, pid):
                os.kill(stopped, signal.SIGSTOP)
            time.sleep(1.0)
            os.kill(parent.pid, signal.SIGCONT)
            time.sleep(0.2)  # the parent runs first
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.3)
            assert " Z " not in Path(f"/proc/{pid}/stat").read_text()
        finally:
            parent.kill()


def test_closing_gives_back_every_descriptor_and_thread() -> None:
    def held() -> tuple[int, int]:
        return len(list(Path("/proc/self/fd").iterdir())) if sys.platform == "linux" else 0, threading.active_count()

    first = held()
    for _ in range(3):
        child = ProcessHost(role(), time.perf_counter())
        until(partial(child.newest, 0.0))
        child.close()
    until(lambda: held() == first)
