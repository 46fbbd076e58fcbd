"""A silent child gets more time where other processes want its core, and not for ever."""

from __future__ import annotations

import pytest

from installation.workers.process_host import MAX_PATIENCE, patience


@pytest.mark.parametrize(("load", "cores", "expected"), [(0.0, 2, 1.0), (2.5, 2, 1.0), (6.0, 2, 2.0), (90.0, 2, 6.0)])
def test_a_busy_machine_makes_for_patience(load: float, cores: int, expected: float) -> None:
    assert patience(load, cores) == pytest.approx(expected)
    assert patience(load, cores) <= MAX_PATIENCE
