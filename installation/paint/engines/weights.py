"""Which styles a file of the painter knows, read without what it takes to run it."""

from __future__ import annotations

from pathlib import Path

from installation.core import weights_header

WEIGHTS = Path(__file__).parents[1] / "weights" / "painter.safetensors"
"""The painter that comes along."""
HEAD = "visitant painter"


def styles(path: Path | None = None) -> tuple[str, ...]:
    """The styles of a file, or of the one that comes along. Raises Trouble where it is missing, or holds no painter."""
    return weights_header.styles(path or WEIGHTS, HEAD, lambda head: head["styles"])
