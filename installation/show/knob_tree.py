"""The tree of knobs of a venue: those of its scenes, dancers, painter, playlist and cue book."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

from installation.control import control, pulse_commands
from installation.control.controller_lock import state_folder
from installation.control.cues import cue_book
from installation.control.cues.file_watcher import ShowFiles, ShowFileWatcher
from installation.control.cues.preset import KnownNames
from installation.control.midi import mapping_file
from installation.control.midi.mapping_file import MappingFile
from installation.control.osc.receiver import SIGNAL_PREFIX
from installation.core.diagnostics import Problem
from installation.core.errors import UserError
from installation.dance import weights as dance_weights
from installation.interface import dancer_knobs as dance
from installation.interface import music_knobs as music
from installation.interface import painter_knobs as paint
from installation.interface import sound_knobs as sound
from installation.interface.dancer import Cast
from installation.interface.knobs import Knob, Knobs, Value
from installation.interface.scene import Scene
from installation.paint.engines import weights as paint_weights
from installation.show import music_commands, playlist
from installation.show.scene_failure import SceneFailedError
from installation.stage.layers import transitions
from installation.stage.scene_loader import SceneError, find_scene, scene_folders, scene_names, scene_presets
from installation.venue.schema import Venue

SceneTypes = Mapping[str, type[Scene]]
"""Scene classes by name."""


def scenes(venue: Venue) -> SceneTypes:
    """The scenes of the venue that can be loaded; raises SceneFailedError when none can."""
    folders = scene_folders(venue.folder)
    found: dict[str, type[Scene]] = {}
    faults = []
    for name in venue.scenes.names:
        try:
            found[name] = find_scene(name, folders)
        except SceneError as error:
            faults.append(str(error))
    if not found:
        raise SceneFailedError("\n".join(faults))
    return found


def default_cast(venue: Venue) -> Cast:
    """The cast when no scene asks for dancers: one for each visitor if dancers are sent over VMC or as trackers."""
    sent = any(each.dancers for each in venue.osc.vmc) or any(each.dancers for each in venue.osc.trackers)
    return Cast(each=1, most=venue.dancer.max_dancers) if sent and venue.osc.enabled else Cast()


def dances(venue: Venue, scene_types: SceneTypes) -> bool:
    """Whether a scene or an output wants dancers, or visitors are completed by the dancer's network."""
    casts = (*(scene.cast for scene in scene_types.values()), default_cast(venue))
    return venue.dancer.complete_visitors or any(cast.wanted for cast in casts)


def paints(scene_types: SceneTypes) -> bool:
    """Whether a scene wants paintings."""
    return any(scene.paints for scene in scene_types.values())


def styles(venue: Venue) -> tuple[str, ...]:
    """Names of the painter's styles."""
    if venue.painter.engine == "diffusers":
        return tuple(venue.diffusion.prompts)
    return paint_weights.style_names(venue.painter.weights)


def tree(venue: Venue, scene_types: SceneTypes) -> Knobs:
    """All knobs of a show of these scenes, in the order in which people look for them."""
    known = Knobs()
    for name, scene in scene_types.items():
        known.add(f"/scene/{name}", scene.knobs)
    if dances(venue, scene_types):
        known.add(dance.PREFIX, dance.knobs(dance_weights.styles(venue.dancer.weights)))
    if paints(scene_types):
        known.add(paint.PREFIX, paint.knobs(styles(venue), venue.painter.steps))
    if venue.music.enabled:
        known.add(music.PREFIX, music_knobs(venue))
    changes = playlist.knobs(venue.scenes, transitions.transition_names(venue.folder))
    heard = {"/pulse": pulse_commands.KNOBS, sound.PREFIX: sound.KNOBS}
    operating = {**cue_book.KNOBS, **heard, "/visitant": control.KNOBS}
    for prefix, own in {**changes, **operating}.items():
        known.add(prefix, own)
    return known


def music_knobs(venue: Venue) -> tuple[Knob, ...]:
    """The composer's knobs as the venue sets them."""
    defaults: dict[str, Value] = {"play": venue.music.play, "genre": venue.music.genre}
    return tuple(replace(knob, default=defaults.get(knob.name, knob.default)) for knob in music.KNOBS)


def folder(venue: Venue) -> Path:
    """The folder of presets, cues and learned controllers: beside venue.toml, else the user's state folder."""
    return venue.folder or state_folder()


def known_scenes(venue: Venue) -> tuple[str, ...]:
    """All scenes that a cue of this venue may name, whether they play or not."""
    return tuple(dict.fromkeys((*scene_names(scene_folders(venue.folder)), *venue.scenes.names)))


def commands(venue: Venue) -> tuple[str, ...]:
    """The addresses of all commands of a show of this venue, but those of presets and cues, and of its signals."""
    signals = (each.signal for each in venue.modulation if each.signal.startswith("signal/"))
    docs = (*control.COMMANDS, *playlist.COMMANDS, *music_commands.COMMANDS)
    known = (each.address for each in docs if not each.address.startswith(SIGNAL_PREFIX))
    return (*known, *dict.fromkeys(f"/{signal}" for signal in signals))


def learned(venue: Venue, known: Knobs) -> tuple[MappingFile, tuple[Problem, ...]]:
    """The learned controllers as their file is now, and its problems, addresses of no knob among them."""
    found = mapping_file.read(folder(venue) / "learned.toml")
    docs = (*control.COMMANDS, *playlist.COMMANDS, *cue_book.COMMANDS, *music_commands.COMMANDS)
    operating = (each.address for each in docs)
    addresses = (*known, *known.aliases, *absent_knobs(venue, known), *operating)
    return found, (*found.problems, *found.unknown(addresses).values())


def absent_knobs(venue: Venue, known: Knobs) -> dict[str, Knob]:
    """The knobs of dancers and painter, by address, where no scene of this show has them; another show of the venue
    may."""
    found: dict[str, Knob] = {}
    # Weights that are not there are no mistake where no scene needs them.
    with suppress(UserError):
        names = dance_weights.styles(venue.dancer.weights)
        found |= {f"{dance.PREFIX}/{knob.name}": knob for knob in dance.knobs(names)}
    with suppress(UserError):
        own = paint.knobs(styles(venue), venue.painter.steps)
        found |= {f"{paint.PREFIX}/{knob.name}": knob for knob in own}
    found |= {f"{music.PREFIX}/{knob.name}": knob for knob in music.KNOBS}
    return {address: knob for address, knob in found.items() if address not in known}


def known_names(venue: Venue, known: Knobs) -> KnownNames:
    """The names to which presets and cues of this venue may refer."""
    return KnownNames.of(known, known_scenes(venue), commands(venue), absent_knobs(venue, known))


def repertory(venue: Venue, scene_types: SceneTypes, known: Knobs) -> ShowFiles:
    """The presets and cues as their files are now."""
    with closing(ShowFileWatcher(folder(venue), known_names(venue, known), scene_presets(scene_types))) as watcher:
        return watcher.newest
