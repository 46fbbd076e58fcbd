"""Frame source in lock-step with show time, for films."""

from __future__ import annotations

import itertools

from installation.eye.sources.frames import FrameReader, Pixels, SourceError, SourceFrame


class LockStepFrameReader:
    """Frame source in lock-step with show time: the picture of a reader at time `t`, repeatable."""

    def __init__(self, reader: FrameReader) -> None:
        self.status = "ok"
        self.description = reader.description
        self._reader = reader
        self._pictures = iter(reader)
        self._count = itertools.count()
        self._next = self._read()
        if self._next is None:
            raise SourceError(self.status)

    def _read(self) -> tuple[float, Pixels] | None:
        try:
            return next(self._pictures, None)
        except SourceError as error:
            self.status = str(error)
            return None

    def frame(self, t: float) -> SourceFrame | None:
        """The picture at show time `t`; None while it is the previous one, and after the end."""
        newest = None
        while self._next is not None and self._next[0] <= t + 1e-6:
            newest = SourceFrame(*self._next, next(self._count), film_seconds=self._next[0])
            self._next = self._read()
        return newest

    def close(self) -> None:
        self._reader.close()
