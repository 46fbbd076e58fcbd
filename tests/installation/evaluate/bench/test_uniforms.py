"""The cost of the host's uniforms is measured on two scenes that draw the same picture."""

import pytest

from installation.evaluate.bench import uniforms
from installation.interface.moment import Moment


@pytest.mark.gl
def test_both_scenes_draw_without_a_fault(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(uniforms, "PAIRS", 1)
    monkeypatch.setattr(uniforms, "FRAMES", 2)
    progress: list[float] = []
    figures = uniforms.measure_uniforms([Moment(0.0, 0, 1 / 30)], progress.append)
    assert [figure.value is not None and figure.value > 0 for figure in figures] == [True, True]
    assert progress[-1] == 1.0
    assert not caplog.records
