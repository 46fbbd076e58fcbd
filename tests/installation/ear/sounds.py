"""Sounds for tests: tones, blows and noise, as samples and as files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ

Samples = NDArray[np.float32]


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.float32)


def tone(hertz: float, seconds: float, level_db: float = -12.0) -> Samples:
    """A sine whose amplitude is so far below full scale."""
    t = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return np.asarray(10.0 ** (level_db / 20.0) * np.sin(2.0 * np.pi * hertz * t), np.float32)


def faded(samples: Samples, seconds: float = 0.05) -> Samples:
    """With an end that is no click."""
    count = round(seconds * SAMPLE_RATE_HZ)
    return np.concatenate((samples[:-count], samples[-count:] * np.linspace(1.0, 0.0, count, dtype=np.float32)))


def noise(seconds: float, level_db: float, seed: int = 0) -> Samples:
    """White noise of this root mean square."""
    random = np.random.default_rng(seed)
    return np.asarray(10.0 ** (level_db / 20.0) * random.standard_normal(round(seconds * SAMPLE_RATE_HZ)), np.float32)


def blows(times: list[float], seconds: float, hertz: float = 60.0, level_db: float = -6.0) -> Samples:
    """A tone that begins at each of the times at once, and is gone after a tenth of a second."""
    sound = silence(seconds)
    blow = tone(hertz, 0.3, level_db) * np.exp(-np.arange(round(0.3 * SAMPLE_RATE_HZ)) / (0.03 * SAMPLE_RATE_HZ))
    for time in times:
        begin = round(time * SAMPLE_RATE_HZ)
        part = sound[begin : begin + blow.size]
        part += blow[: part.size].astype(np.float32)
    return sound


def write_wav(path: Path, samples: NDArray[np.floating], rate_hz: int = SAMPLE_RATE_HZ, width: int = 2) -> Path:
    """Write (n,) or (n, channels) as whole numbers of `width` bytes."""
    rows = samples[:, None] if samples.ndim == 1 else samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(rows.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        whole = np.round(np.clip(rows, -1.0, 1.0) * (2 ** (8 * width - 1) - 1)).astype(np.int64)
        if width == 1:
            file.writeframes((whole + 128).astype(np.uint8).tobytes())
        else:
            raw = whole.astype("<i4" if width > 2 else "<i2")
            data = raw.tobytes() if width != 3 else raw.view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
            file.writeframes(data)
    return path
