"""The [music] section of venue.toml: whether the composer runs, and where its music goes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from installation.core.settings_base import Section


class MusicSection(Section):
    """Settings of the composer."""

    enabled: bool = False
    """Have the composer run, so that /music/play starts its music at the next bar line."""
    play: bool = False
    """Play from the start on; `enabled` must be true."""
    genre: Literal["rock", "funk", "jazz", "latin", "hip-hop", "ballad", "ambient"] = "funk"
    """The kind of music, until the knob /music/genre is turned."""
    output: str = "auto"
    """The sound card: "auto" is the system's own choice, "none" leaves it to MIDI and OSC; or a part of its name."""
    latency_ms: Annotated[float, Field(ge=0, le=500)] = 40.0
    """Milliseconds from the program to the loudspeaker; wireless ones have 150 and more."""
    midi_port: str | None = None
    """A part of the name of a MIDI output that is sent the notes, on channels 10 for drums and 1, 2, 3 for bass, chords
    and lead; needs `visitant[midi]`."""
    osc: bool = False
    """Send every note to the OSC targets, as /music/note/STEM pitch velocity seconds."""
    keyboard: str | None = None
    """A part of the name of the MIDI keyboard that is answered or accompanied."""
