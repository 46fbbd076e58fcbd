"""The painter that comes along, as one of the engines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from installation.core.errors import Trouble
from installation.paint import style
from installation.paint.engines.engine import unknown
from installation.paint.engines.painter import Painter, load
from installation.paint.engines.store import StoreError
from installation.paint.guide.noise import SeedBlend
from installation.paint.style import Style


def open_own(weights: Path | None, device: str | None) -> Own:
    """The painter of a file, or the one that comes along. Raises Trouble where it can't be used."""
    try:
        return Own(load(weights, device))
    except (StoreError, ValueError) as error:
        raise Trouble(str(error)) from error


class Own:
    """An `Engine` whose styles are vectors."""

    behind = 0

    def __init__(self, painter: Painter) -> None:
        self.painter = painter
        self.styles = MappingProxyType(painter.styles)

    def style(self, text: str) -> Style:
        """The style of that name. Raises Trouble."""
        if text not in self.styles:
            raise unknown(text, list(self.styles))
        return self.styles[text]

    def blend(self, styles: Sequence[Style], weights: Sequence[float]) -> Style:
        """The mean of styles by weights."""
        return style.blend(styles, weights)

    def slerp(self, one: Style, other: Style, share: float) -> Style:
        """From `one` (0) to `other` (1)."""
        return style.slerp(one, other, share)

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
        """As `Painter.paint`."""
        return self.painter.paint(guide, style, seed=seed, steps=steps, canvas=canvas, keep=keep)

    def another(self) -> Own:
        """This one: nothing is under way between two pictures."""
        return self

    def flush(self) -> None:
        """Nothing is under way between two pictures."""

    def close(self) -> None:
        """Nothing is owned."""
