"""Sound track in lock-step with show time, for films: each step has exactly the samples of its time."""

from __future__ import annotations

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources.block_buffer import BlockBuffer
from installation.ear.sources.source import FilmPosition, Samples, SoundSourceError
from installation.ear.sources.track import SoundTrack


class LockStepTrack:
    """Gives the samples of a track between one step and the next; silence after its end."""

    def __init__(self, track: SoundTrack) -> None:
        self.status = "ok"
        self.description = track.description
        self._blocks = track.blocks()
        self._buffer = BlockBuffer()
        self._count = 0
        self._ended = False

    def read(self, t: float, film: FilmPosition | None) -> tuple[Samples, float]:
        due = max(self._count, round(t * SAMPLE_RATE_HZ))
        while not self._ended and (self._buffer.end or 0) < due:
            self._decode()
        begin, self._count = self._count, due
        return self._buffer.take(begin, due), due / SAMPLE_RATE_HZ

    def _decode(self) -> None:
        try:
            block = next(self._blocks, None)
        except SoundSourceError as error:
            self.status, block = str(error), None
        if block is None:
            self._ended = True
            if self._buffer.end is None and self.status == "ok":
                self.status = f"{self.description}: is empty"
        else:
            self._buffer.add(*block)

    def close(self) -> None:
        """Close the file."""
        self._blocks.close()
