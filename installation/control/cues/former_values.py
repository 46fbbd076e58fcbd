"""What stays in the place of a mistake when a file is edited while a show plays: the values that it held before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from installation.control.cues.cue import Cue, parse_number
from installation.control.cues.preset import Preset
from installation.core.diagnostics import Problem
from installation.core.toml_document import Document

_PLACE = re.compile(r"cues\[(\d+)\]\.(\w+)")


def with_former_preset(document: Document, problems: Sequence[Problem], preset: Preset, former: Preset) -> Preset:
    """The preset of a document; where that has mistakes, with the former values of what it does not set."""
    return {**former, **preset} if document.problems or problems else preset


def with_former_cues(
    document: Document, problems: Sequence[Problem], cues: Sequence[Cue], former: Iterable[Cue]
) -> tuple[Cue, ...]:
    """The cues of a document; where that has mistakes, with the former values of what cannot be read.

    A cue that cannot be read at all stays as it was, and so does a key. Where lines are no TOML, it is not known to
    which cue and key they belong: every cue and key that is missing then stays.
    """
    if not document.problems and not problems:
        return tuple(cues)
    by_number = {cue.number: cue for cue in former}
    broken: dict[Any, set[str]] = {}
    for problem in problems:
        if match := _PLACE.match(problem.key):
            number = parse_number(document.at(("cues", int(match[1]), "number")))
            broken.setdefault(number, set()).add(match[2])
    kept = dict(by_number)
    for cue in cues:
        before = by_number.get(cue.number)
        if before is None:
            kept[cue.number] = cue
            continue
        names = broken.get(cue.number, set())
        if document.problems:
            names = names | (before.model_fields_set - cue.model_fields_set)
        values = {name: getattr(before, name) for name in names & before.model_fields_set}
        if "knobs" in values:
            values["knobs"] = {**before.knobs, **cue.knobs}
        kept[cue.number] = cue.model_copy(update=values)
    return tuple(kept[number] for number in sorted(kept))
