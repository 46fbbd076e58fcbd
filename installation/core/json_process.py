"""Run a function in a fresh Python process: JSON arguments, JSON lines while it runs, and a JSON result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, Self

from installation.core import python_process

STDERR_CHARACTERS = 2000
"""Last characters of standard error that an error repeats."""
RESULT_KEY = "result"
"""The only key of the object on the last line; a line that a function emits may not have this form."""


class JsonProcessError(RuntimeError):
    """The process ended without a result."""

    def __init__(self, function: str, reason: str, stderr: str = "") -> None:
        super().__init__(f"{function}: {stderr.strip()[-STDERR_CHARACTERS:] or reason}")
        self.reason = reason
        """One line: the time-out, the signal, or the last line of standard error."""


class JsonProcess:
    """A running process; as a context manager it kills the process that still runs when the block ends."""

    def __init__(
        self,
        function: str,
        arguments: Mapping[str, Any] | None = None,
        default_environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start `function`, such as "package.module:name", with keyword `arguments`.

        `default_environment` has variables for where the environment of this process sets none.
        """
        self._function = function
        self._result: Any = None
        self._has_result = False
        self._stderr = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 (see __exit__)
        self._process = subprocess.Popen(
            python_process.command(__name__, function, str(os.getpid())),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            env=python_process.environment(default_environment),
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it ended at once; `result` raises the reason
            print(json.dumps(arguments or {}), file=self._process.stdin, flush=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def lines(self, timeout_seconds: float | None = None) -> Iterator[Any]:
        """Yield what the function emits, as it comes, until the process closes its standard output.

        Raises JsonProcessError where no line came for `timeout_seconds`; the process is killed then.
        """
        assert self._process.stdout is not None
        late = False

        def kill() -> None:
            nonlocal late
            late = True
            self._process.kill()

        def started() -> threading.Timer | None:
            if timeout_seconds is None:
                return None
            timer = threading.Timer(timeout_seconds, kill)
            timer.daemon = True
            timer.start()
            return timer

        timer = started()
        try:
            for line in self._process.stdout:
                if timer is not None:
                    timer.cancel()
                yield from self._parse(line)
                timer = started()
        finally:
            if timer is not None:
                timer.cancel()
        if late:
            raise JsonProcessError(self._function, f"no answer within {timeout_seconds:g} s")

    def result(self, timeout_seconds: float | None = None) -> Any:
        """Close the function's standard input, wait for its end, and return what it returned.

        Raises JsonProcessError where it failed, was killed by a signal, or did not end in time.
        """
        try:
            rest, _ = self._process.communicate(timeout=timeout_seconds)
        except subprocess.TimeoutExpired:
            raise JsonProcessError(self._function, f"no answer within {timeout_seconds:g} s") from None
        for line in rest.splitlines():
            for _ in self._parse(line):
                pass
        status = self._process.returncode
        if status < 0:
            raise JsonProcessError(self._function, f"ended by signal {-status}", self._stderr_text())
        if status or not self._has_result:
            text = self._stderr_text()
            last_line = next(reversed(text.strip().splitlines()), f"ended with status {status}")
            raise JsonProcessError(self._function, last_line, text)
        return self._result

    def _parse(self, line: str) -> Iterator[Any]:
        """Yield the object of a line, or keep it where it is the result; skip what a library printed."""
        try:
            found = json.loads(line)
        except ValueError:
            return
        if isinstance(found, dict) and found.keys() == {RESULT_KEY}:
            self._result, self._has_result = found[RESULT_KEY], True
        else:
            yield found

    def _stderr_text(self) -> str:
        self._stderr.seek(0)
        return self._stderr.read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._stderr):
            if pipe is not None:
                with suppress(OSError):  # unread input of a process that ended
                    pipe.close()


def call(
    function: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    timeout_seconds: float | None = None,
    default_environment: Mapping[str, str] | None = None,
) -> Any:
    """Return the result of `function` in a process of its own; see JsonProcess. Raises JsonProcessError."""
    with JsonProcess(function, arguments, default_environment) as process:
        return process.result(timeout_seconds)


def emit(value: Any) -> None:
    """Print a value as a JSON line, for the `lines` of the process that started this one."""
    print(json.dumps(value), flush=True)


def _main() -> None:
    """Run the function that the command line names, with arguments from the first line of standard input."""
    module, _, name = sys.argv[1].partition(":")
    python_process.begin(f"visitant {name}", int(sys.argv[2]))
    arguments = json.loads(sys.stdin.readline())
    emit({RESULT_KEY: getattr(import_module(module), name)(**arguments)})


if __name__ == "__main__":
    _main()
