"""venue.toml read from disk: everything that is wrong with it at once, each with its line and its remedy."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from installation.control import modulation
from installation.core.diagnostics import Problem, near, not_text, shown, syntax, unread
from installation.core.errors import Trouble
from installation.core.toml_positions import Path as KeyPath
from installation.core.toml_positions import lines_of
from installation.stage.layers import transitions
from installation.stage.scene_loader import scene_folders, scene_names
from installation.venue import reference
from installation.venue.schema import Venue, names_file

IMAGES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")
"""What a folder given as a source must hold at least one of."""
MOST_BYTES = 1 << 20
"""A larger file is no venue file."""


class VenueError(Trouble):
    """A venue file that cannot be used."""

    status = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        """Everything that is wrong, in the file's order."""
        super().__init__("\n".join(["the venue file needs mending:", *map(str, problems)]))


def load(path: Path) -> Venue:
    """The venue that a file describes, its relative paths made absolute.

    Raises VenueError with every problem of the file.
    """
    text = _read(path)
    try:
        data = tomllib.loads(text)
        lines = lines_of(text)
    except ValueError as error:
        raise VenueError([syntax(path, text, error)]) from None
    except RecursionError:
        raise VenueError([Problem(path, 0, "", "lists or tables nested too deeply", "two levels are enough")]) from None

    reader = _Reader(path, data, lines)
    problems = [*reader.missing_files(), *reader.unknown_signals()]
    try:
        # As JSON, because pydantic's strict mode then takes lists for tuples and text for paths, and nothing
        # else for anything else. A date, which JSON lacks, becomes an object, which is right nowhere.
        venue = Venue.model_validate_json(json.dumps(data, default=lambda date: {"": str(date)}))
    except ValidationError as error:
        problems += reader.problems(error)
    if problems:
        raise VenueError(sorted(set(problems), key=lambda problem: (problem.line, problem.key)))
    return _settled(venue, path)


def _read(path: Path) -> str:
    def wrong(found: str, right: str) -> VenueError:
        return VenueError([Problem(path, 0, "", found, right)])

    try:
        if path.stat().st_size > MOST_BYTES:
            raise wrong(f"a file of {path.stat().st_size:,} bytes", "a venue file is a page of text")
        data = path.read_bytes()
    except FileNotFoundError:
        raise wrong("no such file", "name a venue file with --venue, or leave it out for the defaults") from None
    except (OSError, ValueError) as error:
        raise VenueError([unread(path, error)]) from None
    try:
        # As tomllib does for files: the end of a line is a line feed, whatever the editor wrote.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise VenueError([not_text(path, data, error)]) from None


