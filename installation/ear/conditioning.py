"""Conditioning of samples: removes offsets (DC) and values that are no numbers, and reports both and clipping."""

from __future__ import annotations

import numpy as np

from installation.core.audio_format import HOP_SAMPLES, SAMPLE_RATE_HZ
from installation.ear.sources.source import Samples
from motion.smooth import blend_factor

HOP_SECONDS = HOP_SAMPLES / SAMPLE_RATE_HZ
"""Length of a hop."""
MAX_SAMPLE = 4.0
"""Largest magnitude of a sample that is kept; a larger one is clipped."""
OFFSET_SECONDS = 0.2
"""Time constant in which an offset is found and removed."""
OFFSET_FAULT = 0.03
"""Lasting offset from which on it is reported, a share of full scale."""
FULL_SCALE = 0.999
"""Magnitude from which on a sample may be clipped."""
CLIPPED_RUN = 3
"""Samples at full scale in a hop from which on the hop counts as clipped."""
FAULT_SECONDS = 3.0
"""Time constant that distinguishes a lasting fault from a single one."""
CLIPPED_SHARE = 0.02
"""Share of clipped hops from which on clipping is reported."""
BROKEN_SHARE = 0.01
"""The same for hops with samples that are no numbers."""


class Conditioner:
    """Makes finite samples without offset of each hop, and finds lasting faults of the input."""

    def __init__(self) -> None:
        self._offset = 0.0
        self._ramp = np.arange(1, HOP_SAMPLES + 1, dtype=np.float32) / np.float32(HOP_SAMPLES)
        self._clipped = 0.0
        self._broken = 0.0
        self._lasting_offset = 0.0

    def apply(self, hop: Samples) -> Samples:
        """(HOP_SAMPLES,) as it is analysed."""
        total = float(hop.sum())
        broken = not np.isfinite(total)
        if broken:
            hop = np.where(np.isfinite(hop), hop, np.float32(0))
        peaks = max(float(hop.max()), -float(hop.min()))
        clipped = peaks >= FULL_SCALE and np.count_nonzero(np.abs(hop) >= FULL_SCALE) >= CLIPPED_RUN
        if peaks > MAX_SAMPLE:
            hop = np.clip(hop, -MAX_SAMPLE, MAX_SAMPLE)
        mean = (total if peaks <= MAX_SAMPLE and not broken else float(hop.sum())) / HOP_SAMPLES
        before = self._offset
        self._offset += (mean - before) * blend_factor(OFFSET_SECONDS, HOP_SECONDS)
        slow = blend_factor(FAULT_SECONDS, HOP_SECONDS)
        self._clipped += (float(clipped) - self._clipped) * slow
        self._broken += (float(broken) - self._broken) * slow
        self._lasting_offset += (mean - self._lasting_offset) * slow
        return hop - (np.float32(before) + np.float32(self._offset - before) * self._ramp)

    @property
    def fault(self) -> str:
        """The lasting fault of the input, and its remedy; empty without one."""
        if self._broken > BROKEN_SHARE:
            return "its samples are not numbers; start the program or device that makes them again"
        if self._clipped > CLIPPED_SHARE:
            return "it clips: lower the level of the mixer or the gain of the sound card"
        if abs(self._lasting_offset) > OFFSET_FAULT:
            return "it has an offset (DC), which is removed; look for a faulty cable or input"
        return ""
