"""Bars of a MIDI file: whatever its meters and tempos are, every note keeps its time, and bars have whole beats."""

from __future__ import annotations

import pytest

from installation.core.errors import UserError
from installation.music.midi_bars import FileBar, song_bars
from installation.music.midi_file import MidiNote, MidiPart, MidiSong


def song(*starts: float, **others: tuple[tuple[float, ...], ...]) -> MidiSong:
    """Notes of half a beat."""
    notes = tuple(MidiNote(start, 0.5, 72, 90) for start in starts)
    return MidiSong((MidiPart("", 0, 0, notes),), **others)  # type: ignore[arg-type]


def seconds_of(bars: list[FileBar]) -> list[tuple[float, float]]:
    """Begin and length of every note, s."""
    found, begin = [], 0.0
    for bar in bars:
        beat = 60.0 / bar.tempo
        found += [(begin + note.start_beats * beat, note.length_beats * beat) for note in bar.notes]
        begin += bar.beats * beat
    return found


def test_a_file_becomes_bars_without_the_silence_before_it() -> None:
    bars = song_bars(song(9.0, 17.5))
    assert [[note.start_beats for note in bar.notes] for bar in bars] == [[1.0], [], [1.5]]


@pytest.mark.parametrize(
    ("meters", "beats"),
    [
        (((0.0, 3, 4),), [3, 3, 3, 3, 3, 3]),
        (((0.0, 6, 8),), [3, 3, 3, 3, 3, 3]),
        (((0.0, 7, 8),), [7, 7, 4]),  # the last is half a pair: four shorter beats
        (((0.0, 1, 4),), [2] * 8),
        (((0.0, 13, 4),), [6, 6, 6, 6]),
        (((0.0, 4, 4), (8.0, 3, 4), (14.0, 5, 4)), [4, 4, 3, 3, 5]),
        (((0.0, 4, 4), (6.0, 3, 4)), [4, 2, 3, 3, 3, 3]),  # a bar that a meter cuts short
    ],
)
def test_every_meter_keeps_the_times_of_notes(meters: tuple[tuple[float, int, int], ...], beats: list[int]) -> None:
    starts = (0.0, 0.5, 3.25, 5.0, 7.0, 10.5, 15.25)
    bars = song_bars(song(*starts, meters=meters, tempos=((0.0, 90.0),)))
    assert [bar.beats for bar in bars] == beats
    assert all(0.0 <= note.start_beats < bar.beats for bar in bars for note in bar.notes)
    assert seconds_of(bars) == [pytest.approx((start / 1.5, 0.5 / 1.5), abs=1e-5) for start in starts]


def test_a_tempo_map_keeps_the_times_of_notes() -> None:
    own = song(0.0, 3.9, 4.0, 6.0, 9.5, tempos=((0.0, 60.0), (4.0, 120.0), (7.0, 30.0), (8.0, 90.0)))
    bars = song_bars(own)
    assert [bar.tempo for bar in bars] == [60.0, pytest.approx(240.0 / 3.5), 90.0]
    for (begin, length), note in zip(seconds_of(bars), own.parts[0].notes, strict=True):
        assert begin == pytest.approx(own.seconds_at(note.start_beats), abs=1e-5)
        assert begin + length == pytest.approx(own.seconds_at(note.start_beats + 0.5), abs=1e-5)


def test_a_tempo_of_ones_own_stands_in_place_of_the_map() -> None:
    bars = song_bars(song(0.0, 6.0, tempos=((0.0, 60.0), (4.0, 120.0))), tempo=100.0)
    assert [bar.tempo for bar in bars] == [100.0, 100.0]


def test_a_damaged_time_is_named() -> None:
    with pytest.raises(UserError, match=r"my\.mid: lasts 45,000 s; at most 3600 s .* beat 90,000"):
        song_bars(song(0.0, 90_000.0), "my.mid")
