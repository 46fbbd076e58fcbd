"""The stream is measured beside the pipeline's own call."""

from __future__ import annotations

import pytest

from installation.evaluate.paint import diffusion
from installation.paint.engines.diffusion import tiny_models


def test_each_number_of_steps_has_a_time_and_a_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diffusion, "SHAPE", tiny_models.ModelShape())
    monkeypatch.setattr(diffusion, "GUIDE_PX", 16)
    monkeypatch.setattr(diffusion, "TIMED_PAIRS", 2)
    shares: list[float] = []
    found = diffusion.measure_diffusion(shares.append)
    assert [figure.target for figure in found] == [None, 1.0, None, 1.3]
    assert all(figure.value and figure.value > 0.0 for figure in found)
    assert shares == [0.5, 1.0]
