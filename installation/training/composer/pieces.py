"""Pieces of music for training: MIDI files on the 16th grid, with genre, tempo, chords and split.

A folder with the Groove MIDI Dataset is recognised by its `info.csv`, which names genre, tempo and split of its files.
All other .mid files below the folder are pieces without a genre; those without a musical grid are left out.
"""

from __future__ import annotations

import cmath
import csv
import logging
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from installation.core.errors import UserError
from installation.music.grid import drum_voice, estimated_chord, quantised
from installation.music.midi_file import read_midi, song_notes
from installation.music.model.tokens import BAR_STEPS, DATA_GENRES, STEPS_PER_BEAT, GridBar
from installation.music.notes import Note

logger = logging.getLogger(__name__)

SPLITS = ("train", "validation", "test")
MIN_ALIGNMENT = 0.6
"""A piece whose starts lie on 16ths less than this, 0..1, has no musical grid."""
HELD_OUT_EVERY = 11
"""Of the files without a split every so manieth is for validation, and the one after it for the test."""
GENRE_OF_STYLE = {
    "rock": "rock",
    "funk": "funk",
    "jazz": "jazz",
    "latin": "latin",
    "afrocuban": "latin",
    "hiphop": "hip-hop",
}
"""Genres of the styles of Groove; the first part of a style that is named here decides. Others have no genre."""


@dataclass(frozen=True, slots=True)
class DrumOffset:
    """How far a drum note lies from its step."""

    step: int
    voice: int
    steps: float
    """-0.5..0.5."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One recording or song."""

    name: str
    """Path below the folder."""
    source: str
    """ "groove", or the name of the folder it lies in."""
    split: str
    genre: int | None
    """Index in DATA_GENRES."""
    tempo: float
    bars: tuple[GridBar, ...]
    chords: tuple[tuple[int, int] | None, ...]
    """Root and quality of each bar."""
    offsets: tuple[DrumOffset, ...] = ()
    """Of every drum note, in pieces that were played by hand."""

    @property
    def notes(self) -> int:
        return sum(len(bar) for bar in self.bars)


def read_pieces(folder: Path, on_progress: Callable[[float], None] = lambda share: None) -> list[Piece]:
    """All pieces below a folder, by name. Raises UserError where there are none."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected one with MIDI files (.mid)")
    tables = sorted(folder.rglob("info.csv"))
    jobs = [job for table in tables for job in _groove_jobs(table)]
    listed = {path for path, *_ in jobs}
    roots = [table.parent for table in tables]
    others = [
        path
        for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".mid", ".midi"))
        if path not in listed and not any(path.is_relative_to(root) for root in roots)
    ]
    jobs += [(path, path.parent.name, _split_of(number), None, None) for number, path in enumerate(others)]
    pieces = []
    for done, (path, source, split, genre, tempo) in enumerate(jobs, 1):
        on_progress(done / len(jobs))
        try:
            piece = _read_piece(path, str(path.relative_to(folder)), (source, split, genre, tempo))
        except UserError as error:
            logger.warning("left out: %s", error)
            continue
        if piece is not None:
            pieces.append(piece)
    if not pieces:
        raise UserError(f"{folder}: no MIDI file with a musical grid; expected the Groove MIDI Dataset or .mid files")
    return pieces


_Job = tuple[Path, str, str, int | None, float | None]


def _groove_jobs(table: Path) -> list[_Job]:
    """File, source, split, genre and tempo of the takes in 4/4 that a table lists."""
    jobs: list[_Job] = []
    with table.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["time_signature"] != "4-4" or row["split"] not in SPLITS:
                continue
            path = table.parent / row["midi_filename"]
            jobs.append((path, "groove", row["split"], genre_of_style(row["style"]), float(row["bpm"])))
    return jobs


def genre_of_style(style: str) -> int | None:
    """Index in DATA_GENRES of a style such as "jazz/funk"; None for styles without one of our genres."""
    for part in style.split("/"):
        if (genre := GENRE_OF_STYLE.get(part)) is not None:
            return DATA_GENRES.index(genre)
    return None


def _split_of(number: int) -> str:
    place = number % HELD_OUT_EVERY
    return {HELD_OUT_EVERY - 2: "validation", HELD_OUT_EVERY - 1: "test"}.get(place, "train")


def _read_piece(path: Path, name: str, facts: tuple[str, str, int | None, float | None]) -> Piece | None:
    source, split, genre, tempo = facts
    song = read_midi(path)
    notes = song_notes(song)
    by_hand = tempo is not None
    if not by_hand and alignment(notes) < MIN_ALIGNMENT:
        logger.info("left out: %s: no musical grid", path)
        return None
    bars = quantised(notes)
    while bars and not bars[0]:
        bars.pop(0)
    chords = tuple(estimated_chord(bar) for bar in bars)
    offsets = tuple(_drum_offsets(notes)) if by_hand else ()
    return Piece(name, source, split, genre, tempo or song.tempo_at(0.0), tuple(bars), chords, offsets)


def alignment(notes: Sequence[Note]) -> float:
    """How far the starts of notes agree with the grid of 16ths, 0 (not at all) .. 1: their mean vector on the circle of
    one 16th, as a length along the grid's own phase."""
    if not notes:
        return 0.0
    mean = sum(cmath.exp(2j * math.pi * STEPS_PER_BEAT * note.start_beats) for note in notes) / len(notes)
    return max(0.0, mean.real)


def _drum_offsets(notes: Iterable[Note]) -> Iterable[DrumOffset]:
    for note in notes:
        voice = drum_voice(note.pitch) if note.stem == "drums" else None
        if voice is not None:
            exact = note.start_beats * STEPS_PER_BEAT
            yield DrumOffset(round(exact) % BAR_STEPS, voice, exact - round(exact))
