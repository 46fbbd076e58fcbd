"""Modulated knobs checked against those of a show, by their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from installation.core.diagnostics import near
from installation.interface.knobs import Knobs
from installation.show import knob_tree
from installation.venue.schema import Venue

SCENE_PREFIX = "/scene/"


def unknown_modulated_knobs(venue: Venue, known: Knobs) -> Iterator[tuple[int, str]]:
    """The index of each [[modulation]] whose knob does not exist, and what would be right.

    Knobs of scenes that this show does not play are not examined, because those are not loaded.
    """
    others = (*known.aliases, *knob_tree.absent_knobs(venue, known))
    unplayed = tuple(
        f"{SCENE_PREFIX}{name}/" for name in knob_tree.known_scenes(venue) if name not in venue.scenes.names
    )
    for index, section in enumerate(venue.modulation):
        if section.knob not in known and section.knob not in others and not section.knob.startswith(unplayed):
            yield index, near(section.knob, known) + "docs/osc.md lists every knob"
