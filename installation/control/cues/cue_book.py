"""Cue book of a show: its presets and cues, their fades, and the commands that play them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from installation.control.cues import cue_commands, preset_commands
from installation.control.cues.async_writer import AsyncWriter
from installation.control.cues.cue import Number, format_number
from installation.control.cues.cue_commands import SAFE_PRESET, CueCommands
from installation.control.cues.fades import Fades, SendCommand
from installation.control.cues.file_watcher import ShowFiles, ShowFileWatcher
from installation.control.cues.musical_time import MusicalClock
from installation.control.cues.player import CuePlayer, GoToScene
from installation.control.cues.preset import KnownNames, Preset, is_operating
from installation.control.cues.preset_commands import PresetCommands
from installation.control.cues.preset_library import PresetLibrary
from installation.control.cues.timecode_cues import TimecodeCues
from installation.control.osc.patterns import PatternError
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc, OutgoingMessage
from installation.core.faults import FaultSet
from installation.core.toml_text import toml
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, Value
from installation.interface.pulse import Pulse

PANIC_VALUES: Mapping[str, Value] = {
    "/master/blackout": False,
    "/master/freeze": False,
    "/scene/hold": False,
    "/scene/manual_fade": False,
    "/cue/quantise": "off",
}
"""Values of knobs that operate the show, after a panic."""

KNOBS: Mapping[str, tuple[Knob, ...]] = {"/preset": preset_commands.KNOBS, "/cue": cue_commands.KNOBS}
COMMANDS = (*preset_commands.COMMANDS, *cue_commands.COMMANDS)
SENT_ADDRESSES = (
    AddressDoc("/preset/now", "name", "The preset that was recalled last."),
    AddressDoc("/cue/now", "text", "Number and name of the cue that was gone to."),
    AddressDoc("/cue/next", "text", "The cue that a go brings."),
    AddressDoc("/cue/waits", "text", "The cue that waits for its beat or bar, or to begin its fade."),
    AddressDoc("/cue/fade", "0..1", "How far the fade of the cue has come."),
    AddressDoc("/cue/drives", "0 or 1", "Whether cues decide over scenes, and the playlist waits."),
)

logger = logging.getLogger(__name__)

LOG_SECONDS = 0.25
"""Least time between two lines of the log about cues, and about presets."""


@dataclass(frozen=True, slots=True)
class CommandLinks:
    """The commands to which presets and cues may send values."""

    addresses: Collection[str] = ()
    send: SendCommand = lambda *_: None
    """Raises InvalidMessageError or PatternError with the reason why a value is refused."""
    absent_knobs: Mapping[str, Knob] = field(default_factory=dict)
    """Knobs, by address, that this show lacks and another one of the venue has."""


@dataclass(frozen=True, slots=True)
class SceneLinks:
    """What presets and cues know of the scenes and the commands of a show."""

    names: Collection[str]
    """Scenes to which cues may go."""
    go_to: GoToScene
    presets: Mapping[str, Preset]
    """The scenes' own presets, called SCENE/NAME."""
    drive: Callable[[bool], None] = lambda _: None
    """Called with whether cues decide over scenes from now on."""
    drives: Callable[[], bool] = lambda: False
    """Whether they do."""
    end_change: Callable[[], None] = lambda: None
    """Ends a scene change at once, at the scene that played."""
    absent: Collection[str] = ()
    """Those of `names` that the show has not loaded."""
    commands: CommandLinks = CommandLinks()
    """Left out, files hold values of knobs alone."""


