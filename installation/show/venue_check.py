"""Venue files checked against what a show offers: scenes, transitions and signals by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from installation.control import modulation
from installation.core.diagnostics import Problem, near, shown
from installation.core.toml_document import Document
from installation.core.toml_positions import Path as KeyPath
from installation.stage.layers import transitions
from installation.stage.scene_loader import is_scene, scene_folders, scene_names, unreadable_folders
from installation.venue import loader
from installation.venue.schema import Venue


def load(path: Path) -> Venue:
    """Load a venue file, and check the names in it of scenes, transitions and signals.

    Raises VenueError with every problem of the file.
    """
    return loader.load(path, (missing_scenes, missing_transition, unknown_signals))


def missing_scenes(document: Document) -> Iterator[Problem]:
    """Names of scenes that neither the venue's folder nor the project has."""
    folders = scene_folders(document.path.parent)
    known, hidden = scene_names(folders), unreadable_folders(folders)
    for place, name in _scene_names(document):
        if isinstance(name, str) and not is_scene(name, folders):
            right = near(name, known) + "; ".join((*hidden, f"scenes here: {', '.join(known) or 'none'}"))
            yield document.problem(place, f"no scene {shown(name)}", right)


def missing_transition(document: Document) -> Iterator[Problem]:
    """The name of a transition that there is not."""
    kinds = (*transitions.transition_names(document.path.parent), transitions.EACH_IN_TURN)
    place = ("scenes", "transition")
    if isinstance(kind := document.at(place), str) and kind not in kinds:
        right = near(kind, kinds) + f"transitions here: {', '.join(kinds)}"
        yield document.problem(place, f"no transition {shown(kind)}", right)


def unknown_signals(document: Document) -> Iterator[Problem]:
    """Names of signals that modulation does not know."""
    entries = document.at(("modulation",))
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        signal = entry.get("signal") if isinstance(entry, dict) else None
        if isinstance(signal, str) and not modulation.is_signal(signal):
            names = [name for name, _ in modulation.signal_docs()]
            right = near(signal, names) + f"signals: {', '.join(names)}"
            yield document.problem(("modulation", index, "signal"), f"no signal {shown(signal)}", right)


def _scene_names(document: Document) -> Iterator[tuple[KeyPath, Any]]:
    """Every place at which a scene is named, with the value there."""
    times, rules = (document.at(("scenes", key)) for key in ("dwell_seconds_of", "when"))
    for key in ("playlist", "on_call"):
        names = document.at(("scenes", key))
        if isinstance(names, list):
            yield from ((("scenes", key, index), name) for index, name in enumerate(names))
    if isinstance(times, dict):
        yield from ((("scenes", "dwell_seconds_of", name), name) for name in times)
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict) and "scene" in rule:
            yield ("scenes", "when", index, "scene"), rule["scene"]
