"""The beat clock of the dancers: the octave of the music's tempo at which people dance."""

from __future__ import annotations

import math

from installation.interface.pulse import Pulse
from motion.dancer.directions import BEATS_A_BAR

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
        factor = self._factor(beats_per_second)
        phase = 2.0 * math.pi * (_position(pulse, later_seconds) * factor % 1.0)
        return math.sin(phase), math.cos(phase), math.log(beats_per_second * factor)

    def bar_features(self, pulse: Pulse, later_seconds: float) -> tuple[float, float, float]:
        """Sine and cosine of the phase of a danced bar, `later_seconds` after the pulse, and 1; all 0 where danced bars
        do not begin with those of the music."""
        factor = self._factor(max(pulse.tempo, 1.0) / 60.0)
        danced = pulse.beats_a_bar * factor / BEATS_A_BAR
        if not (danced.is_integer() or (1.0 / danced).is_integer()):
            return 0.0, 0.0, 0.0
        phase = 2.0 * math.pi * (_position(pulse, later_seconds) * factor / BEATS_A_BAR % 1.0)
        return math.sin(phase), math.cos(phase), 1.0

    def _factor(self, beats_per_second: float) -> float:
        """Danced beats for each beat of the music."""
        octave = math.log2(DANCED_BEATS_PER_SECOND / beats_per_second)
        if self._octave is None or abs(octave - self._octave) > SWITCH_OCTAVES:
            self._octave = round(octave)
        return float(2.0**self._octave)


def _position(pulse: Pulse, later_seconds: float) -> float:
    """Beats since a downbeat, or since the show began where no bar is known."""
    beats = pulse.bar * pulse.beats_a_bar if pulse.bar else pulse.beat
    return beats + max(pulse.tempo, 1.0) / 60.0 * later_seconds
