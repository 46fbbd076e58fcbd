"""Waveforms: band-limited saw and pulse, sines, sums of decaying partials, noise."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float64]
"""(n,) mono or (n, 2) stereo samples of one note."""

SILENT_TIME_CONSTANTS = 7.0
"""An exponential decay is over after so many time constants: -61 dB."""
BLOCK = 128
"""Samples of a row in the matrix product of `partials`."""
ONE_THREAD_PRODUCTS = 200_000
"""Multiplications of a matrix product that OpenBLAS leaves to one thread: up to 2^18."""


def frequency_hz(pitch: float) -> float:
    """The frequency of a MIDI pitch in equal temperament, A4 = 440 Hz."""
    return float(440.0 * 2.0 ** ((pitch - 69.0) / 12.0))


def seconds(samples: int, rate: int) -> Wave:
    """(samples,) the time of each sample, s."""
    return np.arange(samples) / rate


def saw(frequency: Wave | float, samples: int, rate: int, start: float = 0.0) -> Wave:
    """(samples,) a falling saw from 1 to -1; `start` is its phase, 0..1.

    Its steps are rounded over two samples (PolyBLEP, Välimäki & Huovilainen 2007), so that little of it aliases.
    """
    step = np.broadcast_to(np.asarray(frequency, dtype=np.float64) / rate, (samples,))
    phase = (start + np.cumsum(step) - step) % 1.0
    return 1.0 - 2.0 * phase + _rounded_step(phase, step)


def pulse(frequency: Wave | float, samples: int, rate: int, width: float = 0.5, start: float = 0.0) -> Wave:
    """(samples,) a pulse whose high part lasts `width` of its period: the difference of two saws."""
    other = saw(frequency, samples, rate, start + 1.0 - width)
    return saw(frequency, samples, rate, start) - other


def _rounded_step(phase: Wave, step: Wave) -> Wave:
    """What rounds the upward step of a falling saw at phase 0."""
    rounded = np.zeros_like(phase)
    after = phase < step
    x = phase[after] / step[after]
    rounded[after] = -((x - 1.0) ** 2)
    before = phase > 1.0 - step
    x = (phase[before] - 1.0) / step[before]
    rounded[before] = (x + 1.0) ** 2
    return rounded


def sine(frequency: Wave | float, samples: int, rate: int, start: float = 0.0) -> Wave:
    """(samples,) a sine; `frequency` may change with time, `start` is its phase, 0..1."""
    step = np.broadcast_to(np.asarray(frequency, dtype=np.float64) / rate, (samples,))
    wave: Wave = np.sin(2.0 * np.pi * (start + np.cumsum(step) - step))
    return wave


def partials(frequencies: Wave, amplitudes: Wave, time_constants: Wave, samples: int, rate: int) -> Wave:
    """(samples,) a sum of sines that each decay with a time constant of its own, s; those above hearing are left out.

    A decaying sine is the imaginary part of a power z^n. With n = a BLOCK + b the sum over all sines is a matrix
    product of powers z^(a BLOCK) and z^b, over stretches that each have only the sines that still sound, and are short
    enough for one thread of the linear algebra: several cost more than they gain, and might round otherwise.
    """
    heard = (frequencies < 0.45 * rate) & (np.abs(amplitudes) > 1e-4)
    exponents = (2.0j * np.pi * frequencies[heard] - 1.0 / time_constants[heard]) / rate
    amplitudes, lengths = amplitudes[heard], SILENT_TIME_CONSTANTS * rate * time_constants[heard]
    within = np.exp(exponents[:, None] * np.arange(BLOCK))
    total = np.zeros(-(-samples // BLOCK) * BLOCK)
    start = 0
    while start < samples and (sounds := lengths > start).any():
        rows = max(1, ONE_THREAD_PRODUCTS // (2 * BLOCK * int(np.count_nonzero(sounds))))
        end = min(start + rows * BLOCK, len(total))
        begins = np.arange(start, end, BLOCK)
        at_begins = amplitudes[sounds] * np.exp(exponents[sounds] * begins[:, None])
        powers = np.concatenate((at_begins.real, at_begins.imag), axis=1)
        waves = np.concatenate((within[sounds].imag, within[sounds].real))
        total[start:end] = (powers @ waves).ravel()
        start = end
    return total[:samples]


def noise(samples: int, seed: int) -> Wave:
    """(samples,) white noise of variance 1, the same for a seed."""
    return _noise(1 << max(samples - 1, 1).bit_length(), seed)[:samples]


@lru_cache(maxsize=64)
def _noise(samples: int, seed: int) -> Wave:
    made = np.random.default_rng(seed).standard_normal(samples)
    made.flags.writeable = False
    return made
