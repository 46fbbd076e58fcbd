"""Bits of a bi-phase mark code out of the integrals of their halves, by Viterbi's algorithm over two states."""

from __future__ import annotations

from collections.abc import Sequence

DELAY_BITS = 24
"""Bits after which a decision no longer changes."""


class BitDecider:
    """Decides over sequences of bits: the level at the end of one fixes that at the beginning of the next."""

    def __init__(self) -> None:
        self._high = self._low = 0.0
        """Agreement of the best sequence that ends with the level high, and low."""
        self._steps: list[tuple[int, int, float]] = []
        """For each undecided bit: that of the best sequence that ends high, that ends low, and its start."""

    def decide(
        self, first: Sequence[float], second: Sequence[float], starts: Sequence[float]
    ) -> list[tuple[float, int]]:
        """Take the integrals of the halves of bits, and return the start and value of the bits that are decided."""
        high, low, steps = self._high, self._low, self._steps
        for early, late, start in zip(first, second, starts, strict=True):
            same, different = early + late, late - early
            # A bit begins at the level that its predecessor did not end with; a 1 changes in its middle.
            high_one, high_zero = high + different, low + same
            low_one, low_zero = low - different, high - same
            high_bit, low_bit = high_one > high_zero, low_one > low_zero
            steps.append((int(high_bit), int(low_bit), start))
            high, low = (high_one if high_bit else high_zero), (low_one if low_bit else low_zero)
        best = max(high, low)
        self._high, self._low = high - best, low - best
        return self._trace_back()

    def _trace_back(self) -> list[tuple[float, int]]:
        steps = self._steps
        is_high = self._high >= self._low
        decided: list[tuple[float, int]] = []
        last = len(steps) - DELAY_BITS
        for index in range(len(steps) - 1, -1, -1):
            high_bit, low_bit, start = steps[index]
            bit = high_bit if is_high else low_bit
            if index < last:
                decided.append((start, bit))
            if not bit:
                is_high = not is_high
        if last > 0:
            del steps[:last]
        decided.reverse()
        return decided
