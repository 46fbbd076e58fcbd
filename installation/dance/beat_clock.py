"""From the music's pulse to the clock that dancers keep: the octave of it at which people dance."""

from __future__ import annotations

import math

from installation.interface.pulse import Pulse

DANCED = 0.9
"""Beats of the body a second that captured dancers have."""
STAY = 0.65
"""Octaves from there at which another octave is taken; above a half, so that it does not flutter."""


class Clock:
    """Keeps the octave while the tempo moves little."""

    def __init__(self) -> None:
        self._octave: int | None = None

    def at(self, pulse: Pulse, later: float) -> tuple[float, float, float]:
        """Sine and cosine of the phase, and the logarithm of the beats a second, `later` seconds after the pulse."""
        rate = max(pulse.tempo, 1.0) / 60.0
        wish = math.log2(DANCED / rate)
        if self._octave is None or abs(wish - self._octave) > STAY:
            self._octave = round(wish)
        share = 2.0**self._octave
        phase = 2.0 * math.pi * ((pulse.beat + rate * later) * share % 1.0)
        return math.sin(phase), math.cos(phase), math.log(rate * share)
