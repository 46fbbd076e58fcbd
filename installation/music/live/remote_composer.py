"""A composer in a process of its own: composing, which is Python, never takes the interpreter from rendering.

Parent and child send each other messages of the codec over pipes, one answer to each request. The child ends when the
parent closes its standard input, or dies.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from installation.core import python_process
from installation.core.errors import UserError
from installation.music.controls import Controls
from installation.music.generator import Composer
from installation.music.notes import Bar, Chord, Note
from installation.workers.codec import pack, unpack

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""The network's products are too small to be shared among threads."""
CLOSE_SECONDS = 2.0
"""Time that the child has to end before it is killed."""


class RemoteComposer:
    """Composes as `Composer` does, and waits for it without holding the interpreter."""

    def __init__(self, seed: int, attempts: int) -> None:
        """Start the process and wait until it has read its weights. Raises UserError where it can't."""
        self.seed = seed
        arguments = (str(seed), str(attempts), str(os.getpid()))
        self._process = subprocess.Popen(
            python_process.command(__name__, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=python_process.environment(ONE_THREAD),
        )
        self._receive()

    def next_bar(
        self,
        controls: Controls,
        given: Sequence[Note] = (),
        open_steps: NDArray[np.bool_] | None = None,
        chord: Chord | None = None,
    ) -> Bar:
        """As `Composer.next_bar`."""
        opened = open_steps.astype(np.uint8) if open_steps is not None else None
        return self._bar("next_bar", controls, list(given), opened, chord)

    def revise(self, controls: Controls, from_beats: float) -> Bar:
        """As `Composer.revise`."""
        return self._bar("revise", controls, from_beats)

    def continue_from(self, bars: Sequence[Sequence[Note]]) -> None:
        """As `Composer.continue_from`."""
        self._call("continue_from", [list(bar) for bar in bars])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _bar(self, name: str, *arguments: Any) -> Bar:
        bar = self._call(name, *arguments)
        assert isinstance(bar, Bar)
        return bar

    def _call(self, name: str, *arguments: Any) -> Any:
        assert self._process.stdin is not None
        _write(self._process.stdin, [name, list(arguments)])
        return self._receive()

    def _receive(self) -> Any:
        """The answer of the child; raises the UserError that it names."""
        assert self._process.stdout is not None
        answer = _read(self._process.stdout)
        if answer is None:
            raise RuntimeError(f"the composing process ended (status {self._process.wait()})")
        if "error" in answer:
            raise UserError(answer["error"])
        return answer["value"]


def _write(stream: IO[bytes], value: Any) -> None:
    data = pack(value)
    stream.write(len(data).to_bytes(4, "little") + data)
    stream.flush()


def _read(stream: IO[bytes]) -> Any:
    """The next message; None where the other side has ended."""
    head = stream.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "little")
    data = stream.read(size)
    return unpack(data) if len(data) == size else None


def _serve(requests: IO[bytes], answers: IO[bytes], seed: int, attempts: int) -> None:
    """Answer requests until there are no more."""
    try:
        composer = Composer(seed, attempts=attempts)
    except UserError as error:
        _write(answers, {"error": str(error)})
        return
    _write(answers, {"value": None})
    while (request := _read(requests)) is not None:
        name, arguments = request
        if name == "next_bar" and arguments[2] is not None:
            arguments[2] = arguments[2].astype(bool)
        try:
            _write(answers, {"value": getattr(composer, name)(*arguments)})
        except UserError as error:
            _write(answers, {"error": str(error)})
        composer.read_ahead()


def _main() -> None:
    seed, attempts, parent = (int(argument) for argument in sys.argv[1:])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the parent ends it by its standard input
    python_process.begin("visitant composing", parent)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    _serve(sys.stdin.buffer, answers, seed, attempts)


if __name__ == "__main__":
    _main()
