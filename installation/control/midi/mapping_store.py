"""Store of learned mappings: read from learned.toml at the start and when it is edited, saved after every change."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter, Edit
from installation.control.cues.polling_thread import POLL_SECONDS, SETTLE_SECONDS, PollingThread, version_of
from installation.control.midi import mapping_file, mapping_text
from installation.control.midi.mapping_file import MAX_MAPPINGS, ControllerMapping, MappingFile
from installation.control.midi.members import split_member
from installation.control.osc.sender import OutgoingMessage
from installation.core.faults import FaultSet
from installation.interface.knobs import Knobs, normalised

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class _Change:
    """A change of the mappings that the file may not have yet."""

    removed: tuple[str, ...] = ()
    """Controllers that were forgotten."""
    added: ControllerMapping | None = None
    is_written: bool = False

    def edit(self, text: str) -> str:
        """The file's text with this change."""
        return mapping_text.edited(text, self.removed, self.added)

    def note_written(self) -> None:
        """Note that the file has it."""
        self.is_written = True

    def apply(self, mappings: dict[str, ControllerMapping]) -> None:
        """Make the change in memory."""
        for controller in self.removed:
            mappings.pop(controller, None)
        if self.added is not None:
            mappings[self.added.controller] = self.added


class MappingStore:
    """Owns the mappings of controllers to knobs and commands, and the thread that reads their file."""

    def __init__(self, tree: Knobs, commands: Collection[str], file: Path, writer: AsyncWriter) -> None:
        """Read `file`; `commands` are the addresses of all commands."""
        self._tree = tree
        self._commands = commands
        self._path = file
        self._writer = writer
        self._version = version_of(file)
        self._file = mapping_file.read(file)
        self._mappings: dict[str, ControllerMapping] = self._canonical(self._file.mappings)
        self._kept: set[str] = set()
        """Controllers whose working mapping stays in the place of one with an address of no knob."""
        self._faults = FaultSet(logger)
        self._faults.set(map(str, self._file.problems))
        self._reported: tuple[int, int, int] | None = None
        """The state of knobs, commands and mappings for which problems were reported."""
        self._revision = 0
        """Grows with every change of the mappings."""
        self._unwritten: tuple[_Change, ...] = ()
        self._newest: tuple[MappingFile, tuple[_Change, ...]] | None = None
        """The file as it was read again, with the changes that it may lack."""
        self._thread = PollingThread("learned controllers", self._look, POLL_SECONDS)

    @property
    def mappings(self) -> tuple[ControllerMapping, ...]:
        """All mappings, in the order of the file."""
        return tuple(self._mappings.values())

    def update(self) -> None:
        """Between frames: take the mappings of a file that was edited; where it has mistakes, former ones stay."""
        newest, self._newest = self._newest, None
        if newest is None:
            return
        self._file, unwritten = newest
        mappings = self._canonical(self._file.mappings)
        if self._file.is_partial:
            mappings = {**mappings, **self._mappings}
        elif self._file.problems:
            mappings = {**self._mappings, **mappings}
        self._keep_working(mappings)
        # Changes since it was read come after those that it may lack.
        since = (each for each in self._unwritten if not each.is_written and each not in unwritten)
        for change in (*unwritten, *since):
            change.apply(mappings)
        if mappings != self._mappings:
            logger.info("%s was edited: %d controllers", self._path, len(mappings))
        self._mappings = mappings
        self._revision += 1

    def report_problems(self) -> None:
        """Report the problems of the file, each with its line, when knobs, commands or mappings have changed."""
        state = self._tree.shape, len(self._commands), self._revision
        if state == self._reported:
            return
        self._reported = state
        invalid = self._file.unknown((*self._tree, *self._tree.aliases, *self._commands))
        unknown = (
            problem
            for mapping, problem in invalid.items()
            # What was learned anew since is about to replace what the file has.
            if mapping == self._mappings.get(mapping.controller) or mapping.controller in self._kept
        )
        self._faults.set(str(problem) for problem in (*self._file.problems, *unknown))

    def is_full(self, controller: str) -> bool:
        """Whether there is no room for a mapping of this controller."""
        return controller not in self._mappings and len(self._mappings) >= MAX_MAPPINGS

    def is_command(self, address: str) -> bool:
        """Whether there is a command at this address."""
        return address in self._commands

    def find(self, controller: str) -> ControllerMapping | None:
        """The mapping of a controller; None when it has none."""
        return self._mappings.get(controller)

    def add(self, mapping: ControllerMapping) -> None:
        """Add a mapping, or replace that of the same controller, and save the file."""
        self._save(_Change(added=mapping))

    def remove(self, address: object) -> list[str]:
        """Remove the mappings of this controller, knob or command, save the file, and return the controllers."""
        removed = [each.controller for each in self.mappings if address in (each.controller, each.turns)]
        if removed:
            self._save(_Change(removed=tuple(removed)))
        return removed

    def feedback(self, changed: Collection[str]) -> list[OutgoingMessage]:
        """The messages to controllers whose knobs changed, so that motor faders and lamps follow."""
        messages: list[OutgoingMessage] = []
        addresses = set(changed)
        for mapping in self._mappings.values() if addresses else ():
            if mapping.turns in addresses and mapping.turns in self._tree:
                part = normalised(self._tree[mapping.turns], self._tree.base(mapping.turns))
                address, member = split_member(mapping.controller)
                values = part if isinstance(part, tuple) else (mapping.value(part),)
                messages.append((address, (*member, *values)))
        return messages

    def close(self) -> None:
        """End the thread, and clear the faults."""
        self._thread.close()
        self._faults.withdraw()

    def _canonical(self, mappings: Mapping[str, ControllerMapping]) -> dict[str, ControllerMapping]:
        """The mappings with today's addresses of knobs."""
        canonical = self._tree.aliases.canonical
        return {each: replace(mapping, turns=canonical(mapping.turns)) for each, mapping in mappings.items()}

    def _keep_working(self, mappings: dict[str, ControllerMapping]) -> None:
        """Put back the mappings that work where an edit has an address of no knob, such as one with a typing error."""
        known = (*self._tree, *self._commands)
        self._kept = {
            controller
            for controller, mapping in mappings.items()
            if (before := self._mappings.get(controller)) is not None
            and not mapping_file.is_plausible(mapping.turns, known)
            and mapping_file.is_plausible(before.turns, known)
        }
        mappings.update((controller, self._mappings[controller]) for controller in self._kept)

    def _save(self, change: _Change) -> None:
        """Make a change now, and have the file edited; what else stands in the file then stays."""
        self._writer.edit(self._path, Edit(change.edit, change.note_written))
        change.apply(self._mappings)
        self._kept -= {*change.removed, *((change.added.controller,) if change.added is not None else ())}
        self._revision += 1
        self._unwritten = (*(each for each in self._unwritten if not each.is_written), change)

    def _look(self, _: bool) -> None:
        """In the thread: read the file when it has changed."""
        if version_of(self._path) == self._version:
            return
        time.sleep(SETTLE_SECONDS)
        # A change that is written while the file is read may be in it or not; it is made again in either case.
        unwritten = tuple(each for each in self._unwritten if not each.is_written)
        self._version = version_of(self._path)
        self._newest = mapping_file.read(self._path), unwritten
