"""Bars of the music of a MIDI file: its meters as bars of whole beats, its tempo map as a tempo for each bar.

Every note keeps its time to the microsecond, whatever the meters and tempos are.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from installation.core.errors import UserError
from installation.music.controls import BEATS_RANGE
from installation.music.midi_file import MidiSong, song_notes
from installation.music.notes import Note
from installation.music.score import MAX_SECONDS

SAME_BEATS = 1e-6
"""Positions that are no further apart are the same, quarter notes."""
MAX_GROUP = 64
"""Bars of the file that one bar may stand for: two of 7/8 are one of seven quarter notes."""


@dataclass(frozen=True, slots=True)
class FileBar:
    """A bar of a file."""

    notes: tuple[Note, ...]
    """Their starts lie in 0..`beats`."""
    beats: int = 4
    """Beats of the bar, 2 to 12: quarter notes, but for a bar that has no whole number of them."""
    tempo: float = 120.0
    """Beats a minute; may lie outside the tempos that are composed."""


class TempoMap:
    """Seconds of positions in quarter notes."""

    def __init__(self, tempos: Sequence[tuple[float, float]]) -> None:
        """`tempos` are as in MidiSong."""
        self._positions = [position for position, _ in tempos]
        self._seconds = [0.0]
        self._each = [60.0 / tempo for _, tempo in tempos]
        for begin, end, each in zip(self._positions, self._positions[1:], self._each, strict=False):
            self._seconds.append(self._seconds[-1] + (end - begin) * each)

    def seconds(self, position: float) -> float:
        """Time from the begin, s."""
        index = max(0, bisect_right(self._positions, position) - 1)
        return self._seconds[index] + (position - self._positions[index]) * self._each[index]


def song_bars(song: MidiSong, name: str = "MIDI data", tempo: float | None = None) -> list[FileBar]:
    """The bars of a song, empty ones at the begin left out; `tempo` stands in place of the song's own.

    Raises UserError, which `name` begins, for a song that is longer than pieces are.
    """
    times = TempoMap(song.tempos if tempo is None else ((0.0, tempo),))
    length = times.seconds(song.beats)
    if length > MAX_SECONDS:
        last = max(note.start_beats for part in song.parts for note in part.notes)
        right = f"at most {MAX_SECONDS:g} s are composed; a note at beat {last:,.0f} may have a damaged time"
        raise UserError(f"{name}: lasts {length:,.0f} s; {right}")
    lines = list(_bar_lines(song))
    starts = [begin for begin, _, _ in lines]
    found: list[list[Note]] = [[] for _ in lines]
    each = [(times.seconds(end) - times.seconds(begin)) / beats for begin, end, beats in lines]
    for note in song_notes(song):
        index = max(0, bisect_right(starts, note.start_beats + SAME_BEATS) - 1)
        begin = times.seconds(note.start_beats)
        start = max(0.0, round((begin - times.seconds(starts[index])) / each[index], 6))
        length = round((times.seconds(note.start_beats + note.length_beats) - begin) / each[index], 6)
        found[index].append(replace(note, start_beats=start, length_beats=length))
    bars = [
        FileBar(tuple(sorted(notes)), beats, round(60.0 / seconds, 6))
        for notes, (_, _, beats), seconds in zip(found, lines, each, strict=True)
    ]
    return bars[next(index for index, bar in enumerate(bars) if bar.notes) :]


def _bar_lines(song: MidiSong) -> Iterator[tuple[float, float, int]]:
    """Begin, end and beats of every bar, in quarter notes; a bar of another meter begins where that stands."""
    ends = [position for position, _, _ in song.meters[1:]] + [math.inf]
    last = max(note.start_beats for part in song.parts for note in part.notes)
    for (begin, numerator, denominator), end in zip(song.meters, ends, strict=True):
        bar = 4.0 * numerator / denominator
        # The last bar is whole.
        stop = min(end, begin + bar * (math.floor((last - begin) / bar + SAME_BEATS) + 1))
        group = _group(bar)
        at = begin
        while at < stop - SAME_BEATS:
            length = group if at + group <= stop + SAME_BEATS else min(bar, stop - at)
            yield from _whole_beats(at, length)
            at += length


def _group(bar: float) -> float:
    """Quarter notes of the fewest bars that are a whole number of them, within what a bar may have; else of one."""
    low, high = BEATS_RANGE
    counts = (count for count in range(1, MAX_GROUP + 1) if low <= count * bar <= high)
    return next((count * bar for count in counts if abs(count * bar - round(count * bar)) < SAME_BEATS), bar)


def _whole_beats(begin: float, length: float) -> Iterator[tuple[float, float, int]]:
    """A span of quarter notes as bars of whole beats: longer or shorter ones than quarter notes where need be."""
    low, high = BEATS_RANGE
    parts = max(1, math.ceil((length - SAME_BEATS) / high))
    for part in range(parts):
        start, end = begin + length * part / parts, begin + length * (part + 1) / parts
        yield start, end, min(max(round(end - start), low), high)
