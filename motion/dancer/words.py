"""Words that ask for a motion: a small vocabulary, timed, in the order of a sentence."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from motion.dancer.free_dance import Wish

MIN_SECONDS, MAX_SECONDS = 0.5, 60.0
"""Shortest and longest phrase."""
MAX_TOTAL_SECONDS = 180.0
"""Longest dance of all phrases together."""
MAX_TIMES = 20
"""Most times of one action."""
NEAREST_WORDS = 3
"""Words of the vocabulary that are named beside one that is not in it."""


class WordsError(ValueError):
    """A sentence that is not understood; the text names the word and what would be."""


@dataclass(frozen=True)
class Action:
    """What a word of the vocabulary asks for: a dance as wished for, or key poses."""

    text: str
    """What the body does, for the list of words."""
    seconds: float
    """Duration where none is asked for; of key poses, of one time."""
    wish: Wish | None = None
    """None for key poses, which `motion.dancer.key_poses` has by the action's name."""


VOCABULARY: Mapping[str, Action] = MappingProxyType(
    {
        "wave": Action("waves with a raised hand", 2.4),
        "reach": Action("reaches up and forwards with both arms", 1.6),
        "point": Action("points ahead with one arm", 1.6),
        "bow": Action("bows", 1.8),
        "crouch": Action("goes down on its knees and stays there", 2.0),
        "jump": Action("jumps on the spot", 1.4),
        "sit": Action("sits down as on a chair, and stays there", 2.5),
        "stand": Action("stands up, and stands", 1.5),
        "rest": Action("stands still and breathes", 2.0),
        "walk": Action("walks straight on", 3.0, Wish("07", 1.0, travel_m_s=1.2)),
        "run": Action("runs straight on", 2.0, Wish("09", 1.6, travel_m_s=2.8)),
        "turn": Action("turns about itself", 3.0, Wish(None, 1.0, {"turning": 3.1}, 0.0, 3.1)),
        "salsa": Action("dances salsa", 4.0, Wish("60", 1.4)),
        "modern": Action("dances modern dance", 4.0, Wish("05", 1.4)),
        "dance": Action("dances as it likes", 4.0, Wish(None, 1.3)),
    }
)
"""All actions by their words."""
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "waves": "wave",
        "greet": "wave",
        "squat": "crouch",
        "kneel": "crouch",
        "hop": "jump",
        "jog": "run",
        "spin": "turn",
        "pause": "rest",
        "wait": "rest",
        "still": "rest",
        "go": "walk",
    }
)
"""Other words for them."""
MANNERS: Mapping[str, tuple[str, float]] = MappingProxyType(
    {
        "slowly": ("pace", 0.65),
        "slow": ("pace", 0.65),
        "fast": ("pace", 1.4),
        "quickly": ("pace", 1.4),
        "low": ("level", 0.72),
        "high": ("reach", 0.35),
        "left": ("side", 1.0),
        "right": ("side", -1.0),
    }
)
"""Words that change an action: how fast, how low, with hands how high, to which side."""
COUNTS: Mapping[str, int] = MappingProxyType({"once": 1, "twice": 2})
FILLERS = frozenset(
    {"a", "an", "the", "for", "to", "on", "down", "up", "straight", "please", "with", "hand", "dancing"}
)
"""Words without a meaning of their own here."""
SECONDS_UNITS, TIMES_UNITS = ("s", "sec", "secs", "second", "seconds"), ("x", "time", "times")


@dataclass(frozen=True)
class Move:
    """One action of a sentence."""

    name: str
    """Its word in VOCABULARY."""
    seconds: float
    """Duration, s."""
    times: int = 1
    """How often the action is done in it."""
    pace: float = 1.0
    """How many times as fast as usual."""
    side: float = 0.0
    """1 to or with the left, -1 the right, 0 as usual."""
    level_m: float | None = None
    """Height of the hips, where one was asked for."""
    reach_m: float | None = None
    """Height of a hand over the shoulders, where one was asked for."""

    @property
    def wish(self) -> Wish | None:
        """How to dance it; None where it has key poses."""
        wish = VOCABULARY[self.name].wish
        if wish is None:
            return None
        asked = {"level": self.level_m, "reach": self.reach_m}
        directions = dict(wish.directions) | {name: value for name, value in asked.items() if value is not None}
        turned = -1.0 if self.side < 0.0 else 1.0
        if "turning" in directions:
            directions["turning"] *= turned * self.pace
        travel = wish.travel_m_s
        return replace(
            wish,
            speed=None if wish.speed is None else wish.speed * self.pace,
            directions=directions,
            travel_m_s=None if travel is None else travel * self.pace,
            turning_rad_s=wish.turning_rad_s * turned * self.pace,
        )


