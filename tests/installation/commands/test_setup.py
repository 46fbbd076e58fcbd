"""`visitant setup` brings what is missing, and leaves a person with one line to type where it may not."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from installation.commands import main, setup
from installation.core import downloads, system_info
from installation.core.downloads import Asset, AssetError
from installation.eye.sources import demo_film


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that were fetched, on a machine that has its libraries and none of the files."""
    names: list[str] = []

    def fetch(asset: Asset, progress: downloads.Progress, say: object) -> Path:
        progress(asset.bytes)
        names.append(asset.name)
        path = downloads.place(asset)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(asset.bytes)
        return path

    monkeypatch.setattr(downloads, "cache", lambda: tmp_path)
    monkeypatch.setattr(downloads, "fetch", fetch)
    monkeypatch.setattr(system_info, "missing_packages", list)
    # The files that `fetch` makes hold zeros.
    monkeypatch.setattr(downloads, "is_sound", lambda asset: downloads.place(asset).is_file())
    monkeypatch.setattr(demo_film, "ensure", lambda progress: tmp_path / demo_film.NAME)
    return names


def test_it_brings_the_models_and_the_demo_film(brought: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup"]) == 0
    assert brought == [asset.name for asset in downloads.ASSETS if asset.need != "tests"]
    assert {"pose_landmarker_full.task", "movenet-multipose.bin", "hand_landmarker.task", "demo.mp4"} < set(brought)
    out = capsys.readouterr().out
    assert "4eaa5eb7a983" in out and demo_film.NAME in out


def test_all_brings_the_clips_for_measuring_too(brought: list[str]) -> None:
    assert main(["setup", "--all"]) == 0
    assert brought == [asset.name for asset in downloads.ASSETS]


def test_what_cannot_be_had_is_told_and_the_rest_is_brought_all_the_same(
    brought: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fetch = downloads.fetch

    def away(asset: Asset, progress: downloads.Progress, say: downloads.Say) -> Path:
        if asset.folder == "models":
            raise AssetError("the model [is] away")
        return fetch(asset, progress, say)

    monkeypatch.setattr(downloads, "fetch", away)
    assert main(["setup"]) == 1
    assert brought == ["demo.mp4"]
    assert "the model [is] away" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("movenet-multipose.bin", "The show runs without it."),
        ("hand_landmarker.task", "Films are retargeted without it, with relaxed hands."),
    ],
)
def test_what_everything_runs_without_is_no_failure(
    name: str,
    remark: str,
    brought: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fetch = downloads.fetch

    def away(asset: Asset, progress: downloads.Progress, say: downloads.Say) -> Path:
        if asset.name == name:
            raise AssetError("npm does not answer")
        return fetch(asset, progress, say)

    monkeypatch.setattr(downloads, "fetch", away)
    assert main(["setup"]) == 0
    assert f"npm does not answer\n{remark}" in capsys.readouterr().err


def test_a_command_brings_what_it_misses_and_nothing_else(brought: list[str]) -> None:
    setup.ensure("demo.mp4")
    setup.ensure("demo.mp4")
    assert brought == ["demo.mp4"]


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users are numbered on Unix only")
def test_whoever_is_not_root_is_given_the_line_to_type(
    brought: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system_info, "missing_packages", lambda: ["libegl1"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: pytest.fail("nothing may be installed"))
    assert main(["setup"]) == 1
    assert "sudo apt-get install -y libegl1 libgl1 " in capsys.readouterr().err


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users are numbered on Unix only")
def test_root_gets_the_libraries_installed(brought: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lacking, typed = [["libegl1"], []], []
    monkeypatch.setattr(system_info, "missing_packages", lambda: lacking.pop(0))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(subprocess, "run", lambda words, **options: typed.append(words))
    assert main(["setup"]) == 0
    assert [words[-1] for words in typed] == ["update", "libgl1-mesa-dri"]
