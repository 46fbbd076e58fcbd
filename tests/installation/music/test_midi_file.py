"""A MIDI file of any type is read as it sounds, what is broken is said with its place, and what is written others can
read."""

from __future__ import annotations

import io
import logging
import struct
from dataclasses import replace
from pathlib import Path

import mido
import pytest

from installation.core.errors import UserError
from installation.music.controls import Controls
from installation.music.midi_file import (
    CREDIT,
    MAX_FILE_BYTES,
    MidiSong,
    midi_bytes,
    parse_midi,
    read_midi,
    song_notes,
    write_midi,
)
from installation.music.notes import Bar, Chord, Note


def song_of(*tracks: list[mido.Message], kind: int = 1, ticks: int = 96) -> MidiSong:
    file = mido.MidiFile(type=kind, ticks_per_beat=ticks, tracks=[mido.MidiTrack(track) for track in tracks])
    data = io.BytesIO()
    file.save(file=data)
    return parse_midi(data.getvalue())


def beat(pitch: int = 60, channel: int = 0, start: int = 0, length: int = 96) -> list[mido.Message]:
    """A note of one beat, `start` ticks after what is before it."""
    on = mido.Message("note_on", note=pitch, velocity=100, channel=channel, time=start)
    return [on, mido.Message("note_off", note=pitch, channel=channel, time=length)]


def raw(*tracks: bytes, kind: int = 1, count: int | None = None, division: int = 96) -> bytes:
    """A MIDI file of tracks given as bytes."""
    header = struct.pack(">4sIHHh", b"MThd", 6, kind, len(tracks) if count is None else count, division)
    return header + b"".join(struct.pack(">4sI", b"MTrk", len(track)) + track for track in tracks)


NOTE = bytes([0, 0x90, 60, 100, 96, 0x80, 60, 0])
END = bytes([0, 0xFF, 0x2F, 0])


@pytest.mark.parametrize("kind", [0, 1])
def test_notes_have_their_beats(kind: int) -> None:
    song = song_of([*beat(60), *beat(64, start=48)], kind=kind)
    assert [(n.start_beats, n.length_beats, n.pitch, n.velocity) for n in song.parts[0].notes] == [
        (0.0, 1.0, 60, 100),
        (1.5, 1.0, 64, 100),
    ]
    assert song.beats == 2.5


def test_patterns_of_type_2_follow_each_other_from_bar_line_to_bar_line() -> None:
    song = song_of(beat(60), beat(62), kind=2)
    assert [note.start_beats for part in song.parts for note in part.notes] == [0.0, 4.0]


def test_a_tempo_map_gives_seconds() -> None:
    tempos = [mido.MetaMessage("set_tempo", tempo=500_000), mido.MetaMessage("set_tempo", tempo=1_000_000, time=192)]
    song = song_of(tempos, beat(60, start=384))
    assert song.tempo_at(0.0) == 120.0
    assert song.tempo_at(2.0) == 60.0
    assert song.seconds_at(4.0) == pytest.approx(1.0 + 2.0)


def test_a_tempo_that_comes_later_leaves_the_default_before_it() -> None:
    song = song_of([mido.MetaMessage("set_tempo", tempo=1_000_000, time=96), *beat(60)])
    assert song.tempos == ((0.0, 120.0), (1.0, 60.0))


def test_the_meter_gives_the_length_of_bars() -> None:
    song = song_of([mido.MetaMessage("time_signature", numerator=6, denominator=8), *beat(60)])
    assert song.beats_per_bar == 3.0


def test_stems_are_told_by_channel_program_and_register() -> None:
    bass = [mido.Message("program_change", program=33, channel=1), *beat(50, channel=1)]
    chord = [m for p in (60, 64, 67) for m in [mido.Message("note_on", note=p, velocity=80, channel=2, time=0)]]
    chord += [mido.Message("note_off", note=p, channel=2, time=96 * (p == 60)) for p in (60, 64, 67)]
    song = song_of(beat(38, channel=9), bass, chord, beat(76, channel=3))
    assert {note.pitch: note.stem for note in song_notes(song)} == {
        38: "drums",
        50: "bass",
        60: "chords",
        64: "chords",
        67: "chords",
        76: "lead",
    }


