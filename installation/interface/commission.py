"""A commission: what a scene asks the painter to paint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from installation.interface.camera_view import View
from installation.interface.painted_figure import Figure

Mix = tuple[tuple[str, float], ...]
"""Styles by name, with their weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Commission:
    """What the painter shall paint for a scene."""

    visitors: bool = True
    """Whether the visitors are painted."""
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
