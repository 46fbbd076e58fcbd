"""The styles that a dancer's weights file contains, read from its header without torch."""

from __future__ import annotations

from pathlib import Path

import motion
from installation.core import weights_header

BUNDLED_WEIGHTS = Path(motion.__file__).parent / "dancer" / "weights" / "dancer.safetensors"
"""The built-in weights."""
HEAD = "visitant dancer"
"""Key of the header's metadata that marks a dancer's network."""


def styles(path: Path | None = None) -> tuple[str, ...]:
    """The styles of the network in a weights file, by default the built-in one. Raises UserError where the file is
    missing or holds no dancer's network."""
    return weights_header.styles(path or BUNDLED_WEIGHTS, HEAD, lambda header: header["settings"]["styles"])
