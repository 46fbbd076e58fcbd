"""Somebody who teaches the dancer is told how it goes, what came of it, and how to go on."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from installation import commands
from motion.dancer import store, train
from tests.motion.dancer.dances import FEW, TINY, folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a size that a test can teach."""
    monkeypatch.setattr(train, "Settings", lambda: TINY)
    monkeypatch.setattr(train, "Schooling", lambda: FEW)


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("motions"), couples=3, seconds=7.0)


def teach(*words: str | Path) -> int:
    return commands.main(["train", "dancer", *map(str, words)])


def test_the_report_tells_steps_and_figures(motions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "d.safetensors"
    assert teach("--data", motions, "--out", out, "--minutes", "0.02", "--seed", "5", "--credit", "Mine", "--json") == 0
    figures = {figure["name"]: figure["value"] for figure in json.loads(capsys.readouterr().out)["figures"]}
    assert figures["steps"] >= 1
    assert 0.0 <= figures["beat F1 with the partner"] <= 1.0
    card = store.card(out)
    assert card["credit"] == "Mine"
    assert card["command"] == f"visitant train dancer --data {motions.name} --minutes 0.02 --seed 5"
    assert str(motions) not in json.dumps(card), "no path of this machine leaves it"


def test_who_presses_ctrl_c_is_told_how_to_go_on(
    motions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "d.safetensors"
    step = train.Lesson.step

    def interrupted(self: train.Lesson, done: float) -> dict[str, float]:
        signal.raise_signal(signal.SIGINT)
        return step(self, done)

    monkeypatch.setattr(train.Lesson, "step", interrupted)
    words = ["--data", motions, "--out", out, "--minutes", "5", "--all", "--threads", "1"]
    assert teach(*words) == commands.INTERRUPTED
    assert "--resume" in capsys.readouterr().err
    monkeypatch.setattr(train.Lesson, "step", step)
    assert teach(*words) == 1
    assert "go on with --resume" in capsys.readouterr().err
    words[words.index("5")] = "0.01"
    assert teach(*words, "--resume") == 0
    assert store.card(out)["command"].endswith("--all")


@pytest.mark.parametrize(("words", "told"), [
    (["--data", "nowhere"], "nowhere is no folder"),
    (["--data", ".", "--device", "toaster"], "device toaster"),
    (["--data", ".", "--out", "d.pt"], "d.pt: a network is kept as .safetensors"),
    (["--data", ".", "--resume"], "there is no checkpoint to go on from"),
])  # fmt: skip
def test_what_is_wrong_is_told_in_a_line(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert teach(*words) == 1
    err = capsys.readouterr().err
    assert told in err and "Traceback" not in err


def test_minutes_must_be_a_number_above_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        teach("--data", ".", "--minutes", "-3")
    assert "'-3' is no number from 0.01" in capsys.readouterr().err
