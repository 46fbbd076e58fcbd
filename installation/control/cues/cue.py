"""Cues as they stand in cues.toml: numbered changes of the look, in the order in which a show goes through them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from installation.control.cues.fades import CURVES, FadeTiming
from installation.control.cues.musical_time import TIME_UNITS
from installation.control.cues.preset import Preset, look_of
from installation.core.diagnostics import Problem, near, shown
from installation.core.lenient_toml import Document
from installation.core.toml_positions import Path as KeyPath
from installation.core.toml_text import toml
from installation.interface.knobs import Knob, Value

Number = tuple[int, ...]
"""One to three whole numbers: (1, 2) is cue 1.2, which comes after 1 and before 1.10."""

MOST = 1_000
"""Cues in a list."""
LONGEST = 36_000.0
"""Seconds, beats or bars of any time in a cue."""

TIMES = ("wait", "fade", "follow")
KEYS: Mapping[str, str] = {
    "number": 'Its place: "1", "1.2" or "1.2.3", which come in this order; required, and no other cue\'s.',
    "name": "Text for those who read it.",
    "wait": "From the start of the cue until its fade begins; 0 when left out.",
    "fade": "How long its knobs glide; 0 when left out.",
    "measure": f"What its times count: {', '.join(TIME_UNITS)}; seconds when left out.",
    "curve": f"How they glide: {', '.join(CURVES)}; ease when left out.",
    "follow": "From the end of the fade until the next cue goes by itself; when left out, that waits for a go.",
    "scene": "Where to go when the fade begins.",
    "preset": "A look to be recalled.",
    "knobs": "Knobs by their addresses, over those of the preset. All others stay as they are.",
}
"""What a cue may hold."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One change; it holds only the knobs that it touches."""

    number: Number
    name: str = ""
    wait: float = 0.0
    """From the start of the cue until its fade begins."""
    fade: float = 0.0
    measure: str = "seconds"
    """What its times count: one of TIME_UNITS."""
    curve: str = "ease"
    """One of CURVES."""
    follow: float | None = None
    """From the end of the fade until the next cue goes by itself; without it, that waits for a go."""
    scene: str = ""
    """Where to go when the fade begins."""
    preset: str = ""
    """A look to be recalled, below `knobs`."""
    knobs: Preset = field(default_factory=dict)

    @property
    def course(self) -> FadeTiming:
        """How its knobs glide."""
        return FadeTiming(self.fade, self.measure, self.curve)

    def __str__(self) -> str:
        return f"{written(self.number)} {self.name}".strip()


def number_of(value: object) -> Number | None:
    """The number that "1.2.3", 1 or 1.5 stands for; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = f"{value:.6g}"
    parts = value.split(".") if isinstance(value, str) else []
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def written(number: Number) -> str:
    """As people say it: "1.2"."""
    return ".".join(map(str, number))


def cues_of(
    kept: Document, knobs: Mapping[str, Knob], scenes: Collection[str], presets: Collection[str]
) -> tuple[tuple[Cue, ...], list[Problem]]:
    """The cues that a file holds, by number, and what is wrong with it.

    A cue without a number of its own is left out; any other mistake leaves out only the key.
    """
    problems = [kept.problem((key,), "unknown key", "cues stand below [[cues]]") for key in kept.data if key != "cues"]
    tables = kept.data.get("cues", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return (), [*problems, kept.problem(("cues",), f"found {shown(tables)}", "begin each cue with [[cues]]")]
    if len(tables) > MOST:
        problems.append(kept.problem(("cues", MOST), f"{len(tables)} cues", f"the first {MOST} are taken"))
    found: dict[Number, Cue] = {}
    for index, table in enumerate(tables[:MOST]):
        place = ("cues", index)
        number = None if isinstance(table.get("number"), float) else number_of(table.get("number"))
        if number is None or number in found:
            given = f"found {shown(table['number'])}" if "number" in table else "missing"
            taken = f"; {written(number)} is taken" if number else ""
            right = f'give each cue a number of its own, such as "1" or "1.2.3"{taken}'
            problems.append(kept.problem((*place, "number"), given, f"{right}; the cue is left out"))
            continue
        keys, wrong = _keys(kept, place, table, scenes, presets)
        given_knobs = table.get("knobs", {})
        look: Preset = {}
        if isinstance(given_knobs, dict):
            look, more = look_of(kept, (*place, "knobs"), given_knobs, knobs)
            wrong += more
        else:
            right = "give a table of addresses and values"
            wrong.append(kept.problem((*place, "knobs"), f"found {shown(given_knobs)}", right))
        found[number] = Cue(number, knobs=look, **keys)
        problems += wrong
    return tuple(found[number] for number in sorted(found)), problems


def _keys(
    kept: Document, place: KeyPath, table: Mapping[str, Any], scenes: Collection[str], presets: Collection[str]
) -> tuple[dict[str, Any], list[Problem]]:
    """The keys of one cue that hold what they may, and what is wrong with the others."""
    chosen: dict[str, Collection[str]] = {"measure": TIME_UNITS, "curve": CURVES, "scene": scenes, "preset": presets}
    keys: dict[str, Any] = {}
    problems = []
    for key, value in table.items():
        if key in ("number", "knobs"):
            continue
        if key in chosen:
            fits = isinstance(value, str) and value in chosen[key]
            right = near(str(value), chosen[key]) + f"give one of {', '.join(map(toml, chosen[key])) or 'none'}"
        elif key in TIMES:
            fits = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= LONGEST
            right = f"give a number from 0 to {LONGEST:g}"
        elif key == "name":
            fits, right = isinstance(value, str), "give text"
        else:
            right = near(key, KEYS) + f"keys here: {', '.join(KEYS)}"
            problems.append(kept.problem((*place, key), "unknown key", right))
            continue
        if fits:
            keys[key] = float(value) if key in TIMES else value
        else:
            problems.append(kept.problem((*place, key), f"found {shown(value)}", right))
    return keys, problems


def state_at(cues: Iterable[Cue], upto: Number, presets: Mapping[str, Preset]) -> tuple[Preset, str]:
    """What playing the cues up to and with number `upto` comes to: the look, and the scene or ""."""
    look: dict[str, Value] = {}
    scene = ""
    for cue in cues:
        if cue.number > upto:
            break
        look |= touched(cue, presets)
        scene = cue.scene or scene
    return look, scene


def touched(cue: Cue, presets: Mapping[str, Preset]) -> Preset:
    """The knobs that a cue touches, and what it turns them to."""
    return {**presets.get(cue.preset, {}), **cue.knobs}
