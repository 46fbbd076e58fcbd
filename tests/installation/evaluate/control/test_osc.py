"""Control's measurements measure: small rounds of each give figures that can be believed."""

from __future__ import annotations

import pytest

from installation.evaluate.control import osc


def test_each_figure_is_measured_and_those_that_do_not_depend_on_time_hold() -> None:
    figures = [*osc.dispatch_cost(knobs=20), *osc.encoding_cost(visitors=1), *osc.tap_phase_error(series=50)]
    assert all(figure.value is not None and figure.value > 0 for figure in figures)
    assert all(figure.holds for figure in figures if "within 20 ms" in figure.name)


@pytest.mark.process
def test_mutated_packets_raise_nothing_while_the_plain_library_falls() -> None:
    raised, _, survived = osc.fuzzing(packets=5_000, seed=4)
    assert raised.value == 0
    assert survived.baseline is not None and survived.value is not None
    assert survived.baseline < survived.value


@pytest.mark.process
@pytest.mark.slow
def test_a_short_flood_under_a_loop_that_is_half_busy_is_heard_in_full() -> None:
    (lost,) = osc.message_loss(rate=500, seconds=0.5, load=0.5)
    assert lost.value == 0
