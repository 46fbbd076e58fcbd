"""Calls: what visitors' hands or a MIDI keyboard play, as notes in bars that the composer answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from installation.music.controls import SCALES, Controls
from installation.music.harmony import mode_of
from installation.music.live.bar_line import BarLine
from installation.music.notes import Note

MAX_NOTES = 256
"""Newest notes that are kept: many more than two bars have."""
MIN_SWING = 0.12
"""How far a hand must rise before its turn is a note, as a share of its reach."""
LOWEST_PITCH = 60
HAND_OCTAVES = 2
HAND_BEATS = 0.5
"""Length of a hand's notes."""


@dataclass(frozen=True, slots=True)
class _CalledNote:
    position: float
    """In bars of the pulse."""
    pitch: int
    velocity: int


class CallRecorder:
    """The newest notes that were played to the composer, by their position in the pulse."""

    def __init__(self) -> None:
        self._notes: deque[_CalledNote] = deque(maxlen=MAX_NOTES)
        """Written by one thread, copied by another."""

    def add(self, position: float, pitch: int, velocity: int) -> None:
        """Keep a note that begins at a position in bars."""
        self._notes.append(_CalledNote(position, min(max(pitch, 0), 127), min(max(velocity, 1), 127)))

    def bar(self, number: int, beats: int) -> tuple[Note, ...]:
        """The notes of the pulse's bar `number`, as a lead; each lasts to the next one, at most a beat."""
        inside = sorted((n for n in tuple(self._notes) if number <= n.position < number + 1), key=lambda n: n.position)
        starts = [(note.position - number) * beats for note in inside]
        ends = [*starts[1:], float(beats)]
        return tuple(
            Note(start, max(0.1, min(end - start, 1.0)), "lead", note.pitch, note.velocity)
            for note, start, end in zip(inside, starts, ends, strict=True)
        )


class HandPlayer:
    """Plays a note where a hand that was raised turns: the height is the pitch, the speed the loudness."""

    def __init__(self) -> None:
        self._hands: dict[str, tuple[float, float]] = {}
        """By the hand's name: its height, and the lowest since it began to rise."""

    def notes(self, hands: Mapping[str, float], controls: Controls) -> list[tuple[int, int]]:
        """Pitch and velocity of the notes that hands at these heights, 0..1, have just played."""
        scale = SCALES[mode_of(controls)]
        found = []
        for name, height in hands.items():
            before, lowest = self._hands.get(name, (height, height))
            if height < before and before - lowest >= MIN_SWING:
                degree = round(before * HAND_OCTAVES * (len(scale) - 1e-6))
                octave, step = divmod(degree, len(scale))
                pitch = LOWEST_PITCH + controls.key + 12 * octave + scale[step]
                found.append((pitch, round(60 + 60 * min(before - lowest, 1.0))))
                lowest = height
            self._hands[name] = height, min(lowest, height)
        for gone in self._hands.keys() - hands.keys():
            del self._hands[gone]
        return found


def call_position(line: BarLine, time: float) -> float:
    """Position in bars of something that was played at show time `time`."""
    return line.at(time)


def is_call_bar(number: int) -> bool:
    """Whether visitors have this bar of the pulse: two of theirs, two of the answer."""
    return number % 4 < 2


def keyboard_notes(values: Sequence[Sequence[float]], after: int) -> list[tuple[int, float, int, int]]:
    """Rows [number, show time, pitch, velocity] of a request that are newer than the number `after`."""
    return [(int(n), float(t), int(pitch), int(velocity)) for n, t, pitch, velocity in values if int(n) > after]
