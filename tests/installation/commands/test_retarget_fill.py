"""An animator has gaps filled, takes joined, and motion made from words; or is refused with the reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation import commands
from motion import files
from motion.body import Motion
from motion.dancer import store
from tests.installation.commands.retargeting import retarget
from tests.motion.dancer.dances import dance, prepared


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """Weights of a small network."""
    path = tmp_path / "small.safetensors"
    store.save(path, prepared(), {})
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Four seconds of a dance."""
    path = tmp_path / "clip.bvh"
    files.save(path, files.retarget_onto(dance(4.0)))
    return path


def motion_of(path: Path) -> Motion:
    """The only motion of a file."""
    (take,) = files.read_takes(path).values()
    return take.motion()


def test_gaps_are_filled_and_the_rest_stays(clip: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "filled.bvh"
    assert (
        retarget(clip, "--fill", "2.5:3.2", "--fill", "0.5:1.5", "--keep-start", "--weights", weights, "--out", out)
        == 0
    )
    before, after = motion_of(clip), motion_of(out)
    assert len(before) == len(after)
    changed = np.abs(before.turns - after.turns).max(axis=(1, 2)) > 0.01
    assert changed[16:44].any()
    assert changed[76:95].any()
    assert not changed[46:74].any()
    assert not changed[:15].any()
    assert not changed[97:].any()


def test_two_takes_become_one(clip: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "both.bvh"
    assert retarget(clip, "--then", clip, "--dance", "1", "--keep-start", "--weights", weights, "--out", out) == 0
    assert len(motion_of(out)) == pytest.approx(270, abs=2)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--fill", "1:9"), "1:9"),
        (("--fill", "0:1"), "0.07 s"),
        (("--fill", "1:2", "--fill", "1.5:3"), "overlap"),
        (("--fill", "1:2", "--fill", "2.03:3"), "two frames"),
        (("--dance", "2"), "--then"),
    ],
)
def test_gaps_that_cannot_be_filled_are_refused_before_a_file_is_written(
    clip: Path, weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], named: str
) -> None:
    out = tmp_path / "out.bvh"
    assert retarget(clip, *words, "--keep-start", "--weights", weights, "--out", out) != 0
    assert named in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("gap", ["3:1", "1", "a:b", "-1:2", "nan:2"])
def test_times_that_are_none_are_refused(clip: Path, tmp_path: Path, gap: str) -> None:
    with pytest.raises(SystemExit):
        retarget(clip, f"--fill={gap}", "--out", tmp_path / "out.bvh")


def test_words_become_a_file(weights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.bvh"
    sentence = "wave 1.5 s, then walk 1 s, then sit 1.5 s"
    assert commands.main(["dance", sentence, "--weights", str(weights), "--out", str(out)]) == 0
    assert "was not trained on it (style 07)" in capsys.readouterr().err
    assert len(motion_of(out)) == pytest.approx(30 * 4.4, abs=6)


def test_a_word_that_is_not_known_writes_nothing_and_names_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "x.bvh"
    assert commands.main(["dance", "wlak 3 s", "--out", str(out)]) != 0
    assert "nearest: walk" in capsys.readouterr().err
    assert not out.exists()


def test_the_vocabulary_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.main(["dance", "--list"]) == 0
    printed = capsys.readouterr().out
    assert "salsa" in printed
    assert "slowly" in printed
