"""File watcher of presets/NAME.toml and cues.toml: a thread reads them at the start and whenever they change."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from installation.control.cues.cue import Cue, read_cues
from installation.control.cues.cue_sheet import CUE_FILE
from installation.control.cues.former_values import with_former_cues, with_former_preset
from installation.control.cues.polling_thread import POLL_SECONDS, SETTLE_SECONDS, PollingThread, Version, version_of
from installation.control.cues.preset import NAME, NAME_RULE, KnownNames, Preset, read_preset
from installation.core.diagnostics import Problem, unread
from installation.core.lenient_toml import read
from installation.core.toml_document import Document

MAX_PRESETS = 256
"""Presets that are read."""


@dataclass(frozen=True, slots=True)
class ShowFiles:
    """The content of the files."""

    presets: Mapping[str, Preset] = field(default_factory=dict)
    """By name; those of scenes are called SCENE/NAME."""
    cues: tuple[Cue, ...] = ()
    problems: tuple[Problem, ...] = ()
    versions: Mapping[Path, Version] = field(default_factory=dict)
    """The version of each file that was read."""


class ShowFileWatcher:
    """Owns the thread that reads the files, so that no frame does."""

    def __init__(
        self, folder: Path, names: KnownNames, scene_presets: Mapping[str, Preset], cue_file: Path | None = None
    ) -> None:
        """`scene_presets` are those that scenes define, called SCENE/NAME; `cue_file` is read instead of cues.toml."""
        self._folder = folder
        self._cue_file = cue_file or folder / CUE_FILE
        self._names = names
        self._scene_presets = scene_presets
        self._versions: dict[Path, Version] = {}
        self._documents: dict[Path, Document] = {}
        self.newest = ShowFiles()
        self.newest = self._read() or ShowFiles()
        """The content of the files; replaced, never changed, when a file has changed."""
        self._thread = PollingThread("file watcher", self._look, POLL_SECONDS)

    def set_names(self, names: KnownNames, scene_presets: Mapping[str, Preset] | None = None) -> None:
        """Read the files again, against other knobs; `scene_presets` replace those that scenes define."""
        self._names = names
        if scene_presets is not None:
            self._scene_presets = scene_presets
        self._thread.wake()

    def preset_file(self, preset: str) -> Path:
        """The file of a preset."""
        return self._folder / "presets" / f"{preset}.toml"

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def _look(self, forced: bool) -> None:
        content = self._read(forced)
        if content is not None:
            self.newest = content

    def _read(self, forced: bool = True) -> ShowFiles | None:
        """Read the files that changed; None when none has changed, unless `forced`."""
        problems, versions = self._list_files()
        if versions == self._versions and not forced:
            return None
        if not forced:
            time.sleep(SETTLE_SECONDS)
            problems, versions = self._list_files()
        self._documents = {
            file: self._documents[file] if self._versions.get(file) == version else read(file)
            for file, version in versions.items()
        }
        self._versions = versions
        former = self.newest
        names = self._names
        presets: dict[str, Preset] = {}
        for name, preset in self._scene_presets.items():
            # The preset of a scene is in its source, where no line is known.
            document = Document(Path("scenes") / f"{name.partition('/')[0]}.py", dict(preset))
            presets[name], wrong = read_preset(document, names)
            problems += wrong
        for file, document in self._documents.items():
            problems += document.problems
            if file != self._cue_file:
                preset, wrong = read_preset(document, names)
                problems += wrong
                presets[file.stem] = with_former_preset(document, wrong, preset, former.presets.get(file.stem, {}))
        cue_document = self._documents.get(self._cue_file, Document(self._cue_file))
        cues, wrong = read_cues(cue_document, replace(names, presets=presets))
        cues = with_former_cues(cue_document, wrong, cues, former.cues)
        return ShowFiles(presets, cues, (*problems, *wrong), versions)

    def _list_files(self) -> tuple[list[Problem], dict[Path, Version]]:
        """The problems of files that are not read, and the versions of those that are."""
        files, problems = self._find_files()
        return problems, {file: version for file in files if (version := version_of(file)) is not None}

    def _find_files(self) -> tuple[list[Path], list[Problem]]:
        """The files to read, and the problems of the others."""
        folder = self._folder / "presets"
        try:
            found = sorted(folder.glob("*.toml"))
        except OSError as error:
            return [self._cue_file], [unread(folder, error)]
        named = [file for file in found if NAME.fullmatch(file.stem)]
        problems = [
            Problem(file, 0, "", "a preset that cannot be called by its name", f"name the file with {NAME_RULE}")
            for file in found
            if file not in named
        ]
        if len(named) > MAX_PRESETS:
            problems.append(Problem(folder, 0, "", f"{len(named)} presets", f"the first {MAX_PRESETS} are read"))
        return [self._cue_file, *named[:MAX_PRESETS]], problems
