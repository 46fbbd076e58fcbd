"""The compiler of a show: tries edited shaders and scenes, and reads venue.toml again when its playlist was edited."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from installation.show import venue_check
from installation.stage.compiler import Compiler, open_compiler


def open_venue_compiler(venue: str, folder: str | None, started: float, venue_file: str | None) -> Compiler:
    """The compiler for a venue, given as JSON; without `venue_file` the playlist is not watched.

    `started` is when the show began, s of the system's clock.
    """
    if venue_file is None:
        return open_compiler(venue, folder, started)
    file = Path(venue_file)
    return open_compiler(venue, folder, started, file, partial(venue_check.load, file))