class _Reader:
    """Says what is wrong in the words of the file that was read."""

    def __init__(self, path: Path, data: dict[str, Any], lines: dict[KeyPath, int]) -> None:
        self._path, self._data, self._lines = path, data, lines

    def problems(self, error: ValidationError) -> Iterator[Problem]:
        for item in error.errors(include_url=False, include_context=False):
            # Inside a union pydantic appends the names of its members, which the file knows nothing of.
            place, value = self._nearest(item["loc"])
            whole = len(place) == len(item["loc"])
            if item["type"] == "missing":
                key = str(item["loc"][-1])
                right = f"add {key} = {_kind((*place, key))}"
                yield self._problem((*place, key), "missing", right)
            elif item["type"] == "too_short" and value:
                continue  # pydantic counts only the items that are valid, and has told of the others already
            elif item["type"] == "value_error" and whole:
                yield self._problem(place, f"found {shown(value)}", item["msg"].removeprefix("Value error, "))
            elif item["type"] == "extra_forbidden" and whole:
                yield self._problem(place, "unknown key", self._meant(place))
            else:
                yield self._problem(place, f"found {shown(value)}", f"give {_kind(place)}")

    def missing_files(self) -> Iterator[Problem]:
        folder = self._path.parent
        model, cameras = self._at(("eye", "model")), self._at(("cameras",))
        if isinstance(model, str) and not _is_file(folder / model):
            right = "name an existing .task file, or leave the key out for the one that `visitant setup` brings"
            yield self._problem(("eye", "model"), f"no file {shown(model)}", right)
        weights = self._at(("dancer", "weights"))
        if isinstance(weights, str) and not _is_file(folder / weights):
            right = "name an existing .safetensors file, or leave the key out for the network that comes along"
            yield self._problem(("dancer", "weights"), f"no file {shown(weights)}", right)
        weights = self._at(("painter", "weights"))
        if isinstance(weights, str) and not _is_file(folder / weights):
            right = "name an existing .safetensors file, or leave the key out for the painter that comes along"
            yield self._problem(("painter", "weights"), f"no file {shown(weights)}", right)
        for index, camera in enumerate(cameras if isinstance(cameras, list) else ()):
            source = camera.get("source") if isinstance(camera, dict) else None
            if isinstance(source, str) and names_file(source):
                found = _source_wrong(folder / source)
                right = (
                    'name an existing video or folder of images, a camera (0, "/dev/video0"), '
                    'a stream\'s URL, "ghost" or "auto"'
                )
                if found:
                    yield self._problem(("cameras", index, "source"), f"{found} {shown(source)}", right)
        yield from self._missing_scenes(folder)

    def _missing_scenes(self, folder: Path) -> Iterator[Problem]:
        known = scene_names(scene_folders(folder))
        playlist, times, rules = (self._at(("scenes", key)) for key in ("playlist", "times", "when"))
        named: list[tuple[KeyPath, Any]] = []
        if isinstance(playlist, list):
            named += [(("scenes", "playlist", index), name) for index, name in enumerate(playlist)]
        if isinstance(times, dict):
            named += [(("scenes", "times", name), name) for name in times]
        if isinstance(rules, list):
            named += [
                (("scenes", "when", index, "scene"), rule["scene"])
                for index, rule in enumerate(rules)
                if isinstance(rule, dict) and "scene" in rule
            ]
        for place, name in named:
            if isinstance(name, str) and name not in known:
                right = near(name, known) + f"scenes here: {', '.join(known) or 'none'}"
                yield self._problem(place, f"no scene {shown(name)}", right)
        kinds = (*transitions.kinds(folder), transitions.EACH)
        if isinstance(kind := self._at(("scenes", "kind")), str) and kind not in kinds:
            right = near(kind, kinds) + f"transitions here: {', '.join(kinds)}"
            yield self._problem(("scenes", "kind"), f"no transition {shown(kind)}", right)

    def unknown_signals(self) -> Iterator[Problem]:
        follows = self._at(("modulation",))
        for index, follow in enumerate(follows if isinstance(follows, list) else ()):
            signal = follow.get("signal") if isinstance(follow, dict) else None
            if isinstance(signal, str) and not modulation.known(signal):
                names = [name for name, _ in modulation.signals()]
                right = near(signal, names) + f"signals: {', '.join(names)}"
                yield self._problem(("modulation", index, "signal"), f"no signal {shown(signal)}", right)

    def _problem(self, place: KeyPath, found: str, right: str) -> Problem:
        line = next((self._lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self._lines), 0)
        return Problem(self._path, line, _written(place), found, right)

    def _nearest(self, place: KeyPath) -> tuple[KeyPath, Any]:
        """The longest part of `place` that the file holds, and what stands there."""
        value: Any = self._data
        for depth, step in enumerate(place):
            try:
                value = value[step]
            except (LookupError, TypeError):
                return place[:depth], value
        return place, value

    def _at(self, place: KeyPath) -> Any:
        found, value = self._nearest(place)
        return value if found == place else None

    def _meant(self, place: KeyPath) -> str:
        parent = reference.field_of(place[:-1])
        section = reference.section_of(parent[0]) if parent else None
        if section is None:
            return "take it out"
        keys = sorted(section.model_fields)
        return near(str(place[-1]), keys) + f"keys here: {', '.join(keys)}"


def _settled(venue: Venue, path: Path) -> Venue:
    folder = path.parent.resolve()
    cameras = tuple(
        camera.model_copy(update={"source": str(folder / camera.source)})
        if isinstance(camera.source, str) and names_file(camera.source)
        else camera
        for camera in venue.cameras
    )
    eye = venue.eye
    if eye.model is not None:
        eye = eye.model_copy(update={"model": folder / eye.model})
    dancer = venue.dancer
    if dancer.weights is not None:
        dancer = dancer.model_copy(update={"weights": folder / dancer.weights})
    painter = venue.painter
    if painter.weights is not None:
        painter = painter.model_copy(update={"weights": folder / painter.weights})
    diffusion = venue.diffusion
    for key in ("model", "autoencoder", "control"):
        # What is no folder beside the file is the name of a published model.
        if (name := getattr(diffusion, key)) and (folder / name).is_dir():
            diffusion = diffusion.model_copy(update={key: str(folder / name)})
    settled = venue.model_copy(
        update={"cameras": cameras, "eye": eye, "dancer": dancer, "painter": painter, "diffusion": diffusion}
    )
    settled._folder = folder
    return settled


def _source_wrong(path: Path) -> str:
    try:
        if path.is_dir():
            images = any(file.suffix.lower() in IMAGES for file in path.iterdir())
            return "" if images else "no image in folder"
        return "" if path.exists() else "no file or folder"
    except (OSError, ValueError):
        return "no readable file or folder"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _kind(place: KeyPath) -> str:
    field = reference.field_of(place)
    return reference.kind(*field) if field else "something else"


def _written(place: KeyPath) -> str:
    """A place as people write it, such as cameras[0].height."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")
