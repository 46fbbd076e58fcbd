"""Somebody who teaches the dancer or the painter is told how it goes, what came of it, and how to go on."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from installation import commands
from installation.commands import setup
from installation.paint.engines.network import NetworkSettings
from installation.training.painter import train as painter
from motion.dancer import store, train
from motion.dancer.trainer import DancerTrainer
from motion.learning.training_loop import Progress, ProgressCallback, TrainingResult
from tests.motion.dancer.dances import FEW, TINY, folder

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a size that a test can teach."""
    monkeypatch.setattr(train, "Settings", lambda: TINY)
    monkeypatch.setattr(train, "TrainingConfig", lambda: FEW)


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
    step = DancerTrainer.step

    def interrupted(self: DancerTrainer, done: float) -> dict[str, float]:
        signal.raise_signal(signal.SIGINT)
        return step(self, done)

    monkeypatch.setattr(DancerTrainer, "step", interrupted)
    words: list[str | Path] = ["--data", motions, "--out", out, "--minutes", "5", "--all", "--threads", "1"]
    assert teach(*words) == commands.INTERRUPTED
    assert "--resume" in capsys.readouterr().err
    monkeypatch.setattr(DancerTrainer, "step", step)
    assert teach(*words) == 1
    assert "with --resume" in capsys.readouterr().err
    words[words.index("5")] = "0.01"
    assert teach(*words, "--resume") == 0
    assert store.card(out)["command"].endswith("--all")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--data", "nowhere"], "nowhere is no folder"),
        (["--data", ".", "--device", "toaster"], "device toaster"),
        (["--data", ".", "--out", "d.pt"], "d.pt: a network is written as .safetensors"),
        (["--data", ".", "--resume"], "there is no checkpoint to resume from"),
    ],
)
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


Call = tuple[str, painter.PainterTrainingRun, tuple[Any, ...], dict[str, Any]]


@pytest.fixture
def lessons(
    monkeypatch: pytest.MonkeyPatch,
) -> list[Call]:
    """What a painter's training was asked for; it says that it took no time."""
    asked: list[Call] = []

    def begun(name: str) -> Any:
        def teach(
            run: painter.PainterTrainingRun, *given: Any, progress: ProgressCallback, **more: Any
        ) -> TrainingResult:
            asked.append((name, run, given, more))
            progress(Progress("training", 0.5, 1.5, 20.0, 3.0))
            return TrainingResult(run.out, 7, 0.0, {"stroke": 0.25}, finished=run.minutes != 5.0)

        return teach

    for name in ("train", "adapt"):
        monkeypatch.setattr(painter, name, begun(name), raising=False)
    monkeypatch.setattr(setup, "ensure", lambda *names: None)
    return asked


def paint(*words: str | Path) -> int:
    return commands.main(["train", "painter", *map(str, words)])


def test_a_painter_learns_from_a_folder_of_pictures(
    lessons: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = tmp_path / "dance.mp4"
    film.touch()
    words: list[str | Path] = [
        "--data",
        tmp_path,
        "--people",
        film,
        "--size",
        "small",
        "--styles",
        "my/styles.toml",
        "--seed",
        "3",
    ]
    assert paint(*words, "--json") == 0
    told = capsys.readouterr()
    figures = {figure["name"]: figure["value"] for figure in json.loads(told.out)["figures"]}
    assert figures == {"steps": 7, "took": 0.0, "stroke": 0.25}
    ((name, run, _, more),) = lessons
    assert (name, run.folder, run.out, run.minutes) == ("train", tmp_path, Path("painter.safetensors"), 60.0)
    assert run.films == [film] and max(more["settings"].widths) < max(NetworkSettings().widths)
    assert run.command == (
        f"visitant train painter --data {tmp_path.name} --minutes 60 --seed 3 --people dance.mp4 "
        "--styles styles.toml --size small"
    )


def test_a_painter_that_is_there_is_taught_a_style_in_a_quarter_of_an_hour(lessons: list[Any], tmp_path: Path) -> None:
    folder = tmp_path / "linocuts"
    assert paint("--data", folder, "--adapt", "--out", "mine.safetensors") == 0
    assert paint("--data", folder, "--adapt", "w.safetensors", "--name", "my lino", "--minutes", "5") == 130
    (name, run, given, _), (_, other, others, _) = lessons
    assert (name, run.folder, run.out, run.minutes) == ("adapt", folder, Path("mine.safetensors"), 15.0)
    assert given == ("linocuts", None)
    assert run.command.endswith("--minutes 15 --seed 0 --adapt --name linocuts")
    assert (other.minutes, *others) == (5.0, "my lino", Path("w.safetensors"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--name", "mine"], "--name: needs --adapt"),
        (["--people", "none.mp4"], "none.mp4: no such file"),
    ],
)
def test_what_is_wrong_with_a_painters_lesson_is_told_before_it_begins(
    words: list[str], told: str, lessons: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert paint("--data", ".", *words) == 1
    assert told in capsys.readouterr().err
    assert not lessons
