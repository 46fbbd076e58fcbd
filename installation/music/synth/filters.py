"""Filters: second-order sections after Bristow-Johnson's cookbook, and a low-pass whose cut-off moves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from installation.music.synth.waveforms import Wave

Biquad = tuple[Wave, Wave]
"""Numerator and denominator, (3,) each."""

SWEEP_STEPS_AN_OCTAVE = 10
"""Steps in which a moving cut-off changes."""
MAX_SWEEP_SAMPLES = 2048
"""Longest stretch with one cut-off."""
MIN_SWEEP_SAMPLES = 24
"""Shortest stretch with one cut-off."""


def lowpass(cutoff_hz: float, rate: int, q: float = 0.7071) -> Biquad:
    """A low-pass of 12 dB an octave."""
    cosine, alpha = _angle(cutoff_hz, rate, q)
    return _biquad(((1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2), (1 + alpha, -2 * cosine, 1 - alpha))


def highpass(cutoff_hz: float, rate: int, q: float = 0.7071) -> Biquad:
    """A high-pass of 12 dB an octave."""
    cosine, alpha = _angle(cutoff_hz, rate, q)
    return _biquad(((1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2), (1 + alpha, -2 * cosine, 1 - alpha))


def bandpass(centre_hz: float, rate: int, q: float = 1.0) -> Biquad:
    """A band-pass with a gain of 1 at its centre."""
    cosine, alpha = _angle(centre_hz, rate, q)
    return _biquad((alpha, 0.0, -alpha), (1 + alpha, -2 * cosine, 1 - alpha))


def peaking(centre_hz: float, rate: int, gain_db: float, q: float = 1.0) -> Biquad:
    """A bell-shaped boost or cut around its centre."""
    cosine, alpha = _angle(centre_hz, rate, q)
    gain = 10.0 ** (gain_db / 40.0)
    return _biquad((1 + alpha * gain, -2 * cosine, 1 - alpha * gain), (1 + alpha / gain, -2 * cosine, 1 - alpha / gain))


def recursive(coefficients: Biquad, wave: NDArray[np.floating], state: Wave, axis: int = 0) -> tuple[Wave, Wave]:
    """The wave after a recursive filter along an axis, and the filter's state for what follows."""
    from scipy.signal import lfilter  # late: slow to load

    out, state = lfilter(*coefficients, wave, axis=axis, zi=state)
    return out, state


def filtered(wave: Wave, *biquads: Biquad) -> Wave:
    """The wave after filters in series, along its first axis."""
    for biquad in biquads:
        wave, _ = recursive(biquad, wave, np.zeros((2, *wave.shape[1:])))
    return wave


def swept_lowpass(wave: Wave, cutoff_hz: Wave, rate: int, q: float = 0.7071) -> Wave:
    """(n,) the wave after a low-pass whose cut-off follows `cutoff_hz`, (n,), in small steps."""
    octaves = np.log2(np.clip(cutoff_hz, 20.0, 0.45 * rate))
    out = np.empty_like(wave)
    state = np.zeros(2)
    start = 0
    while start < len(wave):
        moved = np.abs(octaves[start : start + MAX_SWEEP_SAMPLES] - octaves[start]) > 1.0 / SWEEP_STEPS_AN_OCTAVE
        first = int(np.argmax(moved)) if moved.any() else MAX_SWEEP_SAMPLES
        end = min(start + max(first, MIN_SWEEP_SAMPLES), len(wave))
        out[start:end], state = recursive(lowpass(2.0 ** float(octaves[start]), rate, q), wave[start:end], state)
        start = end
    return out


def driven(wave: Wave, amount: float) -> Wave:
    """Saturation by tanh; a full-scale wave keeps its peak."""
    return np.tanh(amount * wave) / math.tanh(amount)


def _angle(frequency_hz: float, rate: int, q: float) -> tuple[float, float]:
    omega = 2.0 * math.pi * min(frequency_hz, 0.49 * rate) / rate
    return math.cos(omega), math.sin(omega) / (2.0 * q)


def _biquad(numerator: tuple[float, float, float], denominator: tuple[float, float, float]) -> Biquad:
    return np.array(numerator) / denominator[0], np.array(denominator) / denominator[0]
