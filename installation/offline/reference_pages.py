"""The pages of docs/ that are written from the code itself: `python -m installation.offline.reference_pages docs`."""

from __future__ import annotations

import sys
from pathlib import Path

from installation.control.control import KNOBS
from installation.control.cues import cue_book
from installation.control.cues import reference as book_doc
from installation.interface import dancer_knobs as dance
from installation.interface import painter_knobs as paint
from installation.interface.knobs import Knobs
from installation.show import playlist
from installation.show.osc_reference import table
from installation.stage.layers import transitions
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene, scene_names
from installation.venue import reference
from installation.venue.schema import ScenesSection


def tree() -> Knobs:
    """All knobs that come along."""
    known = Knobs()
    for name in scene_names((BUILT_IN_SCENES,)):
        known.add(f"/scene/{name}", find_scene(name, (BUILT_IN_SCENES,)).knobs)
    # Which styles there are is the networks' affair.
    known.add(dance.PREFIX, dance.knobs(()))
    known.add(paint.PREFIX, paint.knobs(("NAME",)))
    known.add("/visitant", KNOBS)
    for prefix, own in {
        **playlist.knobs(ScenesSection(), transitions.transition_names(None)),
        **cue_book.KNOBS,
    }.items():
        known.add(prefix, own)
    return known


def pages() -> dict[str, str]:
    """The text of each page by its file's name."""
    return {"venue.md": reference.page(), "osc.md": table(tree()), "cues.md": book_doc.page()}


if __name__ == "__main__":
    for file, text in pages().items():
        (Path(sys.argv[1]) / file).write_text(text, encoding="utf-8")
