"""Engines: what paints a guide, behind one interface; venue.toml chooses among them by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import Trouble
from installation.paint.guide.noise import SeedBlend
from installation.venue.diffusion_section import DiffusionSection

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

BUILTIN, DIFFUSERS = "builtin", "diffusers"
ENGINES = (BUILTIN, DIFFUSERS)
"""The painter that comes along, and diffusion models in the form of Hugging Face's `diffusers`."""

S = TypeVar("S")
"""What an engine takes for a style: `installation.paint.style.Style`, or `installation.interface.prompt.Prompt`."""


class Engine(Protocol[S]):
    """Paints guides in styles of its own kind; the styles are plain values and have `with_palette(other)`."""

    @property
    def styles(self) -> Mapping[str, S]:
        """The library, by name."""

    @property
    def behind(self) -> int:
        """How many guides before the one that it is given next its picture will be painted from."""

    def style(self, text: str) -> S:
        """The style of that name, or that these words say. Raises Trouble where there is none."""

    def blend(self, styles: Sequence[S], weights: Sequence[float]) -> S:
        """The mean of styles by weights. Raises ValueError where they sum to nothing."""

    def slerp(self, one: S, other: S, share: float) -> S:
        """From `one` (0) to `other` (1), on the sphere."""

    def paint(
        self,
        guide: Array,
        style: S,
        *,
        seed: int | SeedBlend = 0,
        steps: int = 1,
        canvas: Pixels | None = None,
        keep: Array | None = None,
    ) -> Pixels:
        """A painting (2 h, 2 w, 3) of a guide (h, w, 12); the very array of last time where nothing new was painted.

        `canvas` (2 h, 2 w, 3) is what is painted over, `keep` (h, w) how far each place of it is to be trusted, 0..1.
        Raises torch.OutOfMemoryError where it is too large.
        """

    def another(self) -> Engine[S]:
        """The same engine for another picture, which shares with this one what is large, and nothing under way."""

    def flush(self) -> None:
        """Forget what is under way: the next picture owes nothing to guides before it."""

    def close(self) -> None:
        """Give back everything that is owned."""


def open_engine(
    name: str, *, weights: Path | None = None, device: str | None = None, diffusion: DiffusionSection | None = None
) -> Engine:
    """The engine of that name: `weights` are those of our own painter, `diffusion` says which model else.

    Raises Trouble where it can't be used: weights or packages that are missing, a name that is none.
    """
    if name in (BUILTIN, "own"):  # its earlier name
        from installation.paint.engines.builtin import open_own

        return open_own(weights, device)
    if name == DIFFUSERS:
        try:
            from installation.paint.engines.diffusion.engine import open_diffusion
        except ModuleNotFoundError as error:
            raise Trouble(
                f"engine: {DIFFUSERS} needs packages that are not here ({error.name}); type\n"
                '  pip install -c constraints.txt -e ".[diffusion]"'
            ) from error
        return open_diffusion(diffusion or DiffusionSection(), device)
    raise Trouble(f"engine: found {name!r}; expected {' or '.join(ENGINES)}")


def unknown(name: str, names: Sequence[str]) -> Trouble:
    """The answer to a style that is not in a library."""
    near = get_close_matches(name, names, 3, 0.5)
    told = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names) or 'none'}"
    return Trouble(f"style {name!r} is unknown; {told}")