def test_running_status_and_note_on_without_velocity_end_notes() -> None:
    song = parse_midi(raw(bytes([0, 0x90, 60, 100, 96, 60, 0, 0, 64, 90, 48, 64, 0]) + END))
    assert [(n.start_beats, n.length_beats, n.pitch) for n in song.parts[0].notes] == [(0.0, 1.0, 60), (1.0, 0.5, 64)]


def test_broken_running_status_keeps_what_came_before_and_says_where(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        song = parse_midi(raw(NOTE + END, bytes([0, 60, 100]) + NOTE + END), "odd.mid")
    assert len(song.parts) == 1
    assert "odd.mid: track 2, byte 43" in caplog.text
    assert "running status" in caplog.text


def test_a_file_that_is_cut_off_gives_the_notes_before_the_cut() -> None:
    data = raw(NOTE * 4 + END)
    song = parse_midi(data[:-14])
    assert len(song.parts[0].notes) == 3, "the third note sounds where the file ends"


def test_a_note_that_never_ends_ends_with_its_track() -> None:
    song = parse_midi(raw(bytes([0, 0x90, 60, 100, 96, 0xFF, 0x2F, 0])))
    assert song.parts[0].notes[0].length_beats == 1.0


def test_notes_without_ends_do_not_stick() -> None:
    song = parse_midi(raw(bytes([0, 0x90, 60, 100, 0, 0x90, 64, 100, *b"\x9f\x00", 0x80, 72, 0]) + END))
    assert [note.length_beats for note in song.parts[0].notes] == [4.0, 4.0]
    assert song.repairs == ("track 1: 2 notes have no end; at most 4 beats of each are read",)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (raw(NOTE + END, count=3), "the header at byte 10 says 3 tracks; 1 are there"),
        (raw(NOTE + END, NOTE + END, kind=2), "type 2 holds 2 patterns"),
        (raw(NOTE + END, division=-25 * 256 + 40), "counts in SMPTE frames, 25 a second, at byte 12"),
        (raw(bytes([0, 0xFF, 0x51, 3, 0, 0, 0]) + NOTE + END), "track 1, byte 28: a tempo of"),
        (raw(bytes([0, 0xFF, 0x51, 2, 7, 8]) + NOTE + END), "track 1, byte 27: no tempo (07 08)"),
        (raw(bytes([0, 0xFF, 0x58, 1, 0]) + NOTE + END), "no meter (00)"),
        (raw(bytes([0, 0x90, 60, 200, 96, 0x80, 60, 0]) + END), "1 data bytes above 127; they are read as 127"),
        (raw(NOTE + bytes([0, 0xF0, 99]) + END), "a message of 99 bytes that runs past the track's end"),
        (raw(NOTE + bytes([0xFF, 0xFF, 0xFF, 0xFF, 0x7F]) + END), "a number of more than 4 bytes"),
        (raw(NOTE + END)[:-2], "is cut off"),
    ],
)
def test_every_repair_is_reported_with_its_place(data: bytes, words: str) -> None:
    song = parse_midi(data)
    assert len(song.parts[0].notes) >= 1
    assert any(words in repair for repair in song.repairs), song.repairs


def test_frames_of_smpte_are_seconds() -> None:
    # 25 frames of 40 ticks are 1000 ticks a second; the tempo of such a file means nothing.
    tempo = bytes([0, 0xFF, 0x51, 3, 15, 66, 64])
    song = parse_midi(raw(tempo + bytes([0, 0x90, 60, 90, *b"\x87\x68", 0x80, 60, 0]) + END, division=-25 * 256 + 40))
    assert song.seconds_at(song.beats) == pytest.approx(1.0)


def test_a_track_that_is_shorter_than_it_says_does_not_hide_the_next() -> None:
    first = struct.pack(">4sI", b"MTrk", 2_000) + NOTE + END
    song = parse_midi(raw()[:14] + first)
    assert len(song.parts[0].notes) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no MIDI file"),
        (b"RIFF....WAVE", "no MIDI file"),
        (b"MThd\0\0", "ends within its header"),
        (raw(END), "no notes"),
        (raw(), "no tracks"),
        (raw(count=3), "no tracks"),
        (raw(bytes([0, 0xFF, 1, 0xFF, 0xFF, 0xFF, 0x7F]) + NOTE), "no notes"),
        (raw(NOTE, division=-25 * 256), "0 ticks a frame at byte 12"),
        (raw(NOTE, kind=7), "type 7 at byte 8"),
        (raw(NOTE, division=0), "0 ticks a beat at byte 12"),
    ],
)
def test_what_holds_no_music_is_said_with_file_and_reason(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=r"^some\.mid: .*") as error:
        parse_midi(data, "some.mid")
    assert words in str(error.value)


