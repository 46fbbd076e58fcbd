"""Training goes on exactly where it stopped, whatever stopped it, and leaves files that tell what was done."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from motion import atomic_file
from motion.dancer import data, store, train, validation_split
from motion.dancer.data import DataError
from motion.dancer.model_card import model_page
from motion.dancer.training_losses import TrainingConfig
from motion.learning.training_loop import Progress, TrainingError, TrainingResult
from tests.motion.dancer.dances import FEW, TINY, company, folder

pytestmark = pytest.mark.integration

MINUTE = 60.0


@pytest.fixture(scope="module")
def motions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("motions"), couples=3, seconds=7.0)


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by so much whenever somebody looks."""
    ticks = itertools.count()
    return lambda: seconds * next(ticks)


def taught(
    motions: Path,
    out: Path,
    minutes: float = 3.0,
    config: TrainingConfig = FEW,
    progress: Callable[[Progress], None] = lambda report: None,
    **how: Any,
) -> TrainingResult:
    run = train.DancerTrainingRun(motions, out, minutes, **how)
    return train.train(run, settings=TINY, config=config, progress=progress, clock=ticking(20.0))


def pressed(after: int) -> Callable[[Progress], None]:
    """Somebody who presses Ctrl-C after so many steps."""
    steps = itertools.count(1)

    def heard(told: Progress) -> None:
        if told.stage == "training" and next(steps) == after:
            signal.raise_signal(signal.SIGINT)

    return heard


