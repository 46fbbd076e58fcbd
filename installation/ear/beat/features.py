"""Log energies of mel bands, 50 frames a second: what the beat tracker hears, streaming and for whole recordings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ

Array = NDArray[np.float32]

FRAME_HOPS = 2
"""Hops of audio in a frame of features."""
FRAME_SAMPLES = FRAME_HOPS * HOP_SAMPLES
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE_HZ
"""Time from one frame to the next, s."""
WINDOW_SAMPLES = 2048
"""Samples of the short-time spectrum, 46 ms; the newest one ends the frame."""
BANDS = 48
LOWEST_HZ, HIGHEST_HZ = 30.0, 15_000.0
POWER_FLOOR = 1e-8
"""Added to each band's power, where a full-scale sine has about 1: -80 dB."""
FRAMES_AT_ONCE = 4096
"""Frames of a recording that are transformed together, so that hours fit into memory."""

_WINDOW = (np.hanning(WINDOW_SAMPLES + 1)[:-1] * 4.0 / WINDOW_SAMPLES).astype(np.float32)


def _mel(hz: NDArray[np.floating] | float) -> NDArray[np.floating]:
    """Stevens and Volkmann's scale of pitch in O'Shaughnessy's form, mel."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0))


def _filters() -> Array:
    """Triangles of equal width on the mel scale, (bins, BANDS)."""
    edges = np.linspace(float(_mel(LOWEST_HZ)), float(_mel(HIGHEST_HZ)), BANDS + 2)
    bins = _mel(np.fft.rfftfreq(WINDOW_SAMPLES, 1 / SAMPLE_RATE_HZ))[:, None]
    width = edges[1] - edges[0]
    return np.asarray(np.maximum(0.0, 1.0 - np.abs(bins - edges[1:-1]) / width), np.float32)


_FILTERS = _filters()


def band_powers(windows: Array) -> Array:
    """Power of each mel band, (n, BANDS), of windows of samples (n, WINDOW_SAMPLES)."""
    spectrum = np.fft.rfft(windows * _WINDOW, axis=-1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    return power @ _FILTERS


def recording_powers(samples: Array) -> Array:
    """Band powers of a whole mono recording, (frames, BANDS); frame k ends with sample (k + 1) * FRAME_SAMPLES."""
    count = len(samples) // FRAME_SAMPLES
    padded = np.concatenate([np.zeros(WINDOW_SAMPLES - FRAME_SAMPLES, np.float32), samples.astype(np.float32)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::FRAME_SAMPLES][:count]
    parts = [band_powers(windows[at : at + FRAMES_AT_ONCE]) for at in range(0, count, FRAMES_AT_ONCE)]
    return np.concatenate(parts) if parts else np.zeros((0, BANDS), np.float32)


class BandStream:
    """Band powers of a stream of hops."""

    def __init__(self) -> None:
        self._samples = np.zeros(WINDOW_SAMPLES, np.float32)
        self._hops = 0

    def push(self, hop: Array) -> Array | None:
        """Add HOP_SAMPLES samples; every FRAME_HOPS hops returns band powers (BANDS,), otherwise None."""
        self._samples[:-HOP_SAMPLES] = self._samples[HOP_SAMPLES:]
        self._samples[-HOP_SAMPLES:] = hop
        self._hops += 1
        if self._hops % FRAME_HOPS:
            return None
        newest: Array = band_powers(self._samples[None])[0]
        return newest


def network_input(powers: Array, previous: Array | None = None) -> Array:
    """What the network reads of band powers (n, BANDS): scaled logarithms and their rises, (n, 2, BANDS).

    `previous` are the powers of the frame before the first; without them nothing rises there.
    """
    level = np.log(powers + POWER_FLOOR) * 0.2 + 2.0
    before = level[:1] if previous is None else np.log(previous[None] + POWER_FLOOR) * 0.2 + 2.0
    rise = np.maximum(0.0, np.diff(level, axis=0, prepend=before)) * 4.0
    return np.stack([level, rise], axis=1).astype(np.float32)
