"""The state of one dancer from plan to plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from motion.dancer.phrasing import Phrase

Array = NDArray[np.floating]


@dataclass(slots=True)
class DancerSlot:
    """State of one dancer for the network's input, from plan to plan."""

    speed_m_s: float
    """Mean speed of joints that is requested."""
    partner_since: float = 0.0
    """Show time at which it got its partner, s."""
    id: int = 0
    partner: int = 0
    """Identity in the visitor history: a visitor's id, minus another dancer's id, or 0 for none."""
    voice: int = 0
    called_back: bool = False
    """Whether it is on its way back to its target."""
    image_m: Array | None = None
    """(2,) position of its mirror image, while that is shown."""
    phrase: Phrase | None = None
    phrase_key: tuple[int, int, int] = (0, 0, 0)
    """Number, bars and seed of the phrase."""
    still_seconds: float = 0.0
    """For how long its visitor has stood still."""
