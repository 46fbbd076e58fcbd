"""Presets: values of knobs by address, mixed, written as TOML, and read from it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import PlainValidator, RootModel, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails

from installation.control.osc.patterns import PatternMatcher, is_pattern
from installation.control.osc.receiver import SIGNAL_PREFIX
from installation.core.diagnostics import Problem, near
from installation.core.schema_problems import schema_error, validate_leniently
from installation.core.toml_document import Document
from installation.core.toml_text import toml
from installation.interface.colour import display, light
from installation.interface.knobs import (
    NORMALISED_PREFIX,
    AddressAliases,
    InvalidMessageError,
    Knob,
    Knobs,
    Value,
    coerce,
)

Preset = Mapping[str, Value]
"""Values by the addresses of their knobs."""

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
"""Names of presets, which are also file names, valid on file systems with and without a case distinction."""
NAME_RULE = "small letters, digits, - and _, at most 40 of them"
_OPERATING = re.compile(r"/(visitant|master|playlist|preset|cue|pulse)/.*|/scene/[^/]*")
_LINE = re.compile(
    r"""(?P<key>\s*"(?P<address>/[^"\\]*)"\s*=\s*)
    (?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*?(?P<comment>\s*(?:\#.*)?)""",
    re.VERBOSE,
)
"""A line of a preset's file that sets one address."""
_NOT_IN_FILES = re.compile(r"/(cue|preset|learn|knob)/.*|/visitant/(shutdown|engaged)")
"""Commands that neither a preset nor a cue gives: they play presets and cues, or belong to the operator."""


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names to which files of presets and cues may refer; the context of their schemas."""

    knobs: Mapping[str, Knob]
    """By address."""
    scenes: Collection[str] = ()
    presets: Collection[str] = ()
    aliases: AddressAliases = field(default_factory=AddressAliases)
    commands: Collection[str] = ()
    """Addresses of commands and signals, which take a number, a text or true."""
    absent: Mapping[str, Knob] = field(default_factory=dict)
    """Knobs, by address, that this show lacks and another one of the venue has: a file may set them."""

    @classmethod
    def of(
        cls,
        tree: Knobs,
        scenes: Collection[str] = (),
        commands: Iterable[str] = (),
        absent: Mapping[str, Knob] = MappingProxyType({}),
    ) -> KnownNames:
        """The knobs of a tree as they are now."""
        given = tuple(address for address in commands if not _NOT_IN_FILES.fullmatch(address))
        return cls({a: tree[a] for a in tree}, scenes, aliases=tree.aliases, commands=given, absent=absent)


def mix(knob: Knob, before: Value, after: Value, part: float) -> Value:
    """Interpolate: `before` at 0 and `after` at 1, exactly.

    Colours are mixed in linear light; switches and choices change half-way.
    """
    if part <= 0.0 or part >= 1.0 or isinstance(knob.default, (bool, str)):
        return after if part >= 0.5 else before
    if isinstance(before, tuple) and isinstance(after, tuple):
        red, green, blue = (a + (b - a) * part for a, b in zip(light(before), light(after), strict=True))
        return coerce(knob, display((red, green, blue)))
    assert isinstance(before, (int, float)) and isinstance(after, (int, float))
    return coerce(knob, before + (after - before) * part)


def is_operating(address: str) -> bool:
    """Whether a knob operates the show rather than shapes the picture; it is saved only where it is named."""
    return _OPERATING.fullmatch(address) is not None


def select_addresses(addresses: Collection[str], matcher: PatternMatcher, pattern: str) -> list[str]:
    """Those of `addresses` that match an OSC pattern, or lie below a plain address.

    An empty pattern selects all that shape the picture. Raises PatternError for an invalid pattern, and
    InvalidMessageError when it selects nothing.
    """
    if not pattern:
        selected = [address for address in addresses if not is_operating(address)]
    elif is_pattern(pattern):
        matching = set(matcher.find(pattern))
        selected = [address for address in addresses if address in matching]
    else:
        below = f"{pattern.rstrip('/')}/"
        selected = [address for address in addresses if f"{address}/".startswith(below)]
    if not selected:
        raise InvalidMessageError("no knob at this address")
    return selected


def to_text(preset: Preset) -> str:
    """A preset as TOML: a line for each knob, and an empty line between groups."""
    lines: list[str] = []
    group = ""
    for address, value in preset.items():
        parent = address.rpartition("/")[0]
        if lines and parent != group:
            lines.append("")
        group = parent
        lines.append(f"{toml(address)} = {toml(value)}")
    return "\n".join(lines) + "\n"


def edited_text(text: str, preset: Preset) -> str:
    """The text of a preset's file with the values of `preset`: its comments and its order stay.

    Addresses that the preset lacks lose their line, and others get one at the end.
    """
    missing = dict(preset)
    lines: list[str] = []
    for line in text.rstrip("\n").split("\n"):
        match = _LINE.fullmatch(line)
        if match is None:
            lines.append(line)
        elif match["address"] in missing:
            lines.append(f"{match['key']}{toml(missing.pop(match['address']))}{match['comment']}")
    merged = "\n".join(lines).rstrip("\n")
    if missing:
        merged = f"{merged}\n\n{to_text(missing)}" if merged.strip() else to_text(missing)
    merged = merged.rstrip("\n") + "\n"
    wanted = {address: list(value) if isinstance(value, tuple) else value for address, value in preset.items()}
    try:
        is_right = tomllib.loads(merged) == wanted
    except (ValueError, RecursionError):
        is_right = False
    return merged if is_right else to_text(preset)


def read_preset(document: Document, names: KnownNames) -> tuple[Preset, tuple[Problem, ...]]:
    """The preset in a document, and its problems. Wrong values are left out."""
    preset, problems = validate_leniently(document, _PresetFile, names)
    return preset.root if preset is not None else {}, problems


def allowed_values(knob: Knob) -> str:
    """Describe the values that a knob may have."""
    match knob.kind:
        case "switch":
            return "true or false"
        case "choice":
            return f"one of {', '.join(map(toml, knob.choices))}"
        case "colour":
            return "three numbers from 0 to 1"
        case kind:
            return f"a {kind} from {knob.low:g} to {knob.high:g}"


def _validate_preset(table: Any, info: ValidationInfo) -> Preset:
    """Coerce a table of addresses and values to a preset; without a context it is a preset already.

    Knobs of scenes that do not play here are left out without an error.
    """
    if not isinstance(table, Mapping):
        raise ValueError("give a table of addresses and values")
    names: KnownNames | None = info.context
    if names is None:
        return table
    values: dict[str, Value] = {}
    errors: list[InitErrorDetails] = []

    def add_error(key: str, remedy: str, **details: Any) -> None:
        errors.append(InitErrorDetails(type=schema_error(remedy, **details), loc=(key,), input=table[key]))

    for key, value in table.items():
        address = names.aliases.canonical(key)
        knob = names.knobs.get(address) or names.absent.get(address)
        if knob is None and address in names.commands:
            if isinstance(value, (bool, int, float, str)):
                values[address] = value
            else:
                add_error(key, "give true, a number or a text, which is sent to this command")
            continue
        if knob is None:
            if unknown := _why_unknown(address, names):
                add_error(key, unknown, found="no such knob")
            continue
        try:
            coerced = coerce(knob, value)
        except InvalidMessageError:
            add_error(key, f"give {allowed_values(knob)}")
            continue
        if _has_wrong_booleans(knob, value):
            add_error(key, f"give {allowed_values(knob)}")
            continue
        if address in names.knobs:
            values[address] = coerced
        if coerced != (tuple(value) if isinstance(value, list) else value):
            remedy = f"give {allowed_values(knob)}; {toml(coerced)} is taken"
            add_error(key, remedy, replacement={"value": coerced})
    if errors:
        raise ValidationError.from_exception_data("preset", errors)
    return values


def _has_wrong_booleans(knob: Knob, value: object) -> bool:
    """Whether true or false stands where a number, a colour or a choice belongs."""
    if isinstance(value, (list, tuple)):
        return any(isinstance(each, bool) for each in value)
    return isinstance(value, bool) and not isinstance(knob.default, bool)


def _why_unknown(address: str, names: KnownNames) -> str:
    """What would be right instead of an address that this show lacks; empty where another show has it."""
    if is_pattern(address):
        return "a file names each knob by its whole address; patterns are for OSC messages"
    if address.startswith(f"{NORMALISED_PREFIX}/"):
        own = address.removeprefix(NORMALISED_PREFIX)
        return f'give the value in the units of the knob, at "{own}"'
    is_command = _NOT_IN_FILES.fullmatch(address) is not None
    if is_command and (address.startswith("/visitant/") or not near(address, _siblings(address, names.knobs))):
        return "presets and cues give no such command: it belongs to the operator"
    everything = (*names.knobs, *names.commands, *names.absent)
    if siblings := _siblings(address, (*names.knobs, *names.absent)):
        return f"{near(address, everything)}knobs here: {', '.join(siblings)}"
    if address.startswith(SIGNAL_PREFIX) and len(address) > len(SIGNAL_PREFIX):
        following = f'[[modulation]] with signal = "{address.removeprefix("/")}" in venue.toml makes a knob follow it'
        return f"{near(address, names.commands)}{following}"
    parts = address.split("/")
    if len(parts) > 3 and parts[:2] == ["", "scene"]:
        if not names.scenes or parts[2] in names.scenes:
            return ""
        return f"{near(parts[2], names.scenes)}scenes here: {', '.join(names.scenes)}"
    if not address.startswith("/"):
        return f"{near(f'/{address}', everything)}give an address, which starts with /"
    return f"{near(address, everything)}docs/osc.md lists all addresses"


def _siblings(address: str, addresses: Iterable[str]) -> list[str]:
    """The addresses in the same group."""
    group = address.rpartition("/")[0]
    return [each for each in addresses if each.rpartition("/")[0] == group]


PresetTable = Annotated[Preset, PlainValidator(_validate_preset)]
"""A table of knobs and values in a settings file."""


class _PresetFile(RootModel[PresetTable]):
    """presets/NAME.toml: knobs by their addresses."""
