"""Rate meter: observations a second."""

from __future__ import annotations


class RateMeter:
    """Mean rate over the last second or so; the nominal rate where one is given (lock-step)."""

    def __init__(self, nominal_hz: float | None) -> None:
        self._nominal_hz = nominal_hz
        self._last: float | None = None
        self._mean_gap = 0.0

    def update(self, t: float) -> float:
        """Count an observation at time `t` and return the rate in hertz; 0 until there are two."""
        if self._nominal_hz is not None:
            return self._nominal_hz
        if self._last is not None and t > self._last:
            gap = t - self._last
            self._mean_gap += min(1.0, 2.0 * gap) * (gap - self._mean_gap) if self._mean_gap else gap
        self._last = t
        return 1.0 / self._mean_gap if self._mean_gap else 0.0
