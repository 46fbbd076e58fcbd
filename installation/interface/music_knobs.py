"""Knobs of the composer, at /music/."""

from __future__ import annotations

from installation.interface.knobs import Knob

PREFIX = "/music"
GENRES = ("rock", "funk", "jazz", "latin", "hip-hop", "ballad", "ambient")
"""Genres that can be asked for, in the order in which a fader goes through them."""
KEYS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
BY_MOOD = "by mood"
"""The choice of a scale that leaves it to the mood."""
SCALES = (
    BY_MOOD,
    "lydian",
    "major",
    "mixolydian",
    "dorian",
    "minor",
    "phrygian",
    "locrian",
    "major pentatonic",
    "minor pentatonic",
    "blues",
    "harmonic minor",
)
STEMS = ("drums", "bass", "chords", "lead")
NO_ANSWER, HANDS, KEYBOARD, ACCOMPANY = "off", "hands", "keyboard", "accompany"
"""Sources that the composer answers: none, visitors' hands, a MIDI keyboard; or it accompanies the keyboard."""

KNOBS = (
    Knob("play", False, help="Whether the composer plays"),
    Knob("volume", 0.8, help="How loud it plays"),
    Knob("genre", "funk", help="The kind of music, from the next bar on", choices=GENRES),
    Knob("valence", 0.2, -1.0, 1.0, help="The mood from dark to bright: the mode"),
    Knob("arousal", 0.0, -1.0, 1.0, help="The mood from calm to excited: tempo, density, loudness and register"),
    Knob("room", 0.5, help="How much the visitors' movement changes mood and density; faces count for nothing"),
    Knob("tempo", 0.0, 0.0, 240.0, unit="bpm", help="Beats a minute, 40 or more; below that genre and mood choose it"),
    Knob("key", "C", help="The key note", choices=KEYS),
    Knob("scale", BY_MOOD, help="The scale to which every note is held", choices=SCALES),
    Knob("density", 0.5, help="From few notes to many; the middle is usual for genre and mood"),
    Knob("brightness", 0.5, help="From a low register to a high one; the middle is usual for genre and mood"),
    Knob("energy", 0.5, help="From soft to loud playing; the middle is usual for genre and mood"),
    Knob("repeat", 0.62, help="From bars that are always new to cells that come again"),
    Knob("swing", 0.5, help="From straight to triplets; the middle is usual for the genre"),
    Knob("temperature", 0.95, 0.1, 2.0, help="From safe to daring"),
    Knob("seed", 0, 0, 9_999, help="Another number is other music; 0 is that of the venue"),
    *(Knob(f"mute_{stem}", False, help=f"Silence for the {stem}, from the next bar on") for stem in STEMS),
    *(Knob(f"solo_{stem}", False, help=f"Only the {stem}, and others that are solo") for stem in STEMS),
    Knob(
        "answer",
        NO_ANSWER,
        help="Whose two bars are answered in the next two: those of visitors' hands or of a MIDI keyboard; or a "
        "keyboard's melody is accompanied",
        choices=(NO_ANSWER, HANDS, KEYBOARD, ACCOMPANY),
    ),
)
"""Knobs below PREFIX."""
