"""Nobody is measured on what their network has seen, and whoever would be is told so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from motion.dancer import store
from motion.dancer.evaluate.cross_validation import FoldError, leave_one_couple_out, read_folds
from tests.motion.dancer.dances import company, prepared


def saved(path: Path, name: str, without: list[str], data: list[str]) -> Path:
    store.save(path / name, prepared(), {"without": without, "data": data})
    return path / name


def test_each_couple_is_measured_by_the_network_that_never_saw_it(tmp_path: Path) -> None:
    clips = company(2)
    names = [c.name for c in clips]
    saved(tmp_path, "fold-1.safetensors", names[:2], names[2:])
    saved(tmp_path, "fold-2.safetensors", names[2:], names[:2])
    saved(tmp_path, "other.safetensors", names[:2], names[2:])
    found = read_folds(tmp_path, clips)
    assert [[c.name for c in f.held_out] for f in found] == [names[:2], names[2:]]
    assert [[c.name for c in f.trained_on] for f in found] == [names[2:], names[:2]]


def test_a_folder_without_networks_says_how_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(FoldError, match=r"holds no fold-\*.safetensors; `visitant train dancer --without"):
        read_folds(tmp_path, company(2))


def test_a_network_that_was_trained_on_everything_is_no_fold(tmp_path: Path) -> None:
    saved(tmp_path, "fold-1.safetensors", [], ["60_01", "61_01"])
    with pytest.raises(FoldError, match=r"fold-1.safetensors: was trained without anything"):
        read_folds(tmp_path, company(2))


def test_a_clip_can_not_be_left_out_and_learned(tmp_path: Path) -> None:
    saved(tmp_path, "fold-1.safetensors", ["60_01", "61_01"], ["60_01", "60_02", "61_02"])
    with pytest.raises(FoldError, match="60_01"):
        read_folds(tmp_path, company(2))


def test_two_folds_do_not_hold_the_same_couple(tmp_path: Path) -> None:
    for n in (1, 2):
        saved(tmp_path, f"fold-{n}.safetensors", ["60_01", "61_01"], ["60_02", "61_02"])
    with pytest.raises(FoldError, match=r"fold-2.safetensors: holds 60_01, which .*fold-1.safetensors holds too"):
        read_folds(tmp_path, company(2))


def test_one_network_is_measured_couple_by_couple_and_told_what_it_knows(tmp_path: Path) -> None:
    clips = company(3)
    file = saved(tmp_path, "dancer.safetensors", [], ["60_01", "61_01"])
    found, known = leave_one_couple_out(file, clips)
    assert known == ["60_01", "61_01"]
    assert [[c.name for c in f.held_out] for f in found] == [[f"60_0{n}", f"61_0{n}"] for n in (1, 2, 3)]
    for fold in found:
        assert not {c.name for c in fold.held_out} & {c.name for c in fold.trained_on}
        assert len(fold.trained_on) == 4


def test_people_who_never_danced_together_answer_nobody(tmp_path: Path) -> None:
    file = saved(tmp_path, "dancer.safetensors", [], [])
    with pytest.raises(FoldError, match="no couple to evaluate"):
        leave_one_couple_out(file, [replace(company(1)[0], partner=None)])
