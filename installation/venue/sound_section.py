"""The [sound] section of venue.toml: what the ear hears, and the tempo that it expects."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from installation.core.settings_base import Section

AUTO, DEVICE, FILM, MUSIC, SILENCE = "auto", "device", "film", "music", "silence"
"""The sources that have a name of their own."""
MIN_TEMPO_RATIO = 1.2
"""By how much `high_bpm` must exceed `low_bpm` at least, as a factor."""

GENRE_TEMPI_BPM: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "rock": (75.0, 170.0),
        "funk": (80.0, 135.0),
        "jazz": (85.0, 240.0),
        "latin": (75.0, 145.0),
        "hip-hop": (65.0, 112.0),
        "ballad": (50.0, 90.0),
        "ambient": (45.0, 90.0),
        "house": (112.0, 136.0),
        "techno": (120.0, 155.0),
        "drum and bass": (155.0, 190.0),
    }
)
"""Slowest and fastest tempo of a genre: most narrower than an octave, so that no beat is heard at half its tempo."""
Genre = Literal["rock", "funk", "jazz", "latin", "hip-hop", "ballad", "ambient", "house", "techno", "drum and bass"]
Tempo = Annotated[float, Field(ge=30, le=300)]
"""Beats a minute."""


def names_sound_file(source: str) -> bool:
    """Whether a source is a file, rather than a stream or one with a name of its own."""
    return source not in (AUTO, DEVICE, FILM, MUSIC, SILENCE) and "://" not in source


class SoundSection(Section):
    """Settings of the ear. It never records."""

    enabled: bool = True
    """Listen at all; without it the show has no ear."""
    source: Annotated[str, Field(min_length=1)] = AUTO
    """What is heard: "device" is a sound card, "film" the sound of the first camera's film, "music" what Visitant
    itself composes, "silence" nothing; or a file, or a stream's address. "auto" is the film's sound where the camera is
    a film that has some, else the sound card where there is one."""
    device: str | Annotated[int, Field(ge=0, le=255)] | None = None
    """The input of the sound card: a part of its name, or its number as `visitant check` lists them; left out, the
    system's own choice."""
    channel: Annotated[int, Field(ge=1, le=64)] | None = None
    """The one channel that is heard, 1 for the first; left out, the mean of all."""
    gain_db: Annotated[float, Field(ge=-40, le=40)] = 0.0
    """Amplification in decibels before the automatic one: lower it where an empty room is not silence."""
    genre: Genre | None = None
    """What is played: sets the tempo that is expected, where `low_bpm` and `high_bpm` are left out."""
    low_bpm: Tempo = 55.0
    """The slowest tempo that is expected, beats a minute."""
    high_bpm: Tempo = 215.0
    """The fastest tempo that is expected; a narrow range finds the beat more surely."""

    @model_validator(mode="before")
    @classmethod
    def _of_genre(cls, values: Any) -> Any:
        """The values with the genre's tempi where those are left out."""
        if not isinstance(values, Mapping) or values.get("genre") not in GENRE_TEMPI_BPM:
            return values
        low, high = GENRE_TEMPI_BPM[values["genre"]]
        return {"low_bpm": low, "high_bpm": high, **values}

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if self.high_bpm < self.low_bpm * MIN_TEMPO_RATIO:
            raise ValueError(f"give a high_bpm of at least {MIN_TEMPO_RATIO:g} times low_bpm")
        return self
