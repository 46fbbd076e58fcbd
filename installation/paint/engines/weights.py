"""Names of the styles in a file of the painter's weights, read without torch."""

from __future__ import annotations

from pathlib import Path

from installation.core import weights_header

BUNDLED_WEIGHTS = Path(__file__).parents[1] / "weights" / "painter.safetensors"
"""The weights that Visitant comes with."""
HEADER_KEY = "visitant painter"
"""The one key of the file's header."""


def style_names(path: Path | None = None) -> tuple[str, ...]:
    """Return the styles of a file, by default the bundled one. Raises UserError if it is missing or no painter."""
    return weights_header.styles(path or BUNDLED_WEIGHTS, HEADER_KEY, lambda header: header["styles"])
