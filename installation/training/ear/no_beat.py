"""Sounds without a beat: babble like speech, irregular claps, applause, steady chords and noise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.training.ear.one_shots import mix, random_instrument, random_kit

Array = NDArray[np.float32]

VOWELS_HZ = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (660, 1720, 2410),
)
"""The first three formants of vowels, after Peterson and Barney (1952)."""
FORMANT_BANDWIDTH_HZ = 90.0


def babble(seconds: float, random: np.random.Generator) -> Array:
    """Speech-like sound of one voice: vowels of a gliding pitch, consonants of noise, and pauses between phrases."""
    out = np.zeros(int(seconds * SAMPLE_RATE_HZ), np.float32)
    pitch_hz = random.uniform(90.0, 230.0)
    at = 0
    while at < len(out):
        for _ in range(int(random.integers(4, 14))):
            vowel = _vowel(random.uniform(0.08, 0.28), pitch_hz * random.uniform(0.8, 1.25), random)
            hiss = 0.15 * _hiss(random.uniform(0.02, 0.1), random)
            for sound in (hiss, vowel) if random.random() < 0.6 else (vowel,):
                count = min(len(sound), max(0, len(out) - at))
                out[at : at + count] += sound[:count]
                at += len(sound)
        at += int(random.uniform(0.15, 1.2) * SAMPLE_RATE_HZ)
    return np.asarray(out / (np.abs(out).max() + 1e-9), np.float32)


def _vowel(seconds: float, hz: float, random: np.random.Generator) -> Array:
    count = int(seconds * SAMPLE_RATE_HZ)
    glide = hz * np.linspace(1.0, random.uniform(0.85, 1.15), count)
    phase = np.cumsum(glide) / SAMPLE_RATE_HZ
    sound = np.diff(np.floor(phase), prepend=0.0) + 0.02 * random.normal(0.0, 1.0, count)
    for formant in VOWELS_HZ[random.integers(len(VOWELS_HZ))]:
        radius = np.exp(-np.pi * FORMANT_BANDWIDTH_HZ / SAMPLE_RATE_HZ)
        angle = 2 * np.pi * formant * random.uniform(0.93, 1.07) / SAMPLE_RATE_HZ
        sound = lfilter([1.0 - radius], [1.0, -2 * radius * np.cos(angle), radius**2], sound)
    envelope = np.sin(np.pi * np.linspace(0.0, 1.0, count)) ** 0.6
    return np.asarray(random.uniform(0.4, 1.0) * envelope * sound / (np.abs(sound).max() + 1e-9), np.float32)


def _hiss(seconds: float, random: np.random.Generator) -> Array:
    count = int(seconds * SAMPLE_RATE_HZ)
    band = butter(2, random.uniform(1500.0, 4500.0), "highpass", fs=SAMPLE_RATE_HZ, output="sos")
    sound = sosfilt(band, random.normal(0.0, 1.0, count)) * np.hanning(count)
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def irregular_hits(seconds: float, random: np.random.Generator) -> Array:
    """Hits of drums at times that have no period."""
    gaps = random.gamma(random.uniform(1.0, 3.0), random.uniform(0.1, 0.5), int(seconds * 8))
    starts = np.cumsum(gaps)
    pitches = random.choice([36, 37, 38, 42, 45, 56], len(starts))
    velocities = random.uniform(40, 120, len(starts))
    events = np.stack([starts, np.zeros(len(starts)), pitches, velocities], axis=1)
    return mix(events[starts < seconds], random_kit(random), seconds)


def applause(seconds: float, random: np.random.Generator) -> Array:
    """Many hands, each at its own rate."""
    out = np.zeros(int(seconds * SAMPLE_RATE_HZ) + 1, np.float32)
    clap = random_kit(random).sound(39, 100)
    for _ in range(int(random.integers(6, 40))):
        starts = np.cumsum(random.normal(random.uniform(0.2, 0.35), 0.03, int(seconds * 5)).clip(0.1))
        for start in starts[starts < seconds]:
            at = int(start * SAMPLE_RATE_HZ)
            count = min(len(clap), len(out) - at)
            out[at : at + count] += 0.1 * random.uniform(0.3, 1.0) * clap[:count]
    return out


def steady_chords(seconds: float, random: np.random.Generator) -> Array:
    """Chords that come at no regular times."""
    bank = random_instrument("pad", random)
    rows, at = [], 0.0
    while at < seconds:
        length = random.uniform(1.5, 3.8)
        rows += [(at, length, 45 + random.integers(0, 30), 80) for _ in range(3)]
        at += length * random.uniform(0.7, 1.3)
    return mix(np.array(rows, np.float64), bank, seconds)


def hum(seconds: float, random: np.random.Generator) -> Array:
    """Noise of a room, slowly louder and softer."""
    count = int(seconds * SAMPLE_RATE_HZ)
    noise = lfilter([1.0], [1.0, -random.uniform(0.3, 0.98)], random.normal(0.0, 1.0, count))
    swell = 1.0 + 0.7 * np.sin(2 * np.pi * random.uniform(0.02, 0.3) * np.arange(count) / SAMPLE_RATE_HZ)
    return np.asarray(0.1 * swell * noise / (noise.std() + 1e-9), np.float32)


NO_BEAT: tuple[Callable[[float, np.random.Generator], Array], ...] = (
    babble,
    babble,
    babble,
    irregular_hits,
    applause,
    steady_chords,
    hum,
)
"""Makers of sounds without a beat; babble is the most common one beside a stage."""
