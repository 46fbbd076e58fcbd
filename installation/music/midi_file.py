"""Standard MIDI files: reading any type with tempo map and meters, and writing bars of music.

The reader keeps all that it can make sense of; what it repairs or leaves out is logged with its place, and stands in
the song. It raises UserError, with the file and the byte, where a file is no MIDI file or holds no music at all.
"""

from __future__ import annotations

import logging
import struct
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from installation.core.errors import UserError
from installation.music.controls import STEMS
from installation.music.notes import Bar, Note
from motion.atomic_file import atomic_write

logger = logging.getLogger(__name__)

TICKS_PER_BEAT = 480
"""Resolution of the files that are written."""
MAX_FILE_BYTES = 16 << 20
"""Largest file that is read: hours of dense music have a tenth of it."""
MAX_NOTES = 500_000
MAX_BEATS = 1e6
"""Latest position that is read, beats: a damaged time would make an endless piece."""
DRUM_CHANNEL = 9
"""Channel of percussion in General MIDI, counted from 0."""
DEFAULT_TEMPO = 120.0
READ_TEMPOS = (5.0, 1000.0)
"""Slowest and fastest tempo that is read, beats a minute."""
UNENDED_BEATS = 4.0
"""Longest that a note without an end sounds, beats."""
MAX_REPAIRS = 20
"""Repairs of a file that are reported; a file with more is damaged as a whole."""
STEM_CHANNELS = {"drums": DRUM_CHANNEL, "bass": 0, "chords": 1, "lead": 2}
"""Channels of the stems in files that are written, and at MIDI ports."""
DEFAULT_PROGRAMS = {"bass": 33, "chords": 4, "lead": 11}
"""General MIDI programs of the stems in files that are written, counted from 0."""
BASS_PROGRAMS = range(32, 40)
"""General MIDI programs of basses."""
BASS_PITCH = 48.0
"""A part whose mean pitch is lower is a bass."""
CHORD_SHARE = 0.3
"""A part is chords where this share of its notes begins together with another."""
CREDIT = (
    "Composed by Visitant. Its model learned from the Groove MIDI Dataset (CC BY 4.0, Gillick et al. 2019) "
    "and Freedoom's music (BSD 3-Clause)."
)
"""Text that every written file carries."""


@dataclass(frozen=True, slots=True)
class MidiNote:
    """A note as the file has it; positions in beats (quarter notes) from the begin."""

    start_beats: float
    length_beats: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class MidiPart:
    """The notes of one channel of one track."""

    name: str
    """The track's name; may be empty."""
    channel: int
    """0..15; DRUM_CHANNEL is percussion."""
    program: int
    """General MIDI program 0..127 that most of its notes have."""
    notes: tuple[MidiNote, ...]


@dataclass(frozen=True, slots=True)
class MidiSong:
    """The music of a MIDI file."""

    parts: tuple[MidiPart, ...]
    """Those with notes."""
    tempos: tuple[tuple[float, float], ...] = ((0.0, DEFAULT_TEMPO),)
    """The tempo map: position in beats, beats a minute; begins at 0."""
    meters: tuple[tuple[float, int, int], ...] = ((0.0, 4, 4),)
    """Meters: position in beats, numerator, denominator; begins at 0."""
    repairs: tuple[str, ...] = ()
    """What was broken in the file and is read otherwise, or left out, each with its place."""

    @property
    def beats(self) -> float:
        """Where the last note ends."""
        return max((note.start_beats + note.length_beats for part in self.parts for note in part.notes), default=0.0)

    @property
    def beats_per_bar(self) -> float:
        """Length of the bars of the first meter, in quarter notes."""
        _, numerator, denominator = self.meters[0]
        return 4.0 * numerator / denominator

    def tempo_at(self, beats: float) -> float:
        """Beats a minute at a position."""
        return self.tempos[max(0, bisect_right(self.tempos, (beats, float("inf"))) - 1)][1]

    def seconds_at(self, beats: float) -> float:
        """Time of a position, s from the begin."""
        seconds = 0.0
        ends = [position for position, _ in self.tempos[1:]] + [float("inf")]
        for (start, tempo), end in zip(self.tempos, ends, strict=True):
            seconds += max(0.0, min(beats, end) - start) * 60.0 / tempo
        return seconds


