"""The parts of a piece and the voices of its drums, in the order in which the model knows them."""

from __future__ import annotations

STEMS = ("drums", "bass", "chords", "lead")
"""The four parts of a piece, in the order in which the model reads them within a step."""
DRUM_VOICES = {
    "kick": 36,
    "snare": 38,
    "closed hi-hat": 42,
    "open hi-hat": 46,
    "low tom": 45,
    "mid tom": 48,
    "high tom": 50,
    "crash": 49,
    "ride": 51,
}
"""The composer's nine drum voices and the General MIDI pitch of each."""
MAX_CHORD_NOTES = 5
"""Most notes of the chords that begin together."""
