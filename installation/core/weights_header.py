"""What a file of weights says of itself, read without what it takes to run it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installation.core.errors import Trouble

LARGEST = 1 << 20
"""Bytes of the largest header that is read."""


def styles(path: Path, key: str, of: Callable[[Any], Any]) -> tuple[str, ...]:
    """The styles that a network knows: those `of` what its header says under a key such as "visitant dancer". Raises
    Trouble where the file is missing, or holds something else."""
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            head = json.loads(file.read(size)) if size <= LARGEST else {}
        return tuple(str(style) for style in of(json.loads(head["__metadata__"][key])))
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; name a file that `visitant train` wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        kind = key.removeprefix("visitant ")
        raise Trouble(f"{path}: is no {kind}'s network; name a file that `visitant train` wrote") from error