# Eighteen attributes: the files and what is known of them, and what plays them.
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
        self._links = scenes
        self._scenes = scenes.names
        self._shape = tree.shape
        self._clock = MusicalClock()
        self._fades = Fades(tree, self._send)
        self._player = CuePlayer(tree, self._fades, scenes.go_to, scenes.drive)
        self._timecode = TimecodeCues(self._player)
        self._watcher = ShowFileWatcher(folder, self._known_names(), scenes.presets, cue_file)
        self._library = PresetLibrary(writer)
        self._preset_commands = PresetCommands(tree, self._fades, self._library, self._clock, self._watcher.preset_file)
        self._cue_commands = CueCommands(tree, self._player, self._clock)
        self._faults = FaultSet(logger)
        """Problems of the files, each with its line."""
        self._logged = (0, 0)
        """How many cues and recalls the log has been given."""
        self._next_log_seconds = 0.0
        self._absent = set(scenes.absent)
        """Scenes that cannot be gone to in this show."""
        self._first_cues: frozenset[tuple[Number, str]] | None = None
        """The cues of the start, with their scenes: a show that plays some scenes only has not loaded all of theirs."""
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
            ("/cue/drives", (self._links.drives(),)),
        ]

    def step(self, t: float, pulse: Pulse) -> None:
        """At the start of a frame, after the messages: start the cues that are due, and turn all knobs that fade."""
        before = self._clock.advance(t, pulse)
        if self._tree.shape != self._shape:
            self._shape = self._tree.shape
            self._preset_commands.tree_changed()
            self._watcher.set_names(self._known_names())
        if self._watcher.newest is not self._files:
            self._set_files(self._watcher.newest)
        self._preset_commands.apply_morph()
        if self._cue_commands.panic_requested:
            self._panic()
        self._timecode.step(before, self._clock.now, pulse.timecode)
        self._player.step(before, self._clock.now)
        self._fades.step(self._clock.now)
        self._preset_commands.renew_budget()
        self._log_course()

    def set_scenes(self, names: Collection[str], presets: Mapping[str, Preset]) -> None:
        """Follow scenes that were edited or added: read presets and cues again, against their knobs and `presets`."""
        self._scenes = tuple(dict.fromkeys((*self._scenes, *names)))
        self._absent -= set(names)
        self._watcher.set_names(self._known_names(), presets)

    def start(self) -> None:
        """Start the first cue in the next frame, as for a film."""
        self._player.go(self._clock.now, "seconds")

    def cancel_waiting(self) -> None:
        """Call off the cue that waits, as when a hand lets the playlist go on."""
        self._player.stop()

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
        if self._first_cues is None:
            self._first_cues = frozenset((cue.number, cue.scene) for cue in files.cues)
        unloaded = (
            f"cue {format_number(cue.number)}: the scene {cue.scene} is not loaded in this show; name it in playlist "
            "or on_call of [scenes] in venue.toml, or start the show again"
            for cue in files.cues
            if cue.scene in self._absent and (cue.number, cue.scene) not in self._first_cues
        )
        self._faults.set((*map(str, files.problems), *unloaded))
        self._library.set_files(files)
        self._player.set_cues(files.cues, self._library.presets)
        self._timecode.set_cues(files.cues)

    def _known_names(self) -> KnownNames:
        commands = self._links.commands
        return KnownNames.of(self._tree, self._scenes, commands.addresses, commands.absent_knobs)

    def _send(self, address: str, value: Value, t: float) -> None:
        """Send a value of a preset or a cue to a command or signal; why one is refused is logged."""
        if address not in self._links.commands.addresses:
            return
        try:
            self._links.commands.send(address, value, t)
        except (InvalidMessageError, PatternError) as error:
            remedy = getattr(error, "remedy", "")
            logger.warning("cue or preset: %s = %s: %s%s", address, toml(value), error, remedy and f"; {remedy}")

    def _panic(self) -> None:
        self._cue_commands.panic_requested = False
        logger.info("panic")
        self._player.stop()
        self._fades.stop()
        self._links.end_change()
        defaults = {address: self._tree[address].default for address in self._tree if not is_operating(address)}
        safe = self._library.presets.get(SAFE_PRESET, {})
        self._fades.start({**defaults, **safe, **PANIC_VALUES}, self._clock.now)
        self._preset_commands.recalled = SAFE_PRESET if SAFE_PRESET in self._library.presets else ""
