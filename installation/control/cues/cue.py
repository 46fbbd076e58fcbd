"""Cues: numbered changes of knobs and scenes, in the order in which a show plays them; read from cues.toml."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, ClassVar, NamedTuple

from pydantic import BeforeValidator, Field, PlainValidator, ValidationInfo

from installation.control.cues.fades import CURVES, FadeTiming
from installation.control.cues.musical_time import TIME_UNITS
from installation.control.cues.preset import KnownNames, Preset, PresetTable
from installation.core.diagnostics import Problem, near
from installation.core.renamed_keys import with_current_keys
from installation.core.schema_problems import validate_leniently
from installation.core.schema_text import Described
from installation.core.settings_base import RenamedKey, Section
from installation.core.toml_document import Document
from installation.core.toml_text import toml
from installation.interface.knobs import Value
from installation.interface.timecode import DROPPED, Label, Timecode, format_label, parse_timecode, seconds_of

Number = tuple[int, ...]
"""One to three whole numbers: (1, 2) is cue 1.2, which comes after 1 and before 1.10."""

MAX_CUES = 1_000
"""Cues in a list."""
MAX_LENGTH = 36_000
"""Seconds, beats or bars of any time in a cue."""
_NUMBER_RULE = 'a number of its own, such as "1" or "1.2.3"; without one the cue is left out'
_TIME_RULE = 'timecode in quotes, such as "01:02:03:04", "01:02:03;04" of drop-frame timecode, or "01:02:03"'


def parse_number(value: object) -> Number | None:
    """Parse "1.2.3", 1 or 1.5 to a cue's number; None for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = f"{value:.6g}"
    parts = value.split(".") if isinstance(value, str) else []
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def format_number(number: Number) -> str:
    """A cue's number as text, such as "1.2"."""
    return ".".join(map(str, number))


def _validate_number(value: object) -> object:
    if isinstance(value, tuple):
        return value
    # 1.10 would be 1.1 as a float, so that only text and whole numbers are unambiguous.
    number = None if isinstance(value, float) else parse_number(value)
    if number is None:
        raise ValueError(f"give {_NUMBER_RULE}")
    return number


class CueTime(NamedTuple):
    """The timecode at which a cue starts."""

    label: Label
    drop_frame: bool = False

    def seconds(self, timecode: Timecode) -> float:
        """Seconds since 00:00:00:00 in the rate of the timecode that runs."""
        return seconds_of(self.label, timecode.rate, self.drop_frame or timecode.drop_frame)

    def __str__(self) -> str:
        return format_label(self.label, self.drop_frame)


def _validate_time(value: object) -> CueTime | None:
    if value is None or isinstance(value, CueTime):
        return value
    if not isinstance(value, str):
        raise ValueError(f"give {_TIME_RULE}")
    label, drop_frame = parse_timecode(value)
    if drop_frame and label[1] % 10 and label[2] == 0 and label[3] < DROPPED:
        first = format_label((*label[:3], DROPPED), drop_frame)
        raise ValueError(f'drop-frame timecode leaves this one out; the first of that minute is "{first}"')
    return CueTime(label, drop_frame)


def _require_one_of(value: object, choices: Collection[str]) -> object:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(near(str(value), choices) + f"give one of {', '.join(map(toml, choices)) or 'none'}")
    return value


def _require_scene(value: object, info: ValidationInfo) -> object:
    names: KnownNames | None = info.context
    return value if names is None else _require_one_of(value, names.scenes)


def _require_preset(value: object, info: ValidationInfo) -> object:
    names: KnownNames | None = info.context
    return value if names is None else _require_one_of(value, names.presets)


Length = Annotated[float, Field(ge=0, le=MAX_LENGTH)]


