"""The request that the dancers' worker gets with every drawn frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from installation.core.records import record
from installation.interface.body import Body
from installation.interface.dancer import Cast
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from installation.interface.sound import Sound


@record("Order")
@dataclass(frozen=True, slots=True, eq=False)
class DanceRequest:
    """The newest visitors, pulse, cast and knobs."""

    pulse_time: float = 0.0
    """Show time of the pulse, s."""
    visitors: tuple[tuple[int, float, Body], ...] = ()
    """Id, time of observation (s of show time) and body of every visitor."""
    pulse: Pulse = field(default_factory=Pulse)
    cast: Cast = field(default_factory=Cast)
    settings: DancerSettings = field(default_factory=DancerSettings)
    display_delay_seconds: float = 0.0
    """Seconds from a step until its picture is seen."""
    highest_id: int = 0
    """The highest id that any dancer ever had; new dancers get higher ones."""
    sound: Sound = field(default_factory=Sound)
    """What the ear hears."""
