"""The baseline of the composer's network: an interpolated n-gram with Witten-Bell smoothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from installation.music.model.tokens import VOCABULARY

Codes = NDArray[np.int64]


class WittenBell:
    """An n-gram over token sequences: P(w|h) = (c(hw) + T(h) P(w|h')) / (c(h) + T(h)), T the number of different tokens
    seen after h, h' the context without its oldest token (Witten and Bell 1991); the last resort is uniform."""

    def __init__(self, sequences: Sequence[Sequence[int]], order: int = 5) -> None:
        """Count all n-grams up to `order` tokens. Codes must fit 63 bits: an order of 7 at most for this vocabulary."""
        self.order = order
        self._contexts: list[tuple[Codes, Codes, Codes]] = []
        """By length of the context: its code, its count, and how many different tokens follow it."""
        self._grams: list[tuple[Codes, Codes]] = []
        """By length of the context: code of context and token, and its count."""
        arrays = [np.array(sequence, np.int64) for sequence in sequences]
        for size in range(order):
            codes = np.concatenate([_codes(array, size + 1) for array in arrays])
            grams, counts = np.unique(codes, return_counts=True)
            contexts, first = np.unique(grams // VOCABULARY, return_index=True)
            kinds = np.diff(np.append(first, len(grams)))
            totals = np.add.reduceat(counts, first)
            self._grams.append((grams, counts))
            self._contexts.append((contexts, totals, kinds))

    def bits(self, tokens: Sequence[int]) -> NDArray[np.float64]:
        """(n,) bits of each token of a sequence, given those before it."""
        array = np.array(tokens, np.int64)
        probability = np.full(len(array), 1.0 / VOCABULARY)
        for size in range(self.order):
            codes = _codes(array, size + 1)
            if not len(codes):
                break
            count = _look_up(self._grams[size][0], self._grams[size][1], codes)
            contexts, totals, kinds = self._contexts[size]
            total = _look_up(contexts, totals, codes // VOCABULARY)
            kind = _look_up(contexts, kinds, codes // VOCABULARY)
            lower = probability[size:]
            seen = total > 0
            probability[size:] = np.where(seen, (count + kind * lower) / np.maximum(total + kind, 1), lower)
        result: NDArray[np.float64] = -np.log2(probability)
        return result


def _codes(tokens: Codes, size: int) -> Codes:
    """(n - size + 1,) one number for each run of `size` tokens, by its last."""
    count = len(tokens) - size + 1
    codes = np.zeros(max(count, 0), np.int64)
    for place in range(size if count > 0 else 0):
        codes = codes * VOCABULARY + tokens[place : place + count]
    return codes


def _look_up(keys: Codes, values: Codes, wanted: Codes) -> Codes:
    """The values of wanted keys, 0 for those that are not there; `keys` is sorted."""
    places = np.searchsorted(keys, wanted).clip(0, len(keys) - 1)
    found: Codes = np.where(keys[places] == wanted, values[places], 0)
    return found
