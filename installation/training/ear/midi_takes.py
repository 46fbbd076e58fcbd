"""Takes for training and measuring the beat: notes and exact beats of MIDI files, with the data set's own split."""

from __future__ import annotations

import csv
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.music.midi_file import DRUM_CHANNEL, MidiSong, read_midi

logger = logging.getLogger(__name__)

GM_DRUMS = {22: 42, 26: 46, 58: 43}
"""Pitches of the Groove data set's electronic drums that General MIDI has not, and what stands for them."""
MIN_ALIGNMENT = 0.6
"""Share of onsets that have to lie on sixteenths for a file's beats to be taken as its music's."""
ON_GRID_SIXTEENTHS = 0.12
"""Distance from a sixteenth, in sixteenths, up to which an onset lies on it."""
MIN_SECONDS = 8.0
"""Duration of the shortest take."""


@dataclass(frozen=True, slots=True)
class MidiNotes:
    """Notes of a MIDI file, one row each."""

    start: NDArray[np.float64]
    """Seconds."""
    length: NDArray[np.float64]
    """Seconds."""
    pitch: NDArray[np.int64]
    velocity: NDArray[np.int64]
    channel: NDArray[np.int64]
    program: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MidiTake:
    """A MIDI file with known beats."""

    name: str
    notes: MidiNotes
    beats: NDArray[np.float64]
    """Times of the beats, s."""
    downbeats: NDArray[np.bool_] | None
    """Whether a beat begins a bar; None where the file's bars are not to be trusted."""

    @property
    def seconds(self) -> float:
        return float(self.notes.start.max()) + 0.5 if len(self.notes.start) else 0.0

    @property
    def tempo(self) -> float:
        """Median tempo, beats a minute."""
        return 60.0 / float(np.median(np.diff(self.beats)))


@dataclass(frozen=True, slots=True)
class GrooveRow:
    """A row of the Groove data set's info.csv."""

    path: Path
    split: str
    beat_type: str
    time_signature: str
    bpm: float
    seconds: float
    style: str


def groove_rows(folder: Path) -> list[GrooveRow]:
    """The rows of an info.csv below a folder, in the file's order; empty where there is none.

    Raises UserError where a column is missing or a number can't be read.
    """
    table = next(iter(sorted(folder.rglob("info.csv"))), None)
    if table is None:
        return []
    with table.open(newline="", encoding="utf-8") as file:
        try:
            return [
                GrooveRow(
                    table.parent / row["midi_filename"],
                    row["split"],
                    row["beat_type"],
                    row["time_signature"],
                    float(row["bpm"]),
                    float(row["duration"]),
                    row["style"],
                )
                for row in csv.DictReader(file)
            ]
        except (KeyError, ValueError, TypeError) as error:
            raise UserError(f"{table}: no table of the Groove data set ({error})") from error


def training_takes(folder: Path) -> Iterator[MidiTake]:
    """Takes to train on: the Groove table's training split where there is one, and every other .mid whose onsets lie
    on its grid. Validation and test takes are never read."""
    rows = groove_rows(folder)
    listed = {row.path for row in rows}
    for row in rows:
        if row.split == "train" and row.beat_type == "beat" and row.time_signature in ("4-4", "3-4"):
            yield from _usable(row.path, trusted=True)
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi")):
        if path not in listed:
            yield from _usable(path, trusted=False)


def _usable(path: Path, trusted: bool) -> Iterator[MidiTake]:
    """The take of a file, if it can be read, is long enough and has beats; a `trusted` one is on its grid by nature."""
    try:
        take = read_take(path, trusted)
    except UserError as error:
        logger.warning("left out: %s", error)
        return
    if take is not None and take.seconds >= MIN_SECONDS and len(take.beats) > 4 and 50 <= take.tempo <= 220:
        yield take


def read_take(path: Path, trusted: bool = True) -> MidiTake | None:
    """The notes and beats of a file; None where it is in x/8, or is not `trusted` and lies on no grid.

    Raises UserError where it is no MIDI file with notes.
    """
    song = read_midi(path)
    _, numerator, denominator = song.meters[0]
    if denominator != 4:
        return None
    starts = np.array([note.start_beats for part in song.parts for note in part.notes])
    if not trusted and _alignment(starts) < MIN_ALIGNMENT:
        return None
    count = int(starts.max()) + 2
    beats = np.array([song.seconds_at(float(beat)) for beat in range(count)])
    downbeats = np.arange(count) % numerator == 0
    return MidiTake(path.stem, _notes(song), beats, downbeats if trusted else None)


def _notes(song: MidiSong) -> MidiNotes:
    """All notes in seconds."""
    rows = [
        (
            song.seconds_at(note.start_beats),
            song.seconds_at(note.start_beats + note.length_beats),
            GM_DRUMS.get(note.pitch, note.pitch) if part.channel == DRUM_CHANNEL else note.pitch,
            note.velocity,
            part.channel,
            part.program,
        )
        for part in song.parts
        for note in part.notes
    ]
    table = np.array(rows, np.float64)
    whole = table[:, 2:].astype(np.int64)
    return MidiNotes(table[:, 0], table[:, 1] - table[:, 0], whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3])


def _alignment(starts_beats: NDArray[np.float64]) -> float:
    """Share of onsets on sixteenths."""
    sixteenths = starts_beats * 4.0
    return float(np.mean(np.abs(sixteenths - np.round(sixteenths)) <= ON_GRID_SIXTEENTHS))
