"""The music of a Moment: what the composer plays now."""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record


@record("PlayedNote")
@dataclass(frozen=True, slots=True)
class PlayedNote:
    """A note that sounds or has just sounded."""

    number: int
    """Counts the notes since the composer started."""
    time: float
    """Show time at which it is heard, s."""
    seconds: float
    """Until it is released."""
    stem: str
    """"drums", "bass", "chords" or "lead"."""
    pitch: int
    """MIDI pitch 0..127; of drums the General MIDI percussion key."""
    velocity: int
    """1..127."""


@record("Music")
@dataclass(frozen=True, slots=True)
class Music:
    """What the composer plays; silent without one."""

    playing: bool = False
    genre: str = ""
    section: str = ""
    """Letter of the form's section."""
    chord: str = ""
    """Name of the present bar's chord, such as "F#m7"."""
    bar: int = 0
    """Bars that were played since the composer started."""
    tempo: float = 120.0
    """The tempo that the composer wants, beats a minute; the pulse follows it where no more trusted clock runs."""
    notes: tuple[PlayedNote, ...] = ()
    """The newest notes, those that are heard first first; their times may lie some tenths of a second ahead."""
    late_notes: int = 0
    """Notes since the start that were heard later than they should have been."""
    output: str = "ok"
    """ "ok", or why no sound card plays, for a person to read."""
    underruns: int = 0
    """How often the sound card asked for samples that were not rendered yet."""
    composing_seconds: float = 0.0
    """For how long the newest bar was composed."""
