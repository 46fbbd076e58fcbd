"""Silence stays silence however long it lasts, and speech is no beat."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear.analysis import SoundAnalyser
from installation.ear.beat.tracker import BeatTracker
from installation.ear.no_beat import NoBeat
from installation.interface.sound import Sound
from tests.installation.ear.sounds import Samples, noise, silence, tone

SETTLING_SECONDS = 20
"""After which nothing of the sound before is left."""
SILENT_SECONDS = 30
"""Several times the slowest time constant of gain and gate: what holds for so long holds for a night."""
HISS_DB = -85.0
"""Noise of an input with nothing connected."""


def speech(seconds: float) -> Samples:
    """Syllables of uneven length and pitch with pauses, as a speaker makes them."""
    random = np.random.default_rng(3)
    parts: list[Samples] = []
    while sum(part.size for part in parts) < seconds * SAMPLE_RATE_HZ:
        length = float(random.uniform(0.08, 0.32))
        t = np.arange(round(length * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
        pitch = random.uniform(90.0, 180.0) * (1.0 + 0.1 * np.sin(2 * np.pi * random.uniform(1.0, 4.0) * t))
        phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE_HZ
        voice = sum(np.sin(k * phase) / k for k in range(1, 20)) * np.sin(np.pi * t / length) ** 0.6
        parts.append(np.asarray(0.15 * voice, np.float32))
        if random.random() < 0.25:
            parts.append(silence(float(random.uniform(0.05, 0.7))))
    return np.concatenate(parts)[: round(seconds * SAMPLE_RATE_HZ)]


def assert_silent(sound: Sound) -> None:
    assert sound.level == 0.0 and sound.presence < 1e-3
    assert all(band.level == 0.0 and band.hit == 0.0 and band.presence < 1e-3 for band in sound.bands)
    assert sound.source == "ok"


@pytest.mark.parametrize("hiss_db", [None, HISS_DB])
def test_levels_stay_at_zero_and_no_noise_is_pumped_up(hiss_db: float | None) -> None:
    """After a tone, silence or the hiss of an input."""
    analyser = SoundAnalyser(NoBeat(60.0, 200.0))
    analyser.push(tone(200.0, 1.0))
    assert analyser.sound(0.0, "ok").level > 0.5
    quiet = silence(1.0) if hiss_db is None else noise(1.0, hiss_db)
    for _ in range(SETTLING_SECONDS):
        analyser.push(quiet)
    onsets = analyser.sound(0.0, "ok").onsets
    silent_seconds = [0.0]
    for second in range(SILENT_SECONDS):
        analyser.push(quiet)
        sound = analyser.sound(second, "ok")
        silent_seconds.append(sound.silent_seconds)
        assert_silent(sound)
        assert float(analyser.frame(1 / 60).spectrum.max()) < 0.35
    assert sound.onsets == onsets
    assert all(later > earlier for earlier, later in pairwise(silent_seconds))
    # It hears again at once.
    analyser.push(tone(200.0, 0.5))
    assert analyser.sound(0.0, "ok").level > 0.5


def confidence(samples: Samples) -> list[float]:
    tracker = BeatTracker()
    hops = samples[: samples.size // HOP_SAMPLES * HOP_SAMPLES].reshape(-1, HOP_SAMPLES)
    return [tracker.push(hop).confidence for hop in hops]


@pytest.mark.parametrize("hiss_db", [None, HISS_DB])
def test_silence_has_no_beat(hiss_db: float | None) -> None:
    quiet = silence(8.0) if hiss_db is None else noise(8.0, hiss_db)
    assert max(confidence(quiet)) == pytest.approx(0.0, abs=0.02)


def test_speech_is_not_taken_for_a_beat() -> None:
    assert float(np.mean(confidence(speech(12.0))[400:])) < 0.3
