"""Scores: a timeline of sections with genre, mood, length, knobs and hits, read from TOML and written complete.

A complete score has all that was chosen for a piece, so that it gives the same piece again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError

from installation.core import lenient_toml
from installation.core.diagnostics import Problem, near, shown, syntax
from installation.core.errors import UserError
from installation.core.schema_problems import schema_error, schema_problems, validate
from installation.core.schema_text import Described
from installation.core.settings_base import Section
from installation.core.toml_document import Document
from installation.core.toml_text import toml
from installation.music.controls import BEATS_RANGE, LIMITS, SCALES, STEMS, TEMPO_RANGE, Controls
from installation.music.harmony import parse_chord, parse_key
from installation.music.moods import MOOD_WORDS, genre_problem, mood_problem

MAX_SECONDS = 3600.0
"""Longest piece."""
MAX_SECTIONS = 200
MAX_HITS = 500
DEFAULT_BARS = 8
"""Length of a section that names none."""
MAX_SEED = 2**31 - 1


def _require_genre(value: object) -> object:
    if isinstance(value, str) and (right := genre_problem(value)):
        raise schema_error(right, f"found {shown(value)}")
    return value


def _require_mood(value: object) -> object:
    if isinstance(value, str) and (right := mood_problem(value)):
        raise schema_error(right, f"found {shown(value)}")
    return value


def _require_scale(value: object) -> object:
    if isinstance(value, str) and value not in SCALES:
        raise schema_error(f"{near(value, SCALES)}give one of {', '.join(SCALES)}", f"found {shown(value)}")
    return value


def _require_key(value: object) -> object:
    if isinstance(value, str):
        _parsed(parse_key, value)
    return value


def _require_chord(value: object) -> object:
    if isinstance(value, str):
        _parsed(parse_chord, value)
    return value


def _parsed(parse: Any, value: str) -> None:
    try:
        parse(value)
    except UserError as error:
        raise schema_error(str(error).partition(": ")[2], f"found {shown(value)}") from None


def _bounded(name: str) -> Any:
    """A number within the limits of a knob."""
    low, high = LIMITS[name]
    return Field(ge=low, le=high)


StemName = Literal["drums", "bass", "chords", "lead"]
STEM_NAMES: tuple[StemName, ...] = ("drums", "bass", "chords", "lead")
ChordName = Annotated[str, BeforeValidator(_require_chord), Described('a chord such as "Am7"')]


# Eighteen fields: one for each key.
class KnobSettings(Section):
    """The knobs that a score may set, for all sections or for one of them."""

    genre: Annotated[str, BeforeValidator(_require_genre)] | None = None
    """Kind of music: rock, funk, jazz, latin, hip-hop, ballad or ambient."""
    mood: Annotated[str, BeforeValidator(_require_mood)] | None = None
    """A word for valence and arousal, such as "bright", "calm" or "tense"."""
    valence: Annotated[float, _bounded("valence")] | None = None
    """-1 dark .. 1 bright, instead of the mood's."""
    arousal: Annotated[float, _bounded("arousal")] | None = None
    """-1 calm .. 1 excited, instead of the mood's."""
    tempo: Annotated[float, _bounded("tempo")] | None = None
    """Beats a minute; bent a little, so that sections and hits fall on beats."""
    key: Annotated[str, BeforeValidator(_require_key), Described('a note such as "F#"')] | None = None
    """The key note."""
    scale: Annotated[str, BeforeValidator(_require_scale)] | None = None
    """Scale to which every note is held."""
    density: Annotated[float, _bounded("density")] | None = None
    brightness: Annotated[float, _bounded("brightness")] | None = None
    energy: Annotated[float, _bounded("energy")] | None = None
    repeat: Annotated[float, _bounded("repeat")] | None = None
    swing: Annotated[float, _bounded("swing")] | None = None
    temperature: Annotated[float, _bounded("temperature")] | None = None
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    mute: tuple[StemName, ...] | None = None
    """Stems that are silent."""
    beats: Annotated[int, Field(ge=BEATS_RANGE[0], le=BEATS_RANGE[1])] | None = None
    """Beats of a bar."""
    chords: Annotated[tuple[ChordName, ...], Field(max_length=2000)] | None = None
    """A progression, a chord a bar, and again from the first."""


