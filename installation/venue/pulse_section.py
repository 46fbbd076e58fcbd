"""The [pulse] section of venue.toml: the clocks that may lead the pulse, and timecode."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from installation.core.settings_base import Section
from installation.interface.timecode import parse_timecode
from installation.venue.sound_section import DEVICE


def _is_timecode(text: str) -> str:
    parse_timecode(text)
    return text


TimecodeText = Annotated[str, AfterValidator(_is_timecode)]


def names_ltc_file(source: str) -> bool:
    """Whether a source of LTC is a file, rather than a sound card or a stream."""
    return source != DEVICE and "://" not in source


class PulseSection(Section):
    """Settings of the clocks."""

    source: Literal["auto", "link", "midi", "mtc", "ltc", "osc", "taps", "composer", "ear", "free"] = "auto"
    """The clock that leads, the first value of the knob /pulse/source: "auto" is the most trusted one that runs, in the
    order of these names."""
    link: bool = False
    """Share the tempo with programs on the network by Ableton Link; needs `visitant[link]`."""
    midi_clock_in: tuple[str, ...] = ()
    """Parts of the names of MIDI devices whose clock and timecode are followed; left out, any device's."""
    midi_clock_out: tuple[str, ...] = ()
    """Parts of the names of MIDI devices that are sent the clock; none when left out."""
    midi_clock_out_ms: Annotated[float, Field(ge=-500, le=500)] = 0.0
    """Milliseconds by which that clock is sent earlier, or later when negative."""
    ltc: Annotated[str, Field(min_length=1)] | None = None
    """Where LTC comes from: "device" for a sound card, a file, or a stream's address; none when left out."""
    ltc_device: str | Annotated[int, Field(ge=0, le=255)] | None = None
    """The sound card's input, by a part of its name or its number; left out, the system's own choice."""
    ltc_channel: Annotated[int, Field(ge=1, le=64)] | None = None
    """The channel of it with LTC, 1 for the first; left out, the mean of all."""
    timecode_offset: Annotated[float, Field(ge=-86_400, le=86_400)] = 0.0
    """Seconds that are added to MTC and LTC."""
    timecode_tempo: Annotated[float, Field(ge=20, le=400)] | None = None
    """Beats a minute of the music that timecode belongs to: then timecode leads the pulse as well."""
    timecode_start: TimecodeText = "00:00:00:00"
    """The timecode of that music's first beat."""
