"""One note of a pitched voice: what every voice is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from installation.music.synth.waveforms import Wave, frequency_hz, seconds

VIBRATO_HZ = 5.3
"""Rate of a player's vibrato."""


@dataclass(frozen=True, slots=True)
class Tone:
    """One note of a pitched voice."""

    pitch: int
    """MIDI pitch."""
    force: float
    """0..1, from the velocity."""
    length: float
    """Seconds until it is released."""
    rate: int
    """Samples a second."""

    @property
    def hz(self) -> float:
        """Its frequency."""
        return frequency_hz(self.pitch)

    def vibrato(self, samples: int, depth_cents: float, after: float = 0.25) -> Wave:
        """(samples,) its frequency, Hz, with a vibrato that begins softly after so many seconds."""
        time = seconds(samples, self.rate)
        depth = depth_cents / 1200.0 * np.clip((time - after) / 0.4, 0.0, 1.0)
        return self.hz * 2.0 ** (depth * np.sin(2.0 * np.pi * VIBRATO_HZ * time))


PitchedVoice = Callable[[Tone], Wave]
"""Renders a note, (n,) or (n, 2), its release included."""
