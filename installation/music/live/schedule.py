"""Schedule: the bars that are to be played, by their number in the pulse, and the notes that are due."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from installation.music.notes import Bar, Note

KEPT_BARS = 8
"""Bars before the newest one that are kept."""


@dataclass(frozen=True, slots=True)
class DueNote:
    """A note whose time has come."""

    position: float
    """In bars of the pulse."""
    note: Note
    bar: Bar


class Schedule:
    """Written by the thread that composes, read by the one that renders."""

    def __init__(self) -> None:
        self._bars: dict[int, Bar] = {}
        self._lock = threading.Lock()

    def __contains__(self, number: int) -> bool:
        with self._lock:
            return number in self._bars

    def bar(self, number: int) -> Bar | None:
        """The bar with this number of the pulse."""
        with self._lock:
            return self._bars.get(number)

    def put(self, number: int, bar: Bar) -> None:
        """Have a bar played as the pulse's bar `number`."""
        with self._lock:
            self._bars[number] = bar
            for old in [each for each in self._bars if each < number - KEPT_BARS]:
                del self._bars[old]

    def replace_rest(self, number: int, from_beats: float, bar: Bar) -> None:
        """From a beat on, play the notes of another bar as the rest of the bar `number`."""
        before = self.bar(number)
        kept: tuple[Note, ...] = ()
        if before is not None:
            silent = before.controls.muted
            kept = tuple(n for n in before.notes if n.start_beats < from_beats and n.stem not in silent)
        fresh = tuple(note for note in bar.notes if note.start_beats >= from_beats)
        self.put(number, replace(bar, notes=kept + fresh))

    def clear(self) -> None:
        """Drop every bar: nothing more is due."""
        with self._lock:
            self._bars.clear()

    def due(self, begin: float, end: float) -> list[DueNote]:
        """The notes with positions in begin <= position < end, in order of time."""
        with self._lock:
            bars = [(number, self._bars[number]) for number in range(int(begin), int(end) + 1) if number in self._bars]
        found = [
            DueNote(position, note, bar)
            for number, bar in bars
            for note in bar.notes
            if note.stem not in bar.controls.muted
            and begin <= (position := number + note.start_beats / bar.beats) < end
        ]
        return sorted(found, key=lambda due: due.position)
