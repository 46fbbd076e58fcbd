"""The built-in engine: the painter's own network, whose styles are vectors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import UserError
from installation.paint.engines.engine import unknown_style
from installation.paint.engines.painter import NetworkPainter, load
from installation.paint.guide.noise import SeedBlend
from installation.paint.pictures import style
from installation.paint.pictures.style import Style
from motion.learning.checkpoint import WeightsError


def open_builtin(weights: Path | None, device: str | None) -> BuiltinEngine:
    """Open the network of a file, by default the bundled one. Raises UserError if it cannot be used."""
    try:
        return BuiltinEngine(load(weights, device))
    except (WeightsError, ValueError) as error:
        raise UserError(str(error)) from error


class BuiltinEngine:
    """An `Engine` over a `NetworkPainter`; no work is in progress between two pictures."""

    latency_frames = 0

    def __init__(self, painter: NetworkPainter) -> None:
        self.painter = painter
        self.styles = MappingProxyType(painter.styles)

    def style(self, text: str) -> Style:
        """Return the style of that name. Raises UserError."""
        if text not in self.styles:
            raise unknown_style(text, list(self.styles))
        return self.styles[text]

    def blend(self, styles: Sequence[Style], weights: Sequence[float]) -> Style:
        """Return the weighted mean of styles."""
        return style.blend(styles, weights)

    def slerp(self, first: Style, second: Style, share: float) -> Style:
        """Interpolate from `first` (0) to `second` (1)."""
        return style.slerp(first, second, share)

    def paint(
        self,
        guide: NDArray[np.float32],
        style: Style,
        *,
        seed: int | SeedBlend = 0,
        steps: int = 1,
        canvas: NDArray[np.uint8] | None = None,
        keep: NDArray[np.float32] | None = None,
    ) -> NDArray[np.uint8]:
        """See `NetworkPainter.paint`."""
        return self.painter.paint(guide, style, seed=seed, steps=steps, canvas=canvas, keep=keep)

    def clone(self) -> BuiltinEngine:
        """Return this engine: it has no state of a painting."""
        return self

    def flush(self) -> None:
        """Do nothing: no work is in progress."""

    def close(self) -> None:
        """Do nothing: no resources are owned."""
