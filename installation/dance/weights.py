"""What a file of a dancer's network says about itself, read without what it takes to run it."""

from __future__ import annotations

import json
from pathlib import Path

import motion
from installation.trouble import Trouble

WEIGHTS = Path(motion.__file__).parent / "dancer" / "weights" / "dancer.safetensors"
"""The network that comes along."""
HEAD = "visitant dancer"
LARGEST = 1 << 20
"""Bytes of the largest header that is read."""


def styles(path: Path | None = None) -> tuple[str, ...]:
    """The styles that the network of a file knows, or that of the one that comes along. Raises Trouble where the file
    is missing, or holds no dancer."""
    path = path or WEIGHTS
    try:
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            head = json.loads(file.read(size)) if size <= LARGEST else {}
        settings = json.loads(head["__metadata__"][HEAD])["settings"]
        return tuple(str(style) for style in settings["styles"])
    except OSError as error:
        raise Trouble(f"{path}: can't be read: {error.strerror}; name a file that `visitant train` wrote") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(f"{path}: is no dancer's network; name a file that `visitant train` wrote") from error