def read_midi(path: Path) -> MidiSong:
    """The music of a MIDI file of type 0, 1 or 2; the tracks of type 2 follow each other.

    Raises UserError where the file is missing, too large, no MIDI file, or without notes.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            limit = MAX_FILE_BYTES >> 20
            raise UserError(f"{path}: {size / (1 << 20):.0f} MiB; a MIDI file of music has at most {limit} MiB")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}; expected a MIDI file (.mid)") from error
    return parse_midi(data, str(path))


def parse_midi(data: bytes, name: str = "MIDI data") -> MidiSong:
    """The music in the bytes of a MIDI file; `name` begins the messages. Raises UserError, as `read_midi`."""
    start = data.find(b"MThd", 0, 4096)
    if start < 0:
        found = "does not begin with MThd" if data else "is empty"
        raise UserError(f"{name}: no MIDI file: it {found}; expected a Standard MIDI File (.mid)")
    if len(data) < start + 14:
        raise UserError(f"{name}: ends within its header, at byte {len(data)}; the copy may be incomplete")
    size, kind, count, division = struct.unpack(">IHHh", data[start + 4 : start + 14])
    if kind > 2:
        raise UserError(f"{name}: type {kind} at byte {start + 8}; expected 0, 1 or 2")
    collected = _Collected(name)
    ticks = _ticks_per_beat(division, start + 12, collected)
    offset, number = 0.0, 0
    for number, bounds in enumerate(_tracks(data, start + 8 + size, collected), 1):
        length = _TrackReader(data, bounds, ticks, collected, number).read(offset)
        if kind == 2:
            # Patterns that are independent of each other: one after the other, from bar line to bar line.
            offset += 4.0 * -(-length // 4.0)
    if number == 0:
        raise UserError(f"{name}: holds no tracks; expected a MIDI file with music")
    if number != count:
        collected.repair(f"the header at byte {start + 10} says {count} tracks; {number} are there, and are read")
    if kind == 2 and number > 1:
        collected.repair(f"type 2 holds {number} patterns apart from each other; they are read one after the other")
    return collected.song()


def _ticks_per_beat(division: int, place: int, collected: _Collected) -> float:
    """Ticks of a beat, from the division at byte `place`: of 120 BPM where a file counts in parts of SMPTE frames."""
    if division > 0:
        return float(division)
    frames, per_frame = -(division >> 8), division & 0xFF
    if not frames or not per_frame:
        what = "ticks a frame" if division else "ticks a beat"
        raise UserError(f"{collected.name}: 0 {what} at byte {place}; expected 24 to 960 ticks a beat")
    collected.seconds_per_beat = 60.0 / DEFAULT_TEMPO
    collected.repair(f"counts in SMPTE frames, {frames} a second, at byte {place}; bars are of {DEFAULT_TEMPO:g} BPM")
    # 29 is 30 frames dropped to 29.97 a second.
    return (29.97 if frames == 29 else frames) * per_frame * collected.seconds_per_beat


def _tracks(data: bytes, position: int, collected: _Collected) -> Iterator[tuple[int, int]]:
    """First byte and end of each track; chunks of other kinds are skipped."""
    while position + 8 <= len(data):
        kind, size = data[position : position + 4], int.from_bytes(data[position + 4 : position + 8], "big")
        begin, end = position + 8, position + 8 + size
        if kind == b"MTrk":
            if end > len(data):
                collected.repair(f"the track at byte {position} is cut off; what there is of it is read")
            yield begin, min(end, len(data))
        elif not kind.isalnum():
            found = data.find(b"MTrk", position)
            collected.repair(f"no chunk at byte {position}; read on from the next track")
            if found < 0:
                return
            end = found
        position = end


@dataclass
class _Collected:
    """What the tracks of a file add up to."""

    name: str
    notes: dict[tuple[int, int], list[MidiNote]] = field(default_factory=lambda: defaultdict(list))
    """By track and channel."""
    programs: dict[tuple[int, int], int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    tempos: dict[float, float] = field(default_factory=dict)
    meters: dict[float, tuple[int, int]] = field(default_factory=dict)
    count: int = 0
    repairs: list[str] = field(default_factory=list)
    seconds_per_beat: float | None = None
    """Where the file counts in time and not in beats; its tempos mean nothing then."""

    def repair(self, text: str) -> None:
        """Report what is broken and how it is read."""
        if len(self.repairs) < MAX_REPAIRS:
            self.repairs.append(text)
            logger.warning("%s: %s", self.name, text)

    def add(self, track: int, channel: int, note: MidiNote) -> None:
        self.count += 1
        if self.count > MAX_NOTES:
            raise UserError(f"{self.name}: more than {MAX_NOTES:,} notes; expected a piece of music")
        self.notes[track, channel].append(note)

    def song(self) -> MidiSong:
        if not self.notes:
            raise UserError(f"{self.name}: holds no notes; expected a MIDI file with music")
        parts = [
            MidiPart(
                self.names.get(track, ""),
                channel,
                self.programs.get((track, channel), 0),
                tuple(sorted(notes, key=lambda note: (note.start_beats, note.pitch))),
            )
            for (track, channel), notes in sorted(self.notes.items())
        ]
        tempos = sorted(self.tempos.items()) if self.seconds_per_beat is None else []
        if not tempos or tempos[0][0] > 0.0:
            tempos.insert(0, (0.0, DEFAULT_TEMPO))
        meters = [(position, *meter) for position, meter in sorted(self.meters.items())]
        if not meters or meters[0][0] > 0.0:
            meters.insert(0, (0.0, 4, 4))
        return MidiSong(tuple(parts), tuple(tempos), tuple(meters), tuple(self.repairs))


class _TrackReader:
    """Reads the events of one track; a fault ends the track, and events before it stay."""

    def __init__(self, data: bytes, bounds: tuple[int, int], ticks: float, into: _Collected, track: int) -> None:
        self.data, self.ticks, self.into, self.track = data, ticks, into, track
        self.at, self.end = bounds
        self.offset = 0.0
        """Position of the track's begin, beats."""
        self.now = 0
        """Position, ticks."""
        self.status = 0
        self.program: dict[int, int] = {}
        self.open: dict[tuple[int, int], list[tuple[float, int]]] = defaultdict(list)
        """Begin and velocity of the notes that sound, by channel and pitch."""
        self.clipped = 0
        """Data bytes above 127."""

    def read(self, offset: float) -> float:
        """Read all events of a track that begins `offset` beats after the song; returns the track's length, beats."""
        self.offset = offset
        try:
            while self.at < self.end:
                self.now += self._variable()
                if self.now / self.ticks > MAX_BEATS:
                    raise ValueError("a time of weeks")
                if not self._event():
                    break
        except (ValueError, IndexError) as error:
            why = str(error) if isinstance(error, ValueError) else "ends within an event"
            self._repair(f"{why}; the rest of the track is left out")
        self._close_all()
        if self.clipped:
            self.into.repair(f"track {self.track}: {self.clipped} data bytes above 127; they are read as 127")
        return self.now / self.ticks

    def _close_all(self) -> None:
        """End the notes that still sound at the track's end."""
        unended = 0
        for channel, pitch in list(self.open):
            unended += len(self.open[channel, pitch])
            while self.open[channel, pitch]:
                self._close(channel, pitch, UNENDED_BEATS)
        if unended:
            notes = "1 note has" if unended == 1 else f"{unended} notes have"
            self.into.repair(f"track {self.track}: {notes} no end; at most {UNENDED_BEATS:g} beats of each are read")

    def _repair(self, text: str) -> None:
        """Report a repair at the byte that was read last."""
        self.into.repair(f"track {self.track}, byte {min(self.at, self.end) - 1}: {text}")

    def _beats(self) -> float:
        return self.offset + self.now / self.ticks

    def _byte(self) -> int:
        if self.at >= self.end:
            raise IndexError
        value = self.data[self.at]
        self.at += 1
        return value

    def _variable(self) -> int:
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise ValueError("a number of more than 4 bytes")

    def _event(self) -> bool:
        """Read one event; returns False at the track's end."""
        first = self._byte()
        if first == 0xFF:
            return self._meta()
        if first in (0xF0, 0xF7):
            size = self._variable()
            self.at += size
            if self.at > self.end:
                raise ValueError(f"a message of {size} bytes that runs past the track's end")
            return True
        if first >= 0xF0:
            # System common and real-time messages have no place in a file, but are found in some.
            self.at += {0xF1: 1, 0xF2: 2, 0xF3: 1}.get(first, 0)
            return True
        if first >= 0x80:
            self.status, first = first, self._byte()
        elif not self.status:
            raise ValueError(f"data byte 0x{first:02x} where a status was expected (broken running status)")
        self._channel_event(self.status >> 4, self.status & 0x0F, self._value(first))
        return True

    def _value(self, byte: int) -> int:
        """A data byte, 0..127."""
        self.clipped += byte > 0x7F
        return min(byte, 0x7F)

    def _channel_event(self, kind: int, channel: int, first: int) -> None:
        if kind == 0xC:
            self.program[channel] = first
            return
        if kind == 0xD:
            return
        second = self._value(self._byte())
        if kind == 0x9 and second:
            self.open[channel, first].append((self._beats(), second))
            self.into.programs.setdefault((self.track, channel), self.program.get(channel, 0))
        elif kind in (0x8, 0x9):
            self._close(channel, first)

    def _close(self, channel: int, pitch: int, longest: float = float("inf")) -> None:
        """End the oldest note of a pitch that sounds; an end without a note is ignored."""
        if sounding := self.open[channel, pitch]:
            start, velocity = sounding.pop(0)
            length = min(max(self._beats() - start, 1.0 / self.ticks), longest)
            self.into.add(self.track, channel, MidiNote(start, length, pitch, velocity))

    def _meta(self) -> bool:
        kind, size = self._byte(), self._variable()
        if kind == 0x2F:
            return False
        if self.at + size > self.end:
            raise ValueError(f"a meta event of {size} bytes, where {self.end - self.at} are left")
        content = self.data[self.at : self.at + size]
        self.at += size
        if kind == 0x03:
            self.into.names.setdefault(self.track, content.decode("utf-8", "replace").strip())
        elif kind == 0x51 and len(content) == 3:
            self._tempo(60e6 / max(int.from_bytes(content, "big"), 0.5))
        elif kind == 0x58 and len(content) >= 2 and content[0] and content[1] <= 6:
            self.into.meters[self._beats()] = (content[0], 1 << content[1])
        elif kind in (0x51, 0x58):
            what = "tempo" if kind == 0x51 else "meter"
            self._repair(f"no {what} ({content[:8].hex(' ') or 'empty'}); it is left out")
        return True

    def _tempo(self, tempo: float) -> None:
        slowest, fastest = READ_TEMPOS
        read = min(max(tempo, slowest), fastest)
        if read != tempo:
            self._repair(f"a tempo of {tempo:.3g} beats a minute; it is read as {read:g}")
        self.into.tempos[self._beats()] = read


