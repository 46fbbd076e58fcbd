"""Cue book of a show: its presets and cues, their fades, and the commands that play them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from installation.control.cues import cue_commands, preset_commands
from installation.control.cues.async_writer import AsyncWriter
from installation.control.cues.cue_commands import SAFE_PRESET, CueCommands
from installation.control.cues.fades import Fades
from installation.control.cues.file_watcher import ShowFiles, ShowFileWatcher
from installation.control.cues.musical_time import MusicalClock
from installation.control.cues.player import CuePlayer
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


class CueBook:
    """Owns the file watcher and all fades."""

    def __init__(
        self,
        tree: Knobs,
        folder: Path,
        writer: AsyncWriter | None,
        scenes: Collection[str],
        go_to_scene: Callable[[str], None],
        scene_presets: Mapping[str, Preset],
    ) -> None:
        """`folder` has presets/ and cues.toml; without a `writer` nothing is saved.

        `go_to_scene` changes to one of `scenes`, whose own `scene_presets` are called SCENE/NAME.
        """
        for prefix, knobs in KNOBS.items():
            tree.add(prefix, knobs)
        self._tree = tree
        self._scenes = scenes
        self._shape = tree.shape
        self._clock = MusicalClock()
        self._fades = Fades(tree)
        self._player = CuePlayer(tree, self._fades, go_to_scene)
        self._watcher = ShowFileWatcher(folder, KnownNames.of(tree, scenes), scene_presets)
        self._library = PresetLibrary(writer)
        self._preset_commands = PresetCommands(tree, self._fades, self._library, self._clock, self._watcher.preset_file)
        self._cue_commands = CueCommands(tree, self._player, self._clock)
        self._faults = FaultSet(logger)
        """Problems of the files, each with its line."""
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

    def close(self) -> None:
        """End the file watcher."""
        self._watcher.close()
        self._faults.withdraw()

    def _set_files(self, files: ShowFiles) -> None:
        self._files = files
        self._faults.set(map(str, files.problems))
        self._library.set_files(files)
        self._player.set_cues(files.cues, self._library.presets)

    def _panic(self) -> None:
        self._cue_commands.panic_requested = False
        self._player.stop()
        self._fades.stop()
        defaults = {address: self._tree[address].default for address in self._tree if not is_operating(address)}
        safe = self._library.presets.get(SAFE_PRESET, {})
        self._fades.start({**defaults, **safe, **dict.fromkeys(MASTER_SWITCHES, False)}, self._clock.now)
        self._preset_commands.recalled = SAFE_PRESET if SAFE_PRESET in self._library.presets else ""
