"""A small worker for tests of placements: it counts its steps, and can be made to hang or fail."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from installation.workers.worker import Message


class CountingWorker:
    """Returns the number of its step, in the body of a message and in a picture filled with it."""

    def __init__(self, size: int = 64, hang_after: int = -1, fail_after: int = -1) -> None:
        self.count = 0
        self.size = size
        self.hang_after = hang_after
        self.fail_after = fail_after

    def step(self, request: Mapping[str, Any], t: float) -> Message | None:
        self.count += 1
        if self.count == self.hang_after:
            time.sleep(3600)
        if self.count == self.fail_after:
            raise RuntimeError("the toy is broken")
        body = {"count": self.count, "echo": request.get("say", "")}
        return Message(t, body, np.full((self.size, self.size, 3), self.count % 256, np.uint8))

    def close(self) -> None:
        pass


def counter(**settings: int) -> CountingWorker:
    return CountingWorker(**settings)


def refuses() -> CountingWorker:
    raise ValueError("no such toy")
