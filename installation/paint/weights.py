"""Which styles a file of the painter knows, read without what it takes to run it."""

from __future__ import annotations

import json
from pathlib import Path

from installation.trouble import Trouble

WEIGHTS = Path(__file__).with_name("weights") / "painter.safetensors"
"""The painter that comes along."""
HEAD = "visitant painter"
LARGEST = 1 << 20
"""Bytes of the largest header that is read."""


def styles(path: Path | None = None) -> tuple[str, ...]:
    """The styles of a file, or of the one that comes along. Raises Trouble where it is missing, or holds no painter."""
    path = path or WEIGHTS
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            head = json.loads(file.read(size)) if size <= LARGEST else {}
        return tuple(str(style) for style in json.loads(head["__metadata__"][HEAD])["styles"])
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; name a file that `visitant train` wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{path}: holds no painter; name a file that `visitant train` wrote") from error
