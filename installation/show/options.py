"""Options of one run of a show, and the venue that they lead to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from installation.core.errors import UserError
from installation.show.loop import Frame
from installation.venue.schema import Venue, performers_at


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


def with_source(venue: Venue, source: str | None) -> Venue:
    """The venue with another source for its first camera, and without its other cameras. Raises UserError."""
    if source is None:
        return venue
    value: int | str = int(source) if source.isdecimal() else source
    try:
        performers_at(value)
    except ValueError as error:
        raise UserError(f"{source}: {error}") from None
    return venue.model_copy(update={"cameras": (venue.cameras[0].model_copy(update={"source": value}),)})


def with_scene(venue: Venue, scene: str | None) -> Venue:
    """The venue with a playlist of one scene and no triggers."""
    if scene is None:
        return venue
    return venue.model_copy(update={"scenes": venue.scenes.model_copy(update={"playlist": (scene,), "when": ()})})
