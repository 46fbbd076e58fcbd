"""Loudness by ITU-R BS.1770-4: K-weighting, mean square of blocks, and the two gates."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.music.synth.filters import recursive
from installation.music.synth.waveforms import Wave

BLOCK_SECONDS = 0.4
STEP_SECONDS = 0.1
"""Blocks overlap by three quarters."""
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
OFFSET_LUFS = -0.691
"""Makes a sine of 997 Hz at full scale in one channel -3.01."""


def _shelf(rate: int) -> tuple[Wave, Wave]:
    """The first filter: the head's shelf of 4 dB, from the standard's analogue prototype at any sample rate."""
    gain, q, hz = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = math.tan(math.pi * hz / rate)
    high = 10.0 ** (gain / 20.0)
    middle = high**0.4996667741545416
    first = 1.0 + k / q + k * k
    numerator = np.array([high + middle * k / q + k * k, 2.0 * (k * k - high), high - middle * k / q + k * k])
    return numerator / first, np.array([first, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]) / first


def _highpass(rate: int) -> tuple[Wave, Wave]:
    """The second filter: a high-pass, whose numerator the standard leaves without a factor."""
    q, hz = 0.5003270373238773, 38.13547087602444
    k = math.tan(math.pi * hz / rate)
    first = 1.0 + k / q + k * k
    return np.array([1.0, -2.0, 1.0]), np.array([first, 2.0 * (k * k - 1.0), 1.0 - k / q + k * k]) / first


class LoudnessMeter:
    """Measures the integrated loudness of a sound that comes in blocks of any size."""

    def __init__(self, rate: int, channels: int = 2) -> None:
        """All channels count alike, as left, right and centre do in the standard."""
        self._filters = _shelf(rate), _highpass(rate)
        self._states = [np.zeros((2, channels)) for _ in self._filters]
        self._step = round(STEP_SECONDS * rate)
        self._rest = np.zeros((0, channels))
        self._powers: list[float] = []
        """Mean square of each step, summed over the channels."""

    def add(self, samples: NDArray[np.floating]) -> None:
        """Add (n, channels) samples, full scale 1."""
        weighted = np.asarray(samples, dtype=np.float64)
        for number, coefficients in enumerate(self._filters):
            weighted, self._states[number] = recursive(coefficients, weighted, self._states[number])
        joined = np.concatenate((self._rest, weighted))
        whole = len(joined) // self._step
        steps = joined[: whole * self._step].reshape(whole, self._step, weighted.shape[1])
        self._powers += np.mean(steps * steps, axis=1).sum(axis=1).tolist()
        self._rest = joined[whole * self._step :]

    @property
    def integrated_lufs(self) -> float:
        """Loudness of the whole, LUFS; -inf where all of it lies below the absolute gate."""
        steps = np.array(self._powers)
        count = round(BLOCK_SECONDS / STEP_SECONDS)
        if not len(steps):
            return -math.inf
        # What is shorter than a block counts as one.
        window = np.ones(min(count, len(steps)))
        blocks = np.convolve(steps, window / len(window), "valid")
        kept = blocks[blocks > _power(ABSOLUTE_GATE_LUFS)]
        if not len(kept):
            return -math.inf
        kept = kept[kept > _power(_lufs(float(kept.mean())) + RELATIVE_GATE_LU)]
        return _lufs(float(kept.mean()))


def loudness_lufs(samples: NDArray[np.floating], rate: int) -> float:
    """Integrated loudness of (n, channels) samples, LUFS."""
    meter = LoudnessMeter(rate, samples.shape[1])
    meter.add(samples)
    return meter.integrated_lufs


def _lufs(power: float) -> float:
    return OFFSET_LUFS + 10.0 * math.log10(power)


def _power(lufs: float) -> float:
    return float(10.0 ** ((lufs - OFFSET_LUFS) / 10.0))
