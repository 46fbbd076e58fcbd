"""Genres as sound: which voice plays each stem, how loud, where it stands, and how much room it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from installation.music.synth.drum_voices import DrumKit
from installation.music.synth.oscillator_voices import OSCILLATOR_VOICES
from installation.music.synth.string_voices import STRING_VOICES
from installation.music.synth.tone import PitchedVoice

PITCHED_VOICES: Mapping[str, PitchedVoice] = {**STRING_VOICES, **OSCILLATOR_VOICES}
"""Every pitched voice by name."""


@dataclass(frozen=True, slots=True)
class PartSound:
    """The sound of one stem."""

    voice: str
    """A key of PITCHED_VOICES; empty for drums."""
    gain_db: float = 0.0
    pan: float = 0.0
    """-1 (left) .. 1 (right)."""
    room: float = 0.15
    """Share that is sent to the small room."""
    hall: float = 0.0
    """Share that is sent to the large hall."""
    echo: float = 0.0
    """Level of an echo after three quarters of a beat; 0 is none."""


@dataclass(frozen=True, slots=True)
class GenreSound:
    """The sound of a genre."""

    kit: DrumKit
    drums: PartSound
    bass: PartSound
    chords: PartSound
    lead: PartSound
    level_db: float = 0.0
    """What brings a piece of all four stems to the common loudness."""

    def part(self, stem: str) -> PartSound:
        """The sound of a stem."""
        return {"drums": self.drums, "bass": self.bass, "chords": self.chords, "lead": self.lead}[stem]


GENRE_SOUNDS: Mapping[str, GenreSound] = {
    "rock": GenreSound(
        DrumKit(kick_hz=54.0, kick_click=0.8, kick_drive=2.0, snare_noise=0.10, snare_body=0.5, hat_metal=0.45),
        PartSound("", -6.7, room=0.22),
        PartSound("picked bass", -10.6, room=0.04),
        PartSound("driven guitar", -13.6, -0.35, 0.16),
        PartSound("saw lead", -3.9, 0.25, 0.16, 0.05, 0.22),
    ),
    "funk": GenreSound(
        DrumKit(kick_hz=58.0, kick_decay=0.085, snare_hz=215.0, snare_noise=0.065, snare_ring=0.05, hat_decay=0.022),
        PartSound("", -2.6, room=0.12),
        PartSound("slap bass", -8.3, room=0.04),
        PartSound("clavinet", -16.8, 0.3, 0.12),
        PartSound("brass", -4.7, -0.2, 0.22),
    ),
    "jazz": GenreSound(
        DrumKit(
            kick_hz=62.0,
            kick_decay=0.10,
            kick_click=0.25,
            kick_drive=1.1,
            snare_hz=200.0,
            snare_body=0.3,
            snare_noise=0.12,
            snare_colour_hz=5200.0,
            brush=0.25,
            hat_decay=0.04,
            hat_metal=0.3,
            ride_metal=0.75,
        ),
        PartSound("", -5.5, room=0.26),
        PartSound("upright bass", -11.7, room=0.12),
        PartSound("piano", -8.4, -0.15, 0.22),
        PartSound("vibraphone", -6.2, 0.2, 0.26, 0.06),
    ),
    "latin": GenreSound(
        DrumKit(
            kick_hz=60.0,
            kick_decay=0.09,
            snare_hz=235.0,
            snare_noise=0.06,
            snare_body=0.6,
            hat_decay=0.025,
            hat_metal=0.4,
            tom_scale=2.05,
            ride_metal=0.9,
        ),
        PartSound("", -6.8, room=0.20),
        PartSound("finger bass", -10.4, room=0.05),
        PartSound("nylon guitar", -9.7, -0.3, 0.2),
        PartSound("flute", -6.8, 0.25, 0.22, 0.08),
    ),
    "hip-hop": GenreSound(
        DrumKit(
            kick_hz=44.0,
            kick_sweep_hz=130.0,
            kick_decay=0.24,
            kick_drive=2.2,
            snare_hz=175.0,
            snare_noise=0.075,
            snare_body=0.45,
            clap=0.55,
            hat_decay=0.02,
            open_decay=0.18,
            hat_metal=0.8,
        ),
        PartSound("", -3.6, room=0.08),
        PartSound("sub bass", -7.7, room=0.0),
        PartSound("electric piano", -7.6, 0.0, 0.14),
        PartSound("bell lead", -6.2, 0.15, 0.12, 0.1, 0.3),
    ),
    "ballad": GenreSound(
        DrumKit(
            kick_hz=52.0,
            kick_click=0.3,
            kick_drive=1.3,
            snare_hz=172.0,
            snare_noise=0.14,
            snare_body=0.45,
            snare_colour_hz=6000.0,
            hat_metal=0.35,
        ),
        PartSound("", -1.3, room=0.14, hall=0.18),
        PartSound("finger bass", -8.5, room=0.05),
        PartSound("piano", -2.8, 0.0, 0.10, 0.16),
        PartSound("string pad", 0.2, 0.1, 0.05, 0.26),
        level_db=1.5,
    ),
    "ambient": GenreSound(
        DrumKit(
            kick_hz=46.0,
            kick_click=0.1,
            kick_drive=1.1,
            kick_decay=0.2,
            snare_body=0.25,
            snare_colour_hz=4200.0,
            brush=0.8,
            hat_metal=0.2,
            hat_decay=0.04,
        ),
        PartSound("", -8.0, room=0.05, hall=0.5),
        PartSound("drone bass", -6.1, hall=0.15),
        PartSound("choir pad", -6.8, hall=0.4),
        PartSound("glass", -2.9, 0.0, hall=0.55, echo=0.4),
    ),
}
"""The sound of every genre."""


def genre_sound(genre: str) -> GenreSound:
    """The sound of a genre; rock where there is none of that name."""
    return GENRE_SOUNDS.get(genre, GENRE_SOUNDS["rock"])
