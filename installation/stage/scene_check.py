"""Check of a scene: it is loaded, set up and drawn on a hidden stage, in a process of its own, for it may crash or
hang."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from installation.core.json_process import emit
from installation.core.watchdog import START_FACTOR, Watchdog
from installation.stage.outputs.windows import standalone
from installation.stage.scene_faults import mute_log
from installation.stage.scene_loader import SceneError, find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue.schema import Venue

HANG_SECONDS = 30.0
"""Time that loading and setting up, and then each frame, may take; less where the venue ends a hanging show sooner."""


def check_scene(venue: str, folder: str | None, name: str, draws: bool) -> dict[str, Any]:
    """Load the scene `name` of a venue, given as JSON; with `draws`, draw it with a visitor, dancers, a camera picture
    and a painting, and in an empty room.

    Returns the `fault` with file and line that prevents it, or "", the `notes` of its author's uniforms, its `file`,
    the number of its `knobs`, and whether it `dances` and `paints`. Raises UserError without OpenGL.
    """
    mute_log()
    read = Venue.model_validate_json(venue)
    limit = min(HANG_SECONDS / START_FACTOR, read.loop.hang_seconds or HANG_SECONDS)
    # The caller repeats the last line of standard error.
    with Watchdog(limit, _print_place) as watchdog:
        return _check(read, Path(folder) if folder else None, name, draws, watchdog)


def check_scenes(venue: str, folder: str | None, names: list[str], draws: bool) -> None:
    """`check_scene` for each of the names; emits [name, result] as a JSON line as soon as it is known."""
    for name in names:
        emit([name, check_scene(venue, folder, name, draws)])


def _check(venue: Venue, folder: Path | None, name: str, draws: bool, watchdog: Watchdog) -> dict[str, Any]:
    found: dict[str, Any] = {"fault": "", "notes": [], "file": "", "knobs": 0, "dances": False, "paints": False}
    try:
        kind = find_scene(name, scene_folders(folder))
    except SceneError as error:
        return found | {"fault": str(error)}
    file = getattr(kind, "file", None) or sys.modules[kind.__module__].__file__
    found |= {"file": str(file), "knobs": len(kind.knobs), "dances": kind.cast.wanted, "paints": kind.paints}
    if not draws:
        return found
    stage = Stage(standalone(), venue, [name], folder)
    for moment in stage.trial_moments(name):
        watchdog.allow(START_FACTOR)
        stage.draw(moment)
        found["fault"] = found["fault"] or stage.scenes.failure(name)
    if (review := stage.scenes[name].review) is not None:
        found["notes"] = list(review.notes)
    stage.close()
    return found


def _print_place(where: str) -> None:
    print(f"hangs in {where}", file=sys.stderr, flush=True)
