"""Requests to the painter's worker: what to paint for each scene, at which size, with which settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record
from installation.interface.commission import Mix
from installation.interface.painted_figure import PaintedFigure
from installation.interface.painter_knobs import PainterSettings
from installation.interface.pulse import Pulse
from installation.interface.scenery_elements import Element

SIZE_MULTIPLE_PX = 16
"""Heights and widths of live paintings are multiples of it, as the networks require."""
MIN_SIDE_PX = 64
"""Shortest side of a live painting."""
MESSAGE_OVERHEAD_BYTES = 1 << 14
"""Bytes of a message beside its arrays."""


@record("paint.Work")
@dataclass(frozen=True, slots=True, eq=False)
class PaintJob:
    """One scene's painting: who and what is on it, and in which style."""

    scene: str
    figures: tuple[PaintedFigure, ...] = ()
    elements: tuple[Element, ...] = ()
    """Scenery behind the figures, see `installation.interface.scenery_elements`."""
    styles: Mix = ()
    palette: str = ""
    """Style whose colours the painting takes; empty for the style's own."""
    camera_picture: NDArray[np.uint8] | None = None
    """(rows, columns, 3) RGB of the camera, as it lies on the canvas."""


@record("paint.Order")
@dataclass(frozen=True, slots=True, eq=False)
class PaintRequest:
    """The newest state of everything that the painter depends on; a newer request replaces an older one."""

    time: float = 0.0
    """Show time of the figures, s."""
    size: tuple[int, int] = (256, 448)
    """Height and width of the paintings in pixels."""
    jobs: tuple[PaintJob, ...] = ()
    """One for each visible scene that commissions a painting; two during a transition between such scenes."""
    pulse: Pulse = field(default_factory=Pulse)
    settings: PainterSettings = field(default_factory=PainterSettings)


CameraFit = Callable[[float], tuple[NDArray[np.floating], NDArray[np.floating]]]
"""Aspect of the camera picture -> (2,) scale and (2,) shift from camera coordinates 0..1 to canvas coordinates 0..1."""


def max_message_bytes(short_px: float, aspect: float) -> int:
    """Return the bytes of the painter's largest message: a painting of size `painting_size` and its flow."""
    height, width = painting_size(short_px, aspect)
    return 3 * height * width + 8 * (height // 4) * (width // 4) + MESSAGE_OVERHEAD_BYTES


def painting_size(short_px: float, aspect: float) -> tuple[int, int]:
    """Return height and width, in pixels, of a painting with a short side of about `short_px`; `aspect` is w / h."""
    height, width = (short_px, short_px * aspect) if aspect >= 1.0 else (short_px / aspect, short_px)
    least = MIN_SIDE_PX // SIZE_MULTIPLE_PX
    return (
        max(least, round(height / SIZE_MULTIPLE_PX)) * SIZE_MULTIPLE_PX,
        max(least, round(width / SIZE_MULTIPLE_PX)) * SIZE_MULTIPLE_PX,
    )
