"""Moods as words: the valence and arousal that each stands for."""

from __future__ import annotations

from collections.abc import Mapping

from installation.core.diagnostics import near
from installation.core.errors import UserError
from installation.music.controls import GENRES, MOODS

MOOD_WORDS: Mapping[str, tuple[float, float]] = {
    **MOODS,
    "angry": (-0.7, 0.9),
    "anxious": (-0.6, 0.5),
    "dreamy": (0.4, -0.7),
    "energetic": (0.4, 0.9),
    "epic": (0.3, 0.7),
    "euphoric": (0.9, 0.9),
    "gentle": (0.5, -0.6),
    "gloomy": (-0.8, -0.5),
    "hopeful": (0.6, 0.0),
    "joyful": (0.9, 0.6),
    "lonely": (-0.6, -0.6),
    "melancholic": (-0.5, -0.5),
    "mysterious": (-0.4, -0.1),
    "neutral": (0.0, 0.0),
    "nostalgic": (0.1, -0.4),
    "peaceful": (0.5, -0.8),
    "playful": (0.7, 0.4),
    "relaxed": (0.5, -0.5),
    "romantic": (0.5, -0.3),
    "serene": (0.6, -0.9),
    "solemn": (-0.3, -0.6),
    "threatening": (-0.9, 0.4),
    "triumphant": (0.8, 0.8),
    "warm": (0.6, -0.2),
}
"""Valence and arousal of each word, -1..1."""
GENRE_RULE = (
    "a genre is a kind of music and no person: names of artists are not accepted, because music in the manner of a "
    "living artist is that artist's own"
)
"""Why a genre that is not known is refused."""


def mood_problem(word: str) -> str:
    """What would be right in place of a mood; empty for one that is known."""
    if word in MOOD_WORDS:
        return ""
    return f"{near(word.lower(), MOOD_WORDS)}give one of {', '.join(sorted(MOOD_WORDS))}"


def genre_problem(word: str) -> str:
    """What would be right in place of a genre; empty for one that is known."""
    if word in GENRES:
        return ""
    question = near(word.lower().replace(" ", "-"), GENRES)
    return f"{question}give one of {', '.join(GENRES)}" + ("" if question else f"; {GENRE_RULE}")


def mood_of(word: str) -> tuple[float, float]:
    """Valence and arousal of a word. Raises UserError."""
    if problem := mood_problem(word):
        raise UserError(f'mood "{word}": {problem}')
    return MOOD_WORDS[word]
