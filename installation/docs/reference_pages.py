"""Reference pages of docs/ generated from the code."""

from __future__ import annotations

from pathlib import Path

from installation.control import pulse_commands
from installation.control.control import KNOBS
from installation.control.cues import cue_book
from installation.control.cues import reference as book_doc
from installation.docs.scene_reference import PAGE, scenes_page
from installation.interface import dancer_knobs as dance
from installation.interface import music_knobs as music
from installation.interface import painter_knobs as paint
from installation.interface import sound_knobs as sound
from installation.interface.knobs import Knobs
from installation.paint.engines.weights import style_names
from installation.show import playlist
from installation.show.osc_reference import table
from installation.stage.layers import transitions
from installation.stage.scene_loader import BUILT_IN_SCENES, find_scene, scene_names
from installation.venue import reference
from installation.venue.schema import ScenesSection


def reference_knobs() -> Knobs:
    """The tree of all knobs without a venue: built-in scenes, dancer, painter, playlist and cues."""
    knobs = Knobs()
    for name in scene_names((BUILT_IN_SCENES,)):
        knobs.add(f"/scene/{name}", find_scene(name, (BUILT_IN_SCENES,)).knobs)
    # Style names depend on the weights: the pages say NAME, and list those of the bundled weights once.
    knobs.add(dance.PREFIX, dance.knobs(()))
    knobs.add(paint.PREFIX, paint.knobs(("NAME",)))
    knobs.add("/visitant", KNOBS)
    knobs.add("/pulse", pulse_commands.KNOBS)
    knobs.add(sound.PREFIX, sound.KNOBS)
    knobs.add(music.PREFIX, music.KNOBS)
    for prefix, section in {
        **playlist.knobs(ScenesSection(), transitions.transition_names(None)),
        **cue_book.KNOBS,
    }.items():
        knobs.add(prefix, section)
    return knobs


def painter_styles() -> str:
    """A section with the names of the styles that the bundled weights have."""
    names = ", ".join(f"`{name}`" for name in style_names())
    return (
        "## Styles of the painter\n\n"
        f"NAME of a style, as in `/painter/style`, is one of {names}.\n"
        "Weights of your own have the names that they were trained with.\n"
    )


def reference_pages(docs: Path) -> dict[str, str]:
    """The text of each page of the folder `docs` by file name; of scenes.md only the reference is generated."""
    guide = (docs / PAGE).read_text(encoding="utf-8")
    return {
        "venue.md": reference.page(),
        "osc.md": f"{table(reference_knobs())}\n{painter_styles()}",
        "cues.md": book_doc.page(),
        PAGE: scenes_page(guide),
    }
