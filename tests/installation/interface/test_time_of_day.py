"""A day goes round without a leap: light, sky, sun and moon are where they belong."""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import pytest

from installation.interface.scenery_elements import Sun
from installation.interface.time_of_day import MOON, disc, dusk, light, lit, place, sky


def test_noon_is_light_and_midnight_dark_and_both_ends_of_the_day_are_red() -> None:
    assert light(0.5) == 1.0 and light(0.0) == 0.0
    assert dusk(0.25) == pytest.approx(1.0) and dusk(0.75) == pytest.approx(1.0)
    assert dusk(0.5) == 0.0 and dusk(0.0) == 0.0


def test_every_tone_of_a_day_fits_a_guide_and_comes_slowly() -> None:
    hours = np.linspace(0.0, 2.0, 401)
    tones = np.array([(*astuple(sky(h, cloud))[:2], lit((0.9, 0.9, -0.9), h)) for h in hours for cloud in (0.0, 1.0)])
    tones = tones.reshape(len(hours), -1)
    assert np.abs(tones).max() <= 1.0
    assert np.abs(np.diff(tones, axis=0)).max() < 0.1
    assert np.allclose(tones[0], tones[-1])


def test_sun_and_moon_rise_on_the_left_and_set_on_the_right() -> None:
    rising, high, setting = (place(hour, 0.4) for hour in (0.26, 0.5, 0.74))
    assert rising[0] < 0.2 < 0.8 < setting[0]
    assert high == pytest.approx((0.5, 0.84))
    assert rising[1] < 0.4 and setting[1] < 0.4
    day, night = disc(0.5, 0.5, 0.8), disc(0.0, 0.5, 0.8)
    assert isinstance(day, Sun) and isinstance(night, Sun)
    assert night.tone == MOON != day.tone and night.radius < day.radius