class ScoreSection(KnobSettings):
    """A section of a score."""

    name: str = ""
    """Text for those who read it."""
    start: Annotated[float, Field(ge=0, le=MAX_SECONDS)] | None = None
    """When it begins, s; where the section before ends when left out."""
    seconds: Annotated[float, Field(ge=0.5, le=MAX_SECONDS)] | None = None
    """How long it is; up to the next section's start when left out."""
    bars: Annotated[int, Field(ge=1, le=2000)] | None = None
    """How long it is in bars, instead of `seconds`."""


class ScoreHit(Section):
    """An accent at a given time."""

    at: Annotated[float, Field(ge=0, le=MAX_SECONDS)]
    """When, s."""
    kind: Literal["accent", "stop"] = "accent"
    """An accent, or an accent after which all are silent for the rest of the bar."""


class Score(KnobSettings):
    """A score; its own knobs hold for every section that does not set them."""

    title: str = ""
    """Name of the piece."""
    ending: bool = True
    """Whether the last bar ends the piece on its key; without, it may be played in a loop."""
    sections: Annotated[tuple[ScoreSection, ...], Field(min_length=1, max_length=MAX_SECTIONS)]
    hits: Annotated[tuple[ScoreHit, ...], Field(max_length=MAX_HITS)] = ()


class ScoreError(UserError):
    """A score that cannot be played; the text has a line for each problem."""

    status = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def read_score(path: Path) -> tuple[Score, Document]:
    """The score of a file, and the document with its lines. Raises ScoreError with every problem."""
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "no such file"
        raise UserError(f"{path}: {found}; expected a score (.toml)")
    document = lenient_toml.read(path)
    if document.problems:
        raise ScoreError([_syntax_problem(path) or document.problems[0]])
    return parsed_score(document), document


def _syntax_problem(path: Path) -> Problem | None:
    """The first statement that is no TOML; None for other faults of a file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    try:
        tomllib.loads(text)
    except ValueError as error:
        return syntax(path, text, error)
    except RecursionError:
        pass
    return None


def parsed_score(document: Document) -> Score:
    """The score in a document. Raises ScoreError."""
    try:
        return validate(document, Score)
    except ValidationError as error:
        raise ScoreError(dict.fromkeys(schema_problems(document, Score, error))) from None


def controls_of(score: Score, section: ScoreSection) -> Controls:
    """What the bars of a section are asked for; the section's own knobs hold over those of the score."""

    def setting(name: str, default: Any) -> Any:
        return next((value for each in (section, score) if (value := getattr(each, name)) is not None), default)

    def mood(number: int, name: str) -> float:
        # A mood in the section is nearer than a number in the score.
        for each in (section, score):
            if (value := getattr(each, name)) is not None:
                return float(value)
            if each.mood is not None:
                return MOOD_WORDS[each.mood][number]
        return 0.0

    standard = Controls()
    same = ("genre", "tempo", "scale", "density", "brightness", "energy", "repeat", "swing", "temperature")
    return Controls(
        **{name: setting(name, getattr(standard, name)) for name in same},
        valence=mood(0, "valence"),
        arousal=mood(1, "arousal"),
        key=parse_key(setting("key", "C")),
        seed=setting("seed", 0),
        muted=tuple(stem for stem in STEMS if stem in setting("mute", ())),
        beats=setting("beats", standard.beats),
        chords=tuple(setting("chords", ())),
    )


def written_score(score: Score, comment: str = "") -> str:
    """A score as TOML. The same score gives the same text."""
    lines = [f"# {line}".rstrip() for line in comment.splitlines()]
    lines += [""] if lines else []
    lines += _pairs(score, without=("sections", "hits"))
    for name in ("sections", "hits"):
        for each in getattr(score, name):
            lines += ["", f"[[{name}]]", *_pairs(each)]
    return "\n".join(lines) + "\n"


def _pairs(section: Section, without: tuple[str, ...] = ()) -> Iterator[str]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if name not in without and value is not None and value != "":
            yield f"{name} = {toml(value)}"


TEMPO_RULE = "{:g} to {:g} beats a minute".format(*TEMPO_RANGE)
"""Tempos that a timeline may come to."""
