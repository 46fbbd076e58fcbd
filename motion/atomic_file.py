"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


@contextmanager
def whole(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """A file that takes the place of `path` when the block ends well; when it does not, `path` stays as it was.

    Text is UTF-8. Raises OSError, as where the disk is full.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open(mode, encoding=None if "b" in mode else "utf-8") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
