"""The registry of painting engines: opens them by the name that `painter.engine` in venue.toml holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from installation.core.errors import UserError
from installation.core.factory import load_factory
from installation.paint.engines.builtin import open_builtin
from installation.paint.engines.engine import Engine
from installation.venue.diffusion_section import DiffusionSection

BUILTIN = "builtin"
"""The network that Visitant comes with."""
BUILTIN_ALIAS = "own"
"""Earlier name of the built-in engine in venue files."""
DIFFUSERS = "diffusers"
"""Diffusion models in the format of Hugging Face's `diffusers`."""
DIFFUSION_FACTORY = "installation.paint.engines.diffusion.engine:open_diffusion"
"""Imported on use: the package diffusers is installed with the extra `diffusion` only."""
ENGINES = (BUILTIN, DIFFUSERS)
"""Names of all engines."""


def open_engine(
    name: str, *, weights: Path | None = None, device: str | None = None, diffusion: DiffusionSection | None = None
) -> Engine[Any]:
    """Open an engine by name; `weights` is a file of the built-in network, `diffusion` selects the diffusion model.

    Raises UserError for an unknown name, and for missing weights or packages.
    """
    if name in (BUILTIN, BUILTIN_ALIAS):
        return open_builtin(weights, device)
    if name == DIFFUSERS:
        try:
            open_diffusion = load_factory(DIFFUSION_FACTORY)
        except ModuleNotFoundError as error:
            raise UserError(
                f"engine: {DIFFUSERS} needs packages that are not installed ({error.name}); type\n"
                '  pip install -c constraints.txt -e ".[diffusion]"'
            ) from error
        engine: Engine[Any] = open_diffusion(diffusion or DiffusionSection(), device)
        return engine
    raise UserError(f"engine: found {name!r}; expected {' or '.join(ENGINES)}")