def stem_of(part: MidiPart) -> str:
    """The stem that a part of a file is nearest to, from its channel, program, register and how many notes sound
    together."""
    if part.channel == DRUM_CHANNEL:
        return "drums"
    mean = sum(note.pitch for note in part.notes) / len(part.notes)
    if part.program in BASS_PROGRAMS or "bass" in part.name.lower() or mean < BASS_PITCH:
        return "bass"
    starts = [round(note.start_beats * 12) for note in part.notes]
    together = len(starts) - len(set(starts))
    return "chords" if together >= CHORD_SHARE * len(starts) else "lead"


def song_notes(song: MidiSong) -> tuple[Note, ...]:
    """All notes of a song as notes of stems, in order; `start_beats` counts from the song's begin."""
    return tuple(
        sorted(
            Note(note.start_beats, note.length_beats, stem, note.pitch, note.velocity)
            for part in song.parts
            for stem in (stem_of(part),)
            for note in part.notes
        )
    )


def midi_bytes(bars: Sequence[Bar], text: str = "") -> bytes:
    """A MIDI file, type 1, of bars that follow each other: a track for tempo and meter, and one for each stem.

    It carries CREDIT and `text`. The same bars give the same bytes.
    """
    tracks = [_conductor(bars, text)]
    tracks += [_stem_track(bars, stem) for stem in STEMS]
    header = struct.pack(">4sIHHH", b"MThd", 6, 1, len(tracks), TICKS_PER_BEAT)
    return header + b"".join(struct.pack(">4sI", b"MTrk", len(track)) + track for track in tracks)