def read_phrases(sentence: str) -> list[Move]:
    """The phrases of a sentence such as "wave, then walk 3 s, then sit". Raises WordsError."""
    parts = [part.strip() for part in re.split(r"[,;]|\bthen\b|\band\b", sentence.lower())]
    phrases = [_read_phrase(part) for part in parts if part]
    if not phrases:
        raise WordsError(f'"{sentence}": says nothing to do; there are: {", ".join(VOCABULARY)}')
    total = sum(phrase.seconds for phrase in phrases)
    if total > MAX_TOTAL_SECONDS:
        raise WordsError(f"{total:g} s in all; expected at most {MAX_TOTAL_SECONDS:g} s")
    return phrases


def _read_phrase(part: str) -> Move:
    words = re.findall(r"\d+(?:\.\d+)?|[^\W\d]+|[^\w\s]", part)
    names: list[str] = []
    values: dict[str, float] = {}
    seconds, times, number = None, None, None
    for word in words:
        if re.fullmatch(r"\d+(?:\.\d+)?", word):
            if number is not None:
                raise WordsError(f'"{part}": {number} has no unit; expected {number} s, or {number} times')
            number = word
        elif number is not None:
            if word in SECONDS_UNITS:
                seconds = float(number)
            elif word in TIMES_UNITS and "." not in number:
                times = int(number)
            else:
                raise WordsError(f'"{part}": {number} {word}; expected {number} s, or {number} times')
            number = None
        elif word in COUNTS:
            times = COUNTS[word]
        elif word in MANNERS:
            name, value = MANNERS[word]
            values[name] = value
        elif word in VOCABULARY or word in ALIASES:
            names.append(ALIASES.get(word, word))
        elif word not in FILLERS:
            raise WordsError(_unknown(word))
    if number is not None:
        raise WordsError(f'"{part}": {number} has no unit; expected {number} s, or {number} times')
    # "modern dance" and "salsa dance" are one action.
    if len(names) == 2 and names[-1] == "dance":
        names.pop()
    if len(names) != 1:
        what = "two actions at once" if names else "no action"
        raise WordsError(f'"{part}": {what}; expected one between commas, of: {", ".join(VOCABULARY)}')
    return _phrase(names[0], seconds, times, values)


def _phrase(name: str, seconds: float | None, times: int | None, values: Mapping[str, float]) -> Move:
    if times is not None and not 1 <= times <= MAX_TIMES:
        raise WordsError(f"{name} {times} times; expected 1 to {MAX_TIMES}")
    pace = values.get("pace", 1.0)
    usual = VOCABULARY[name].seconds / (pace if VOCABULARY[name].wish is None else 1.0)
    length = usual * (times or 1) if seconds is None else seconds
    if not MIN_SECONDS <= length <= MAX_SECONDS:
        raise WordsError(f"{name} {length:g} s; expected {MIN_SECONDS:g} to {MAX_SECONDS:g} s")
    count = times if times is not None else max(round(length / usual), 1)
    return Move(name, length, count, pace, values.get("side", 0.0), values.get("level"), values.get("reach"))


def _unknown(word: str) -> str:
    known = [*VOCABULARY, *ALIASES, *MANNERS]
    near = difflib.get_close_matches(word, known, NEAREST_WORDS, 0.4)
    nearest = f"; nearest: {', '.join(near)}" if near else ""
    return f'"{word}": is not in the vocabulary{nearest}; actions: {", ".join(VOCABULARY)}; how: {", ".join(MANNERS)}'
