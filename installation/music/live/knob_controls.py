"""From the knobs of /music/ and the movement in the room to the controls of a bar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from installation.interface.music_knobs import BY_MOOD, KEYS, KNOBS
from installation.music.controls import STEMS, TEMPO_RANGE, Controls, clamped
from installation.music.genres import PROFILES
from installation.music.request import target_of

DEFAULTS: Mapping[str, Any] = {knob.name: knob.default for knob in KNOBS}
ROOM_AROUSAL = 1.2
"""What the wildest movement of a crowd adds to the arousal, of the stillest takes away half of."""
ROOM_DENSITY = 0.25
"""What a full room adds to the density."""
FULL_ROOM = 6
"""Visitors from which on a room is full."""
ROOM_BRIGHTNESS = 0.3
"""What raised hands add to the brightness."""
ROOM_STEPS = 6
"""Steps in which the room's movement is read: less would change every bar."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the composer knows of the visitors: movement, never faces."""

    energy: float = 0.0
    """0 still .. 1 dancing wildly."""
    count: int = 0
    """Visitors."""
    hands: float = 0.0
    """0..1, how high the highest hand is raised."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Room:
        """From the plain values of a request."""
        return cls(float(values.get("energy", 0.0)), int(values.get("count", 0)), float(values.get("hands", 0.0)))


def controls_of(knobs: Mapping[str, Any], room: Room, beats: int, seed: int) -> Controls:
    """The controls of a bar of so many `beats`, with the tempo left out; `seed` serves where the knob's is 0."""
    value = {**DEFAULTS, **knobs}
    share = float(value["room"]) if room.count else 0.0
    moved, raised = _stepped(room.energy), _stepped(room.hands)
    solo = [stem for stem in STEMS if value[f"solo_{stem}"]]
    muted = tuple(stem for stem in STEMS if value[f"mute_{stem}"] or (solo and stem not in solo))
    free = clamped(
        Controls(
            genre=str(value["genre"]),
            valence=float(value["valence"]),
            arousal=float(value["arousal"]) + share * ROOM_AROUSAL * (moved - 0.33),
            key=KEYS.index(value["key"]) if value["key"] in KEYS else 0,
            scale=None if value["scale"] == BY_MOOD else str(value["scale"]),
            repeat=float(value["repeat"]),
            temperature=float(value["temperature"]),
            seed=int(value["seed"]) or seed,
            muted=muted,
            beats=beats,
        )
    )
    usual = target_of(free)
    crowd = share * ROOM_DENSITY * min(room.count, FULL_ROOM) / FULL_ROOM
    return clamped(
        replace(
            free,
            density=_about(usual.density, value["density"]) + crowd,
            brightness=_about(usual.brightness, value["brightness"]) + share * ROOM_BRIGHTNESS * raised,
            energy=_about(usual.energy, value["energy"]),
            swing=_about(PROFILES[free.genre].swing, value["swing"]),
        )
    )


def wanted_tempo(knobs: Mapping[str, Any], controls: Controls) -> float:
    """The tempo of the knob, or that of genre and mood, beats a minute."""
    asked = float({**DEFAULTS, **knobs}["tempo"])
    return (
        min(asked, TEMPO_RANGE[1]) if asked >= TEMPO_RANGE[0] else round(target_of(replace(controls, tempo=None)).tempo)
    )


def knobs_of(preset: Controls) -> dict[str, str | float]:
    """The values of knobs that bring a preset's controls: those that it leaves open stand in the middle."""
    usual = target_of(replace(preset, density=None, brightness=None, energy=None, swing=None))
    levels = {
        "density": (usual.density, preset.density),
        "brightness": (usual.brightness, preset.brightness),
        "energy": (usual.energy, preset.energy),
        "swing": (PROFILES[preset.genre].swing, preset.swing),
    }
    return {
        "genre": preset.genre,
        "valence": preset.valence,
        "arousal": preset.arousal,
        "tempo": preset.tempo or 0.0,
        "scale": preset.scale or BY_MOOD,
        "repeat": preset.repeat,
        "temperature": preset.temperature,
        **{name: _knob_about(middle, asked) for name, (middle, asked) in levels.items()},
    }


def _knob_about(usual: float, asked: float | None) -> float:
    """The knob at which `_about` gives what was asked for."""
    if asked is None or asked == usual:
        return 0.5
    return 0.5 * asked / usual if asked < usual else 0.5 + 0.5 * (asked - usual) / (1.0 - usual)


def _about(usual: float, knob: float) -> float:
    """A knob whose middle is what is usual, and whose ends are 0 and 1."""
    knob = min(max(float(knob), 0.0), 1.0)
    return usual * 2.0 * knob if knob <= 0.5 else usual + (1.0 - usual) * (2.0 * knob - 1.0)


def _stepped(value: float) -> float:
    return round(min(max(value, 0.0), 1.0) * ROOM_STEPS) / ROOM_STEPS
