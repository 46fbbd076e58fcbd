"""The figures of VMC hold where no clock is involved."""

from __future__ import annotations

from installation.evaluate.control.vmc import arms, playing, survival


def test_bodies_survive_the_wire_and_arms_are_raised_on_the_right_side() -> None:
    assert all(figure.holds for figure in (*survival(10), *arms()))


def test_bodies_that_are_sent_come_in() -> None:
    came, _ = playing(2, 60.0, 0.2)
    assert came.value == 100.0
