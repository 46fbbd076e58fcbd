"""What the worker of LTC reports; apart from it, so that the drawing process loads none of its sound sources."""

from __future__ import annotations

from dataclasses import dataclass

from installation.core.records import record
from installation.interface.timecode import Timecode


@record("LtcReport")
@dataclass(frozen=True, slots=True)
class LtcReport:
    """Timecode at the message's time."""

    timecode: Timecode
    speed: float
    """Of the transport, times real time."""
    status: str = "ok"
    """ "ok", or the fault of the input."""
