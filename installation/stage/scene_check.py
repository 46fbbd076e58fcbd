"""Check of scenes: each is set up and drawn on a hidden stage, in a process of its own, for drivers may crash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from installation.stage.outputs.windows import standalone
from installation.stage.scene_faults import mute_log
from installation.stage.stage import Stage
from installation.venue.schema import Venue


def check_scenes(venue: str, folder: str | None, names: Sequence[str]) -> list[dict[str, Any]]:
    """Draw the scenes `names` of a venue, given as JSON: with a visitor, dancers, a camera picture and a painting, and
    in an empty room.

    Returns for each its name, the fault with file and line that prevents it, or "", and the notes of its author's
    uniforms. Raises UserError without OpenGL.
    """
    mute_log()
    stage = Stage(standalone(), Venue.model_validate_json(venue), names, Path(folder) if folder else None)
    found = []
    for name in names:
        fault = ""
        for moment in stage.trial_moments(name):
            stage.draw(moment)
            fault = fault or stage.scenes.failure(name)
        review = stage.scenes[name].review
        notes = list(review.notes) if review is not None else []
        found.append({"name": name, "fault": fault, "notes": notes})
    stage.close()
    return found
