"""Output files: one rule for every command, checked before its work begins.

An input is never an output, whatever its path is called; an existing file is replaced only where that was asked for;
a recording gets the date into its name where there is a file of that name already.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from installation.core.errors import UserError

DATE_FORMAT = "%Y%m%d-%H%M%S"
"""Date and time in the name of a recording."""


def require_outputs(
    outputs: Iterable[tuple[str, Path | None]], inputs: Iterable[Path | str | None] = (), overwrite: bool = False
) -> None:
    """Check every file that a command is about to write, each with the name of its option, such as "--out".

    `inputs` are all files that it reads; a source that is no file, such as a camera, does no harm. Raises UserError.
    """
    read: dict[Hashable, Path] = {}
    for source in inputs:
        if source is not None and (path := _path_of(source)) is not None:
            read |= dict.fromkeys(_identities_within(path), path)
    written: dict[Hashable, str] = {}
    for option, output in outputs:
        if output is None:
            continue
        own = _identities(output)
        if twin := next((written[one] for one in own if one in written), None):
            raise UserError(f"{option} {output}: {twin} is the same file; give another name")
        require_output(output, option, {read[one] for one in own if one in read}, overwrite)
        written |= dict.fromkeys(own, option)


def require_output(path: Path, option: str = "--out", inputs: Iterable[Path] = (), overwrite: bool = False) -> None:
    """Raise UserError unless `path` can be written without the loss of another file.

    It must be none of `inputs`, by whatever path, symbolic or hard link; it must not exist without `overwrite`; and its
    folder, or the nearest one above that exists, must take a file.
    """
    for source in inputs:
        if _reads(source, path):
            raise UserError(f"{option} {path}: would overwrite an input, {source}; give another name")
    exists = os.path.lexists(path)
    if exists and path.exists() and not path.is_file():
        kind = "a folder" if path.is_dir() else "a device or a pipe"
        raise UserError(f"{option} {path}: is {kind}; name a file")
    if exists and not overwrite:
        raise UserError(f"{option} {path}: exists already; name another file, or add --overwrite")
    require_writable(path, option)


def require_writable(path: Path, option: str = "--out") -> None:
    """Raise UserError where a file `path` cannot be created: its folder, or the nearest one above that exists, takes
    none, or the file itself is protected."""
    # A link is written through: what counts is the folder of its target.
    target = Path(os.path.realpath(path))
    folder = target.parent
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    try:
        if not folder.is_dir():
            raise UserError(f"{option} {path}: {folder} is no folder")
        with tempfile.TemporaryFile(dir=folder):
            pass
        if target.exists() and not os.access(target, os.W_OK):
            raise UserError(f"{option} {path}: the file is protected against writing")
        with contextlib.suppress(FileNotFoundError):
            os.lstat(folder / target.name)  # fails for a name that is too long
    except OSError as error:
        raise UserError(f"{option} {path}: cannot be written ({error.strerror})") from None


def dated(path: Path, beside: Sequence[str] = ()) -> Path:
    """This path, or with date and time behind its name where it exists, and a number behind those where that does.

    A name counts as taken also where it exists with one of the suffixes `beside`, such as that of a poster.
    """
    stamped = f"{path.stem}-{time.strftime(DATE_FORMAT)}"
    return _first_free(path, itertools.chain((path.stem, stamped), _counted(stamped)), beside)


def numbered(path: Path, beside: Sequence[str] = ()) -> Path:
    """This path, or with a number behind its name where it exists, with its suffix or one of `beside`."""
    return _first_free(path, itertools.chain((path.stem,), _counted(path.stem)), beside)


def _counted(stem: str) -> Iterator[str]:
    return (f"{stem}-{number}" for number in itertools.count(2))


def _first_free(path: Path, stems: Iterable[str], beside: Sequence[str]) -> Path:
    suffixes = (path.suffix, *beside)
    free = (stem for stem in stems if not any(os.path.lexists(path.with_name(stem + each)) for each in suffixes))
    return path.with_name(next(free) + path.suffix)


def _path_of(source: Path | str) -> Path | None:
    """The file or folder that a source names; None for a camera, a stream or an empty name."""
    text = str(source)
    if text.startswith("file:"):
        text = unquote(urlsplit(text).path)
    elif "://" in text:
        return None
    return Path(text) if text else None


def _identities(path: Path) -> set[Hashable]:
    """What two paths have in common that lead to one file, or would if it existed: `_is_same` for many at once."""
    found: set[Hashable] = {os.path.realpath(path)}
    with contextlib.suppress(OSError):
        status = path.stat()
        found.add((status.st_dev, status.st_ino))
    return found


def _identities_within(source: Path) -> set[Hashable]:
    """Those of an input, and of the files in it where it is a folder."""
    found = _identities(source)
    with contextlib.suppress(OSError):
        if source.is_dir():
            found |= {one for file in source.iterdir() for one in _identities(file)}
    return found


def _reads(source: Path, path: Path) -> bool:
    """Whether `path` is what is read from `source`: the same file, or one in that folder."""
    if _is_same(source, path):
        return True
    try:
        return source.is_dir() and path.exists() and any(_is_same(file, path) for file in source.iterdir())
    except OSError:
        return False


def _is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, or would if it existed."""
    try:
        if one.exists() and other.exists():
            return one.samefile(other)
        return os.path.realpath(one) == os.path.realpath(other)
    except OSError:
        return False
