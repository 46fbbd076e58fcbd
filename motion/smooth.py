"""Low-pass filters for noisy positions that arrive in time steps of any length: blend factors, One-Euro, alpha-beta.

A low-pass moves its value by `factor * (sample - value)` each step. The blend factor follows from a time constant or
a cutoff frequency; what remains of a value that fades away follows from a half-life. They are one exponential:
time constant = half-life / ln 2 = 1 / (2 pi cutoff).
"""

from __future__ import annotations

import math
from typing import Any, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

DAMPING = math.sqrt(0.5)
"""Damping ratio of `AlphaBetaFilter`: 1 would be critical; at this one the response is flattest (Butterworth). On
captured bodies with noise it lags half as much as at 1, for the same smoothness."""
ANGLE_RATIO = math.sqrt(1.0 / (DAMPING * DAMPING) - 1.0)
"""How far the response of `AlphaBetaFilter` turns, in radians, while it decays by a factor e."""


Batch = TypeVar("Batch")
"""An array of times, of numpy or torch."""


def blend_factor(time_constant_s: float, dt: float) -> float:
    """Share of the way to a new sample that a first-order low-pass goes in `dt` seconds: 1 - exp(-dt / tau)."""
    return 1.0 - math.exp(-dt / time_constant_s)


def blend_factor_hz(cutoff_hz: Array | float, dt: float) -> Array | float:
    """The same for a cutoff frequency: 1 - exp(-2 pi f dt)."""
    return 1.0 - np.exp((-2.0 * math.pi * dt) * cutoff_hz)


@overload
def decay_factor(half_life_s: float, dt: float) -> float: ...
@overload
def decay_factor(half_life_s: float, dt: Batch) -> Batch: ...
def decay_factor(half_life_s: float, dt: Any) -> Any:
    """What remains after `dt` seconds of a value that halves every `half_life_s` seconds: 0.5^(dt / half-life)."""
    return 0.5 ** (dt / half_life_s)


class OneEuro:
    """The One-Euro filter over an array of points, with one cutoff for each point.

    Casiez, Roussel, Vogel: 1 € Filter, CHI 2012. The cutoff of a point at rest is `cutoff_hz` and rises by
    `speed_cutoff` hertz for each unit of speed; the speed itself is low-passed at `derivative_hz`.
    """

    def __init__(self, cutoff_hz: float, speed_cutoff: float, derivative_hz: float = 1.0) -> None:
        self.cutoff_hz, self.speed_cutoff, self.derivative_hz = cutoff_hz, speed_cutoff, derivative_hz
        self._value: Array | None = None
        self._velocity: Array | None = None

    def step(self, sample: Array, dt: float) -> Array:
        """The smoothed points (..., D) after a new sample (..., D), `dt` seconds after the last one."""
        if self._value is None or self._velocity is None or dt <= 0:
            self._value = np.array(sample, float)
            self._velocity = np.zeros_like(self._value)
            return self._value.copy()
        self._velocity += blend_factor_hz(self.derivative_hz, dt) * ((sample - self._value) / dt - self._velocity)
        speed = np.linalg.norm(self._velocity, axis=-1, keepdims=True)
        self._value += blend_factor_hz(self.cutoff_hz + self.speed_cutoff * speed, dt) * (sample - self._value)
        return self._value.copy()


class AlphaBetaFilter:
    """A constant-velocity filter whose cutoff rises with the speed, as in One-Euro, with a fraction of its lag.

    An alpha-beta tracker (g-h filter; Brookner, Tracking and Kalman Filtering Made Easy, 1998) for time steps of any
    length: g = 1 - r^2 and h = 1 - 2 r cos(a) + r^2, where r = exp(-2 pi f dt) is the rate at which a residual is
    forgotten, f is the cutoff, and a = 2 pi f dt sqrt(1 / DAMPING^2 - 1). These are the poles of the continuous filter
    at times dt (r at the angles a and -a), so that it is stable at every cutoff. The usual approximation
    h = ((1 - r) / DAMPING)^2 is not: at a cutoff near the sample rate its velocity swings from step to step, and a
    speed that raises the cutoff never comes to rest again.
    """

    def __init__(self, cutoff_hz: float, speed_cutoff: float, speed_smoothing_hz: float = 1.5) -> None:
        """`speed_smoothing_hz` is the cutoff of the speed that raises the cutoff."""
        self.cutoff_hz, self.speed_cutoff, self.speed_smoothing_hz = cutoff_hz, speed_cutoff, speed_smoothing_hz
        self._value: Array | None = None
        self._velocity: Array | None = None
        self._speed: Array | None = None

    @property
    def value(self) -> Array:
        """The smoothed points."""
        assert self._value is not None
        return self._value

    @property
    def velocity(self) -> Array:
        """The points' velocity in units a second."""
        assert self._velocity is not None
        return self._velocity

    def rescale(self, factor: Array | float) -> None:
        """Change the unit of length: multiply the state by `factor`, or by one factor for each point (..., 1)."""
        if self._value is not None and self._velocity is not None and self._speed is not None:
            self._value = self._value * factor
            self._velocity = self._velocity * factor
            self._speed = self._speed * factor

    def step(self, sample: Array, dt: float) -> Array:
        """The smoothed points (..., D) after a new sample (..., D), `dt` seconds after the last one."""
        if self._value is None or self._velocity is None or self._speed is None or dt <= 0:
            self._value = np.array(sample, float)
            self._velocity = np.zeros_like(self._value)
            self._speed = np.zeros((*self._value.shape[:-1], 1))
            return self._value
        predicted = self._value + self._velocity * dt
        residual = sample - predicted
        speed = np.sqrt(np.vecdot(self._velocity, self._velocity))[..., None]
        self._speed += blend_factor_hz(self.speed_smoothing_hz, dt) * (speed - self._speed)
        decay = (2.0 * math.pi * dt) * (self.cutoff_hz + self.speed_cutoff * self._speed)
        keep = np.exp(-decay)
        angle = np.minimum(ANGLE_RATIO * decay, math.pi)
        self._value = predicted + (1.0 - keep * keep) * residual
        self._velocity = self._velocity + (1.0 - 2.0 * keep * np.cos(angle) + keep * keep) * (1.0 / dt) * residual
        return self._value
