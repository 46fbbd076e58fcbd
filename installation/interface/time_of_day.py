"""Time of day: daylight, sky, and the places of sun and moon, as scenery elements and tones."""

from __future__ import annotations

from math import cos, pi, sin, tau

from installation.interface.scenery_elements import Element, Sky, Sun, Tone

NIGHT_TOP, NIGHT_LOW = (-0.8, 0.05, -0.35), (-0.35, 0.0, -0.3)
DAY_TOP, DAY_LOW = (0.15, -0.08, -0.42), (0.75, 0.0, 0.02)
DUSK_TOP, DUSK_LOW = (-0.15, 0.15, -0.25), (0.55, 0.35, 0.5)
"""The sky's tones above and at the horizon."""
SUN, LOW_SUN, MOON = (0.95, 0.1, 0.5), (0.75, 0.4, 0.75), (0.9, -0.02, 0.12)
RISE_DISTANCE = 0.4
"""Distance from the canvas' middle at which sun and moon rise and set."""


def light(hour: float) -> float:
    """0 night .. 1 day at an hour in parts of a day: 0 midnight, 0.25 sunrise, 0.5 noon."""
    return _eased(0.5 - 0.9 * cos(tau * hour))


def dusk(hour: float) -> float:
    """Redness of the light, 1 at sunrise and sunset."""
    return max(0.0, 1.0 - 2.2 * abs(cos(tau * hour))) ** 2


def lit(tone: Tone, hour: float) -> Tone:
    """A tone by daylight, changed to that of the hour."""
    night = (0.4 * tone[0] - 0.45, 0.4 * tone[1], 0.4 * tone[2] - 0.15)
    now = mixed(night, tone, light(hour))
    return mixed(now, (now[0], now[1] + 0.15, now[2] + 0.15), dusk(hour))


def sky(hour: float, cloud: float = 0.0) -> Sky:
    """The sky of the hour; `cloud` 0..1 turns it grey."""
    day, red = light(hour), dusk(hour)
    top = mixed(mixed(NIGHT_TOP, DAY_TOP, day), DUSK_TOP, red)
    low = mixed(mixed(NIGHT_LOW, DAY_LOW, day), DUSK_LOW, red)
    return Sky(mixed(top, (top[0] - 0.35, 0.0, -0.05), cloud), mixed(low, (low[0] - 0.3, 0.0, 0.0), cloud))


def place(hour: float, horizon: float) -> tuple[float, float]:
    """Canvas coordinates of the sun by day, of the moon by night: they rise on the left and set on the right."""
    way = (hour - 0.25) % 0.5 * 2.0
    return 0.5 - RISE_DISTANCE * cos(pi * way), horizon - 0.06 + (0.9 - horizon) * sin(pi * way)


def disc(hour: float, x: float, y: float, size: float = 0.075) -> Element:
    """The sun by day, the moon by night, at canvas coordinates."""
    if (hour - 0.25) % 1.0 < 0.5:
        return Sun(x, y, size, 2.0 * size, mixed(SUN, LOW_SUN, dusk(hour)))
    return Sun(x, y, 0.8 * size, size, MOON)


def mixed(one: Tone, other: Tone, share: float) -> Tone:
    """From `one` (0) to `other` (1)."""
    a, b, c = (min(max(x + share * (y - x), -1.0), 1.0) for x, y in zip(one, other, strict=True))
    return a, b, c


def _eased(share: float) -> float:
    share = min(max(share, 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