def test_fifty_megabytes_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "large.mid"
    with path.open("wb") as file:
        file.write(b"MThd")
        file.truncate(MAX_FILE_BYTES * 3)
    with pytest.raises(UserError, match=r"large\.mid: 48 MiB; .* at most 16 MiB"):
        read_midi(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.mid: No such file"):
        read_midi(tmp_path / "none.mid")


def test_random_bytes_raise_nothing_but_user_errors() -> None:
    import numpy as np

    rng = np.random.default_rng(3)
    for size in range(0, 120, 3):
        track = rng.integers(0, 256, size, np.uint8).tobytes()
        try:
            parse_midi(raw(NOTE + track, kind=size % 3))
        except UserError:
            continue


def bar(*notes: Note, index: int = 0, tempo: float = 100.0, beats: int = 4) -> Bar:
    return Bar(notes, Controls(beats=beats), Chord(0), "A", tempo, index)


def test_written_bars_are_read_back_and_by_others(tmp_path: Path) -> None:
    notes = [Note(0.0, 0.2, "drums", 36, 90), Note(0.5, 1.0, "bass", 40, 80), Note(1.25, 2.0, "lead", 72, 101)]
    path = tmp_path / "piece.mid"
    write_midi(path, [bar(*notes, tempo=100.0), bar(Note(1.0, 1.0, "chords", 60, 70), index=1, tempo=80.0)])
    song = read_midi(path)
    assert [(n.start_beats, n.stem, n.pitch, n.velocity) for n in song_notes(song) if n.stem != "chords"][:3] == [
        (0.0, "drums", 36, 90),
        (0.5, "bass", 40, 80),
        (1.25, "lead", 72, 101),
    ]
    assert song.tempo_at(0.0) == pytest.approx(100.0)
    assert song.tempo_at(4.0) == pytest.approx(80.0)
    other = mido.MidiFile(path)
    assert other.type == 1
    assert sum(m.type == "note_on" for track in other.tracks for m in track) == 4
    texts = [m.text for m in other.tracks[0] if m.type == "copyright"]
    assert texts == [CREDIT]


def test_no_note_ends_another_of_its_pitch() -> None:
    notes = (Note(0.0, 3.0, "chords", 60, 80), Note(1.0, 1.0, "chords", 60, 80), Note(1.0, 9.0, "lead", 60, 80))
    bars = [Bar(notes, Controls(muted=("bass",)), Chord(0), "A", 120.0)]
    read = [(n.stem, n.start_beats, n.length_beats) for n in song_notes(parse_midi(midi_bytes(bars)))]
    assert sorted(read) == [("lead", 0.0, 1.0), ("lead", 1.0, 1.0), ("lead", 1.0, 3.0)]


def test_muted_stems_are_not_in_the_file() -> None:
    bar = Bar((Note(0.0, 1.0, "lead", 72, 80), Note(0.0, 1.0, "bass", 36, 80)), Controls(), Chord(0), "A", 120.0)
    data = midi_bytes([bar, replace(bar, controls=Controls(muted=("bass",)))])
    assert [(n.stem, n.start_beats) for n in song_notes(parse_midi(data)) if n.stem == "bass"] == [("bass", 0.0)]


def test_the_same_bars_give_the_same_bytes() -> None:
    one = bar(Note(0.0, 1.0, "lead", 60, 80), Note(0.0, 1.0, "lead", 64, 80))
    assert midi_bytes([one]) == midi_bytes([one])


def test_a_note_that_is_struck_again_ends_first() -> None:
    data = midi_bytes([bar(Note(0.0, 1.0, "lead", 60, 80), Note(1.0, 1.0, "lead", 60, 90))])
    played = [n for part in parse_midi(data).parts for n in part.notes]
    assert [(n.start_beats, n.length_beats, n.velocity) for n in played] == [(0.0, 1.0, 80), (1.0, 1.0, 90)]
