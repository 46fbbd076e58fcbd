"""Outputs of retargeting: files in an export profile, several takes in one file, and the viewer page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from installation.core.errors import UserError
from installation.offline.viewer_page import ViewerTake, write_page
from motion import files
from motion.formats import bvh, character
from motion.formats.character import Character
from motion.formats.gltf_profile import profile_character
from motion.formats.profiles import PROFILES, Profile, profile_take
from motion.rig import Rig
from motion.take import Take


@dataclass(frozen=True)
class OutputSettings:
    """What is written besides the motion itself."""

    profile: Profile | None = None
    one_file: bool = False
    """Whether all motions are animations of one character file."""
    view: Path | None = None
    """HTML page of the viewer."""


@dataclass
class MotionOutputs:
    """Writes takes as they come, and at the end what holds all of them."""

    settings: OutputSettings
    _pending: dict[Path, tuple[Character, dict[str, Take]]] = field(default_factory=dict)
    _shown: list[ViewerTake] = field(default_factory=list)

    def add(self, path: Path, take: Take, target: Character | Rig | None, name: str) -> Path:
        """Write a take, or keep it for the one file; return where it is written. Raises as `motion.files.save`."""
        if self.settings.one_file and isinstance(target, Character):
            character_, takes = self._pending.setdefault(path, (target, {}))
            if character_ is not target:
                raise UserError(f"{path}: --one-file: takes of two characters, expected one --to")
            takes[_free_name(name, takes)] = take
        else:
            write_takes(path, {name: take}, target, self.settings.profile)
        self._show(path, take, target, name)
        return path

    def show(self, take: Take, target: Character | Rig | None, name: str) -> None:
        """Show a take in the viewer that is written in no file of motion."""
        self._show(None, take, target, name)

    def close(self) -> list[Path]:
        """Write what waits for all takes; return the files."""
        written = []
        for path, (target, takes) in self._pending.items():
            write_takes(path, takes, target, self.settings.profile)
            written.append(path)
        if self.settings.view is not None and self._shown:
            write_page(self.settings.view, self._shown)
            written.append(self.settings.view)
        return written

    def _show(self, path: Path | None, take: Take, target: Character | Rig | None, name: str) -> None:
        if self.settings.view is not None:
            self._shown.append(ViewerTake(name, take, target if isinstance(target, Character) else None, path))


def profile_of(name: str | None, out: Path) -> Profile | None:
    """The profile of this name, checked against the format of the output. Raises UserError."""
    if name is None:
        return None
    suffix = out.suffix.lower()
    if suffix == ".vrma":
        raise UserError(f"{out}: --profile {name}: the names in a .vrma are those of VRM; write .glb or .bvh")
    if suffix not in (".bvh", *files.CHARACTER_SUFFIXES):
        raise UserError(f"{out}: --profile {name}: is for motion files; write .glb, .gltf, .vrm or .bvh")
    return PROFILES[name]


def check_one_file(out: Path, targets: Sequence[object]) -> None:
    """Raise UserError where one file cannot hold all motions."""
    if out.suffix.lower() not in files.CHARACTER_SUFFIXES:
        raise UserError(f"{out}: --one-file: only .glb, .gltf and .vrm hold several animations")
    if len(targets) > 1:
        raise UserError(f"--one-file: needs one --to, there are {len(targets)}")


def write_takes(
    path: Path, takes: dict[str, Take], target: Character | Rig | None, profile: Profile | None = None
) -> None:
    """Write takes in a profile, several as animations of one character. Raises as `motion.files.save`."""
    if isinstance(target, Character) and path.suffix.lower() in files.CHARACTER_SUFFIXES:
        if profile is not None:
            target, takes = profile_character(target, takes, profile)
        character.write(path, target, takes)
        return
    for name, take in takes.items():
        if profile is not None:
            bvh.write(path, profile_take(take, profile), profile.unit_m)
        else:
            files.save(path, take, target, name)


def _free_name(name: str, taken: dict[str, Take]) -> str:
    """The name, with a number where it is taken."""
    found, count = name, 1
    while found in taken:
        count += 1
        found = f"{name} {count}"
    return found