def write_midi(path: Path, bars: Sequence[Bar], text: str = "") -> None:
    """Write bars as a MIDI file, atomically. Raises OSError."""
    atomic_write(path, midi_bytes(bars, text))


def _conductor(bars: Sequence[Bar], text: str) -> bytes:
    events = [(0, _meta_event(0x02, CREDIT.encode()))]
    if text:
        events.append((0, _meta_event(0x01, text.encode())))
    tick, tempo, beats = 0, None, None
    for bar in bars:
        if bar.beats != beats:
            beats = bar.beats
            events.append((tick, _meta_event(0x58, bytes([beats, 2, 24, 8]))))
        if bar.tempo != tempo:
            tempo = bar.tempo
            events.append((tick, _meta_event(0x51, round(60e6 / tempo).to_bytes(3, "big"))))
        tick += beats * TICKS_PER_BEAT
    return _track(events, tick)


def _stem_track(bars: Sequence[Bar], stem: str) -> bytes:
    channel = STEM_CHANNELS[stem]
    events = [(0, _meta_event(0x03, stem.encode()))]
    if stem in DEFAULT_PROGRAMS:
        events.append((0, bytes([0xC0 | channel, DEFAULT_PROGRAMS[stem]])))
    notes: list[tuple[int, bytes]] = []
    total = sum(bar.beats for bar in bars) * TICKS_PER_BEAT
    for note, on, off in _note_ticks(bars, stem, total):
        notes.append((on, bytes([0x90 | channel, note.pitch, note.velocity])))
        notes.append((off, bytes([0x80 | channel, note.pitch, 0])))
    # At the same tick notes end before others begin.
    events += sorted(notes, key=lambda event: (event[0], event[1][0] & 0x10, event[1]))
    return _track(events, total)


