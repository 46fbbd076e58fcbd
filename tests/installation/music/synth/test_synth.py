"""The synthesiser: the same samples in blocks of any size, notes at their sample, levels that fit together."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.music.controls import GENRES
from installation.music.synth.genre_sounds import GENRE_SOUNDS, PITCHED_VOICES
from installation.music.synth.loudness import LoudnessMeter, loudness_lufs
from installation.music.synth.sound_event import SoundEvent
from installation.music.synth.synth import Synth
from installation.music.synth.tone import Tone
from installation.music.synth.waveforms import frequency_hz

KICK, SNARE, CLOSED_HAT, OPEN_HAT = 36, 38, 42, 46


def note(sample: int, stem: str, pitch: int, seconds: float = 0.3, genre: str = "funk") -> SoundEvent:
    return SoundEvent(sample, stem, pitch, 100, seconds, genre, 0.5)


def bar(genre: str) -> list[SoundEvent]:
    drums = [note(n * 11025, "drums", pitch, 0.1, genre) for n, pitch in enumerate((KICK, OPEN_HAT, SNARE, CLOSED_HAT))]
    band = [note(0, "bass", 36, 0.8, genre), note(5000, "lead", 72, 0.4, genre)]
    return [*drums, *band, *(note(100, "chords", pitch, 1.0, genre) for pitch in (60, 64, 67))]


@pytest.mark.parametrize("genre", ["hip-hop", "ambient"])
def test_blocks_of_any_size_give_the_same_samples(genre: str) -> None:
    whole = Synth().render(bar(genre), 60_000)

    synth, sizes = Synth(), [1, 441, 7, 20_000, 1024, 38_527]
    parts = [synth.render(bar(genre) if not number else (), size) for number, size in enumerate(sizes)]

    assert np.array_equal(np.concatenate(parts), whole)


def test_notes_may_come_late_to_the_synthesiser_as_long_as_they_come_before_their_time() -> None:
    events = sorted(bar("funk"))
    whole = Synth().render(events, 44_100)

    synth = Synth()
    parts = []
    for start in range(0, 44_100, 4410):
        new = [event for event in events if start <= event.sample < start + 4410]
        parts.append(synth.render(new, 4410))

    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize("genre", [genre for genre in GENRES if genre != "ambient"])
def test_a_kick_begins_at_its_sample(genre: str) -> None:
    sound = Synth().render([note(12_345, "drums", KICK, genre=genre)], 16_000)

    assert np.abs(sound[:12_345]).max() < 1e-9
    assert np.abs(sound[12_345:12_445]).max() > 0.01


@pytest.mark.parametrize("genre", GENRES)
def test_every_genre_plays_every_stem_without_clipping(genre: str) -> None:
    for stem, pitch in (("drums", SNARE), ("bass", 36), ("chords", 60), ("lead", 72)):
        sound = Synth().render([note(0, stem, pitch, 0.4, genre)], 22_050)

        assert np.all(np.isfinite(sound))
        assert 0.004 < np.abs(sound).max() < 0.94, stem


@pytest.mark.parametrize("name", PITCHED_VOICES)
def test_voices_sound_at_their_pitch(name: str) -> None:
    pitch = 45 if "bass" in name else 64
    wave = PITCHED_VOICES[name](Tone(pitch, 0.7, 1.0, SAMPLE_RATE_HZ))
    mono = (wave if wave.ndim == 1 else wave.mean(axis=1))[:44_100]

    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 18))
    hz = np.arange(len(spectrum)) * SAMPLE_RATE_HZ / (1 << 18)
    wanted = frequency_hz(pitch)
    near = (hz > wanted * 0.94) & (hz < wanted * 1.06)
    # A section's detuned players lie on both sides of the pitch.
    centre = np.sum(hz[near] * spectrum[near] ** 2) / np.sum(spectrum[near] ** 2)

    assert spectrum[near].max() > 0.04 * spectrum.max()
    assert abs(1200.0 * np.log2(centre / wanted)) < 15.0


def test_a_closed_hat_ends_an_open_one() -> None:
    def late_level(*events: SoundEvent) -> float:
        return float(np.abs(Synth().render(events, 30_000)[20_000:24_000]).mean())

    open_alone = late_level(note(0, "drums", OPEN_HAT))
    closed = late_level(note(0, "drums", OPEN_HAT), note(8000, "drums", CLOSED_HAT))

    assert closed < 0.2 * open_alone


def test_silence_stays_silence() -> None:
    assert np.abs(Synth().render([], 44_100)).max() < 1e-9


def test_every_genre_has_a_sound() -> None:
    assert set(GENRE_SOUNDS) == set(GENRES)


def test_the_standards_sine_has_the_standards_loudness() -> None:
    # ITU-R BS.1770-4, Annex 1: 0 dB FS at 997 Hz in one channel is -3.01 LKFS.
    for rate in (44_100, 48_000):
        sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate)
        left = np.stack((sine, np.zeros_like(sine)), axis=1)

        assert loudness_lufs(left, rate) == pytest.approx(-3.01, abs=0.02)
        assert loudness_lufs(0.1 * np.stack((sine, sine), axis=1), rate) == pytest.approx(-20.0, abs=0.02)


def test_pauses_are_gated_and_blocks_do_not_matter() -> None:
    rate = 44_100
    tone = 0.1 * np.sin(2 * np.pi * 997 * np.arange(4 * rate) / rate)
    mono = np.concatenate((tone, np.zeros(8 * rate)))[:, None]
    meter = LoudnessMeter(rate, 1)
    for start in range(0, len(mono), 1234):
        meter.add(mono[start : start + 1234])

    # The blocks at the edge of the pause count a little.
    assert meter.integrated_lufs == pytest.approx(-23.01, abs=0.3)
    assert meter.integrated_lufs == pytest.approx(loudness_lufs(mono, rate), abs=1e-9)
    assert loudness_lufs(np.zeros((rate, 2)), rate) == -np.inf
