"""Short-time spectrum of the newest samples: power per bin, filter banks over it, spectrum and waveform as textures.

The window is asymmetric: its middle lies 12 ms before the newest sample, so that the spectrum is as fine as that of
46 ms of sound and hardly later than one of 20 ms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear.sources.source import Samples
from installation.interface.sound import SPECTRUM_BINS, WAVEFORM_SAMPLES, AudioFrame

Powers = NDArray[np.float32]
WINDOW_SAMPLES = 2048
"""Samples of one spectrum."""
FALL_SAMPLES = 512
"""Samples of the window's fall, at the newest end."""
BINS = WINDOW_SAMPLES // 2 + 1
"""Bins of one spectrum, from 0 Hz to half the sample rate."""
SPECTRUM_RANGE_DB = 66.0
"""Range of the texture: 0 is this far below a full-scale tone, 1 a full-scale tone."""
SPECTRUM_HALF_LIFE_SECONDS = 0.06
"""Time in which a bin of the texture falls to its half."""


def window() -> Samples:
    """(WINDOW_SAMPLES,) a rise over most of it, a short fall at its end, both of a cosine's shape."""
    rise = np.arange(WINDOW_SAMPLES - FALL_SAMPLES) / (WINDOW_SAMPLES - FALL_SAMPLES)
    fall = np.arange(FALL_SAMPLES, 0, -1) / FALL_SAMPLES
    return (0.5 - 0.5 * np.cos(np.pi * np.concatenate((rise, fall)))).astype(np.float32)


def bin_frequencies() -> NDArray[np.float64]:
    """(BINS,) Hz."""
    return np.linspace(0.0, SAMPLE_RATE_HZ / 2, BINS)


def triangles(edges_hz: NDArray[np.float64]) -> Powers:
    """(len(edges) - 2, BINS) filters, each rising from one edge to the next and falling to the one after.

    A filter that is narrower than a bin takes the two bins around its middle.
    """
    frequencies = bin_frequencies()
    low, middle, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    width = frequencies[1]
    rise = (frequencies - np.minimum(low, middle - width)) / np.maximum(middle - low, width)
    fall = (np.maximum(high, middle + width) - frequencies) / np.maximum(high - middle, width)
    weights: Powers = np.clip(np.minimum(rise, fall), 0.0, 1.0).astype(np.float32)
    return weights


def bands(edges_hz: NDArray[np.float64]) -> Powers:
    """(len(edges) - 1, BINS) filters of ones from one edge to before the next."""
    frequencies = bin_frequencies()
    return ((frequencies >= edges_hz[:-1, None]) & (frequencies < edges_hz[1:, None])).astype(np.float32)


class ShortTimeSpectrum:
    """The newest samples and their power."""

    def __init__(self) -> None:
        self._samples = np.zeros(WINDOW_SAMPLES, np.float32)
        self._window = window()
        # A band's power is then the mean square of what sounds in it.
        self._scale = np.float32(2.0 / (WINDOW_SAMPLES * float((self._window**2).sum())))
        self._power: Powers = np.zeros(BINS, np.float32)
        self._shown: Powers = np.zeros(SPECTRUM_BINS, np.float32)

    def push(self, hop: Samples) -> Powers:
        """Add a hop; returns (BINS,) mean square in each bin."""
        self._samples[:-HOP_SAMPLES] = self._samples[HOP_SAMPLES:]
        self._samples[-HOP_SAMPLES:] = hop
        transform = np.fft.rfft(self._samples * self._window)
        self._power = (transform.real**2 + transform.imag**2).astype(np.float32) * self._scale
        return self._power

    def frame(self, gain_db: float, seconds: float) -> AudioFrame:
        """Spectrum and waveform after a gain in dB; `seconds` is the time since the last frame."""
        # A full-scale tone has a mean square of 1/2, spread over a few bins.
        pairs = self._power[1:].reshape(SPECTRUM_BINS, 2).sum(axis=1)
        level = 1.0 + (10.0 * np.log10(2.0 * pairs + 1e-12) + gain_db) / SPECTRUM_RANGE_DB
        held = self._shown * np.float32(0.5 ** (seconds / SPECTRUM_HALF_LIFE_SECONDS))
        self._shown = np.maximum(np.clip(level, 0.0, 1.0), held).astype(np.float32)
        factor = np.float32(0.5 * 10.0 ** (gain_db / 20.0))
        waveform = np.clip(self._samples[-WAVEFORM_SAMPLES:] * factor + np.float32(0.5), 0.0, 1.0)
        return AudioFrame(self._shown, waveform)
