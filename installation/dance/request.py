"""What the dancers' worker is told with every drawn frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from installation.core.records import record
from installation.interface.dancer import Cast
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from motion.body import Body


@record("Order")
@dataclass(frozen=True, slots=True, eq=False)
class DanceRequest:
    """The newest of all that dancers may know."""

    time: float = 0.0
    """When the pulse was so, s of show time."""
    visitors: tuple[tuple[int, float, Body], ...] = ()
    """Of everybody who is there: id, when they were seen so, and their body."""
    pulse: Pulse = field(default_factory=Pulse)
    cast: Cast = field(default_factory=Cast)
    wishes: DancerSettings = field(default_factory=DancerSettings)
    late: float = 0.0
    """Seconds from a step until its picture is seen."""
    after: int = 0
    """The highest id that a dancer ever had: who enters has a higher one."""
