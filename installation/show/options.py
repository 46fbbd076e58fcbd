"""Options of one run of a show, and the venue that they lead to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from installation.control.cues.cue_sheet import CUE_FILE, scenes_of
from installation.core.errors import UserError
from installation.core.secrets import hide_source
from installation.core.watchdog import Watchdog
from installation.interface.knobs import NO_KNOB_VALUES, Value
from installation.show import knob_tree
from installation.show.loop import Frame
from installation.stage.scene_loader import scene_folders, scene_names
from installation.venue.camera_source import performers_at
from installation.venue.schema import Venue


@dataclass(frozen=True, slots=True)
class ShowOptions:
    """How a venue is played this time."""

    live: bool
    """Workers in child processes, sockets open, the governor on. False for a film: workers inline, in lock-step."""
    headless: bool
    scene: str | None = None
    """Play this scene alone."""
    record: Path | None = None
    """File for a film of the canvas."""
    moments: Path | None = None
    """File for all Moments."""
    stills: Path | None = None
    """Folder for the stills that the key S takes; none are taken when left out."""
    rate: float | None = None
    """Frames a second, instead of the venue's."""
    on_frame: Callable[[Frame], None] | None = None
    """Called after each frame of a live show."""
    knobs: Mapping[str, Value] = field(default_factory=lambda: NO_KNOB_VALUES)
    """Values of knobs by address at the begin, instead of their defaults; they hold over those of a recording."""
    cues: Path | None = None
    """A cue sheet that is played from its first cue on, instead of the venue's cues.toml, which waits for a go."""
    tempo: float | None = None
    """Beats a minute from the begin, instead of the pulse's own default; a recording keeps its own beat."""
    composer: Mapping[str, Any] | None = None
    """Settings of the composer of a film (`worker_specs.film_composer_spec`); by default films have none."""
    watchdog: Watchdog = field(default_factory=Watchdog)
    """Ends the process where drawing hangs; by default nothing does."""


def with_source(venue: Venue, source: str | None) -> Venue:
    """The venue with another source for its first camera, and without its other cameras. Raises UserError."""
    if source is None:
        return venue
    hide_source(source)
    value: int | str = int(source) if source.isdecimal() else source
    try:
        performers_at(value)
    except ValueError as error:
        raise UserError(f"{source}: {error}") from None
    return venue.model_copy(update={"cameras": (venue.cameras[0].model_copy(update={"source": value}),)})


def played_venue(venue: Venue, options: ShowOptions) -> Venue:
    """The venue with the scenes that these options play.

    That is one scene alone, else the playlist and the scenes of cues.toml. A cue sheet of `options` brings its scenes,
    and replaces the playlist by that of its first cue.
    """
    known = scene_names(scene_folders(venue.folder))
    called: tuple[str, ...] = ()
    if options.cues is not None:
        called = scenes_of(options.cues, known)
        venue = with_scene(venue, called[0] if called else None)
    elif options.live and options.scene is None:
        called = scenes_of(knob_tree.folder(venue) / CUE_FILE, known)
    venue = with_scene(venue, options.scene)
    on_call = tuple(dict.fromkeys((*venue.scenes.on_call, *called)))
    return venue.model_copy(update={"scenes": venue.scenes.model_copy(update={"on_call": on_call})})


def with_scene(venue: Venue, scene: str | None) -> Venue:
    """The venue with a playlist of one scene, and no other scene."""
    if scene is None:
        return venue
    alone = {"playlist": (scene,), "when": (), "on_call": ()}
    return venue.model_copy(update={"scenes": venue.scenes.model_copy(update=alone)})
