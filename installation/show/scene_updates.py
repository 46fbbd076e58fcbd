"""Scene updates: when a scene was edited or added while the show plays, knobs, presets, playlist and workers follow."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from installation.control.cues.cue_book import CueBook
from installation.core.faults import FaultSet
from installation.interface.knobs import Knob, Knobs
from installation.interface.scene import Scene
from installation.show.playlist import Playlist
from installation.show.scene_roles import SceneRoles
from installation.stage.scene_loader import scene_presets
from installation.venue.schema import ScenesSection

logger = logging.getLogger(__name__)


class SceneUpdates:
    """Follows the scenes that a stage exchanges, between two frames."""

    def __init__(
        self, roles: SceneRoles, section: ScenesSection, tree: Knobs, playlist: Playlist, cues: CueBook
    ) -> None:
        self._roles = roles
        self._section = section
        self._names = dict.fromkeys(section.names)
        """Scenes that may be gone to: those of the start, and those that were added since."""
        self._tree, self._playlist, self._cues = tree, playlist, cues
        self._missing = FaultSet(logger)
        """Workers that a scene wants and that were not started."""

    def set_scene(self, name: str, scene_class: type[Scene]) -> None:
        """Use another class for a scene, or add one."""
        before = self._roles.types[name].knobs if name in self._roles.types else ()
        exchange_knobs(self._tree, f"/scene/{name}", before, scene_class.knobs)
        self._roles.set(name, scene_class)
        self._names[name] = None
        self._playlist.set_scenes(self._section, tuple(self._names))
        self._cues.set_scenes(tuple(self._names), scene_presets(self._roles.types))
        self._note_missing_workers()

    def set_section(self, section: ScenesSection) -> None:
        """Play by another [scenes] section of venue.toml; its new scenes are played once they are added."""
        self._section = section
        self._playlist.set_scenes(section, tuple(self._names))

    def _note_missing_workers(self) -> None:
        """Note scenes that want dancers or paintings where no such worker was started with the show."""
        missing = []
        for name, scene_class in self._roles.types.items():
            if scene_class.cast.wanted and not self._roles.has_dancer:
                missing.append(f"scene {name} wants dancers, which were not started: start the show again")
            if scene_class.paints and not self._roles.has_painter:
                missing.append(f"scene {name} wants paintings, and no painter was started: start the show again")
        self._missing.set(missing)

    def close(self) -> None:
        """End the reports."""
        self._missing.withdraw()


def exchange_knobs(tree: Knobs, prefix: str, before: Sequence[Knob], after: Sequence[Knob]) -> None:
    """Put the knobs `after` in the place of those `before`, below `prefix`.

    Those that stay keep their values where they fit; one that stood at its default takes the new default.
    """
    untouched = {knob.name for knob in before if tree.base(f"{prefix}/{knob.name}") == knob.default}
    tree.remove(prefix, keep={f"{prefix}/{knob.name}" for knob in after})
    tree.add(prefix, after)
    for knob in after:
        if knob.name in untouched:
            tree.turn(f"{prefix}/{knob.name}", knob.default)
