"""`visitant measure dancer`: every figure that is promised is told, beside what it should be, and drawn where asked."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from installation.commands import main
from installation.evaluate.dance import dancer as measured
from installation.evaluate.dance import live_dance
from installation.evaluate.dance.picture import draw_pictures
from installation.evaluate.report import Figure
from motion.dancer import store
from motion.dancer.evaluate import beat_alignment, unconditioned
from tests.motion.dancer.dances import company, folder, prepared


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beat_alignment, "ROLLOUT_SECONDS", 8.0)
    monkeypatch.setattr(beat_alignment, "CHANGE_AT_SECONDS", 2.0)
    monkeypatch.setattr(unconditioned, "MINUTE_SECONDS", 6.0)
    took = Figure.at_most("a step of 16 dancers, 95 %", 5.0, 6.0, "ms")
    monkeypatch.setattr(measured, "measure_dancer_steps", lambda advance: [took])
    monkeypatch.setattr(store, "BUNDLED_WEIGHTS", Path(__file__))


def networks(path: Path) -> Path:
    names = [c.name for c in company(3)]
    for n in range(3):
        own = names[2 * n : 2 * n + 2]
        card = {"without": own, "data": [c for c in names if c not in own]}
        store.save(path / f"fold-{n}.safetensors", prepared(), card)
    return path


@pytest.mark.slow
def test_every_part_tells_its_figures_and_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_dance, "STILL_MINUTES", 2)
    monkeypatch.setattr(live_dance, "TEMPI_BPM", (120.0,))
    evaluation = measured.load_evaluation(folder(tmp_path / "data"), networks(tmp_path), None, None, lambda share: None)
    shares: list[float] = []
    figures = {f.name: f for f in measured.measure_dancer(evaluation, (), shares.append)}
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert figures["couples measured"].value == 3
    for name in (
        "answer: beat F1 over the wrong partner, low end of 95 %",
        "answer: beat F1 over motion matching",
        "answer: way from a random partner to the true one",
        "answer: beat rate off the partner's",
        "body: foot skate, floor at 0",
        "body: share of contact frames",
        "body: hips at their lowest",
        "body: diversity",
        "body: FID_k",
        "beat: F1 with the clock",
        "complete: legs hidden for 2 s while dancing, direction error",
        "ahead: error 200 ms from now",
        "alone: skate in the last minute off the others'",
        "speed: a step of 16 dancers, 95 %",
        "variety: turns",
        "music: energy of motion with that of music, r",
        "weights",
    ):
        assert figures[name].holds is not None
    values = {name: figure.value for name, figure in figures.items() if figure.value is not None}
    over_matching = values["answer: beat F1"] - values["answer: beat F1, motion matching"]
    assert math.isclose(values["answer: beat F1 over motion matching"], over_matching, abs_tol=1e-9)
    assert values["answer: beat F1, true partner"] > 0.6
    drawn = draw_pictures(evaluation, tmp_path)
    assert [p.name for p in drawn] == ["motion.png", "answer.png", "ahead.png", "alone.png"]
    assert all(p.stat().st_size > 5000 for p in drawn)


def test_what_the_network_was_trained_on_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder(tmp_path / "data", couples=2)
    file = tmp_path / "dancer.safetensors"
    store.save(file, prepared(), {"without": [], "data": ["60_01", "61_01"]})
    argv = ["measure", "dancer", "--data", str(data), "--weights", str(file), "--part", "speed", "--json"]
    main(argv)
    printed = json.loads(capsys.readouterr().out)
    assert printed["trained on"] == ["60_01", "61_01"]
    names = {f["name"]: f["value"] for f in printed["figures"]}
    assert names["clips among them that the network was trained on"] == 2
    assert not any(name.startswith("answer") for name in names)


def test_what_can_not_be_measured_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder(tmp_path / "data", couples=2)
    assert main(["measure", "dancer", "--data", str(data), "--folds", str(tmp_path)]) == 1
    assert "holds no fold-*.safetensors" in capsys.readouterr().err
    assert main(["measure", "dancer", "--data", str(tmp_path / "none")]) == 1
    assert "is no folder" in capsys.readouterr().err
