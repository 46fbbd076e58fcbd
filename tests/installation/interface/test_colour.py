"""A colour that is told as light and back is the same colour."""

from __future__ import annotations

import pytest

from installation.interface.colour import display, light


@pytest.mark.parametrize("colour", [(0.0, 0.5, 1.0), (0.01, 0.04045, 0.2)])
def test_light_of_a_display_value_is_shown_as_that_value(colour: tuple[float, float, float]) -> None:
    assert display(light(colour)) == pytest.approx(colour, abs=1e-6)


def test_the_middle_of_the_display_values_is_about_a_fifth_of_the_light() -> None:
    assert light((0.5, 0.0, 1.0)) == pytest.approx((0.2140, 0.0, 1.0), abs=1e-4)
