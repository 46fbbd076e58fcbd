"""Smoothing of noisy positions as they arrive: calm at rest, quick when it matters; parameters in hertz."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

DAMPING = math.sqrt(0.5)
"""Damping ratio of `AlphaBetaFilter`: 1 would be critical; at this one the response is flattest (Butterworth). On captured bodies
with noise it lags half as much as at 1, for the same calm."""


def blend_factor_hz(cutoff_hz: Array | float, dt: float) -> Array | float:
    """How much of the way to a new sample a first-order low-pass goes in `dt` seconds: 1 - exp(-2 pi f dt)."""
    return 1.0 - np.exp((-2.0 * math.pi * dt) * cutoff_hz)


class OneEuro:
    """The One-Euro filter over an array of points, one cutoff a point.

    Casiez, Roussel, Vogel: 1 € Filter, CHI 2012. The cutoff is `cutoff` hertz for a point at rest and gains
    `speed_cutoff` hertz for each unit of speed; the speed itself is low-passed at `derivative` hertz.
    """

    def __init__(self, cutoff: float, speed_cutoff: float, derivative: float = 1.0) -> None:
        self.cutoff, self.speed_cutoff, self.derivative = cutoff, speed_cutoff, derivative
        self._value: Array | None = None
        self._speed: Array | None = None

    def step(self, sample: Array, dt: float) -> Array:
        """The smoothed points (..., D) of a new sample (..., D), `dt` seconds after the last."""
        if self._value is None or self._speed is None or dt <= 0:
            self._value = np.array(sample, float)
            self._speed = np.zeros_like(self._value)
            return self._value.copy()
        self._speed += blend_factor_hz(self.derivative, dt) * ((sample - self._value) / dt - self._speed)
        pace = np.linalg.norm(self._speed, axis=-1, keepdims=True)
        self._value += blend_factor_hz(self.cutoff + self.speed_cutoff * pace, dt) * (sample - self._value)
        return self._value.copy()


class AlphaBetaFilter:
    """A constant-velocity filter whose cutoff follows the speed: like One-Euro, with a fraction of its lag.

    An alpha-beta tracker (g-h filter; Brookner, Tracking and Kalman Filtering Made Easy, 1998) in a time step of any
    length: g = 1 - r^2 and h = ((1 - r) / DAMPING)^2, with r = exp(-2 pi f dt) the rate at which a miss is forgotten,
    and f chosen as One-Euro chooses its cutoff.
    """

    def __init__(self, cutoff: float, speed_cutoff: float, memory: float = 1.5) -> None:
        """`memory` hertz smooth the speed that opens the filter."""
        self.cutoff, self.speed_cutoff, self.memory = cutoff, speed_cutoff, memory
        self._value: Array | None = None
        self._speed: Array | None = None
        self._pace: Array | None = None

    @property
    def value(self) -> Array:
        """The smoothed points."""
        assert self._value is not None
        return self._value

    def rescale(self, factor: Array | float) -> None:
        """Go on in another unit of length, by `factor` (or one for each point: (..., 1)) times as large numbers."""
        if self._value is not None and self._speed is not None and self._pace is not None:
            self._value, self._speed, self._pace = self._value * factor, self._speed * factor, self._pace * factor

    @property
    def speed(self) -> Array:
        """The points' velocity in units a second."""
        assert self._speed is not None
        return self._speed

    def step(self, sample: Array, dt: float) -> Array:
        """The smoothed points (..., D) of a new sample (..., D), `dt` seconds after the last."""
        if self._value is None or self._speed is None or self._pace is None or dt <= 0:
            self._value = np.array(sample, float)
            self._speed = np.zeros_like(self._value)
            self._pace = np.zeros((*self._value.shape[:-1], 1))
            return self._value
        ahead = self._value + self._speed * dt
        miss = sample - ahead
        pace = np.sqrt(np.vecdot(self._speed, self._speed))[..., None]
        self._pace += blend_factor_hz(self.memory, dt) * (pace - self._pace)
        gone = blend_factor_hz(self.cutoff + self.speed_cutoff * self._pace, dt)
        self._value = ahead + gone * (2.0 - gone) * miss
        self._speed = self._speed + gone * gone * (1.0 / (DAMPING * DAMPING * dt)) * miss
        return self._value
