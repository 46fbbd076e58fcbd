"""Block buffer: decoded samples by their index, until they are due."""

from __future__ import annotations

from collections import deque

import numpy as np

from installation.ear.sources.source import Samples


class BlockBuffer:
    """Blocks of samples in the order of their indices. Its writer bounds it, by `end`."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[int, Samples]] = deque()
        self.end: int | None = None
        """Index after the newest sample; None before the first block."""

    def add(self, index: int, samples: Samples) -> None:
        """Add a block whose first sample has this index; it follows those before it."""
        self._blocks.append((index, samples))
        self.end = index + samples.size

    def clear(self) -> None:
        """Forget all blocks."""
        self._blocks.clear()
        self.end = None

    def take(self, begin: int, end: int) -> Samples:
        """The samples from index `begin` to before `end`, with silence where there are none; earlier ones are
        dropped."""
        taken = np.zeros(max(0, end - begin), np.float32)
        while self._blocks:
            index, samples = self._blocks[0]
            if index >= end:
                break
            first, last = max(begin, index), min(end, index + samples.size)
            if first < last:
                taken[first - begin : last - begin] = samples[first - index : last - index]
            if index + samples.size > end:
                break
            self._blocks.popleft()
        return taken
