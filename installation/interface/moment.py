"""The Moment: all that art may know of one drawn frame, and how it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record
from installation.interface.dancer import Dancer, check_dancers
from installation.interface.knobs import NO_KNOB_VALUES, KnobValues, Value
from installation.interface.painting import Painting
from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd, Visitor


@record("Health")
@dataclass(frozen=True, slots=True)
class Health:
    """How the machinery does. In a film it is nominal, so that frames repeat."""

    frame_rate: float = 0.0
    """Drawn frames a second over the last second."""
    late: int = 0
    """Frames that came later than the loop's rate asks, since the start."""
    eye_rate: float = 0.0
    """Observations a second."""
    latency: float = 0.0
    """From the newest observation's time to now, s."""
    level: int = 0
    """The governor's step: 0 all at full quality; see `installation.show.governor`."""
    quality: float = 1.0
    """What scenes may spend, 0..1; falls last."""
    source: str = "ok"
    """"ok", or what is wrong with the camera, in words."""
    restarts: int = 0
    """Children that had to be started again."""


@record("Programme")
@dataclass(frozen=True, slots=True)
class Programme:
    """Which scene plays, which comes and how, and what the master does to the picture."""

    scene: str = ""
    following: str = ""
    """The scene that comes; empty when none does. While `mix` is 0 it is drawn unseen."""
    mix: float = 0.0
    """0 shows only `scene`, 1 only `following`."""
    transition: str = "crossfade"
    """How the one becomes the other; see `installation.stage.layers.transitions`."""
    number: int = 0
    """Counts the changes, so that no two look alike."""
    dark: float = 0.0
    """1 is blackout."""
    still: float = 0.0
    """How much is seen of the picture that was held when this became 1."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A handle on pixels: never saved with a Moment."""

    sequence: int
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB, unmirrored, top row first."""
    mirror: bool = True


LONGEST_STEP = 0.1
"""Seconds: what scenes are told after a longer gap, so that nothing leaps."""


@record("Moment", check_dancers, unwritten=frozenset({"picture", "painting"}))
@dataclass(frozen=True, slots=True)
class Moment:
    """The newest of everything at one drawn frame."""

    time: float
    """Show time, s."""
    frame: int
    step: float
    """Time since the Moment before, s; at most LONGEST_STEP."""
    seed: int = 0
    aspect: float = 16 / 9
    """Width over height of the camera picture to which `_screen` values belong."""
    visitors: tuple[Visitor, ...] = ()
    dancers: tuple[Dancer, ...] = ()
    """Who answers the visitors, in the order of their slots."""
    crowd: Crowd = field(default_factory=Crowd)
    pulse: Pulse = field(default_factory=Pulse)
    knobs: Mapping[str, Value] = field(default_factory=lambda: NO_KNOB_VALUES)
    programme: Programme = field(default_factory=Programme)
    health: Health = field(default_factory=Health)
    picture: Picture | None = None
    painting: Painting | None = None
    """The newest, for whichever scene it was painted."""

    def turned(self, prefix: str) -> KnobValues:
        """The knobs below `prefix`, such as "/scene/tide/", as attributes."""
        return KnobValues(self.knobs, prefix)
