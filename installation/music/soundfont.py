"""A soundfont of the user's own in place of our synthesiser, by tinysoundfont (an optional extra)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.music.midi_file import STEM_CHANNELS
from installation.music.synth.sound_event import SoundEvent

SUFFIXES = (".sf2", ".sf3", ".sfo")
DRUM_BANK = 128
PROGRAMS: Mapping[str, Mapping[str, int]] = {
    "rock": {"bass": 34, "chords": 29, "lead": 81},
    "funk": {"bass": 36, "chords": 7, "lead": 61},
    "jazz": {"bass": 32, "chords": 0, "lead": 11},
    "latin": {"bass": 33, "chords": 24, "lead": 73},
    "hip-hop": {"bass": 38, "chords": 4, "lead": 10},
    "ballad": {"bass": 33, "chords": 0, "lead": 48},
    "ambient": {"bass": 39, "chords": 91, "lead": 92},
}
"""General MIDI programs of each genre, counted from 0."""
GAIN_DB = -9.0
"""Room for chords below full scale."""


class SoundfontSynth:
    """Renders notes with a soundfont; the same samples whatever the size of the blocks."""

    def __init__(self, path: Path, rate: int = SAMPLE_RATE_HZ) -> None:
        """Raises UserError where the file is no soundfont or the extra isn't installed."""
        try:
            import tinysoundfont  # an optional extra
        except ImportError:
            raise UserError(f"--soundfont {path}: needs tinysoundfont; pip install 'visitant[soundfont]'") from None
        if not path.is_file():
            raise UserError(f"--soundfont {path}: no such file; expected a soundfont, {', '.join(SUFFIXES)}")
        self.rate = rate
        self.position = 0
        self._synth: Any = tinysoundfont.Synth(GAIN_DB, rate)
        try:
            self._font = self._synth.sfload(str(path))
        except Exception as error:
            raise UserError(f"--soundfont {path}: can't be read ({error}); expected {', '.join(SUFFIXES)}") from None
        self._genre = ""
        self._messages: list[tuple[int, int, int, SoundEvent]] = []
        """Sample, 0 for an end or 1 for a begin, a running number, and the note."""
        self._number = 0

    def mix(self, events: Iterable[SoundEvent], samples: int) -> NDArray[np.float32]:
        """(samples, 2) the next samples; see `Synth.mix`."""
        for event in events:
            for sample, kind in ((event.sample, 1), (event.sample + max(1, round(event.seconds * self.rate)), 0)):
                heapq.heappush(self._messages, (sample, kind, self._number, event))
                self._number += 1
        end = self.position + samples
        parts = []
        while self._messages and self._messages[0][0] < end:
            sample, kind, _, event = heapq.heappop(self._messages)
            parts.append(self._generate(max(0, sample - self.position)))
            self._send(kind, event)
        parts.append(self._generate(end - self.position))
        return np.concatenate(parts)

    def _generate(self, samples: int) -> NDArray[np.float32]:
        self.position += samples
        if not samples:
            return np.zeros((0, 2), np.float32)
        data = np.frombuffer(bytes(self._synth.generate_simple(samples)), np.float32)
        return data.reshape(-1, 2)

    def _send(self, begins: int, event: SoundEvent) -> None:
        channel = STEM_CHANNELS[event.stem]
        if not begins:
            self._synth.noteoff(channel, event.pitch)
            return
        if event.genre != self._genre:
            self._genre = event.genre
            for stem, program in PROGRAMS.get(event.genre, PROGRAMS["rock"]).items():
                self._synth.program_select(STEM_CHANNELS[stem], self._font, 0, program)
            self._synth.program_select(STEM_CHANNELS["drums"], self._font, DRUM_BANK, 0, True)
        self._synth.noteon(channel, event.pitch, event.velocity)
