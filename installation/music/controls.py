"""The composer's knobs as one plain value: what a bar is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

from installation.core.errors import UserError
from installation.core.records import record
from installation.music.model.stems import STEMS as STEMS

GENRES = ("rock", "funk", "jazz", "latin", "hip-hop", "ballad", "ambient")
"""Genres that can be asked for. The data labels the first five; ballad and ambient come by rule."""
SCALES = {
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
}
"""Scales that can be asked for: semitones above the key note. The first seven are the modes from bright to dark."""
MOODS = {
    "bright": (0.7, 0.3),
    "happy": (0.8, 0.6),
    "tender": (0.4, -0.6),
    "calm": (0.3, -0.8),
    "dark": (-0.7, -0.2),
    "sad": (-0.7, -0.7),
    "tense": (-0.6, 0.7),
    "wild": (0.2, 1.0),
}
"""Moods by name: valence and arousal."""
TEMPO_RANGE = (40.0, 240.0)
"""Slowest and fastest tempo, beats a minute."""
BEATS_RANGE = (2, 12)
"""Fewest and most beats of a bar."""
LIMITS: dict[str, tuple[float, float]] = {
    "tempo": TEMPO_RANGE,
    "valence": (-1.0, 1.0),
    "arousal": (-1.0, 1.0),
    "density": (0.0, 1.0),
    "brightness": (0.0, 1.0),
    "energy": (0.0, 1.0),
    "repeat": (0.0, 1.0),
    "swing": (0.0, 1.0),
    "temperature": (0.1, 2.0),
}
"""Smallest and largest value of each knob that is a number."""


# These fields: one of each knob, set and sent together.
@record("MusicControls")
@dataclass(frozen=True, slots=True)
class Controls:
    """What a bar is asked for. None leaves a knob to the genre and the mood."""

    genre: str = "rock"
    """One of GENRES."""
    valence: float = 0.0
    """-1 (dark) .. 1 (bright): the mode, on the row from Locrian to Lydian."""
    arousal: float = 0.0
    """-1 (calm) .. 1 (excited): tempo, density, energy and register, where those are None."""
    tempo: float | None = None
    """Beats a minute."""
    key: int = 0
    """Pitch class of the key note, C = 0."""
    scale: str | None = None
    """A key of SCALES to which every pitched note is held; None lets the valence choose a mode, held to loosely."""
    density: float | None = None
    """0 (few notes) .. 1 (many)."""
    brightness: float | None = None
    """0 (low register) .. 1 (high)."""
    energy: float | None = None
    """0 (soft) .. 1 (loud): velocities."""
    repeat: float = 0.62
    """0 (every bar new) .. 1 (cells repeat exactly)."""
    swing: float | None = None
    """0 (straight) .. 1 (triplets): how late off-beats are."""
    temperature: float = 0.95
    """Of sampling: lower plays safe, higher dares."""
    seed: int = 0
    muted: tuple[str, ...] = ()
    """Stems that are silent."""
    beats: int = 4
    """Beats of a bar."""
    chords: tuple[str, ...] = ()
    """A progression that is given, a chord name a bar such as "Am", repeated; empty lets the composer choose."""

    @property
    def active(self) -> tuple[str, ...]:
        """Stems that are not muted, in the order of STEMS."""
        return tuple(stem for stem in STEMS if stem not in self.muted)


def clamped(controls: Controls) -> Controls:
    """Controls with every number within its LIMITS, NaN as the default, and unknown names as the defaults.

    For the live loop, where a value out of range must not stop the music; commands use `require_valid`.
    """
    standard = Controls()
    changes: dict[str, object] = {}
    for name, (low, high) in LIMITS.items():
        value = getattr(controls, name)
        if value is not None:
            finite = isinstance(value, int | float) and not math.isnan(value)
            changes[name] = min(max(float(value), low), high) if finite else getattr(standard, name)
    low_beats, high_beats = BEATS_RANGE
    changes["genre"] = controls.genre if controls.genre in GENRES else standard.genre
    changes["scale"] = controls.scale if controls.scale in SCALES else None
    changes["beats"] = min(max(int(controls.beats), low_beats), high_beats)
    changes["key"] = int(controls.key) % 12
    changes["seed"] = abs(int(controls.seed))
    changes["muted"] = tuple(stem for stem in STEMS if stem in controls.muted)
    return replace(controls, **changes)  # type: ignore[arg-type]


def require_valid(controls: Controls, where: str = "") -> Controls:
    """The controls, clamped values aside unchanged. Raises UserError that names the knob, its value and its range.

    `where` begins the message, such as a file and a section.
    """
    place = f"{where}: " if where else ""
    sound = clamped(controls)
    for name in (field.name for field in fields(Controls)):
        given, kept = getattr(controls, name), getattr(sound, name)
        if name == "muted":
            given, kept = set(given), set(kept)
        if given != kept:
            raise UserError(f"{place}{name} {given!r}: expected {_expected(name)}")
    return sound


def _expected(name: str) -> str:
    """What a knob takes, in words."""
    if name in LIMITS:
        return "{:g} to {:g}".format(*LIMITS[name])
    names = {"genre": GENRES, "scale": tuple(SCALES), "muted": STEMS}
    if name in names:
        return "one of " + ", ".join(names[name])
    return {"beats": "{} to {}".format(*BEATS_RANGE), "key": "0 (C) to 11 (B)", "seed": "0 or more"}.get(
        name, "another"
    )
