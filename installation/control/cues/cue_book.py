"""Cue book of a show: its presets and cues, their fades, and the commands that play them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from installation.control.cues import cue_commands, preset_commands
from installation.control.cues.async_writer import AsyncWriter
from installation.control.cues.cue_commands import SAFE_PRESET, CueCommands
from installation.control.cues.fades import Fades
from installation.control.cues.file_watcher import ShowFiles, ShowFileWatcher
from installation.control.cues.musical_time import MusicalClock
from installation.control.cues.player import CuePlayer, GoToScene
from installation.control.cues.preset import KnownNames, Preset, is_operating
from installation.control.cues.preset_commands import PresetCommands
from installation.control.cues.preset_library import PresetLibrary
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc, OutgoingMessage
from installation.core.faults import FaultSet
from installation.interface.knobs import Knob, Knobs
from installation.interface.pulse import Pulse

MASTER_SWITCHES = ("/master/blackout", "/master/freeze")
"""Switches that panic turns off."""

KNOBS: Mapping[str, tuple[Knob, ...]] = {"/preset": preset_commands.KNOBS, "/cue": cue_commands.KNOBS}
COMMANDS = (*preset_commands.COMMANDS, *cue_commands.COMMANDS)
SENT_ADDRESSES = (
    AddressDoc("/preset/now", "name", "The preset that was recalled last."),
    AddressDoc("/cue/now", "text", "Number and name of the cue that was gone to."),
    AddressDoc("/cue/next", "text", "The cue that a go brings."),
    AddressDoc("/cue/waits", "text", "The cue that waits for its beat or bar, or to begin its fade."),
    AddressDoc("/cue/fade", "0..1", "How far the fade of the cue has come."),
)

logger = logging.getLogger(__name__)


LOG_SECONDS = 0.25
"""Least time between two lines of the log about cues, and about presets."""


@dataclass(frozen=True, slots=True)
class SceneLinks:
    """What presets and cues know of the scenes of a show."""

    names: Collection[str]
    """Scenes to which cues may go."""
    go_to: GoToScene
    presets: Mapping[str, Preset]
    """The scenes' own presets, called SCENE/NAME."""


class CueBook:
    """Owns the file watcher and all fades."""

    def __init__(
        self,
        tree: Knobs,
        folder: Path,
        writer: AsyncWriter | None,
        scenes: SceneLinks,
        cue_file: Path | None = None,
    ) -> None:
        """`folder` has presets/ and cues.toml, which `cue_file` replaces; without a `writer` nothing is saved."""
        for prefix, knobs in KNOBS.items():
            tree.add(prefix, knobs)
        self._tree = tree
        self._scenes = scenes.names
        self._shape = tree.shape
        self._clock = MusicalClock()
        self._fades = Fades(tree)
        self._player = CuePlayer(tree, self._fades, scenes.go_to)
        self._watcher = ShowFileWatcher(folder, KnownNames.of(tree, scenes.names), scenes.presets, cue_file)
        self._library = PresetLibrary(writer)
        self._preset_commands = PresetCommands(tree, self._fades, self._library, self._clock, self._watcher.preset_file)
        self._cue_commands = CueCommands(tree, self._player, self._clock)
        self._faults = FaultSet(logger)
        """Problems of the files, each with its line."""
        self._logged = (0, 0)
        """How many cues and recalls the log has been given."""
        self._next_log_seconds = 0.0
        self._files = ShowFiles()
        self._set_files(self._watcher.newest)
        self._preset_commands.renew_budget()

    @property
    def presets(self) -> Mapping[str, Preset]:
        """All presets by name."""
        return self._library.presets

    def commands(self) -> Mapping[str, Callable[[ReceivedMessage], None]]:
        """The handlers of COMMANDS, by address."""
        return {**self._preset_commands.commands(), **self._cue_commands.commands()}

    def values(self) -> list[OutgoingMessage]:
        """The messages of SENT_ADDRESSES."""
        player = self._player
        cues = {"/cue/now": player.current, "/cue/next": player.next, "/cue/waits": player.waiting}
        return [
            ("/preset/now", (self._preset_commands.recalled,)),
            *((address, (str(cue) if cue is not None else "",)) for address, cue in cues.items()),
            ("/cue/fade", (player.fade_progress(self._clock.now),)),
        ]

    def step(self, t: float, pulse: Pulse) -> None:
        """At the start of a frame, after the messages: start the cues that are due, and turn all knobs that fade."""
        before = self._clock.advance(t, pulse)
        if self._tree.shape != self._shape:
            self._shape = self._tree.shape
            self._preset_commands.tree_changed()
            self._watcher.set_names(KnownNames.of(self._tree, self._scenes))
        if self._watcher.newest is not self._files:
            self._set_files(self._watcher.newest)
        self._preset_commands.apply_morph()
        if self._cue_commands.panic_requested:
            self._panic()
        self._player.step(before, self._clock.now)
        self._fades.step(self._clock.now)
        self._preset_commands.renew_budget()
        self._log_course()

    def set_scenes(self, names: Collection[str], presets: Mapping[str, Preset]) -> None:
        """Follow scenes that were edited or added: read presets and cues again, against their knobs and `presets`."""
        self._scenes = tuple(dict.fromkeys((*self._scenes, *names)))
        self._watcher.set_names(KnownNames.of(self._tree, self._scenes), presets)

    def start(self) -> None:
        """Start the first cue in the next frame, as for a film."""
        self._player.go(self._clock.now, "seconds")

    def close(self) -> None:
        """End the file watcher."""
        self._watcher.close()
        self._faults.withdraw()

    def _log_course(self) -> None:
        """Log the cue that was started last and the preset that was recalled last, where they are new."""
        course = self._player.started, self._preset_commands.recalls
        if course == self._logged or self._clock.now.seconds < self._next_log_seconds:
            return
        if course[0] != self._logged[0]:
            logger.info("cue %s", self._player.current or "list: the state before the first cue")
        if course[1] != self._logged[1]:
            logger.info("preset %s", self._preset_commands.recalled)
        self._logged, self._next_log_seconds = course, self._clock.now.seconds + LOG_SECONDS

    def _set_files(self, files: ShowFiles) -> None:
        self._files = files
        self._faults.set(map(str, files.problems))
        self._library.set_files(files)
        self._player.set_cues(files.cues, self._library.presets)

    def _panic(self) -> None:
        self._cue_commands.panic_requested = False
        logger.info("panic")
        self._player.stop()
        self._fades.stop()
        defaults = {address: self._tree[address].default for address in self._tree if not is_operating(address)}
        safe = self._library.presets.get(SAFE_PRESET, {})
        self._fades.start({**defaults, **safe, **dict.fromkeys(MASTER_SWITCHES, False)}, self._clock.now)
        self._preset_commands.recalled = SAFE_PRESET if SAFE_PRESET in self._library.presets else ""
