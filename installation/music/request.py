"""What the knobs of a bar come to: tempo, levels, scale and feel, from controls, genre and mood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from installation.music.controls import STEMS, TEMPO_RANGE, Controls
from installation.music.genres import PROFILES, Genre
from installation.music.harmony import PARENT_MODES, mode_of, model_quality, scale_classes
from installation.music.model.tokens import (
    BAR_STEPS,
    CONTROL_BINS,
    TEMPO_EDGES,
    VELOCITY_BINS,
    BarControls,
    bin_velocity,
    level_of,
)
from installation.music.notes import Chord
from installation.music.performance import Feel

AROUSAL_DENSITY = 0.2
"""What full arousal adds to the density, where that is not asked for,"""
AROUSAL_ENERGY = 0.25
"""to the energy,"""
AROUSAL_BRIGHTNESS = 0.1
"""and to the register;"""
VALENCE_BRIGHTNESS = 0.1
"""and full valence to the register."""


DRUM_COUNTS = (5.0, 10.0, 13.0, 16.0, 19.0, 22.0, 25.5, 32.0)
"""Notes in the middle of each level of drum density,"""
PITCHED_COUNTS = (3.0, 7.0, 11.0, 15.0, 19.0, 23.0, 29.0, 38.0)
"""and of density."""
STEM_SHARES = (0.0, 0.32, 0.4, 0.28)
"""Shares of the stems among pitched notes."""
CHORDS_BELOW = 3.0
"""Semitones by which chords lie below the register asked for,"""
LEAD_ABOVE = 6.0
"""and the lead above it, where both play; there are twice as many notes of chords."""
REGISTERS = (50.0, 54.5, 57.5, 60.5, 63.5, 66.5, 70.0, 75.0)
"""Pitch in the middle of each level of brightness."""


@dataclass(frozen=True, slots=True)
class BarTarget:
    """All that is fixed of a bar before its notes."""

    genre: Genre
    tempo: float
    density: float
    brightness: float
    energy: float
    swing: float
    active: tuple[bool, ...]
    """Of each stem whether it plays."""

    @property
    def levels(self) -> tuple[object, ...]:
        """What must be equal in two bars for one to repeat the other."""
        return (self.genre, level(self.density), level(self.brightness), self.active)


def level(value: float) -> int:
    """The level of the model, 0..7, of a knob 0..1."""
    return min(int(value * CONTROL_BINS), CONTROL_BINS - 1)


def target_of(controls: Controls) -> BarTarget:
    """Tempo, density, brightness and energy: those asked for, else by genre and mood. Controls must be clamped."""
    genre = PROFILES[controls.genre]
    slow, fast = genre.tempo
    tempo = slow + (fast - slow) * (controls.arousal + 1.0) / 2.0 if controls.tempo is None else controls.tempo
    brighter = AROUSAL_BRIGHTNESS * controls.arousal + VALENCE_BRIGHTNESS * controls.valence
    return BarTarget(
        genre,
        min(max(tempo, TEMPO_RANGE[0]), TEMPO_RANGE[1]),
        _or(controls.density, genre.density + AROUSAL_DENSITY * controls.arousal),
        _or(controls.brightness, genre.brightness + brighter),
        _or(controls.energy, genre.energy + AROUSAL_ENERGY * controls.arousal),
        genre.swing if controls.swing is None else controls.swing,
        tuple(stem not in controls.muted and (stem != "drums" or genre.drums is not None) for stem in STEMS),
    )


def _or(asked: float | None, otherwise: float) -> float:
    return asked if asked is not None else min(max(otherwise, 0.02), 0.98)


def drum_controls(target: BarTarget) -> BarControls:
    """What the model is asked for in a bar of drums alone."""
    return BarControls(
        stems=1,
        genre=target.genre.data_genre,
        tempo=level_of(target.tempo, TEMPO_EDGES),
        drum_density=level(target.density),
        energy=(_energy_bin(target), None, None, None),
    )


def band_controls(target: BarTarget, chord: Chord) -> BarControls:
    """What the model is asked for in a bar of the whole band."""
    pitched = any(target.active[1:])
    return BarControls(
        stems=sum(1 << stem for stem, active in enumerate(target.active) if active),
        tempo=level_of(target.tempo, TEMPO_EDGES),
        density=level(target.density) if pitched else None,
        brightness=level(target.brightness) if any(target.active[2:]) else None,
        energy=tuple(_energy_bin(target) if active else None for active in target.active),
        root=chord.root if pitched else None,
        quality=model_quality(chord) if pitched else None,
    )


def drum_budget(target: BarTarget) -> tuple[float | None, ...]:
    """Drum notes that a bar is to have, as BarRequest takes them."""
    return (DRUM_COUNTS[level(target.density)], None, None, None)


def band_budget(target: BarTarget) -> tuple[float | None, ...]:
    """Notes that each pitched stem is to have: those of stems that are silent go to the others."""
    total = PITCHED_COUNTS[level(target.density)]
    shares = [share * active for share, active in zip(STEM_SHARES, target.active, strict=True)]
    return (None, *(total * share / max(sum(shares), 1e-9) for share in shares[1:]))


def registers_of(target: BarTarget) -> tuple[float | None, ...]:
    """The pitches about which stems are to lie: the lead above the chords, together at the brightness."""
    middle = REGISTERS[level(target.brightness)]
    if not all(target.active[2:]):
        return (None, None, middle, middle)
    return (None, None, middle - CHORDS_BELOW, middle + LEAD_ABOVE)


def _energy_bin(target: BarTarget) -> int:
    """From soft to loud the bins that the data has: the lowest is nearly empty."""
    return min(1 + int(target.energy * (VELOCITY_BINS - 1)), VELOCITY_BINS - 1)


def feel_of(target: BarTarget, offsets: NDArray[np.float32]) -> Feel:
    """How the bar is played; `offsets` (genres, steps, voices, 2)."""
    genre = target.genre
    own = offsets[genre.data_genre] if genre.data_genre is not None else np.zeros(offsets.shape[1:], np.float32)
    mean = bin_velocity(0) + target.energy * (bin_velocity(VELOCITY_BINS - 1) - bin_velocity(0))
    return Feel(genre, own, target.swing, (mean,) * len(STEMS))


def pitch_classes(controls: Controls, chord: Chord) -> NDArray[np.bool_]:
    """(stems, steps, 12) pitch classes that sampled notes may have.

    A scale that is asked for holds all. Otherwise bass and lead keep to the mode and the bar's chord, but for a lead
    that is chromatic off the beat. Chords keep to their tones, and the bass begins the bar with the root.
    """
    allowed = np.zeros((len(STEMS), BAR_STEPS, 12), bool)
    allowed[0] = True
    scale = set(melody_scale(controls, chord))
    allowed[1:, :, sorted(scale)] = True
    if controls.scale is None and PROFILES[controls.genre].chromatic:
        allowed[3, 1::2] = True
    tones = set(chord.pitch_classes) & scale
    allowed[2] = False
    allowed[2][:, sorted(tones if len(tones) >= 2 else scale)] = True
    allowed[1, 0] = False
    allowed[1, 0, sorted({chord.root} & scale or {(chord.root + 7) % 12} & scale or scale)] = True
    return allowed


def melody_scale(controls: Controls, chord: Chord) -> tuple[int, ...]:
    """Pitch classes for notes that move to a new chord: those of the scale, or of the mode and the chord."""
    mode = mode_of(controls)
    if controls.scale is not None:
        return scale_classes(controls.key, mode)
    both = {*scale_classes(controls.key, PARENT_MODES.get(mode, mode)), *chord.pitch_classes}
    return tuple(sorted(both))
