"""What the painter is asked for: a scene's commission, and what its worker is told with every drawn frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.ear.pulse_tracker import Pulse
from installation.interface.camera_view import View
from installation.interface.painted_figure import Figure
from installation.interface.painter_knobs import Wishes

MULTIPLE = 16
"""Heights and widths of live paintings are whole multiples of it, as networks like them."""
SMALLEST = 64
"""Pixels of the short side."""

Mix = tuple[tuple[str, float], ...]
"""Styles by name, with their weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Commission:
    """What a scene wants painted."""

    visitors: bool = True
    """Everybody whom the eye sees."""
    dancers: bool = False
    view: View | None = None
    """How the room lies on the canvas, with its own aspect. Left out, visitors are where the camera sees them."""
    figures: tuple[Figure, ...] = ()
    """Whoever else is to be painted; their ids are 1,000,000 and more."""
    elements: tuple[Any, ...] = ()
    """What lies behind them, of `installation.interface.scenery_elements`, the farthest first."""
    styles: Mix = ()
    """What it is painted like; the first style that there is when left out. The knobs may ask for another."""
    palette: str = ""
    """The style whose colours it has; its own when left out."""
    camera: bool = False
    """Paint by the light and the colours of the camera picture, where the scene `shows_camera`."""


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
    wishes: Wishes = field(default_factory=Wishes)


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
