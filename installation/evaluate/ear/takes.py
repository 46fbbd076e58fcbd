"""The takes of the measurement: drawn from Groove's validation and test split, rendered with a soundfont."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.core.errors import UserError
from installation.training.ear.midi_takes import GrooveRow, MidiTake, groove_rows, read_take
from installation.training.ear.one_shots import DRUM_BANK, find_soundfonts, mix, random_kit

TAKES = 60
"""Takes that are drawn."""
TAKE_SECONDS = 24.0
"""Duration that is rendered of each; shorter ones are not drawn."""
DRAW_SEED = 0
DRUM_CHANNEL = 9
PEAK = 0.7
"""Largest sample of a rendered take."""


@dataclass(frozen=True, slots=True)
class RenderedTake:
    """A take as samples."""

    name: str
    samples: NDArray[np.float32]
    """Mono."""
    beats: NDArray[np.floating]
    """True beats, s."""
    tempo: float
    """Beats a minute."""
    onsets: NDArray[np.floating] = field(default_factory=lambda: np.zeros(0))
    """Times of the notes, s."""

    @property
    def hops(self) -> NDArray[np.float32]:
        """The samples in hops, (n, HOP_SAMPLES)."""
        count = len(self.samples) // HOP_SAMPLES
        return self.samples[: count * HOP_SAMPLES].reshape(count, HOP_SAMPLES)


def drawn_rows(folder: Path, count: int = TAKES) -> list[GrooveRow]:
    """The takes to measure, without a repetition: steady beats in 4/4 of TAKE_SECONDS or more that nothing was trained
    on. Raises UserError where the folder has no Groove data set."""
    rows = [
        row
        for row in groove_rows(folder)
        if row.split in ("validation", "test")
        and row.beat_type == "beat"
        and row.time_signature == "4-4"
        and row.seconds >= TAKE_SECONDS
    ]
    if not rows:
        raise UserError(
            f"{folder}: no takes of the Groove MIDI Dataset; --data names a folder with its info.csv and .mid files"
        )
    chosen = np.random.default_rng(DRAW_SEED).choice(len(rows), min(count, len(rows)), replace=False)
    return [rows[number] for number in sorted(chosen.tolist())]


def soundfont() -> Path | None:
    """The soundfont that takes are rendered with; None where there is none, or nothing that plays it."""
    return next(iter(find_soundfonts()), None)


class TakeRenderer:
    """Renders takes with a soundfont's standard kit, or with a synthesised one."""

    def __init__(self, font: Path | None) -> None:
        self._font = font
        self._synth: Any = None
        if font is not None:
            import tinysoundfont  # an optional package

            self._synth = tinysoundfont.Synth(samplerate=SAMPLE_RATE_HZ)
            self._number = self._synth.sfload(str(font))

    def render(self, row: GrooveRow) -> RenderedTake:
        """The first TAKE_SECONDS of a take. Raises UserError where its file can't be read."""
        take = read_take(row.path)
        if take is None:
            raise UserError(f"{row.path}: not in quarters")
        samples = self._synthesise(take) if self._synth is None else self._play(take)
        samples = samples[: int(TAKE_SECONDS * SAMPLE_RATE_HZ)]
        samples = samples * np.float32(PEAK / max(float(np.abs(samples).max()), 1e-6))
        return RenderedTake(
            take.name, samples, take.beats[take.beats < TAKE_SECONDS], take.tempo, np.sort(take.notes.start)
        )

    def _play(self, take: MidiTake) -> NDArray[np.float32]:
        """Play the notes one after the other, each at its sample."""
        self._synth.program_select(DRUM_CHANNEL, self._number, DRUM_BANK, 0, True)
        self._synth.sounds_off()
        parts, at = [], 0
        end = int(TAKE_SECONDS * SAMPLE_RATE_HZ)
        for number in np.argsort(take.notes.start, kind="stable"):
            start = min(round(take.notes.start[number] * SAMPLE_RATE_HZ), end)
            parts.append(self._generate(start - at))
            at = start
            self._synth.noteon(DRUM_CHANNEL, int(take.notes.pitch[number]), int(take.notes.velocity[number]))
        parts.append(self._generate(end - at))
        return np.concatenate(parts)

    def _generate(self, count: int) -> NDArray[np.float32]:
        if count <= 0:
            return np.zeros(0, np.float32)
        both = np.frombuffer(bytes(self._synth.generate(count)), np.float32).reshape(-1, 2)
        return np.asarray(both.mean(axis=1))

    def _synthesise(self, take: MidiTake) -> NDArray[np.float32]:
        notes = take.notes
        events = np.stack([notes.start, np.zeros(len(notes.start)), notes.pitch, notes.velocity], axis=1)
        return mix(events, random_kit(np.random.default_rng(DRAW_SEED)), TAKE_SECONDS)


def render_takes(rows: Sequence[GrooveRow]) -> list[RenderedTake]:
    """All takes of some rows."""
    renderer = TakeRenderer(soundfont())
    return [renderer.render(row) for row in rows]
