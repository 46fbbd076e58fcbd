"""A placement whose worker is whatever a test says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from installation.workers.worker import Message


class Placed:
    """Answers with the letter that it is given, once, and keeps the newest order."""

    def __init__(self) -> None:
        self.name, self.status = "placed", "ok"
        self.restarts, self.restart_reason = 0, ""
        self.pid: int | None = None
        self.order: Mapping[str, Any] = {}
        self.next: Message | None = None

    def send(self, request: Mapping[str, Any]) -> None:
        self.order = request

    def flush(self) -> None:
        pass

    def newest(self, t: float) -> Message | None:
        letter, self.next = self.next, None
        return letter

    def close(self) -> None:
        pass
