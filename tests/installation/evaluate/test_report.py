"""Every report has one form, which programs can rely on."""

from __future__ import annotations

import json

import numpy as np
import pytest

from installation.evaluate.report import Figure, report


def test_json_is_one_object_with_machine_and_figures(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [Figure("rate", 30.0, "Hz", baseline=15.0), Figure.at_most("p99", 12.0, 20.0, "ms")]
    assert report(figures, True, {"frames": [{"time": 0.5}]}, "a renderer") == 0
    whole = json.loads(capsys.readouterr().out)
    assert set(whole) == {"machine", "figures", "frames"}
    assert {"cpu", "cpu_features", "cores", "memory", "os", "python", "renderer"} == set(whole["machine"])
    assert whole["figures"] == [
        {"name": "rate", "value": 30.0, "unit": "Hz", "baseline": 15.0, "target": None, "holds": None},
        {"name": "p99", "value": 12.0, "unit": "ms", "baseline": None, "target": 20.0, "holds": True},
    ]


@pytest.mark.parametrize("as_json", [True, False])
def test_a_missed_target_ends_with_1(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    assert report([Figure("rate", 1.0), Figure.at_least("ratio", 1.9, 2.0)], as_json) == 1
    assert capsys.readouterr().out


def test_a_figure_that_could_not_be_measured_misses_its_target() -> None:
    assert Figure.at_most("latency", None, 80.0).holds is False
    assert Figure.at_least("rate", float("nan"), 1.0).holds is False


def test_numbers_that_json_lacks_become_null(capsys: pytest.CaptureFixture[str]) -> None:
    figures = [Figure("a", float("nan")), Figure("b", np.float32(0.5)), Figure("c", float("inf"))]  # type: ignore[arg-type]
    report(figures, True, {"more": (np.int64(3), np.float64("nan"))})
    whole = json.loads(capsys.readouterr().out)
    assert [figure["value"] for figure in whole["figures"]] == [None, 0.5, None]
    assert whole["more"] == [3, None]


def test_people_see_value_baseline_target_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    report([Figure.at_least("frames [a]", 61.25, 60.0, "Hz", baseline=30.5)])
    row = next(line for line in capsys.readouterr().out.splitlines() if "frames" in line)
    assert row.split() == ["frames", "[a]", "61.25", "30.5", "60", "Hz", "holds"]
