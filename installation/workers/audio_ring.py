"""Audio ring in shared memory: one writer, any number of readers, no lock; the newest samples win.

Samples are addressed by their index in show time: index 44,100 is heard at second 1. What is older than the ring is
lost, what was not written is silence. A reader that is overtaken while it copies sees that and has silence.
"""

from __future__ import annotations

import mmap
import os

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.workers.shared_memory import MemoryHandle, create_memory, open_memory

MAGIC = 0x56495349_41554449
WORDS = 8
"""64-bit words of the header."""
SAMPLES, CLAIMED, END = 1, 2, 3
"""Words of the header after the magic: capacity; the index up to which the writer writes now; that up to which it is
done."""
DEFAULT_SECONDS = 4.0
"""What a ring holds: what was rendered ahead, and what is not yet heard."""


class AudioRing:
    """The newest seconds of one channel of sound."""

    def __init__(self, memory: mmap.mmap, handle: MemoryHandle) -> None:
        self._memory = memory
        self.handle = handle
        self._words = np.frombuffer(memory, np.int64, WORDS)
        self._samples = np.frombuffer(memory, np.float32, offset=8 * WORDS)

    @classmethod
    def create(cls, seconds: float = DEFAULT_SECONDS) -> AudioRing:
        """An empty ring. Raises OSError without the memory."""
        size = 8 * WORDS + 4 * round(seconds * SAMPLE_RATE_HZ)
        memory, handle = create_memory(size)
        ring = cls(memory, handle)
        ring._words[:] = (MAGIC, ring._samples.size, *[0] * (WORDS - 2))
        return ring

    @classmethod
    def open(cls, handle: MemoryHandle) -> AudioRing:
        """The ring that this or another process created. Raises ValueError when the memory is something else."""
        # The descriptor stays with who made the ring.
        ring = cls(open_memory(handle), MemoryHandle(-1, handle.name, handle.size))
        if ring._words[0] != MAGIC or ring._words[SAMPLES] != ring._samples.size:
            raise ValueError("this memory is no ring of audio")
        return ring

    @property
    def end(self) -> int:
        """The index after the newest sample; 0 before the first."""
        return int(self._words[END])

    def write(self, index: int, samples: NDArray[np.float32]) -> None:
        """Write samples (n,) or (n, channels), which are mixed to one, from an index on.

        Samples that were written for the same time are replaced; a gap to those before is silence.
        """
        block = samples.mean(axis=1, dtype=np.float32) if samples.ndim == 2 else samples
        size = self._samples.size
        if block.size > size:
            index, block = index + block.size - size, block[-size:]
        end, after = self.end, index + block.size
        self._words[CLAIMED] = max(after, int(self._words[CLAIMED]))
        if index < end:
            self._words[END] = index
        elif index > end:
            self._put(max(end, index - size), np.zeros(min(index - end, size), np.float32))
        self._put(index, block)
        self._words[END] = after

    def read(self, begin: int, end: int) -> NDArray[np.float32]:
        """(end - begin,) samples of these indices; silence where there are none, not yet or no more."""
        size = self._samples.size
        samples = np.zeros(max(0, end - begin), np.float32)
        first, last = max(begin, int(self._words[CLAIMED]) - size), min(end, self.end)
        if first >= last:
            return samples
        place = np.arange(first, last) % size
        samples[first - begin : last - begin] = self._samples[place]
        overwritten = int(self._words[CLAIMED]) - size
        if overwritten > first:
            samples[: min(overwritten, end) - begin] = 0.0
        return samples

    def _put(self, index: int, block: NDArray[np.float32]) -> None:
        begin = index % self._samples.size
        first = min(block.size, self._samples.size - begin)
        self._samples[begin : begin + first] = block[:first]
        self._samples[: block.size - first] = block[first:]

    def close(self) -> None:
        """Release the memory; other processes keep their own mapping."""
        del self._words, self._samples
        self._memory.close()
        if self.handle.descriptor >= 0:
            os.close(self.handle.descriptor)
