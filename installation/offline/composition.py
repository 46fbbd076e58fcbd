"""Composition of a piece from a score, and its sound: mixed once, then brought to a common loudness."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol

import numpy as np
from numpy.typing import NDArray

from installation.music.arrangement import arranged, planned_chord
from installation.music.controls import Controls
from installation.music.midi_file import CREDIT
from installation.music.notes import Bar, Chord
from installation.music.piece import ComposedPiece, PieceSection
from installation.music.score import Score
from installation.music.synth.audio_file import AudioWriter
from installation.music.synth.loudness import LoudnessMeter
from installation.music.synth.master import Master
from installation.music.synth.sound_event import SoundEvent
from installation.music.synth.synth import Synth
from installation.music.timeline import PlannedBar

TARGET_LUFS = -18.0
"""Loudness of files."""
MAX_GAIN_DB = 12.0
"""The most by which a piece is made louder or softer."""
LEVEL_PASSES = 3
"""A compressor gives less than it is asked for, so that the gain is found in steps."""
LOUDNESS_TOLERANCE_LU = 0.3
FADE_SECONDS = 1.2
"""Fade at the end of a piece."""
BLOCK_SAMPLES = 1 << 15

Advance = Callable[[float], None]
"""Receives the share of the work that is done, 0..1."""
Samples = NDArray[np.float32]


class ComposesBars(Protocol):
    """What composes, bar after bar."""

    def next_bar(self, controls: Controls, *, chord: Chord | None = None) -> Bar:
        """The next bar."""


class MixesNotes(Protocol):
    """A synthesiser, ours or that of a soundfont."""

    rate: int

    def mix(self, events: Iterable[SoundEvent], samples: int) -> Samples:
        """(samples, 2) the next samples."""


@dataclass(frozen=True, slots=True)
class Composition:
    """What became of a score."""

    piece: ComposedPiece
    chords: tuple[str, ...]
    """Of each planned bar that was composed."""
    complete: bool
    """False where it was interrupted."""


def compose(score: Score, planned: Sequence[PlannedBar], composer: ComposesBars, advance: Advance) -> Composition:
    """Compose the planned bars. Ctrl-C ends the piece at the last whole bar."""
    bars: list[Bar] = []
    chords: list[str] = []
    complete = True
    try:
        for index, plan in enumerate(planned):
            last = score.ending and index == len(planned) - 1
            chord = planned_chord(plan, index, len(planned), score.ending)
            bar = composer.next_bar(replace(plan.controls, chords=()), chord=chord)
            bars.append(arranged(bar, plan.hit, index, last))
            chords.append(chord.name)
            advance((index + 1) / len(planned))
    except KeyboardInterrupt:
        complete = False
    return Composition(piece_of(score, planned, bars), tuple(chords), complete)


def piece_of(score: Score, planned: Sequence[PlannedBar], bars: Sequence[Bar]) -> ComposedPiece:
    """The piece of the bars that were composed so far."""
    done = planned[: len(bars)]
    starts = tuple(plan.start for plan in done) + ((done[-1].end,) if done else ())
    sections = [
        PieceSection(score.sections[plan.section].name, index) for index, plan in enumerate(done) if plan.number == 0
    ]
    seed = planned[0].controls.seed if planned else 0
    hits = tuple(hit.at for hit in score.hits if done and hit.at < done[-1].end)
    return ComposedPiece(tuple(bars), starts, tuple(sections), hits, score.title, seed)


@dataclass(frozen=True, slots=True)
class PieceLevel:
    """Loudness of a piece as it is written."""

    lufs: float
    peak_db: float
    """Of full scale."""
    crest_db: float
    """Peak above the root mean square."""


class Mix:
    """A mix in a file, before its level is set. Close it."""

    def __init__(self, file: IO[bytes], rate: int, samples: int) -> None:
        """`file` has at least (samples, 2) floats, and is closed with the mix."""
        self.rate, self.samples = rate, samples
        self._file = file
        self.gain_db = 0.0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def blocks(self) -> Iterator[Samples]:
        """The finished sound at the present gain, (n, 2) each, faded out at its end."""
        master = Master(self.rate, 10.0 ** (self.gain_db / 20.0))
        fade = min(round(FADE_SECONDS * self.rate), self.samples)
        self._file.seek(0)
        done = 0
        while data := self._file.read(min(BLOCK_SAMPLES, self.samples - done) * 8):
            block = master.render(np.frombuffer(data, np.float32).reshape(-1, 2))
            left = self.samples - done - np.arange(len(block), dtype=np.float32)
            yield block * np.minimum(left / np.float32(max(fade, 1)), np.float32(1.0))[:, None]
            done += len(block)

    def set_level(self, target_lufs: float = TARGET_LUFS) -> PieceLevel:
        """Choose the gain that gives this loudness, as far as MAX_GAIN_DB allows; silence stays as it is."""
        level = self._measure()
        for _ in range(LEVEL_PASSES):
            missing = target_lufs - level.lufs
            if not math.isfinite(missing) or abs(missing) <= LOUDNESS_TOLERANCE_LU:
                break
            self.gain_db = min(max(self.gain_db + missing, -MAX_GAIN_DB), MAX_GAIN_DB)
            level = self._measure()
        return level

    def _measure(self) -> PieceLevel:
        meter = LoudnessMeter(self.rate)
        peak, power = 0.0, 0.0
        for block in self.blocks():
            meter.add(block)
            peak = max(peak, float(np.abs(block).max(initial=0.0)))
            power += float(np.sum(block.astype(np.float64) ** 2))
        peak_db = 20.0 * math.log10(max(peak, 1e-9))
        return PieceLevel(
            meter.integrated_lufs, peak_db, peak_db - 10.0 * math.log10(max(power / max(2 * self.samples, 1), 1e-18))
        )


class MixedPiece(Mix):
    """The mix of a piece, kept in a temporary file."""

    def __init__(
        self, piece: ComposedPiece, advance: Advance = lambda _: None, synth: MixesNotes | None = None
    ) -> None:
        synth = synth or Synth()
        super().__init__(tempfile.TemporaryFile(), synth.rate, round(piece.seconds * synth.rate))  # noqa: SIM115
        events = piece.events(synth.rate)
        given = 0
        for start in range(0, self.samples, BLOCK_SAMPLES):
            count = min(BLOCK_SAMPLES, self.samples - start)
            upto = given
            while upto < len(events) and events[upto].sample < start + count:
                upto += 1
            self._file.write(synth.mix(events[given:upto], count).tobytes())
            given = upto
            advance((start + count) / self.samples)


def write_sound(mixed: Mix, path: Path, title: str = "", floats: bool = False) -> None:
    """Write the finished sound, the same bytes whatever the file's name. Raises UserError; an earlier file of this name
    then stays."""
    tags = ({"title": title} if title else {}) | {"artist": "Visitant's composer", "comment": CREDIT}
    writer = AudioWriter(path, mixed.rate, tags, floats)
    try:
        for block in mixed.blocks():
            writer.write(block)
    except BaseException:
        writer.discard()
        raise
    writer.close()


def envelope_of(mixed: Mix, columns: int = 4000) -> NDArray[np.float32]:
    """(columns, 2) lowest and highest sample of equal stretches of a piece, for a picture of its sound."""
    edges = np.linspace(0, mixed.samples, columns + 1).astype(int)
    sound = (
        np.concatenate([block.mean(axis=1) for block in mixed.blocks()]) if mixed.samples else np.zeros(1, np.float32)
    )
    starts = np.minimum(edges[:-1], len(sound) - 1)
    return np.stack((np.minimum.reduceat(sound, starts), np.maximum.reduceat(sound, starts)), axis=1)
