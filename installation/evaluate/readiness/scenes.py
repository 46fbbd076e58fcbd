"""Readiness of scenes, knobs, presets and cues; no scene is run in this process before it has been tried in another."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from installation.core.errors import UserError
from installation.core.json_process import JsonProcess, JsonProcessError
from installation.evaluate.readiness.finding import Finding, Places, location
from installation.show import knob_tree
from installation.show.options import ShowOptions, played_venue
from installation.stage.scene_loader import find_scene, scene_folders, scene_names
from installation.venue.schema import Venue

SCENE_SECONDS = 150.0
"""Time that a process may take to start, open OpenGL, and set one scene up and draw it."""
MAX_PROCESSES = 4
"""Scenes that are tried at the same time, at most."""


@dataclass(frozen=True, slots=True)
class SceneResults:
    """What trying the scenes found."""

    played: tuple[str, ...]
    """The scenes of playlist, triggers, on_call and cues."""
    found: Mapping[str, Mapping[str, Any]]
    """The result of `installation.stage.scene_check:check_scene` by the name of the scene, others of the folder too."""

    def any_played(self, key: str) -> bool:
        """Whether a played scene has this property, "dances" or "paints"."""
        return any(self.found[name][key] for name in self.played if name in self.found)

    def working(self, venue: Venue) -> Venue | None:
        """The venue with those of its scenes that load; None where there is none."""
        names = tuple(name for name in self.played if name in self.found and self.found[name]["file"])
        if not names:
            return None
        section = venue.scenes.model_copy(update={"playlist": names, "when": (), "on_call": ()})
        return venue.model_copy(update={"scenes": section})


def try_scenes(venue: Venue, draws: bool) -> SceneResults:
    """Try the scenes of the venue, and those in its folder that it does not play; drawn where the machine `draws`.

    A scene of the venue's folder has a process of its own; those that come with Visitant share one for each core.
    """
    played = played_venue(venue, ShowOptions(live=True, headless=True)).scenes.names
    own = scene_names(scene_folders(venue.folder)[:-1])
    names = tuple(dict.fromkeys((*played, *own)))
    processes = min(MAX_PROCESSES, os.cpu_count() or 1)
    with_us = [name for name in names if name not in own]
    groups = [*([name] for name in names if name in own), *(with_us[first::processes] for first in range(processes))]
    found: dict[str, Mapping[str, Any]] = {}
    with ThreadPoolExecutor(processes) as pool:
        for results in pool.map(lambda group: _trials(venue, group, draws), groups):
            found |= results
    return SceneResults(played, {name: found[name] for name in names})


def _trials(venue: Venue, names: Sequence[str], draws: bool) -> dict[str, Mapping[str, Any]]:
    """The results of these scenes by name, in one process; another one goes on after a scene that ends it."""
    found: dict[str, Mapping[str, Any]] = {}
    while rest := [name for name in names if name not in found]:
        try:
            for name, result in _results(venue, rest, draws):
                found[name] = result
        except JsonProcessError as error:
            name = next(name for name in rest if name not in found)
            found[name] = {
                "fault": error.reason,
                "notes": [],
                "file": "",
                "knobs": 0,
                "dances": False,
                "paints": False,
            }
    return found


def _results(venue: Venue, names: Sequence[str], draws: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each scene's name and result as it is known. Raises JsonProcessError where the process ends before the
    last, or does not answer."""
    folder = str(venue.folder) if venue.folder else None
    arguments = {"venue": venue.model_dump_json(), "folder": folder, "names": names, "draws": draws}
    function = "installation.stage.scene_check:check_scenes"
    with JsonProcess(function, arguments) as process:
        left = len(names)
        for name, result in process.lines(SCENE_SECONDS):
            yield name, result
            left -= 1
        process.result(SCENE_SECONDS)
        if left:
            raise JsonProcessError(function, "ended without a result")


def scenes(trials: SceneResults, places: Places) -> Iterator[Finding]:
    """A finding for each scene."""
    for name, found in trials.found.items():
        subject, said = f"scene {name}", f"{found['knobs']} knobs, {found['file']}"
        if found["fault"] and name in trials.played:
            where = places.of("scenes", "playlist")
            yield Finding(subject, "error", found["fault"], f"correct it, or remove it from {where} and the cues")
        elif found["fault"]:
            yield Finding(subject, "warning", found["fault"], "correct it; it is not in the playlist")
        elif found["notes"]:
            yield Finding(subject, "warning", "\n".join((said, *found["notes"])))
        else:
            yield Finding(subject, "ok", said)


def modulation(venue: Venue, trials: SceneResults, places: Places) -> Iterator[Finding]:
    """Modulated knobs that the show does not have; those of scenes outside the playlist count as well."""
    # The addresses of knobs are the same with any weights, and those of the venue may not be readable.
    sections = {name: getattr(venue, name).model_copy(update={"weights": None}) for name in ("dancer", "painter")}
    working = trials.working(venue.model_copy(update=sections))
    if working is None or not venue.modulation:
        return
    try:
        tree = knob_tree.tree(working, knob_tree.scenes(working))
    except UserError:
        return  # an installation without its own weights, which another check reports
    folders = scene_folders(venue.folder)
    for name in scene_names(folders):
        # Scenes that come with Visitant are safe to load; others were tried.
        if name not in trials.found or trials.found[name]["file"]:
            tree.add(f"/scene/{name}", find_scene(name, folders).knobs)
    for index, follow in enumerate(venue.modulation):
        if follow.knob not in tree:
            close = difflib.get_close_matches(follow.knob, list(tree), n=1)
            todo = f"did you mean {close[0]}?" if close else "docs/osc.md lists every knob"
            yield Finding(places.of("modulation", index, "knob"), "error", f"there is no knob {follow.knob}", todo)


def presets_and_cues(venue: Venue, trials: SceneResults) -> Iterator[Finding]:
    """Presets, cues and learned controllers; not checked without a scene, whose knobs they set."""
    working = trials.working(venue)
    if working is None:
        return
    with contextlib.suppress(UserError):
        kinds = knob_tree.scenes(working)
        tree = knob_tree.tree(working, kinds)
        found = knob_tree.repertory(working, kinds, tree)
        learned, problems = knob_tree.learned(working, tree)
        yield from (
            Finding(location(problem), "error", problem.found, problem.right)
            for problem in (*found.problems, *problems)
        )
        if learned.mappings or problems:
            yield Finding("learned.toml", "ok", f"{len(learned.mappings)} controllers")
        yield Finding("presets, cues", "ok", f"{len(found.presets)} and {len(found.cues)}, {knob_tree.folder(venue)}")