# Fourteen fields: one for each key of a cue.
class Cue(Section):
    """A cue; it has only the knobs that it changes. Its times are in the unit `time_unit`."""

    renamed_keys: ClassVar[tuple[RenamedKey, ...]] = (RenamedKey("measure", "time_unit"),)

    number: Annotated[Number, BeforeValidator(_validate_number), Described(_NUMBER_RULE)]
    """Its place: "1", "1.2" or "1.2.3", which come in this order; required, and no other cue's."""
    name: str = ""
    """Text for those who read it."""
    at: Annotated[CueTime | None, PlainValidator(_validate_time), Described(_TIME_RULE)] = None
    """The timecode at which it starts by itself, while MTC or LTC runs: "01:02:03:04", "01:02:03;04" of drop-frame
    timecode, or "01:02:03"; later than that of every cue before it. When left out, it waits for a go or a follow."""
    wait: Length = 0.0
    """From the start of the cue until its fade begins; 0 when left out."""
    fade: Length = 0.0
    """How long its knobs glide and its scene change takes. When left out, the knobs change at once, and the scene
    change takes as long as those of the playlist."""
    scene_fade: Length | None = None
    """How long its scene change takes, where that is not `fade`; 0 cuts."""
    time_unit: Annotated[
        str,
        BeforeValidator(lambda value: _require_one_of(value, TIME_UNITS)),
        Field(description=f"What its times count: {', '.join(TIME_UNITS)}; seconds when left out."),
    ] = "seconds"
    curve: Annotated[
        str,
        BeforeValidator(lambda value: _require_one_of(value, CURVES)),
        Field(description=f"How they glide: {', '.join(CURVES)}; ease when left out."),
    ] = "ease"
    follow: Length | None = None
    """From the end of the fade until the next cue goes by itself; when left out, that waits for a go."""
    scene: Annotated[str, BeforeValidator(_require_scene)] = ""
    """Where to go when the fade begins; the scene need not be in the playlist."""
    release: bool = False
    """Whether the playlist goes on from here, once the fade begins; else the scene stays until another cue."""
    preset: Annotated[str, BeforeValidator(_require_preset)] = ""
    """A look to be recalled."""
    knobs: PresetTable = Field(default_factory=dict)
    """Knobs by their addresses, over those of the preset; all others stay as they are. A command or a signal takes a
    number, a text or true, which is sent when the fade begins."""

    @property
    def timing(self) -> FadeTiming:
        """The timing of its fade."""
        return FadeTiming(self.fade, self.time_unit, self.curve)

    @property
    def scene_timing(self) -> FadeTiming | None:
        """The timing of its scene change; None where that is the playlist's."""
        if self.scene_fade is not None:
            return FadeTiming(self.scene_fade, self.time_unit, self.curve)
        return self.timing if "fade" in self.model_fields_set else None

    def __str__(self) -> str:
        return f"{format_number(self.number)} {self.name}".strip()


class _CueFile(Section):
    """cues.toml."""

    cues: Annotated[
        tuple[Cue | None, ...], Field(max_length=MAX_CUES), Described("tables that each begin with [[cues]]")
    ] = ()


def read_cues(document: Document, names: KnownNames) -> tuple[tuple[Cue, ...], tuple[Problem, ...]]:
    """The cues in a document, by number, and its problems.

    A cue without a number of its own is left out; any other mistake leaves out only its key, as a timecode that is not
    after that of the cues before.
    """
    document = with_current_keys(document, _CueFile)
    file, problems = validate_leniently(document, _CueFile, names)
    cues: dict[Number, Cue] = {}
    duplicates: list[Problem] = []
    places: dict[Number, tuple[str | int, ...]] = {}
    for index, cue in enumerate(file.cues if file is not None else ()):
        if cue is None:
            continue
        if cue.number in cues:
            remedy = f"give {_NUMBER_RULE}; {format_number(cue.number)} is taken"
            place = ("cues", index, "number")
            duplicates.append(document.problem(place, f"found {toml(format_number(cue.number))}", remedy))
        else:
            cues[cue.number] = cue
            places[cue.number] = "cues", index, "at"
    ordered, disorder = _in_order_of_time(tuple(cues[number] for number in sorted(cues)), document, places)
    return ordered, (*problems, *duplicates, *disorder)


def _in_order_of_time(
    cues: tuple[Cue, ...], document: Document, places: Mapping[Number, tuple[str | int, ...]]
) -> tuple[tuple[Cue, ...], list[Problem]]:
    """Cues by number, without the timecode of those that would start before or with an earlier number."""
    ordered: list[Cue] = []
    problems: list[Problem] = []
    latest: Cue | None = None
    for cue in cues:
        if cue.at is not None and latest is not None and latest.at is not None and cue.at.label <= latest.at.label:
            remedy = f'give a time after "{latest.at}", at which cue {format_number(latest.number)} starts'
            problems.append(document.problem(places[cue.number], f"found {toml(str(cue.at))}", remedy))
            ordered.append(cue.model_copy(update={"at": None}))
            continue
        latest = cue if cue.at is not None else latest
        ordered.append(cue)
    return tuple(ordered), problems


def state_at(cues: Iterable[Cue], number: Number, presets: Mapping[str, Preset]) -> tuple[Preset, str]:
    """The knobs and the scene, or "", after playing the cues up to `number`, inclusive."""
    values: dict[str, Value] = {}
    scene = ""
    for cue in cues:
        if cue.number > number:
            break
        values |= changed_knobs(cue, presets)
        scene = cue.scene or scene
    return values, scene


def changed_knobs(cue: Cue, presets: Mapping[str, Preset]) -> Preset:
    """The knobs that a cue changes, and their values."""
    return {**presets.get(cue.preset, {}), **cue.knobs}
