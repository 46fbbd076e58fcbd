"""What a scene is: knobs, `setup`, `draw`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from installation.interface.commission import Commission
from installation.interface.dancer import Cast
from installation.interface.graphics import Graphics, Target
from installation.interface.knobs import Knob, KnobValues, Value
from installation.interface.moment import Moment

__all__ = ["Cast", "Commission", "Graphics", "Knob", "KnobValues", "Moment", "Presets", "Scene", "Target"]

Presets = Mapping[str, Mapping[str, Value]]


class Scene:
    """An artwork. The subclass's docstring is its title line and its intent.

    A scene draws from a Moment and its knobs, and from nothing else, so that whatever happened on the wall can
    be made again.
    """

    knobs: ClassVar[tuple[Knob, ...]] = ()
    """Each stands at /scene/NAME/KNOB, where NAME is the scene's file name."""

    presets: ClassVar[Presets] = {}
    """Looks of the scene by name: its knobs by name, and what each is turned to; those left out stay as they are."""

    shows_camera: ClassVar[bool] = False
    """Whether the scene shows the camera picture, so that the eye sends it."""

    cast: ClassVar[Cast] = Cast()
    """How many dancers the scene wants in `moment.dancers`."""

    paints: ClassVar[bool] = False
    """Whether the scene has a painter, who paints what it commissions."""

    @classmethod
    def commission(cls, moment: Moment, knobs: KnobValues) -> Commission:
        """What is to be painted at a Moment: all visitors, when left out. `Graphics.painting` is where it hangs."""
        return Commission()

    def setup(self, graphics: Graphics) -> None:
        """Make programs and targets; `graphics` owns them and releases them."""
        raise NotImplementedError

    def draw(self, moment: Moment, knobs: KnobValues, canvas: Target) -> None:
        """Draw one frame on the canvas, in display values (sRGB)."""
        raise NotImplementedError
