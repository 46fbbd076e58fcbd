"""The beat clock of the dancers: the octave of the music's tempo at which people dance."""

from __future__ import annotations

import math

from installation.interface.pulse import Pulse

DANCED_BEATS_PER_SECOND = 0.9
"""Rate of the kinematic beat of captured dancers."""
SWITCH_OCTAVES = 0.65
"""Distance from the best octave, in octaves, at which the clock switches; above a half, for hysteresis."""


class BeatClock:
    """Chooses the octave of the beat, and keeps it while the tempo varies little."""

    def __init__(self) -> None:
        self._octave: int | None = None

    def features(self, pulse: Pulse, later_seconds: float) -> tuple[float, float, float]:
        """Sine and cosine of the beat's phase, and the logarithm of the beats a second, `later_seconds` after the
        pulse."""
        beats_per_second = max(pulse.tempo, 1.0) / 60.0
        octave = math.log2(DANCED_BEATS_PER_SECOND / beats_per_second)
        if self._octave is None or abs(octave - self._octave) > SWITCH_OCTAVES:
            self._octave = round(octave)
        factor = 2.0**self._octave
        phase = 2.0 * math.pi * ((pulse.beat + beats_per_second * later_seconds) * factor % 1.0)
        return math.sin(phase), math.cos(phase), math.log(beats_per_second * factor)
