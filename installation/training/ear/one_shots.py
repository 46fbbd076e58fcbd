"""One-shot sounds of drums and pitched instruments: synthesised with NumPy, or rendered once from a soundfont."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from installation.core.audio_format import SAMPLE_RATE_HZ

Array = NDArray[np.float32]

SOUNDFONT_FOLDERS = tuple(map(Path, ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/share/soundfonts")))
"""Where Debian and Fedora keep soundfonts."""
FREE_SOUNDFONTS = ("FluidR3Mono_GM.sf3", "FluidR3_GM.sf2")
"""Soundfonts that are used where they are installed: both are under the MIT licence."""
DRUM_PRESETS = (0, 8, 16, 24, 25, 32, 40, 48)
"""Kits of General MIDI level 2 and Roland GS: standard, room, power, electronic, analogue, jazz, brush, orchestra."""
DRUM_BANK = 128
DRUM_SECONDS = 1.2
"""Duration of a drum's sound,"""
CYMBAL_SECONDS = 2.5
"""and of a cymbal's."""
PITCHED_SECONDS = 4.0
"""Longest note of a pitched instrument."""
CYCLE_SAMPLES = 1024
"""Samples of one period from which a synthesised instrument is read."""
RELEASE_SECONDS = 0.06
"""Fade after the end of a pitched note."""
CYMBALS = frozenset((49, 51, 52, 53, 55, 57, 59))
VELOCITIES = (50, 110)
"""Velocities at which a soundfont's drums are rendered; between them the nearest is scaled."""


class SoundBank:
    """Sounds by pitch, made when they are first needed."""

    def __init__(self, make: Callable[[int, int], Array], velocities: tuple[int, ...] = (100,)) -> None:
        self._make = make
        self._velocities = velocities
        self._sounds: dict[tuple[int, int], Array] = {}

    def sound(self, pitch: int, velocity: int) -> Array:
        """The samples of one note, mono."""
        layer = min(self._velocities, key=lambda each: abs(each - velocity))
        if (pitch, layer) not in self._sounds:
            self._sounds[pitch, layer] = self._make(pitch, layer)
        return self._sounds[pitch, layer] * np.float32((velocity / layer) ** 1.5)


def find_soundfonts() -> list[Path]:
    """Those of FREE_SOUNDFONTS that are installed; none where tinysoundfont, which plays them, is not."""
    try:
        import tinysoundfont  # noqa: F401 an optional package
    except ImportError:
        return []
    places = (folder / name for name in FREE_SOUNDFONTS for folder in SOUNDFONT_FOLDERS)
    return [place for place in places if place.is_file()]


@dataclass
class Soundfont:
    """A soundfont that renders single notes."""

    path: Path
    _synth: Any = field(init=False)
    _font: int = field(init=False)

    def __post_init__(self) -> None:
        import tinysoundfont  # an optional package

        self._synth = tinysoundfont.Synth(samplerate=SAMPLE_RATE_HZ)
        self._font = self._synth.sfload(str(self.path))

    def drums(self, preset: int) -> SoundBank:
        """A kit."""
        return SoundBank(lambda pitch, velocity: self._drum(preset, pitch, velocity), VELOCITIES)

    def instrument(self, preset: int) -> SoundBank:
        """A pitched instrument of bank 0."""
        return SoundBank(lambda pitch, velocity: self._render(0, preset, pitch, velocity, PITCHED_SECONDS))

    def _drum(self, preset: int, pitch: int, velocity: int) -> Array:
        return self._render(DRUM_BANK, preset, pitch, velocity, CYMBAL_SECONDS if pitch in CYMBALS else DRUM_SECONDS)

    def _render(self, bank: int, preset: int, pitch: int, velocity: int, seconds: float) -> Array:
        channel = 9 if bank == DRUM_BANK else 0
        self._synth.program_select(channel, self._font, bank, preset, bank == DRUM_BANK)
        self._synth.sounds_off()
        self._synth.noteon(channel, pitch, velocity)
        samples = np.frombuffer(bytes(self._synth.generate(int(seconds * SAMPLE_RATE_HZ))), np.float32)
        self._synth.noteoff(channel, pitch)
        return _trimmed(samples.reshape(-1, 2).mean(axis=1))


def _trimmed(samples: Array) -> Array:
    """Without what is too soft to matter at the end."""
    loud = np.flatnonzero(np.abs(samples) > 1e-4)
    return samples[: loud[-1] + 1].astype(np.float32) if len(loud) else np.zeros(1, np.float32)


def random_kit(random: np.random.Generator) -> SoundBank:
    """A synthesised drum kit with a character of its own, General MIDI's pitches."""
    character = {name: float(random.uniform(low, high)) for name, (low, high) in _CHARACTER.items()}
    seed = int(random.integers(1 << 31))
    return SoundBank(lambda pitch, _: _drum_voice(pitch, character, np.random.default_rng(seed + pitch)))


_CHARACTER = {
    "kick_hz": (42.0, 68.0),
    "kick_sweep": (1.5, 6.0),
    "kick_seconds": (0.06, 0.3),
    "click": (0.0, 0.6),
    "snare_hz": (160.0, 240.0),
    "snare_seconds": (0.05, 0.2),
    "snare_noise": (0.4, 1.0),
    "hat_hz": (5000.0, 9000.0),
    "hat_seconds": (0.015, 0.06),
    "tom_hz": (70.0, 110.0),
}


