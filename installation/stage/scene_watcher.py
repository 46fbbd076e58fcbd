"""Scene watcher: finds the scenes and the venue file that were saved since the show began, for the compiler process."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from installation.stage.scene_loader import (
    SceneError,
    SceneSource,
    read_scene,
    scene_file,
    scene_folders,
    scene_names,
    unreadable_folders,
)
from installation.venue.loader import VenueError
from installation.venue.schema import ScenesSection, Venue

Version = tuple[int, int]
"""Time of a file's last change, ns, and its size in bytes."""
VenueLoader = Callable[[], Venue]
"""Reads venue.toml again; raises VenueError with all its problems."""


@dataclass(frozen=True, slots=True)
class SceneState:
    """What the drawing process has of each scene, by name."""

    checksums: Mapping[str, int] = field(default_factory=dict)
    """Checksums of the sources that it has loaded, or tried to load."""
    not_set_up: Collection[str] = ()
    """Those of them that failed: they are tried again after any change, for a file that they need may have come."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Checksums of sources that must not be offered again."""


class SceneWatcher:
    """Watches the folders of scenes and shaders, and venue.toml."""

    def __init__(
        self, folder: Path | None, started: float, venue_file: Path | None = None, load_venue: VenueLoader | None = None
    ) -> None:
        """`folder` is that of the venue. Scenes there that are saved after `started`, s of the system's clock, are
        found although nothing names them. Without `load_venue` the playlist is not watched."""
        self.folders = scene_folders(folder)
        self._own_folder = self.folders[0] if folder is not None else None
        self._watched: tuple[Path, ...] = (*self.folders, folder / "shaders") if folder is not None else self.folders
        self._started_ns = int(started * 1e9)
        self._venue_file, self._load_venue = venue_file, load_venue
        self._seen = self._first = self._versions()
        self._taken: Mapping[Path, Version] = {}
        self._venue_version: Version | None = self._seen.get(venue_file) if venue_file is not None else None
        self.revision = 0
        """Grows with every change of the files."""
        self.section: ScenesSection | None = None
        """The [scenes] of venue.toml as it was saved after the show began."""
        self.refused: list[str] = []
        """The scenes whose newest source must not be offered again."""
        self.problems: list[str] = []
        """What is wrong with venue.toml, and folders without rights."""

    def settled(self) -> bool:
        """Look at the files; False while one of them changes, as when an editor writes it in parts."""
        before, self._seen = self._seen, self._versions()
        return self._seen == before

    def take(self) -> bool:
        """Once the files have settled: note what they are; returns whether any has changed since the last time."""
        if self._seen == self._taken:
            return False
        self.revision += bool(self._taken)
        self._taken = self._seen
        problems = unreadable_folders(self._watched)
        if self._venue_file is not None and self._load_venue is not None:
            problems += self._read_venue(self._venue_file, self._load_venue)
        self.problems = problems
        return True

    def changed_scenes(self, state: SceneState) -> Iterator[tuple[str, SceneSource | SceneError]]:
        """By name, the scenes whose source is another one than that of the drawing process, or why it cannot be read.

        A scene whose file has gone is not among them: it plays on. So do all while a folder may not be read, for a
        scene of the same name in a later folder is not meant.
        """
        named = self.section.names if self.section is not None else ()
        self.refused = []
        if unreadable_folders(self.folders):
            return
        for name in dict.fromkeys((*state.checksums, *named, *self._saved_scenes())):
            if scene_file(name, self.folders) is None:
                continue
            try:
                source = read_scene(name, self.folders)
            except SceneError as error:
                yield name, error
                continue
            checksum = source.checksum
            again = name in state.not_set_up and self.revision > 0
            if checksum == state.refused.get(name):
                self.refused.append(name)
            elif again or checksum != state.checksums.get(name):
                yield name, source

    def _saved_scenes(self) -> Iterator[str]:
        """Names of the scenes in the venue's folder that were saved or came since the show began."""
        if self._own_folder is None:
            return
        for name in scene_names((self._own_folder,)):
            file = scene_file(name, (self._own_folder,))
            if file is None or (version := self._seen.get(file)) is None:
                continue
            if version != self._first.get(file) or version[0] > self._started_ns:
                yield name

    def _read_venue(self, file: Path, load: VenueLoader) -> Sequence[str]:
        """Read venue.toml if it was saved since the show began; returns its problems."""
        version = self._seen.get(file)
        if version is None or (version == self._venue_version and version[0] <= self._started_ns):
            return ()
        try:
            self.section = load().scenes
        except VenueError as error:
            return [str(problem) for problem in error.problems]
        return ()

    def _versions(self) -> dict[Path, Version]:
        """The version of every file that is watched."""
        files = [file for folder in self._watched for file in _files(folder)]
        files += [self._venue_file] if self._venue_file is not None else []
        return {file: version for file in files if (version := _version(file)) is not None}


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # `unreadable_folders` names it


def _version(file: Path) -> Version | None:
    try:
        status = file.stat()
    except OSError:
        return None  # it went while it was looked at
    return status.st_mtime_ns, status.st_size
