"""The quality governor: models slow down first, then look less closely, then shaders do less; frames come last."""

from __future__ import annotations

from dataclasses import replace

from installation.interface.quality import Quality

SPARED = Quality(eye_rate=0.4, eye_scale=0.6, dance_rate=0.5, paint_rate=0.5, paint_size=0.6)
"""What is left to the models when they can't give way any more."""
LADDER = (
    Quality(),
    Quality(eye_rate=0.7, dance_rate=0.5, paint_rate=0.7),
    Quality(eye_rate=0.5, dance_rate=0.5, paint_rate=0.5),
    Quality(eye_rate=0.5, eye_scale=0.75, dance_rate=0.5, paint_rate=0.5, paint_size=0.75),
    SPARED,
    *(replace(SPARED, shading=shading) for shading in (0.85, 0.7, 0.55, 0.4)),
)
FULL, EASY = 0.92, 0.60
"""Shares of a frame's time: above the first the machine is short of it, below the second it has some to spare."""
STEEP, MOST = 1.5, 3.0
"""Times a frame's time above which it goes down two levels at once, and which a single frame tells at most."""
DOWN, UP = 1.0, 6.0
"""Seconds that must pass on a level before the next lower and the next higher one."""
MEMORY = 0.5
"""Seconds of the running mean of the load."""


class Governor:
    """Watches how full frames are and walks the ladder."""

    def __init__(self, rate: float, floor: float, enabled: bool = True) -> None:
        self._period = 1.0 / rate
        self._levels = tuple(q for q in LADDER if q.shading >= floor - 1e-6)
        self._enabled = enabled
        self._load = 0.0
        self._since = 0.0
        self.level = 0

    @property
    def quality(self) -> Quality:
        """What may be spent now."""
        return self._levels[self.level]

    def note(self, t: float, work: float) -> None:
        """A frame at show time `t` kept the drawing process busy for `work` seconds."""
        if not self._enabled:
            return
        share = min(self._period / MEMORY, 1.0)
        self._load += share * (min(work / self._period, MOST) - self._load)
        held, left = t - self._since, len(self._levels) - 1 - self.level
        if self._load > FULL and held > DOWN and left:
            self._move(t, min(left, 2 if self._load > STEEP else 1))
        elif self._load < EASY and held > UP and self.level > 0:
            self._move(t, -1)

    def _move(self, t: float, by: int) -> None:
        self.level += by
        self._since = t
