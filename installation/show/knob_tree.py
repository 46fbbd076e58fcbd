"""What can be played at a venue: its scenes, and all their knobs with those of dancers, painter, programme and book."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from installation.control import control
from installation.control.controller_lock import state_folder
from installation.control.cues import cue_book
from installation.control.cues.file_watcher import ShowFiles, ShowFileWatcher
from installation.core.errors import UserError
from installation.dance import weights as dance_weights
from installation.interface import dancer_knobs as dance
from installation.interface import painter_knobs as paint
from installation.interface.dancer import Cast
from installation.interface.knobs import Knobs
from installation.interface.scene import Scene
from installation.paint.engines import weights as paint_weights
from installation.show import playlist
from installation.stage.layers import transitions
from installation.stage.scene_loader import SceneError, find_scene, looks, scene_folders
from installation.venue.schema import Venue

Kinds = Mapping[str, type[Scene]]
"""The scenes of a programme, by name."""


def scenes(venue: Venue) -> Kinds:
    """The scenes of the programme that can be found; raises Trouble when none can."""
    folders = scene_folders(venue.folder)
    found: dict[str, type[Scene]] = {}
    faults = []
    for name in venue.scenes.names:
        try:
            found[name] = find_scene(name, folders)
        except SceneError as error:
            faults.append(str(error))
    if not found:
        raise UserError("\n".join(faults))
    return found


def default_cast(venue: Venue) -> Cast:
    """Who dances whatever plays: somebody for each visitor where other programs are told of dancers."""
    told = any(each.dancers for each in venue.osc.vmc) or any(each.dancers for each in venue.osc.trackers)
    return Cast(each=1, most=venue.dancer.max_dancers) if told and venue.osc.enabled else Cast()


def dances(venue: Venue, kinds: Kinds) -> bool:
    """Whether anybody may dance, or be completed by the dancer."""
    casts = (*(kind.cast for kind in kinds.values()), default_cast(venue))
    return venue.dancer.complete_visitors or any(cast.wanted for cast in casts)


def paints(kinds: Kinds) -> bool:
    """Whether anything may be painted."""
    return any(kind.paints for kind in kinds.values())


def styles(venue: Venue) -> tuple[str, ...]:
    """The styles that the painter knows by name."""
    if venue.painter.engine == "diffusers":
        return tuple(venue.diffusion.prompts)
    return paint_weights.styles(venue.painter.weights)


def tree(venue: Venue, kinds: Kinds) -> Knobs:
    """All knobs of a show of these scenes, in the order in which people look for them."""
    known = Knobs()
    for name, kind in kinds.items():
        known.add(f"/scene/{name}", kind.knobs)
    if dances(venue, kinds):
        known.add(dance.PREFIX, dance.knobs(dance_weights.styles(venue.dancer.weights)))
    if paints(kinds):
        known.add(paint.PREFIX, paint.knobs(styles(venue), venue.painter.steps))
    for prefix, own in {
        **playlist.knobs(venue.scenes, transitions.kinds(venue.folder)), **cue_book.KNOBS, "/visitant": control.KNOBS
    }.items():  # fmt: skip
        known.add(prefix, own)
    return known


def folder(venue: Venue) -> Path:
    """Where presets, cues and what is learned lie: beside venue.toml, or where the user's programs remember."""
    return venue.folder or state_folder()


def repertory(venue: Venue, kinds: Kinds, known: Knobs) -> ShowFiles:
    """The presets and cues as their files are now."""
    knobs = {address: known[address] for address in known}
    with closing(ShowFileWatcher(folder(venue), knobs, venue.scenes.names, looks(kinds))) as shelf:
        return shelf.newest
