"""Reverberation: a feedback delay network of sixteen lines, with the same output whatever the size of the blocks."""

from __future__ import annotations

import numpy as np

from installation.music.synth.filters import recursive
from installation.music.synth.waveforms import Wave

LINES = 16
_DELAYS_MS = np.array(
    (
        *(22.31, 24.07, 26.93, 28.89, 31.17, 33.73, 35.51, 38.39),
        *(41.13, 43.79, 46.03, 49.51, 52.07, 56.33, 60.87, 66.09),
    )
)
"""Lengths of the lines in a room of size 1: no two have a common period that could be heard as a pitch."""
UNDERFLOW_GUARD = 1e-18
"""Added to what goes in, so that a tail never becomes so small that processors slow down."""


class Reverb:
    """A room that takes one channel and answers with two.

    Sixteen delay lines, each damped by a low-pass, feed each other through a Householder reflection and a rotation,
    after Jot & Chaigne 1991. Every sum is written out: a matrix product might round by the size of the block.
    """

    def __init__(self, decay_seconds: float, size: float, bright_hz: float, rate: int) -> None:
        """`decay_seconds` is the time to -60 dB, `size` a factor on all lengths, `bright_hz` where its highs end."""
        self._delays = np.maximum(1, np.round(_DELAYS_MS * size * rate / 1000.0)).astype(int)
        self._step = int(self._delays.min())
        self._length = 1 << int(self._delays.max() + self._step).bit_length()
        self._lines = np.zeros((LINES, self._length))
        self._gains = (10.0 ** (-3.0 * self._delays / (decay_seconds * rate)))[:, None]
        pole = float(np.exp(-2.0 * np.pi * bright_hz / rate))
        self._damping = np.array([1.0 - pole]), np.array([1.0, -pole])
        self._state = np.zeros((LINES, 1))
        self._signs = (np.where(np.arange(LINES) % 3 == 0, -1.0, 1.0) / np.sqrt(LINES))[:, None]
        self._position = 0

    def render(self, sent: Wave) -> Wave:
        """(n, 2) what the room answers to (n,) samples."""
        out = np.empty((len(sent), 2))
        for start in range(0, len(sent), self._step):
            part = sent[start : start + self._step]
            self._render(part + UNDERFLOW_GUARD, out[start : start + len(part)])
        return out

    def _render(self, sent: Wave, out: Wave) -> None:
        """The same for at most the shortest line."""
        count = len(sent)
        heard = np.empty((LINES, count))
        for line, row, delay in zip(self._lines, heard, self._delays.tolist(), strict=True):
            start = (self._position - delay) % self._length
            first = min(count, self._length - start)
            row[:first] = line[start : start + first]
            row[first:] = line[: count - first]
        damped, self._state = recursive(self._damping, heard, self._state, axis=1)
        damped *= self._gains
        out[:, 0] = _alternating_sum(damped[0::2])
        out[:, 1] = _alternating_sum(damped[1::2])
        damped -= (2.0 / LINES) * _sum(damped)
        start = self._position % self._length
        first = min(count, self._length - start)
        back = self._signs * sent
        back[1:] += damped[:-1]
        back[0] += damped[-1]
        self._lines[:, start : start + first] = back[:, :first]
        self._lines[:, : count - first] = back[:, first:]
        self._position += count


def _sum(rows: Wave) -> Wave:
    """The sum of rows by halves: in the same order for every number of samples."""
    while len(rows) > 1:
        rows = rows[: len(rows) // 2] + rows[len(rows) // 2 :]
    total: Wave = rows[0]
    return total


def _alternating_sum(rows: Wave) -> Wave:
    """The same, with half of the signs turned, so that the two sides of the room differ."""
    half = len(rows) // 2
    return _sum(rows[:half] - rows[half:])
