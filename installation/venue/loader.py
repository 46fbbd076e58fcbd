"""Loader of venue.toml: every problem of the file at once, each with its line and its remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from installation.core.diagnostics import Problem, not_text, shown, syntax, unread
from installation.core.errors import UserError
from installation.core.renamed_keys import with_current_keys
from installation.core.schema_problems import schema_problems, validate
from installation.core.secrets import hide_source
from installation.core.small_file import read_small_file
from installation.core.toml_document import Document
from installation.core.toml_positions import lines_of
from installation.venue.camera_source import names_file
from installation.venue.pulse_section import names_ltc_file
from installation.venue.schema import Venue
from installation.venue.sound_section import names_sound_file

PICTURE_SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"),
    *(".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v"),
)
"""What a folder given as a source must hold at least one of: images, or films."""
SOURCE_REMEDY = (
    'name an existing video or folder of images, a camera (0, "/dev/video0"), '
    'a stream\'s URL, "ghost", "mouse" or "auto"'
)
"""What would be right in place of a source that there is not."""
VENUE_PARTS = ("scenes", "shaders", "presets", "cues.toml")
"""A folder that has one of them is a venue's folder without venue.toml too."""
MAX_BYTES = 1 << 20
"""A larger file is no venue file."""

Check = Callable[[Document], Iterator[Problem]]
"""Looks for problems in a document that the schema does not know of."""


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key of venue.toml that names a file, relative to the venue's folder."""

    section: str
    key: str
    right: str
    """What would be right where there is no such file."""


FILE_KEYS = (
    FileKey(
        "eye", "model", "name an existing .task file, or leave the key out for the one that `visitant setup` brings"
    ),
    FileKey(
        "dancer",
        "weights",
        "name an existing .safetensors file, or leave the key out for the network that comes along",
    ),
    FileKey(
        "painter",
        "weights",
        "name an existing .safetensors file, or leave the key out for the painter that comes along",
    ),
)
SOUND_REMEDY = (
    'name an existing file with sound, a stream\'s URL, "device" for the sound card, "film", "music", "silence" '
    'or "auto"'
)
"""What would be right in place of a source of sound that there is not."""
LTC_REMEDY = 'name an existing file with timecode, a stream\'s URL, or "device" for the sound card'
"""The same for a source of LTC."""
SOUND_KEYS = (
    (FileKey("sound", "source", SOUND_REMEDY), names_sound_file),
    (FileKey("pulse", "ltc", LTC_REMEDY), names_ltc_file),
)
"""Keys that may name a file with sound, and whether a value does."""
MODEL_KEYS = ("model", "autoencoder", "control")
"""Keys of [diffusion] that name a folder beside the file, or else a published model."""


class VenueError(UserError):
    """A venue file that cannot be used."""

    status = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        """Everything that is wrong, in the file's order."""
        super().__init__("\n".join(["the venue file needs mending:", *map(str, problems)]))


def load(path: Path, checks: Sequence[Check] = ()) -> Venue:
    """Load the venue that a file describes, its relative paths made absolute.

    `checks` look for further problems. Raises VenueError with every problem of the file.
    """
    text = _read(path)
    try:
        document = with_current_keys(Document(path, tomllib.loads(text), lines_of(text)), Venue)
    except ValueError as error:
        raise VenueError([syntax(path, text, error)]) from None
    except RecursionError:
        raise VenueError([Problem(path, 0, "", "lists or tables nested too deeply", "two levels are enough")]) from None

    problems = [*document.problems]
    problems += [problem for check in (_missing_files, *checks) for problem in check(document)]
    try:
        venue = validate(document, Venue)
    except ValidationError as error:
        problems += schema_problems(document, Venue, error)
    if problems:
        raise VenueError(sorted(set(problems), key=lambda problem: (problem.line, problem.key)))
    return _with_absolute_paths(venue, path)


def _read(path: Path) -> str:
    def wrong(found: str, right: str) -> VenueError:
        return VenueError([Problem(path, 0, "", found, right)])

    try:
        data = read_small_file(path, MAX_BYTES)
    except FileNotFoundError:
        raise wrong("no such file", "name a venue file with --venue, or leave it out for the defaults") from None
    except (OSError, ValueError) as error:
        raise VenueError([unread(path, error)]) from None
    if len(data) > MAX_BYTES:
        raise wrong(f"a file of more than {MAX_BYTES:,} bytes", "a venue file is a page of text")
    try:
        # As tomllib does for files: the end of a line is a line feed, whatever the editor wrote.
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise VenueError([not_text(path, data, error)]) from None


def without_file(folder: Path) -> Venue:
    """The built-in defaults, with `folder` as the venue's folder where it holds one of VENUE_PARTS."""
    venue = Venue()
    if any((folder / part).exists() for part in VENUE_PARTS):
        venue._folder = folder.resolve()
    return venue


def _missing_files(document: Document) -> Iterator[Problem]:
    folder = document.path.parent
    for each in FILE_KEYS:
        place = (each.section, each.key)
        name = document.at(place)
        if isinstance(name, str) and not _is_file(folder / name):
            yield document.problem(place, f"no file {shown(name)}", each.right)
    for each, is_file_name in SOUND_KEYS:
        name = document.at((each.section, each.key))
        if isinstance(name, str):
            hide_source(name)
            if is_file_name(name) and not _is_file(folder / name):
                yield document.problem((each.section, each.key), f"no file {shown(name)}", each.right)
    cameras = document.at(("cameras",))
    for index, camera in enumerate(cameras if isinstance(cameras, list) else ()):
        source = camera.get("source") if isinstance(camera, dict) else None
        if isinstance(source, str):
            hide_source(source)
        if isinstance(source, str) and names_file(source) and (found := source_problem(folder / source)):
            yield document.problem(("cameras", index, "source"), f"{found} {shown(source)}", SOURCE_REMEDY)


def _with_absolute_paths(venue: Venue, path: Path) -> Venue:
    folder = path.parent.resolve()
    sections = {name: getattr(venue, name) for name in ("eye", "dancer", "painter", "diffusion")}
    for each in FILE_KEYS:
        if (name := getattr(sections[each.section], each.key)) is not None:
            sections[each.section] = sections[each.section].model_copy(update={each.key: folder / name})
    for key in MODEL_KEYS:
        if (name := getattr(venue.diffusion, key)) and (folder / name).is_dir():
            sections["diffusion"] = sections["diffusion"].model_copy(update={key: str(folder / name)})
    for each, is_file_name in SOUND_KEYS:
        section = getattr(venue, each.section)
        if (name := getattr(section, each.key)) is not None and is_file_name(name):
            sections[each.section] = section.model_copy(update={each.key: str(folder / name)})
    cameras = tuple(
        camera.model_copy(update={"source": str(folder / camera.source)})
        if isinstance(camera.source, str) and names_file(camera.source)
        else camera
        for camera in venue.cameras
    )
    absolute = venue.model_copy(update={"cameras": cameras, **sections})
    absolute._folder, absolute._file = folder, folder / path.name
    return absolute


def source_problem(path: Path) -> str:
    """Why a source cannot be read; empty when it can."""
    try:
        if path.is_dir():
            pictures = any(file.suffix.lower() in PICTURE_SUFFIXES for file in path.iterdir())
            return "" if pictures else "no image or film in folder"
        return "" if path.exists() else "no file or folder"
    except (OSError, ValueError):
        return "no readable file or folder"


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
