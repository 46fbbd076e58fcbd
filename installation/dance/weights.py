"""Which styles a file of a dancer's network knows, read without what it takes to run it."""

from __future__ import annotations

from pathlib import Path

import motion
from installation.core import weights_header

WEIGHTS = Path(motion.__file__).parent / "dancer" / "weights" / "dancer.safetensors"
"""The network that comes along."""
HEAD = "visitant dancer"


def styles(path: Path | None = None) -> tuple[str, ...]:
    """The styles that the network of a file knows, or that of the one that comes along. Raises UserError where the file
    is missing, or holds no dancer."""
    return weights_header.styles(path or WEIGHTS, HEAD, lambda head: head["settings"]["styles"])
