"""Knobs of a film at its begin: a preset, and single values over it, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from installation.control.cues.preset import Preset, allowed_values
from installation.core.diagnostics import near
from installation.core.errors import UserError
from installation.interface.knobs import (
    NORMALISED_PREFIX,
    InvalidMessageError,
    Knob,
    Knobs,
    Value,
    coerce,
    from_normalised,
)
from installation.show import knob_tree
from installation.show.osc_reference import ALL_COMMANDS
from installation.venue.schema import Venue

SWITCH_WORDS = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
"""What may be written for a switch."""
OPTIONS_OF_COMMANDS = {"/scene/go": "--scene", "/preset/recall": "--preset"}
"""The option that does in a film what a command does in a show."""


def film_knobs(venue: Venue, preset: str | None, assignments: Sequence[str]) -> Preset:
    """Values by address of a preset, and over them those of `assignments`, such as "/scene/tide/swell=0.4".

    Where the venue plays a single scene, the presets and knobs of that scene need no prefix: "storm", "swell=0.4".
    Raises UserError for a name that is unknown and for a value out of range, with what would be right.
    """
    if preset is None and not assignments:
        return {}
    scenes = knob_tree.scenes(venue)
    tree = knob_tree.tree(venue, scenes)
    only = venue.scenes.names[0] if len(venue.scenes.names) == 1 else None
    values: dict[str, Value] = {}
    if preset is not None:
        presets = knob_tree.repertory(venue, scenes, tree).presets
        name = f"{only}/{preset}" if preset not in presets and only else preset
        if name not in presets:
            known = f"presets here: {', '.join(presets) or 'none'}"
            raise UserError(f"--preset {preset}: no such preset; {near(preset, presets) or near(name, presets)}{known}")
        values |= {address: value for address, value in presets[name].items() if address in tree}
    for assignment in assignments:
        address, value = _assigned(assignment, tree, only)
        values[address] = value
    return values


def _assigned(assignment: str, tree: Knobs, only: str | None) -> tuple[str, Value]:
    """Address and value of "ADDRESS=VALUE"."""
    written, equals, text = assignment.partition("=")
    written = written.strip()
    if not equals:
        raise UserError(f"--set {assignment}: give ADDRESS=VALUE, such as {next(iter(tree))}=VALUE")
    address = written if written.startswith("/") else f"/scene/{only}/{written}"
    if only is None and address != written:
        raise UserError(f"--set {assignment}: several scenes play; give the whole address, such as {next(iter(tree))}")
    is_normalised = address.startswith(f"{NORMALISED_PREFIX}/")
    address = tree.aliases.canonical(address.removeprefix(NORMALISED_PREFIX) if is_normalised else address)
    if address not in tree:
        _refuse_command(written, address)
        group = address.rpartition("/")[0]
        beside = [each.rpartition("/")[2] for each in tree if each.rpartition("/")[0] == group]
        known = f"knobs at {group}: {', '.join(beside)}" if beside else "docs/osc.md lists every knob"
        raise UserError(f"--set {written}: no such knob; {near(address, tree)}{known}")
    knob, text = tree[address], text.strip()
    if is_normalised:
        part = _number(text, 0.0, 1.0, f"--set {written}={text}: give a number from 0 to 1")
        return address, from_normalised(knob, part)
    wrong = f"--set {written}={text}: {near(text, knob.choices)}give {allowed_values(knob)}"
    try:
        return address, coerce(knob, _value(knob, text, wrong))
    except InvalidMessageError:
        raise UserError(wrong) from None


def _refuse_command(written: str, address: str) -> None:
    """Raise UserError where the address is that of a command."""
    if any(address == command.address for command in ALL_COMMANDS):
        option = OPTIONS_OF_COMMANDS.get(address)
        remedy = f"{option} sets it in a film" if option else "send it to a running show"
        raise UserError(f"--set {written}: {address} is a command, not a knob; {remedy}")


def _value(knob: Knob, text: str, wrong: str) -> object:
    """The value that a text stands for; raises UserError with `wrong` where it is none of the knob's."""
    match knob.kind:
        case "switch":
            if text.lower() not in SWITCH_WORDS:
                raise UserError(wrong)
            return SWITCH_WORDS[text.lower()]
        case "choice":
            return text.strip("\"'")
        case "colour":
            return _colour(text, f"{wrong}, such as 0.9,0.4,0.1 or #e6661a")
        case "whole number" if not text.lstrip("+-").isdecimal():
            raise UserError(wrong)
        case _:
            return _number(text, knob.low, knob.high, wrong)


def _colour(text: str, wrong: str) -> tuple[float, ...]:
    """Three numbers 0..1 of "0.9,0.4,0.1", "[0.9, 0.4, 0.1]" or "#e6661a"."""
    if text.startswith("#"):
        try:
            channels = bytes.fromhex(text[1:])
        except ValueError:
            raise UserError(wrong) from None
        found = tuple(channel / 255 for channel in channels)
    else:
        found = tuple(_number(part.strip(), 0.0, 1.0, wrong) for part in text.strip("[]()").split(","))
    if len(found) != 3:
        raise UserError(wrong)
    return found


def _number(text: str, low: float, high: float, wrong: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise UserError(wrong) from None
    if not low <= value <= high:
        raise UserError(wrong)
    return value