def _note_ticks(bars: Sequence[Bar], stem: str, total: int) -> Iterator[tuple[Note, int, int]]:
    """The notes of a stem with begin and end, ticks; the last end by `total`. A pitch that is struck again ends
    first: its end would end the new note too."""
    again: dict[int, int] = {}
    found = []
    start = total
    for bar in reversed(bars):
        start -= bar.beats * TICKS_PER_BEAT
        own = () if stem in bar.controls.muted else bar.notes
        for note in reversed([note for note in own if note.stem == stem]):
            on = start + round(note.start_beats * TICKS_PER_BEAT)
            following = again.get(note.pitch, total)
            end = start + round(note.end_beats * TICKS_PER_BEAT)
            off = max(on + 1, min(end, total, following if following > on else total))
            again[note.pitch] = on
            found.append((note, on, off))
    return reversed(found)


def _track(events: Iterable[tuple[int, bytes]], end: int) -> bytes:
    """The bytes of a track of events, in order, that ends at tick `end`."""
    data, now = bytearray(), 0
    for tick, event in events:
        data += _variable_bytes(tick - now) + event
        now = tick
    data += _variable_bytes(max(0, end - now)) + b"\xff\x2f\x00"
    return bytes(data)


def _meta_event(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + _variable_bytes(len(content)) + content


def _variable_bytes(value: int) -> bytes:
    parts = [value & 0x7F]
    while value := value >> 7:
        parts.append(value & 0x7F | 0x80)
    return bytes(reversed(parts))
