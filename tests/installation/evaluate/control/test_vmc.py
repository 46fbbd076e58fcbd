"""The figures of VMC hold where no clock is involved."""

from __future__ import annotations

from installation.evaluate.control.vmc import delivery, raised_arm_in_unity, round_trip_error


def test_bodies_survive_the_wire_and_arms_are_raised_on_the_right_side() -> None:
    assert all(figure.holds for figure in (*round_trip_error(10), *raised_arm_in_unity()))


def test_bodies_that_are_sent_come_in() -> None:
    came, _ = delivery(2, 60.0, 0.2)
    assert came.value == 100.0
