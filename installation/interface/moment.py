"""The Moment: the state of everything at one drawn frame, which is all that a scene may draw from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from installation.core.records import record
from installation.interface.dancer import Dancer, check_dancers
from installation.interface.knobs import NO_KNOB_VALUES, KnobValues, Value
from installation.interface.music import Music
from installation.interface.painting import Painting
from installation.interface.pulse import Pulse
from installation.interface.sound import AudioFrame, Sound
from installation.interface.visitor import Crowd, Visitor


@record("Health")
@dataclass(frozen=True, slots=True)
class Health:
    """Health of the runtime. In a film it is nominal, so that frames repeat."""

    frame_rate: float = 0.0
    """Drawn frames a second over the last second."""
    late: int = 0
    """Frames that came late since the start."""
    eye_rate: float = 0.0
    """Observations a second."""
    latency: float = 0.0
    """From the newest observation's time to now, s."""
    level: int = 0
    """The governor's step: 0 all at full quality; see `installation.show.governor`."""
    quality: float = 1.0
    """Quality of shading, 0..1; it is lowered last."""
    source: str = "ok"
    """"ok", or the fault of the camera."""
    restarts: int = 0
    """Restarts of child processes."""
    faults: tuple[str, ...] = ()
    """Present faults of the show, the oldest first, for a person to read."""
    capture: str = ""
    """What the cameras give, in words: size, pixel format, rate, and where that is not as asked."""


@record("Programme")
@dataclass(frozen=True, slots=True)
class Programme:
    """The scene that plays, the change to the next, and the master's blackout and freeze."""

    scene: str = ""
    following: str = ""
    """The next scene; empty when none is due. While `mix` is 0 it is drawn unseen."""
    mix: float = 0.0
    """0 shows only `scene`, 1 only `following`."""
    transition: str = "crossfade"
    """The transition between the two; see `installation.stage.layers.transitions`."""
    number: int = 0
    """Counts the changes, so that each can look different."""
    dark: float = 0.0
    """1 is blackout."""
    still: float = 0.0
    """Opacity of the picture that was held when this became 1 (freeze)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """The camera picture: a handle on pixels, never saved with a Moment."""

    sequence: int
    pixels: NDArray[np.uint8]
    """(height, width, 3) RGB, unmirrored, top row first."""
    mirror: bool = True


LONGEST_STEP = 0.1
"""Longest `step` of a Moment, s: after a longer gap nothing jumps."""


# Seventeen attributes: one for each thing that art may know.
@record("Moment", check_dancers, unwritten=frozenset({"picture", "painting", "audio"}))
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
    """The dancers, in the order of their slots."""
    crowd: Crowd = field(default_factory=Crowd)
    pulse: Pulse = field(default_factory=Pulse)
    sound: Sound = field(default_factory=Sound)
    """The sound of the room."""
    music: Music = field(default_factory=Music)
    """What the composer plays."""
    knobs: Mapping[str, Value] = field(default_factory=lambda: NO_KNOB_VALUES)
    programme: Programme = field(default_factory=Programme)
    health: Health = field(default_factory=Health)
    picture: Picture | None = None
    painting: Painting | None = None
    """The newest painting, for any scene."""
    audio: AudioFrame | None = None
    """The newest spectrum and samples of the sound; None without an ear."""

    def phase(self, seconds: float) -> float:
        """0..1 within a period of so many seconds, in double precision; what a shader reads instead of the time."""
        return self.time / seconds % 1.0

    def turned(self, prefix: str) -> KnobValues:
        """The knobs below `prefix`, such as "/scene/tide/", as attributes."""
        return KnobValues(self.knobs, prefix)
