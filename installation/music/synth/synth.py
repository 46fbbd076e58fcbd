"""The synthesiser: renders notes to stereo samples in blocks of any size, each time the same ones.

A note is rendered as a whole when it begins, and added to the sound ahead. Equal notes are rendered once. Rooms and
limiter keep their state between blocks, and everything is summed in the order of time, so that a file and a live show
come from one code, to the bit.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.music.synth.drum_voices import CHOKED_BY, DRUM_VOICES, PAN, VARIATIONS, Stroke, drum_of
from installation.music.synth.genre_sounds import PITCHED_VOICES, PartSound, genre_sound
from installation.music.synth.master import Master
from installation.music.synth.reverb import Reverb
from installation.music.synth.sound_event import SoundEvent
from installation.music.synth.tone import Tone
from installation.music.synth.wave_cache import WaveCache

Samples = NDArray[np.float32]

AHEAD_SAMPLES = 1 << 19
"""How far a note reaches into the future: 11.9 s, longer ones are cut."""
MAX_PENDING = 16_384
"""Notes that wait for their time; more are left out."""
FORCE_STEPS = 12
"""Steps of velocity that sound different; the level follows every step."""
LENGTH_STEP_SECONDS = 0.01
"""Lengths of notes are rounded to it, so that equal ones are found again."""
FORCE_POWER = 1.35
"""Amplitude grows with this power of the velocity."""
ECHO_BEATS = 0.75
ECHOES = 3
CHOKE_SECONDS = 0.008
"""Time constant with which a hat is closed."""
_CHANNELS = 4
"""Left, right, and what is sent to the room and to the hall."""


@dataclass(frozen=True, slots=True)
class _Sounding:
    """A note that was added to the sound ahead."""

    start: int
    wave: Samples
    gains: tuple[float, ...]
    """Of each channel."""


class Synth:
    """Plays the notes that it is given. It has no thread and touches no device."""

    def __init__(self, sample_rate: int = SAMPLE_RATE_HZ) -> None:
        self.rate = sample_rate
        self.position = 0
        """Samples that were rendered."""
        self._pending: list[SoundEvent] = []
        self._ahead = np.zeros((_CHANNELS, AHEAD_SAMPLES), np.float32)
        self._cache = WaveCache()
        self._takes: Counter[str] = Counter()
        """Strokes of each drum so far, which choose the take."""
        self._ringing: dict[str, _Sounding] = {}
        """The newest stroke of each drum that another one can end."""
        self._room = Reverb(0.85, 0.75, 5200.0, sample_rate)
        self._hall = Reverb(3.4, 1.6, 3800.0, sample_rate)
        self._master = Master(sample_rate)

    def render(self, events: Iterable[SoundEvent], samples: int) -> Samples:
        """(samples, 2) the next samples, and with them the notes that begin within them.

        `events` are added to those that wait for their time; one that is late begins at once. The order in which they
        are given does not matter, as long as each comes before its time.
        """
        return self._master.render(self.mix(events, samples))

    def prepare(self, event: SoundEvent, takes: int = VARIATIONS) -> None:
        """Render the note of an event, so that it costs nothing when it begins; another thread may do so.

        Of a drum so many `takes`, first the one that its next stroke has.
        """
        if event.stem == "drums":
            name, kit = drum_of(event.pitch), genre_sound(event.genre).kit
            for take in range(self._takes[name], self._takes[name] + takes):
                self._wave_of_stroke(name, Stroke(kit, _force(event.velocity), take % VARIATIONS, self.rate))
        else:
            self._tone(event, genre_sound(event.genre).part(event.stem))

    def mix(self, events: Iterable[SoundEvent], samples: int) -> Samples:
        """The same before the compressor and the limiter of `Master`, for those who set the level afterwards."""
        for event in events:
            if len(self._pending) < MAX_PENDING:
                heapq.heappush(self._pending, event)
        # A note that begins may be as long as what lies ahead, so that a block is shorter.
        step = AHEAD_SAMPLES // 8
        parts = [self._block(min(step, samples - start)) for start in range(0, samples, step)]
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def _block(self, samples: int) -> Samples:
        end = self.position + samples
        while self._pending and self._pending[0].sample < end:
            self._begin(heapq.heappop(self._pending))
        left, right, room, hall = self._take(samples).astype(np.float64)
        mixed = np.stack((left, right), axis=1) + self._room.render(room) + self._hall.render(hall)
        self.position = end
        return mixed.astype(np.float32)

    def _take(self, samples: int) -> Samples:
        """(_CHANNELS, samples) the next samples of the notes; their place ahead is cleared."""
        out = np.empty((_CHANNELS, samples), np.float32)
        start = self.position % AHEAD_SAMPLES
        first = min(samples, AHEAD_SAMPLES - start)
        out[:, :first] = self._ahead[:, start : start + first]
        out[:, first:] = self._ahead[:, : samples - first]
        self._ahead[:, start : start + first] = 0.0
        self._ahead[:, : samples - first] = 0.0
        return out

    def _begin(self, event: SoundEvent) -> None:
        sound = genre_sound(event.genre)
        start, force = max(event.sample, self.position), min(max(event.velocity, 1), 127) / 127.0
        level = force**FORCE_POWER * 10.0 ** (sound.level_db / 20.0)
        part = sound.part(event.stem)
        if event.stem == "drums":
            name = drum_of(event.pitch)
            self._choke(name, start)
            sounding = _Sounding(start, self._stroke(event, name), _gains(part, level, PAN.get(name, 0.0)))
            if name in CHOKED_BY.values():
                self._ringing[name] = sounding
        else:
            sounding = _Sounding(start, self._tone(event, part), _gains(part, level, part.pan))
        self._add(sounding)
        delay = round(ECHO_BEATS * event.beat_seconds * self.rate)
        for number in range(1, ECHOES + 1 if part.echo else 0):
            side = -0.6 if number % 2 else 0.6
            self._add(_Sounding(start + number * delay, sounding.wave, _gains(part, level * part.echo**number, side)))

    def _stroke(self, event: SoundEvent, name: str) -> Samples:
        """(1, n) the stroke of a drum."""
        take = self._takes[name] % VARIATIONS
        self._takes[name] += 1
        force = _force(event.velocity)
        kit = genre_sound(event.genre).kit
        return self._wave_of_stroke(name, Stroke(kit, force, take, self.rate))

    def _wave_of_stroke(self, name: str, stroke: Stroke) -> Samples:
        return self._cache.get((name, stroke), lambda: DRUM_VOICES[name](stroke))

    def _tone(self, event: SoundEvent, part: PartSound) -> Samples:
        """(1, n) or (2, n) the note of a pitched voice."""
        longest = 0.8 * AHEAD_SAMPLES / self.rate
        length = max(1, round(min(event.seconds, longest) / LENGTH_STEP_SECONDS)) * LENGTH_STEP_SECONDS
        tone = Tone(event.pitch, _force(event.velocity), length, self.rate)
        return self._cache.get((part.voice, tone), lambda: PITCHED_VOICES[part.voice](tone))

    def _choke(self, name: str, start: int) -> None:
        """End the ringing of the drum that a stroke closes."""
        rings = self._ringing.pop(CHOKED_BY.get(name, ""), None)
        if rings is None or start <= rings.start:
            return
        rest = rings.wave[:, start - rings.start :]
        if rest.shape[1]:
            fade = np.exp(-np.arange(rest.shape[1]) / (CHOKE_SECONDS * self.rate)).astype(np.float32) - np.float32(1.0)
            self._add(_Sounding(start, rest * fade, rings.gains))

    def _add(self, sounding: _Sounding) -> None:
        """Add a note to the sound ahead."""
        offset = sounding.start - self.position
        count = min(sounding.wave.shape[1], AHEAD_SAMPLES - offset)
        if count <= 0:
            return
        start = sounding.start % AHEAD_SAMPLES
        first = min(count, AHEAD_SAMPLES - start)
        for channel, gain in enumerate(sounding.gains):
            if not gain:
                continue
            # A voice of two sides goes to left and right, and its left side to the rooms.
            row = sounding.wave[1 if channel == 1 and len(sounding.wave) == 2 else 0]
            scale = np.float32(gain)
            self._ahead[channel, start : start + first] += scale * row[:first]
            self._ahead[channel, : count - first] += scale * row[first:count]


def _gains(part: PartSound, level: float, pan: float) -> tuple[float, ...]:
    """The gain of each channel, with constant power for every place."""
    level *= 10.0 ** (part.gain_db / 20.0)
    angle = (1.0 + pan) * np.pi / 4.0
    return level * float(np.cos(angle)), level * float(np.sin(angle)), level * part.room, level * part.hall


def _force(velocity: int) -> float:
    """0..1 in FORCE_STEPS steps."""
    return max(1, round(min(max(velocity, 1), 127) / 127.0 * FORCE_STEPS)) / FORCE_STEPS
