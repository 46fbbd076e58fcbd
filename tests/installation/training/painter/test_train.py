"""Training goes from a folder of pictures to a painter, can be interrupted anywhere, and says what it can't use."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from installation.core.downloads import AssetError, path_of
from installation.core.errors import UserError
from installation.paint.engines import store
from installation.paint.engines.network import NetworkSettings
from installation.paint.engines.painter import load
from installation.paint.pictures.perceptual import ASSET, PerceptualNetwork
from installation.paint.pictures.picture import PictureError
from installation.training.painter import samples, style_pictures
from installation.training.painter.config import TrainingConfig
from installation.training.painter.train import (
    PainterTrainingRun,
    adapt,
    train,
)
from motion.learning.training_loop import Progress, TrainingError, TrainingResult

pytestmark = pytest.mark.integration

SMALL = NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4)
SHORT = TrainingConfig(size_px=32, reconstructions=1, people=2, transfers=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        path_of(ASSET), path_of("pose_landmarker_full.task")
    except AssetError as error:
        pytest.skip(str(error))
    monkeypatch.setattr(samples, "DANCE_SECONDS", 1.5)
    monkeypatch.setattr(samples, "_demo_films", list)
    place = tmp_path / "art"
    (place / "blue").mkdir(parents=True)
    chance = np.random.default_rng(0)
    for number in range(3):
        stripes = np.sin(np.arange(96)[:, None] * 0.2 * (number + 1) + np.arange(128) * 0.1)
        rgb = 128 + 100 * stripes[..., None] * (0.2, 0.5, 1.0) + chance.normal(0, 10, (96, 128, 3))
        Image.fromarray(np.clip(rgb, 0, 255).astype(np.uint8)).save(place / "blue" / f"{number}.png")
    (place / "manifest.csv").write_text("file,artist,title\nblue/1.png,Nobody,Waves\n")
    return place


def _seconds(step: float = 1.0) -> Iterator[float]:
    return (step * n for n in itertools.count())


def _train(
    folder: Path,
    out: Path,
    minutes: float,
    styles: Path | None = None,
    progress: Callable[[Progress], None] = lambda report: None,
    **more: object,
) -> TrainingResult:
    clock = _seconds()
    run = PainterTrainingRun(folder, out, minutes, people=4, device="cpu", **more)  # type: ignore[arg-type]
    return train(run, styles=styles, settings=SMALL, config=SHORT, progress=progress, clock=lambda: next(clock))


@pytest.mark.slow
def test_a_folder_of_pictures_becomes_a_painter_with_its_sheet_its_curves_and_its_card(folder: Path) -> None:
    out = folder.parent / "mine.safetensors"
    told: list[Progress] = []
    made = _train(folder, out, 3 / 60, progress=told.append, credit="mine", command="visitant train painter")
    assert made.finished and made.steps == 3
    painter = load(out, "cpu")
    assert list(painter.styles) == ["0", "1", "2"]
    assert painter.paint(np.zeros((16, 16, 12), np.float32), painter.styles["1"]).shape == (32, 32, 3)
    assert {"reading", "gathering people", "training"} <= {each.stage for each in told}
    page = out.with_suffix(".md").read_text()
    assert "| blue/1.png | Nobody | Waves |" in page and "mine" in page
    with Image.open(out.with_suffix(".jpg")) as sheet, Image.open(out.with_suffix(".png")) as curves:
        assert sheet.size[0] > 500 and curves.size[0] > 500


@pytest.mark.slow
def test_going_on_is_as_if_it_had_never_stopped(folder: Path) -> None:
    whole, parts = folder.parent / "whole.safetensors", folder.parent / "parts.safetensors"
    _train(folder, whole, 4 / 60)
    beats = 0

    def interrupted(told: Progress) -> None:
        nonlocal beats
        beats += told.stage == "training"
        if beats == 2:
            beats += 1
            import signal

            signal.raise_signal(signal.SIGINT)

    made = _train(folder, parts, 4 / 60, progress=interrupted)
    assert not made.finished and not parts.exists()
    with pytest.raises(TrainingError, match="with --resume"):
        _train(folder, parts, 4 / 60)
    assert _train(folder, parts, 4 / 60, resume=True).steps == 4
    one, other = (store.load(file)[0].state_dict() for file in (whole, parts))
    assert all(np.allclose(one[name], other[name], atol=2e-3) for name in one)


@pytest.mark.slow
def test_a_painter_learns_one_more_style_and_keeps_those_that_it_knew(folder: Path) -> None:
    first, more = folder.parent / "first.safetensors", folder.parent / "more.safetensors"
    _train(folder, first, 1 / 60)
    clock = _seconds()
    run = PainterTrainingRun(folder, more, 2 / 60, people=4, device="cpu")
    adapt(run, "mine", first, config=SHORT, clock=lambda: next(clock))
    before, after = store.load(first), store.load(more)
    assert list(after[1]) == [*before[1], "mine"]
    assert np.array_equal(after[1]["0"].stroke, before[1]["0"].stroke)
    assert np.array_equal(after[0].components, before[0].components)


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="holds no pictures"):
        style_pictures.read_style_pictures(tmp_path, None, 0, lambda share: None)  # type: ignore[arg-type]


def test_a_picture_that_cannot_be_read_is_reported_and_left_out(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "blue" / "broken.png").write_bytes(b"\x89PNG nothing")
    pictures = style_pictures.read_style_pictures(folder, PerceptualNetwork(), 0, lambda share: None)
    assert [picture.name for picture in pictures] == ["blue/0.png", "blue/1.png", "blue/2.png"]
    assert ["broken.png" in line and "left out" in line for line in caplog.messages] == [True]


def test_there_is_nothing_to_resume_without_a_checkpoint(folder: Path) -> None:
    with pytest.raises(TrainingError, match="there is no checkpoint"):
        _train(folder, folder.parent / "none.safetensors", 1.0, resume=True)


@pytest.mark.slow
def test_a_table_of_styles_names_them_and_what_is_missing(folder: Path) -> None:
    table = folder.parent / "styles.toml"
    table.write_text('"blue waves" = ["blue/*"]\n')
    out = folder.parent / "mine.safetensors"
    _train(folder, out, 1 / 60, styles=table)
    assert store.style_names(out) == ("blue waves",)
    table.write_text('"red" = ["red/*"]\n')
    with pytest.raises(UserError, match=r'style "red": no picture is called red/\*'):
        _train(folder, folder.parent / "other.safetensors", 1 / 60, styles=table)
    table.write_text('"red" = "red.png"\n')
    with pytest.raises(UserError, match="expected a list of files"):
        style_pictures.read_style_table(table)
