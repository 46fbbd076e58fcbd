"""The source that is silent."""

from __future__ import annotations

import numpy as np

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources.source import FilmPosition, Samples

MAX_SECONDS = 0.5
"""Silence that one call gives at most."""


class SilentSource:
    """Gives silence at the pace of show time."""

    def __init__(self, description: str = "silence") -> None:
        self.status = "ok"
        self.description = description
        self._count = 0
        """Samples of show time that were given or left out."""

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        due = round(t * SAMPLE_RATE_HZ)
        count = min(max(0, due - self._count), round(MAX_SECONDS * SAMPLE_RATE_HZ))
        self._count = max(due, self._count)
        return np.zeros(count, np.float32), self._count / SAMPLE_RATE_HZ

    def close(self) -> None:
        """Nothing is owned here."""
