"""Library of presets by name: those of files and scenes, and those saved since their file was read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from installation.control.cues.async_writer import AsyncWriter, Edit
from installation.control.cues.file_watcher import MAX_PRESETS, ShowFiles
from installation.control.cues.polling_thread import Version
from installation.control.cues.preset import NAME, NAME_RULE, Preset, edited_text
from installation.core.diagnostics import near
from installation.interface.knobs import InvalidMessageError

MAX_LISTED_PRESETS = 12
"""Presets that a refusal lists."""


class PresetLibrary:
    """All presets, and the saving of new ones."""

    def __init__(self, writer: AsyncWriter | None) -> None:
        """Without a `writer` nothing can be saved."""
        self._writer = writer
        self._versions: Mapping[Path, Version] = {}
        self._presets: dict[str, Preset] = {}
        self._saved: dict[str, tuple[Preset, Path, Version | None]] = {}
        """Saved presets with their file's version at that time; when that changes, the file holds."""

    @property
    def presets(self) -> Mapping[str, Preset]:
        """All presets by name."""
        return self._presets

    def find(self, name: str) -> Preset:
        """The preset of that name; raises InvalidMessageError."""
        if name not in self._presets:
            listed = ", ".join([*self._presets][:MAX_LISTED_PRESETS]) or "none"
            more = ", ..." if len(self._presets) > MAX_LISTED_PRESETS else ""
            raise InvalidMessageError("no such preset", f"{near(name[:40], self._presets)}there are {listed}{more}")
        return self._presets[name]

    def set_files(self, files: ShowFiles) -> None:
        """Take the presets of files that were read anew."""
        self._versions = files.versions
        self._saved = {name: saved for name, saved in self._saved.items() if saved[2] == files.versions.get(saved[1])}
        self._presets = {**files.presets, **{name: saved[0] for name, saved in self._saved.items()}}

    def require_savable(self, name: str) -> None:
        """Raise InvalidMessageError with the reason why no preset can be saved under this name."""
        if not NAME.fullmatch(name):
            raise InvalidMessageError("no name for a preset", f"give {NAME_RULE}")
        if self._writer is None:
            raise InvalidMessageError("nothing is saved here")
        if name not in self._presets and len(self._presets) >= MAX_PRESETS:
            raise InvalidMessageError("too many presets")

    def save(self, name: str, preset: Preset, file: Path) -> None:
        """Write a preset to its file soon; raises InvalidMessageError when too many files wait."""
        assert self._writer is not None
        self._writer.edit(file, Edit(lambda text: edited_text(text, preset)))
        self._saved[name] = preset, file, self._versions.get(file)
        self._presets[name] = preset