def test_a_folder_becomes_weights_with_curves_and_a_page(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "made.safetensors"
    told: list[Progress] = []
    made = taught(motions, out, seed=2, credit="Their own", command="visitant train", progress=told.append)
    assert (made.finished, made.steps) == (True, 9) and made.minutes == pytest.approx(3.0)
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors", ".checkpoint", ".png", ".md"}
    card = store.card(out)
    assert len(card["data"]) == 4 and len(card["aside"]) == 2
    assert card["steps"] == 9 and card["seed"] == 2 and card["without"] == []
    assert card["figures"].keys() == {"with partner", "energy", "skate"}
    assert (tmp_path / "made.md").read_text() == model_page(out, card)
    assert "Their own" in model_page(out, card)
    assert Image.open(tmp_path / "made.png").size[0] == 960
    network = store.load(out)
    assert network.settings == TINY
    training = [each for each in told if each.stage == "training"]
    assert [each.fraction for each in training] == sorted(each.fraction for each in training)
    assert training[-1].fraction == 1.0 and training[0].minutes_left == pytest.approx(3.0 - 1 / 3)


@pytest.mark.slow
def test_who_is_interrupted_goes_on_exactly(motions: Path, tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    before = signal.getsignal(signal.SIGINT)
    taught(motions, whole, minutes=4.0)
    # At a time when what is kept aside is looked at, too.
    made = taught(motions, parts, minutes=4.0, progress=pressed(5))
    assert (made.finished, made.steps) == (False, 6), "the step that was under way is kept too"
    assert not parts.exists()
    assert taught(motions, parts, minutes=4.0, resume=True).steps == 12
    one, other = load_file(whole), load_file(parts)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert store.card(whole) == store.card(parts)
    states = [torch.load(out.with_suffix(".checkpoint"), weights_only=True) for out in (whole, parts)]
    assert states[0]["diary"] == states[1]["diary"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_training_that_is_not_over_is_not_overwritten(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    taught(motions, out, validate=False, progress=pressed(2))
    with pytest.raises(TrainingError, match=r"interrupted after 1\.0 min; go on with --resume"):
        taught(motions, out, validate=False)
    taught(motions, out, validate=False, resume=True)
    assert taught(motions, out, validate=False, minutes=1.0).steps == 3, "one that is over may be begun anew"


def test_more_time_goes_on_with_what_is_learned(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    assert taught(motions, out, validate=False, minutes=1.0).steps == 3
    assert taught(motions, out, validate=False, minutes=2.0, resume=True).steps == 6
    assert taught(motions, out, validate=False, minutes=2.0, resume=True).steps == 6


def test_a_full_disk_leaves_the_last_checkpoint_and_training_goes_on(
    motions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    out, written = tmp_path / "a.safetensors", atomic_file.atomic_write
    full = False

    def write(path: Path, data: bytes) -> None:
        if full:
            raise OSError(28, "No space left on device", str(path))
        written(path, data)

    def heard(told: Progress) -> None:
        nonlocal full
        # From the second minute to the fourth there is no room.
        full = told.stage == "training" and 0.3 < told.fraction < 0.7

    monkeypatch.setattr(atomic_file, "atomic_write", write)
    made = taught(motions, out, validate=False, minutes=6.0, progress=heard)
    assert made.finished and made.steps == 18
    lines = caplog.messages
    assert lines and all("No space left" in line and "stay" in line for line in lines)


@pytest.mark.slow
def test_a_disk_that_stays_full_ends_with_an_error_and_the_checkpoint_as_it_was(
    motions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, written = tmp_path / "a.safetensors", atomic_file.atomic_write
    taught(motions, out, validate=False, progress=pressed(2))
    before = out.with_suffix(".checkpoint").read_bytes()

    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(atomic_file, "atomic_write", full)
    with pytest.raises(OSError, match="No space left"):
        taught(motions, out, validate=False, resume=True)
    monkeypatch.setattr(atomic_file, "atomic_write", written)
    assert out.with_suffix(".checkpoint").read_bytes() == before
    assert taught(motions, out, validate=False, resume=True).steps == 9


def test_clips_that_are_left_out_are_never_seen_nor_their_partners(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    taught(motions, out, minutes=0.4, without=["60_02"], validate=False)
    card = store.card(out)
    assert card["without"] == ["60_02", "61_02"]
    assert card["data"] == ["60_01", "60_03", "61_01", "61_03"]
    assert card["aside"] == [] and card["figures"] == {}
    with pytest.raises(TrainingError, match=r"without 60_09: .*there are 60_0"):
        taught(motions, out, without=["60_09"])


def test_a_pattern_leaves_out_all_that_it_fits(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    taught(motions, out, minutes=0.4, without=["*_01"], validate=False)
    assert store.card(out)["without"] == ["60_01", "61_01"]


def test_another_seed_or_other_data_can_not_go_on(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    taught(motions, out, validate=False, progress=pressed(2))
    with pytest.raises(TrainingError, match=r"begun with other .*seed"):
        taught(motions, out, validate=False, resume=True, seed=1)
    with pytest.raises(TrainingError, match=r"begun with other data, .*without"):
        taught(motions, out, validate=False, resume=True, without=["60_01"])
    with pytest.raises(TrainingError, match="begun with other schooling"):
        taught(motions, out, config=replace(FEW, rows=12), resume=True, validate=False)


def test_a_training_goes_on_from_other_weights_with_their_styles(motions: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.safetensors"
    taught(motions, first)
    own = folder(tmp_path / "own", couples=3, seconds=7.0)
    for file in (own / "couples").iterdir():
        file.rename(file.with_name(file.name.replace("60_", "90_").replace("61_", "91_")))
    adapted = tmp_path / "adapted.safetensors"
    taught(own, adapted, start=first, validate=False)
    before, after = store.load(first), store.load(adapted)
    assert after.settings == before.settings
    assert torch.equal(after.mean, before.mean)
    assert not torch.equal(after.reads.weight, before.reads.weight)
    assert store.card(adapted)["start"]["file"] == "first.safetensors"
    assert "first.safetensors" in model_page(adapted, store.card(adapted))


def test_an_empty_folder_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"holds no \.bvh or \.glb motion"):
        taught(tmp_path, tmp_path / "a.safetensors")


def test_there_must_be_a_whole_checkpoint_to_go_on_from(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    with pytest.raises(TrainingError, match=r"a\.checkpoint: there is no checkpoint"):
        taught(motions, out, resume=True)
    out.with_suffix(".checkpoint").write_bytes(b"PK nothing")
    with pytest.raises(TrainingError, match=r"a\.checkpoint: damaged"):
        taught(motions, out, resume=True)


def test_too_little_to_learn_from_is_told_before_anything_is_done(tmp_path: Path) -> None:
    little = folder(tmp_path / "little", couples=1, seconds=2.2)
    with pytest.raises(TrainingError, match=r"[01] s can be learned from, expected 20 or more"):
        taught(little, tmp_path / "a.safetensors")
    assert {path.name for path in tmp_path.iterdir()} == {"little"}


def test_a_network_is_kept_as_safetensors(motions: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"a\.pt: a network is written as \.safetensors"):
        taught(motions, tmp_path / "a.pt")


def test_a_folder_that_is_none_is_an_error_of_the_data(tmp_path: Path) -> None:
    with pytest.raises(data.DataError, match="is no folder"):
        taught(tmp_path / "none", tmp_path / "a.safetensors")


@pytest.mark.parametrize(("couples", "kept"), [(1, 0), (2, 0), (3, 2), (8, 2), (11, 4)])
def test_whole_couples_are_kept_aside_from_three_on(couples: int, kept: int) -> None:
    clips = company(couples, 2.0)
    taught_on, aside_of = validation_split.split(clips, 3)
    assert len(aside_of) == kept
    names = {clip.name for clip in aside_of}
    assert all(clip.partner in names for clip in aside_of)
    assert sorted(c.name for c in taught_on + aside_of) == sorted(clip.name for clip in clips)
    assert [c.name for c in validation_split.split(clips, 3)[1]] == [c.name for c in aside_of]


def test_the_partner_counts_only_as_far_as_another_does_not_do_as_well() -> None:
    good = {"with partner": 0.4, "with another": 0.2, "energy": 1.0, "skate": 0.8}
    assert validation_split.score(good) > validation_split.score(good | {"with another": 0.3})
    assert validation_split.score(good) > validation_split.score(good | {"energy": 0.5})
    assert validation_split.score(good) > validation_split.score(good | {"skate": 2.0})


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_card_is_used_where_there_is_one(motions: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.safetensors"
    taught(motions, out, minutes=2.0, progress=pressed(3))
    taught(motions, out, minutes=2.0, resume=True)
    assert store.card(out)["device"] == "cuda"
