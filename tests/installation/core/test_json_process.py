"""A function runs in a fresh process, reports while it runs, and says why it failed."""

from __future__ import annotations

import os
import sys
import time

import pytest

from installation.core.json_process import JsonProcess, JsonProcessError, call, emit

pytestmark = pytest.mark.process

HERE = f"{__name__}:"


def repeat(word: str, times: int) -> dict[str, object]:
    print("a library prints this")
    return {"words": [word] * times, "pid": os.getpid()}


def count(until: int) -> str:
    for number in range(until):
        emit(number)
    return sys.stdin.read()


def crash() -> None:
    os.kill(os.getpid(), 11)


def hang() -> None:
    time.sleep(60.0)


def leave() -> None:
    raise SystemExit(3)


def divide() -> float:
    return 1 / 0


def test_the_result_comes_from_another_process() -> None:
    found = call(HERE + "repeat", {"word": "ah", "times": 2})
    assert found["words"] == ["ah", "ah"]
    assert found["pid"] != os.getpid()


def test_lines_come_while_it_runs_and_closing_its_input_ends_it() -> None:
    with JsonProcess(HERE + "count", {"until": 3}) as process:
        lines = process.lines()
        assert [next(lines) for _ in range(3)] == [0, 1, 2]
        assert process.result() == ""


def test_a_process_that_still_runs_ends_with_the_block() -> None:
    with JsonProcess(HERE + "hang") as process:
        pid = process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("crash", "ended by signal 11"),
        ("hang", "no answer within 2 s"),
        ("leave", "ended with status 3"),
        ("divide", "ZeroDivisionError: division by zero"),
    ],
)
def test_an_error_says_how_it_ended(function: str, reason: str) -> None:
    with pytest.raises(JsonProcessError, match=f"{HERE}{function}: ") as caught:
        call(HERE + function, timeout_seconds=2.0 if function == "hang" else 60.0)
    assert caught.value.reason == reason


def test_a_default_environment_gives_way_to_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISITANT_SET", "here")
    found = call(f"{HERE}environment", default_environment={"VISITANT_SET": "default", "VISITANT_UNSET": "default"})
    assert found == ["here", "default"]


def environment() -> list[str]:
    return [os.environ["VISITANT_SET"], os.environ["VISITANT_UNSET"]]


def emit_and_hang() -> None:
    emit(1)
    time.sleep(60)


def test_lines_are_waited_for_no_longer_than_the_timeout() -> None:
    found = []
    with (
        JsonProcess(HERE + "emit_and_hang") as process,
        pytest.raises(JsonProcessError, match="no answer within 4 s"),
    ):
        for line in process.lines(4.0):
            found.append(line)
    assert found == [1]
