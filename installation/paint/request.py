"""What the painter is asked for: a scene's commission, and what its worker is told with every drawn frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record
from installation.interface.commission import Mix
from installation.interface.painted_figure import Figure
from installation.interface.painter_knobs import PainterSettings
from installation.interface.pulse import Pulse

MULTIPLE = 16
"""Heights and widths of live paintings are whole multiples of it, as networks like them."""
SMALLEST = 64
"""Pixels of the short side."""


@record("paint.Work")
@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One picture on the easel."""

    scene: str
    figures: tuple[Figure, ...] = ()
    elements: tuple[Any, ...] = ()
    styles: Mix = ()
    palette: str = ""
    picture: NDArray[np.uint8] | None = None
    """(rows, columns, 3) the camera's, on the canvas."""


@record("paint.Order")
@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """The newest of all that the painter may know."""

    time: float = 0.0
    """When the figures were so, s of show time."""
    size: tuple[int, int] = (256, 448)
    """Height and width of the paintings in pixels."""
    works: tuple[Work, ...] = ()
    """One for each scene that is to be seen and wants to be painted; two while one fades into the other."""
    pulse: Pulse = field(default_factory=Pulse)
    wishes: PainterSettings = field(default_factory=PainterSettings)


Fit = Callable[[float], tuple[NDArray[np.floating], NDArray[np.floating]]]
"""From the camera picture's shape to how `_screen` becomes canvas coordinates: times the first, plus the second."""


def room_of(short: float, aspect: float) -> int:
    """Bytes that the largest letter of a painter takes: a painting and its flow."""
    high, wide = size_of(short, aspect)
    return 3 * high * wide + 8 * (high // 4) * (wide // 4) + (1 << 14)


def size_of(short: float, aspect: float) -> tuple[int, int]:
    """Height and width of a painting whose short side is about that many pixels, `aspect` wide over high."""
    high, wide = (short, short * aspect) if aspect >= 1.0 else (short / aspect, short)
    least = SMALLEST // MULTIPLE
    return max(least, round(high / MULTIPLE)) * MULTIPLE, max(least, round(wide / MULTIPLE)) * MULTIPLE
