"""The composer's music as a source, read from shared memory while it is played."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources.source import FilmPosition, Samples
from installation.workers.audio_ring import AudioRing
from installation.workers.shared_memory import MemoryHandle

MAX_READ_SECONDS = 0.5
"""Most that one call gives; after a longer pause reading goes on at the present."""


class MusicSource:
    """Gives the samples that sound now, of those that the composer writes ahead."""

    def __init__(self, handle: Mapping[str, Any]) -> None:
        """`handle` has the fields of a MemoryHandle."""
        self.status = "ok"
        self.description = "what Visitant composes"
        self._ring = AudioRing.open(MemoryHandle(**handle))
        self._next: int | None = None

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        due = round(t * SAMPLE_RATE_HZ)
        begin = due if self._next is None else self._next
        begin = min(max(begin, due - round(MAX_READ_SECONDS * SAMPLE_RATE_HZ)), due)
        self._next = due
        return self._ring.read(begin, due), due / SAMPLE_RATE_HZ

    def close(self) -> None:
        """Release the memory."""
        self._ring.close()
