"""The artist's own files, presets/NAME.toml and cues.toml, read at the start and whenever they change."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from installation.control.cues.cue import Cue, cues_of
from installation.control.cues.preset import NAME, NAMED, Preset, look_of
from installation.core.diagnostics import Problem, unread
from installation.core.lenient_toml import Document, read
from installation.interface.knobs import Knob, Value

LOOK_EVERY = 1.0
"""Seconds between looks at the files."""
MOST = 256
"""Presets that are read."""

Stamp = tuple[int, int]
"""When a file was changed last, ns, and its size in bytes."""


@dataclass(frozen=True, slots=True)
class ShowFiles:
    """What the files hold."""

    presets: Mapping[str, Preset] = field(default_factory=dict)
    """By name; those that scenes bring are called SCENE/NAME."""
    cues: tuple[Cue, ...] = ()
    problems: tuple[Problem, ...] = ()
    stamps: Mapping[Path, Stamp] = field(default_factory=dict)
    """Which state of which file this is."""


class ShowFileWatcher:
    """Owns the thread that looks at the files, so that no frame does."""

    def __init__(
        self,
        folder: Path,
        knobs: Mapping[str, Knob],
        scenes: Collection[str],
        own: Mapping[str, Mapping[str, Value]],
    ) -> None:
        """`scenes` are those that a cue may go to; `own` the looks that scenes bring."""
        self._folder = folder
        self._scenes = scenes
        self._own = own
        self._stamps: dict[Path, Stamp] = {}
        self._kept: dict[Path, Document] = {}
        self._fresh = threading.Event()
        self._closing = False
        self.knobs = knobs
        """What the looks are for, by address; replaced, never changed."""
        self.newest = self._look() or ShowFiles()
        """Replaced, never changed, when a file has changed."""
        self._thread = threading.Thread(target=self._watch, name="shelf", daemon=True)
        self._thread.start()

    def fit(self, knobs: Mapping[str, Knob]) -> None:
        """The knobs are others now."""
        self.knobs = knobs
        self._fresh.set()

    def close(self) -> None:
        """End the thread."""
        self._closing = True
        self._fresh.set()
        self._thread.join(2.0)

    def _watch(self) -> None:
        while not self._closing:
            forced = self._fresh.wait(LOOK_EVERY)
            self._fresh.clear()
            found = self._look(forced)
            if found is not None:
                self.newest = found

    def _look(self, forced: bool = True) -> ShowFiles | None:
        """What the files hold; None when none has changed and it is not `forced`."""
        files, problems = self._files()
        stamps = {file: stamp for file in files if (stamp := _stamp(file)) is not None}
        if stamps == self._stamps and not forced:
            return None
        self._kept = {
            file: self._kept[file] if self._stamps.get(file) == stamp else read(file) for file, stamp in stamps.items()
        }
        self._stamps = stamps
        knobs = self.knobs
        presets: dict[str, Preset] = {}
        for name, own in self._own.items():
            # A scene's own looks stand in its source, where no line is known.
            kept = Document(Path("scenes") / f"{name.partition('/')[0]}.py", dict(own))
            presets[name], wrong = look_of(kept, (), own, knobs)
            problems += wrong
        for file, kept in self._kept.items():
            problems += kept.problems
            if file != self._cues:
                presets[file.stem], wrong = look_of(kept, (), kept.data, knobs)
                problems += wrong
        cues, wrong = cues_of(self._kept.get(self._cues, Document(self._cues)), knobs, self._scenes, presets)
        return ShowFiles(presets, cues, (*problems, *wrong), stamps)

    def file(self, preset: str) -> Path:
        """Where a preset stands."""
        return self._folder / "presets" / f"{preset}.toml"

    @property
    def _cues(self) -> Path:
        return self._folder / "cues.toml"

    def _files(self) -> tuple[list[Path], list[Problem]]:
        """The files to be read, and what is wrong with the others."""
        folder = self._folder / "presets"
        try:
            found = sorted(folder.glob("*.toml"))
        except OSError as error:
            return [self._cues], [unread(folder, error)]
        named = [file for file in found if NAME.fullmatch(file.stem)]
        problems = [
            Problem(file, 0, "", "a preset that cannot be called by its name", f"name the file with {NAMED}")
            for file in found
            if file not in named
        ]
        if len(named) > MOST:
            problems.append(Problem(folder, 0, "", f"{len(named)} presets", f"the first {MOST} are read"))
        return [self._cues, *named[:MOST]], problems


def _stamp(file: Path) -> Stamp | None:
    try:
        told = file.stat()
    except OSError:
        return None
    return told.st_mtime_ns, told.st_size
