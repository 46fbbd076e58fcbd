"""The measurement of composer and ear runs, and counts what it says it counts."""

from __future__ import annotations

import pytest

from installation.evaluate.bench.sound import measure_composer, measure_ear

pytestmark = [pytest.mark.slow, pytest.mark.process]


def test_the_ear_is_measured_by_blows_in_a_file() -> None:
    figures = {figure.name: figure for figure in measure_ear(5.0, lambda share: None)}
    assert figures["ear: blows of the bass"].value == 3
    assert (figures["ear: blows that were hits"].value or 0.0) > 0.0
    assert (figures["ear: its steps"].value or 0.0) > 0.0


def test_the_composer_is_measured_while_it_plays() -> None:
    shares: list[float] = []
    figures = {figure.name: figure for figure in measure_composer(5.0, shares.append)}
    assert (figures["composer: notes played"].value or 0) > 0
    assert (figures["composer: longest time to compose a bar"].value or 0.0) > 0.0
    assert shares == sorted(shares)
