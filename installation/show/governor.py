"""The quality governor: lowers the models' rates, then their resolution, then shading, before frames come late."""

from __future__ import annotations

from dataclasses import replace

from installation.interface.quality import Quality

LOWEST_MODEL_QUALITY = Quality(eye_rate=0.4, eye_scale=0.6, dance_rate=0.5, paint_rate=0.5, paint_size=0.6)
"""The lowest quality of the models; below it only shading is lowered."""
LADDER = (
    Quality(),
    Quality(eye_rate=0.7, dance_rate=0.5, paint_rate=0.7),
    Quality(eye_rate=0.5, dance_rate=0.5, paint_rate=0.5),
    Quality(eye_rate=0.5, eye_scale=0.75, dance_rate=0.5, paint_rate=0.5, paint_size=0.75),
    LOWEST_MODEL_QUALITY,
    *(replace(LOWEST_MODEL_QUALITY, shading=shading) for shading in (0.85, 0.7, 0.55, 0.4)),
)
"""Quality by level."""
LOWER_QUALITY_ABOVE_LOAD = 0.92
"""Share of a frame's period above which the quality is lowered."""
RAISE_QUALITY_BELOW_LOAD = 0.60
"""Share of a frame's period below which the quality is raised."""
TWO_LEVELS_ABOVE_LOAD = 1.5
"""Share of a frame's period above which the quality is lowered by two levels at once."""
MAX_FRAME_LOAD = 3.0
"""The most that one frame counts, in periods."""
LOWER_AFTER_SECONDS = 1.0
"""Time on a level before the next lower one."""
RAISE_AFTER_SECONDS = 6.0
"""Time on a level before the next higher one."""
MEAN_SECONDS = 0.5
"""Length of the running mean of the load."""


class Governor:
    """Measures the share of each frame's period that was used, and moves along the ladder."""

    def __init__(self, rate_hz: float, min_quality: float, enabled: bool = True) -> None:
        self._period = 1.0 / rate_hz
        self._levels = tuple(q for q in LADDER if q.shading >= min_quality - 1e-6)
        self._enabled = enabled
        self._load = 0.0
        self._since = 0.0
        self.level = 0

    @property
    def quality(self) -> Quality:
        """The quality of the present level."""
        return self._levels[self.level]

    def note(self, t: float, work_seconds: float) -> None:
        """Take the time that the frame at show time `t` kept the drawing process busy."""
        if not self._enabled:
            return
        share = min(self._period / MEAN_SECONDS, 1.0)
        self._load += share * (min(work_seconds / self._period, MAX_FRAME_LOAD) - self._load)
        held, left = t - self._since, len(self._levels) - 1 - self.level
        if self._load > LOWER_QUALITY_ABOVE_LOAD and held > LOWER_AFTER_SECONDS and left:
            self._move(t, min(left, 2 if self._load > TWO_LEVELS_ABOVE_LOAD else 1))
        elif self._load < RAISE_QUALITY_BELOW_LOAD and held > RAISE_AFTER_SECONDS and self.level > 0:
            self._move(t, -1)

    def _move(self, t: float, levels: int) -> None:
        self.level += levels
        self._since = t
