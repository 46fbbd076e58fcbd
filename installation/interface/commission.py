"""A commission: what a scene asks the painter to paint."""

from __future__ import annotations

from dataclasses import dataclass

from installation.interface.camera_view import View
from installation.interface.painted_figure import PaintedFigure
from installation.interface.scenery_elements import Element

Mix = tuple[tuple[str, float], ...]
"""Styles by name, with their weights."""


@dataclass(frozen=True, slots=True, eq=False)
class Commission:
    """What the painter shall paint for a scene."""

    visitors: bool = True
    """Whether the visitors are painted."""
    dancers: bool = False
    view: View | None = None
    """Camera view of the room, with an aspect of its own. Left out, visitors are where the camera sees them."""
    figures: tuple[PaintedFigure, ...] = ()
    """Further figures; their ids are 1,000,000 and more."""
    elements: tuple[Element, ...] = ()
    """Scenery behind them, of `installation.interface.scenery_elements`, the farthest first."""
    styles: Mix = ()
    """The styles; the painter's first one when left out. The knobs may override them."""
    palette: str = ""
    """The style whose palette is used; its own when left out."""
    camera: bool = False
    """Take light and colours from the camera picture, where the scene `shows_camera`."""
