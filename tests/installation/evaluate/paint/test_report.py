"""`visitant measure painter`: every promised figure is printed beside its target; a sheet shows paintings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from installation.commands import main
from installation.evaluate.paint import gatys, live, study, style, works
from installation.evaluate.paint import report as measured
from installation.evaluate.paint.structure import DetectionScore, SilhouetteDetector
from installation.evaluate.report import Figure
from installation.paint.pictures import perceptual
from installation.paint.pictures.perceptual import PerceptualNetwork
from tests.installation.evaluate.paint.made import STYLES, art, judge, shots, weights


@pytest.fixture
def argv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(gatys, "SECONDS", 0.05)
    monkeypatch.setattr(gatys.optimise_picture, "__defaults__", (0.05,))
    monkeypatch.setattr(style, "SLOW_PICTURES", 2)
    monkeypatch.setattr(style, "SLOW_STYLES", 1)
    monkeypatch.setattr(works, "MIN_CROPS", 6)
    monkeypatch.setattr(live, "PAINTINGS", 3)
    monkeypatch.setattr(live, "SWING_SECONDS", 0.4)
    monkeypatch.setattr(live, "standing_person", lambda picture, camera: live.moving_figures(shots(1)[0].figures)[:3])
    monkeypatch.setattr(measured, "LIVE_STYLES", 1)
    took = Figure.at_most("a painting of 256x256", 15.0, 20.0, "ms")
    monkeypatch.setattr(measured, "measure_painter_speed", lambda clip, weights, seconds, advance: [took])
    monkeypatch.setattr(study, "people_clips", lambda material: [tmp_path])
    monkeypatch.setattr(study, "find_shots", lambda material, advance: shots(2))
    monkeypatch.setattr(perceptual, "load", PerceptualNetwork)
    monkeypatch.setattr(SilhouetteDetector, "__init__", lambda self: None)
    monkeypatch.setattr(SilhouetteDetector, "close", lambda self: None)
    monkeypatch.setattr(SilhouetteDetector, "detection_rate", lambda self, pictures: 1.0)
    monkeypatch.setattr(SilhouetteDetector, "score", lambda self, pictures, true: DetectionScore(0.75, 0.5))
    return [
        "measure",
        "painter",
        "--json",
        "--data",
        str(art(tmp_path / "art")),
        "--weights",
        str(weights(tmp_path / "painter.safetensors")),
    ]


@pytest.mark.slow
def test_every_part_tells_its_figures_and_is_shown(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = [word for part in measured.PARTS if part != "engines" for word in ("--part", part)]
    given = ["--judge", str(judge(tmp_path / "judge.safetensors")), "--adain", str(tmp_path / "adain.safetensors")]
    main([*argv, *parts, *given, "--adain-minutes", "0.01", "--sheet", str(tmp_path / "sheets" / "sheet.jpg")])
    output = json.loads(capsys.readouterr().out)
    figures = {figure["name"]: figure for figure in output["figures"]}
    label = "style: Fréchet distance to the style's pictures"
    for name in (
        "speed: a painting of 256x256",
        f"{label}, over the camera frames'",
        f"{label}, colour transfer's beside it",
        f"{label}, AdaIN's beside it",
        f"{label}, over Gatys's on the same few",
        "style: pictures nearest to the requested style, the painter",
        "structure: people found, styles with figures",
        "structure: overlap of silhouettes, styles with figures",
        "still: deviation on a standing visitor",
        "still: deviation away from a standing visitor, by the camera's light",
        "warp: error, over painting anew",
        "copying: crops farther from all artworks than these from each other",
    ):
        assert figures[name]["holds"] is not None, name
    assert figures["structure: people found, styles with figures"]["holds"] is True
    assert figures["structure: overlap of silhouettes, styles with figures"]["holds"] is False
    assert set(output["Fréchet distance by style"]) == set(STYLES)
    with Image.open(tmp_path / "sheets" / "sheet.jpg") as sheet:
        assert sheet.width > sheet.height * 0.6
    assert (tmp_path / "adain.safetensors").is_file()


def test_without_a_judge_style_is_skipped_and_says_so(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*argv, "--material", str(tmp_path), "--part", "style"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert figures[-1]["name"] == measured.NO_JUDGE
    assert figures[-1]["holds"] is None


def test_what_can_not_be_measured_says_why(argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*argv, "--part", "beat"]) == 1
    assert "no part of the painter; there are speed" in capsys.readouterr().err
    assert main([*argv, "--style", "thre"]) == 1
    assert "did you mean three" in capsys.readouterr().err
    assert main([*argv[:-1], str(tmp_path / "none.safetensors")]) == 1
    assert "none.safetensors" in capsys.readouterr().err
    assert main([*argv, "--judge", str(tmp_path / "none")]) == 1
    assert "SqueezeNet" in capsys.readouterr().err
    empty = tmp_path / "empty"
    empty.mkdir()
    assert main([*argv, "--data", str(empty)]) != 0
    assert "holds no pictures" in capsys.readouterr().err
