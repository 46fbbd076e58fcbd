"""Store of learned mappings: read from learned.toml at the start, saved after every change."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter
from installation.control.midi import mapping_file
from installation.control.midi.mapping_file import MAX_MAPPINGS, ControllerMapping
from installation.control.osc.sender import OutgoingMessage
from installation.core.faults import FaultSet
from installation.interface.knobs import Knobs, normalised

logger = logging.getLogger(__name__)


class MappingStore:
    """Owns the mappings of controllers to knobs and commands."""

    def __init__(self, tree: Knobs, commands: Collection[str], file: Path, writer: AsyncWriter) -> None:
        """Read `file`; `commands` are the addresses of all commands."""
        self._tree = tree
        self._commands = commands
        self._path = file
        self._writer = writer
        self._file = mapping_file.read(file)
        canonical = tree.aliases.canonical
        self._mappings = {
            controller: replace(mapping, turns=canonical(mapping.turns))
            for controller, mapping in self._file.mappings.items()
        }
        self._faults = FaultSet(logger)
        self._faults.set(map(str, self._file.problems))
        self._reported: tuple[int, int, int] | None = None
        """The state of knobs, commands and mappings for which problems were reported."""
        self._revision = 0
        """Grows with every change of the mappings."""

    @property
    def mappings(self) -> tuple[ControllerMapping, ...]:
        """All mappings, in the order of the file."""
        return tuple(self._mappings.values())

    def report_problems(self) -> None:
        """Report the problems of the file, each with its line, when knobs, commands or mappings have changed."""
        state = self._tree.shape, len(self._commands), self._revision
        if state == self._reported:
            return
        self._reported = state
        unknown = self._file.unknown_address
        invalid = [unknown[each] for each in self.mappings if each in unknown and not self._is_plausible(each.turns)]
        self._faults.set(str(problem) for problem in (*self._file.problems, *invalid))

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
        self._mappings[mapping.controller] = mapping
        self._save()

    def remove(self, address: object) -> list[str]:
        """Remove the mappings of this controller, knob or command, save the file, and return the controllers."""
        removed = [each.controller for each in self.mappings if address in (each.controller, each.turns)]
        for controller in removed:
            del self._mappings[controller]
        if removed:
            self._save()
        return removed

    def feedback(self, changed: Collection[str]) -> list[OutgoingMessage]:
        """The messages to controllers whose knobs changed, so that motor faders and lamps follow."""
        messages: list[OutgoingMessage] = []
        addresses = set(changed)
        for mapping in self._mappings.values() if addresses else ():
            if mapping.turns in addresses and mapping.turns in self._tree:
                part = normalised(self._tree[mapping.turns], self._tree.base(mapping.turns))
                messages.append((mapping.controller, part if isinstance(part, tuple) else (mapping.value(part),)))
        return messages

    def close(self) -> None:
        """Clear the faults."""
        self._faults.withdraw()

    def _is_plausible(self, address: str) -> bool:
        """Whether there is a knob or command at this address, or its scene does not play here."""
        if address in self._tree or address in self._commands:
            return True
        scene = "/".join(address.split("/")[:3]) + "/"
        return scene.startswith("/scene/") and not any(known.startswith(scene) for known in self._tree)

    def _save(self) -> None:
        self._revision += 1
        if self._file.broken_text:
            # The parts that could not be read stay available to the person who wrote them.
            self._writer.write(self._path.with_name(f"{self._path.name}.old"), self._file.broken_text)
            self._file = replace(self._file, broken_text="")
        self._writer.write(self._path, mapping_file.to_text(self._mappings.values()))
