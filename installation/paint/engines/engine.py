"""The interface of painting engines: guide, style and seed in, picture out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.paint.guide.noise import SeedBlend

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

S = TypeVar("S")
"""An engine's type of style: `installation.paint.pictures.style.Style`, or `installation.interface.prompt.Prompt`."""


class Engine(Protocol[S]):
    """Paints guides in styles of its own type; styles are immutable values and have `with_palette(other)`."""

    @property
    def styles(self) -> Mapping[str, S]:
        """The library, by name."""

    @property
    def latency_frames(self) -> int:
        """How many guides before the one that it is given next its picture will show."""

    def style(self, text: str) -> S:
        """Return the style of that name, or the one that the text describes. Raises UserError if there is none."""

    def blend(self, styles: Sequence[S], weights: Sequence[float]) -> S:
        """Return the weighted mean of styles. Raises ValueError if the weights do not sum to more than 0."""

    def slerp(self, first: S, second: S, share: float) -> S:
        """Interpolate spherically from `first` (0) to `second` (1)."""

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
        """Return a painting (2 h, 2 w, 3) of a guide (h, w, 12); the last array itself if nothing new was painted.

        `canvas` (2 h, 2 w, 3) is painted over, `keep` (h, w) is the trust in each place of it, 0..1. Raises
        torch.OutOfMemoryError if the painting is too large.
        """

    def clone(self) -> Engine[S]:
        """Return an engine for another painting, which shares this one's weights but no work in progress."""

    def flush(self) -> None:
        """Discard work in progress: the next picture does not depend on earlier guides."""

    def close(self) -> None:
        """Release everything that the engine owns."""


def unknown_style(name: str, known: Sequence[str]) -> UserError:
    """Return the error for a style that is not in a library, with the nearest known names."""
    near = get_close_matches(name, known, 3, 0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known) or 'none'}"
    return UserError(f"style {name!r} is unknown; {hint}")
