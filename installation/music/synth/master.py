"""The end of the mix: a high-pass, a compressor that holds it together, and a soft limiter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.music.synth.filters import highpass, recursive
from installation.music.synth.waveforms import Wave

LOWEST_HZ = 26.0
"""Below is nothing that loudspeakers play."""
COMPRESSOR_SECONDS = 0.05
"""Time constant of the level that the compressor follows."""
THRESHOLD = 0.20
"""RMS level at which it takes away 1.5 dB; far above, two decibels in are one out."""
KNEE = 0.65
"""Amplitude from which the limiter bends."""
CEILING = 0.93
"""Amplitude that is never exceeded, -0.6 dB of full scale."""


class Master:
    """Keeps the state of the filters between blocks; its output depends on the samples alone."""

    def __init__(self, rate: int, gain: float = 1.0) -> None:
        """`gain` is a factor on the mix, before all else."""
        self._gain = gain
        self._highpass = highpass(LOWEST_HZ, rate)
        self._state = np.zeros((2, 2))
        pole = float(np.exp(-1.0 / (COMPRESSOR_SECONDS * rate)))
        self._follower = np.array([1.0 - pole]), np.array([1.0, -pole])
        self._level = np.zeros(1)

    def render(self, mix: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 2) the finished sound of (n, 2) samples; its absolute value stays below CEILING."""
        wave = self._gain * mix.astype(np.float64)
        wave, self._state = recursive(self._highpass, wave, self._state)
        power = 0.5 * (wave[:, 0] * wave[:, 0] + wave[:, 1] * wave[:, 1])
        level, self._level = recursive(self._follower, power, self._level)
        # Square roots alone: they are rounded exactly, whatever the size of the block.
        gain = 1.0 / np.sqrt(np.sqrt(1.0 + level / (THRESHOLD * THRESHOLD)))
        return soft_limited(wave * gain[:, None]).astype(np.float32)


def soft_limited(wave: Wave) -> Wave:
    """The wave, unchanged up to KNEE and bent towards CEILING above."""
    over = np.maximum(np.abs(wave) - KNEE, 0.0) / (CEILING - KNEE)
    bent = KNEE + (CEILING - KNEE) * over / (1.0 + over)
    return np.where(over > 0.0, np.copysign(bent, wave), wave)