def _drum_voice(pitch: int, kit: dict[str, float], random: np.random.Generator) -> Array:
    """The sound of one drum at velocity 100."""
    if pitch in (35, 36):
        return _kick(kit, random)
    if pitch in (37, 38, 39, 40):
        seconds = kit["snare_seconds"] * (0.4 if pitch == 37 else 1.0)
        return _snare(kit["snare_hz"] * (1.6 if pitch == 37 else 1.0), seconds, kit["snare_noise"], random)
    if pitch in (42, 44, 46, 54, 69, 70):
        seconds = kit["hat_seconds"] * (8.0 if pitch == 46 else 1.0)
        return 0.35 * _noise(kit["hat_hz"], 16_000.0, seconds, random)
    if pitch in CYMBALS:
        ring = 0.3 if pitch in (51, 53, 59) else 0.8
        return 0.3 * _noise(3000.0, 15_000.0, ring, random)
    if pitch in (41, 43, 45, 47, 48, 50):
        return _tone(kit["tom_hz"] * 2 ** ((pitch - 41) / 12), 1.4, 0.18, random)
    return 0.6 * _tone(220.0 * 2 ** ((pitch - 56) / 12), 1.0, 0.08, random)


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def _kick(kit: dict[str, float], random: np.random.Generator) -> Array:
    body = _tone(kit["kick_hz"], kit["kick_sweep"], kit["kick_seconds"], random)
    body[:200] += kit["click"] * _noise(1000.0, 8000.0, 0.002, random)[:200]
    return body


def _snare(hz: float, seconds: float, noise: float, random: np.random.Generator) -> Array:
    rattle = _noise(600.0, 11_000.0, seconds, random)
    drum = _tone(hz, 1.3, seconds * 0.6, random)
    rattle *= noise
    count = min(len(rattle), len(drum))
    rattle[:count] += 0.5 * drum[:count]
    return rattle


def _tone(hz: float, sweep: float, seconds: float, random: np.random.Generator) -> Array:
    """A decaying sine whose frequency falls from `sweep` times to `hz`."""
    t = _times(min(5 * seconds, DRUM_SECONDS))
    frequency = hz * (1.0 + (sweep - 1.0) * np.exp(-t / 0.02))
    phase = 2 * np.pi * np.cumsum(frequency) / SAMPLE_RATE_HZ + random.uniform(0, 0.5)
    return (np.sin(phase) * np.exp(-t / seconds)).astype(np.float32)


def _noise(low_hz: float, high_hz: float, seconds: float, random: np.random.Generator) -> Array:
    """Decaying noise of a band."""
    t = _times(min(5 * seconds + 0.01, CYMBAL_SECONDS))
    band = butter(2, (low_hz, high_hz), "bandpass", fs=SAMPLE_RATE_HZ, output="sos")
    sound = sosfilt(band, random.normal(0.0, 1.0, len(t))) * np.exp(-t / seconds)
    return _levelled(sound)


def _levelled(sound: NDArray[np.float64]) -> Array:
    """With a largest sample of 1."""
    return np.asarray(sound / (np.abs(sound).max() + 1e-9), np.float32)


def random_instrument(kind: str, random: np.random.Generator) -> SoundBank:
    """A synthesised "bass", "pad" or "pluck" with a character of its own."""
    partials = int(random.integers(3, 12))
    tilt = float(random.uniform(0.7, 2.0))
    attack = float(random.uniform(0.1, 0.6)) if kind == "pad" else float(random.uniform(0.002, 0.02))
    decay = {"pad": 8.0, "bass": float(random.uniform(0.3, 2.0)), "pluck": float(random.uniform(0.1, 0.8))}[kind]
    detune = float(random.uniform(0.0, 0.008)) if kind == "pad" else 0.0

    def make(pitch: int, velocity: int) -> Array:
        t = _times(PITCHED_SECONDS)
        hz = 440.0 * 2 ** ((pitch - 69) / 12)
        cycle = np.zeros(CYCLE_SAMPLES + 1)
        for partial in range(1, max(2, min(partials, int(12_000 / hz)) + 1)):
            cycle += np.sin(2 * np.pi * partial * np.arange(CYCLE_SAMPLES + 1) / CYCLE_SAMPLES) / partial**tilt
        sound = np.zeros(len(t))
        for voice in (1.0 - detune, 1.0 + detune) if detune else (1.0,):
            sound += np.interp((hz * voice * CYCLE_SAMPLES * t) % CYCLE_SAMPLES, np.arange(CYCLE_SAMPLES + 1), cycle)
        envelope = np.minimum(1.0, t / attack) * np.exp(-t / decay)
        sound *= 0.2 * envelope
        return sound.astype(np.float32)

    return SoundBank(make)


def mix(events: NDArray[np.float64], bank: SoundBank, seconds: float) -> Array:
    """Mono samples of events (n, 4) = start s, length s (0: as long as it sounds), pitch, velocity."""
    out = np.zeros(int(seconds * SAMPLE_RATE_HZ) + 1, np.float32)
    release = int(RELEASE_SECONDS * SAMPLE_RATE_HZ)
    for start, length, pitch, velocity in events:
        at = int(start * SAMPLE_RATE_HZ)
        if not 0 <= at < len(out):
            continue
        sound = bank.sound(int(pitch), max(1, int(velocity)))
        if length > 0:
            sound = sound[: int(length * SAMPLE_RATE_HZ) + release].copy()
            end = min(release, len(sound))
            sound[len(sound) - end :] *= np.linspace(1.0, 0.0, end, dtype=np.float32)
        count = min(len(sound), len(out) - at)
        out[at : at + count] += sound[:count]
    return out
