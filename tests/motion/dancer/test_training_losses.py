"""Training windows stay within their clips, roll-outs go on from what was said, and learning makes the loss fall."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from motion.dancer import training_losses
from motion.dancer.batched_inference import PLAN_FRAMES
from motion.dancer.conditioning import HISTORY_FRAMES, PART_OF_BONE
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.trainer import BEAT_LOSS, ROUND_LOSS, DancerTrainer
from motion.dancer.training_tensors import training_tensors
from tests.motion.dancer.dances import FEW, TINY, company, prepared, tracks


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(5)


def test_a_window_ends_before_its_clip_does() -> None:
    starts = training_losses.window_starts(tracks(), FEW)
    pool = starts.all
    assert len(pool) == len(starts.couples) > 100
    assert not len(starts.answers)
    assert (pool - tracks().start[pool] >= training_losses.MIN_FRAMES_BEFORE).all()
    last = pool + PLAN_FRAMES * (FEW.rounds - 1) + AHEAD_FRAMES
    assert (last < tracks().end[pool]).all()


def test_what_is_drawn_is_what_was_danced() -> None:
    pool = training_losses.window_starts(tracks(), FEW)
    windows = training_losses.draw_windows(tracks(), pool, TINY, FEW, chance())
    assert windows.joints.shape == (
        FEW.rows,
        HISTORY_FRAMES + PLAN_FRAMES * (FEW.rounds - 1) + AHEAD_FRAMES,
        22,
        3,
    )
    starts = windows.joints[:, HISTORY_FRAMES - 1].flatten(1)
    apart = torch.cdist(starts, tracks().joints[pool.all].flatten(1)).min(dim=1).values
    assert apart.max() < 0.01


def test_chance_is_all_in_the_generator() -> None:
    pool = training_losses.window_starts(tracks(), FEW)
    one, other = (vars(training_losses.draw_windows(tracks(), pool, TINY, FEW, chance())) for _ in range(2))
    one, other = ({**of, **of["optional"]} for of in (one, other))
    assert all(torch.equal(one[name], other[name]) for name in one.keys() - {"optional"})


def test_a_roll_out_goes_on_from_what_was_said_and_keeps_what_is_seen() -> None:
    network, s = prepared(), replace(FEW, seen=1.0)
    windows = training_losses.draw_windows(
        tracks(), training_losses.window_starts(tracks(), s), network.settings, s, chance()
    )
    seen = windows.kept[:, PART_OF_BONE] > 0
    assert seen.any() and not seen.all()
    rounds = list(training_losses.rollout(network, windows, s, chance()))
    assert len(rounds) == s.rounds
    for number, (asked, _, right, _) in enumerate(rounds):
        now = HISTORY_FRAMES - 1 + PLAN_FRAMES * number
        true = windows.seen_joints[:, now - HISTORY_FRAMES + 1 : now + 1]
        assert torch.allclose(asked.joints.transpose(1, 2)[seen], true.transpose(1, 2)[seen], atol=1e-5)
        assert torch.isfinite(right).all()
    hidden = (rounds[-1][0].joints[:, -1] - windows.joints[:, HISTORY_FRAMES - 1 + PLAN_FRAMES * (s.rounds - 1)])[~seen]
    assert hidden.norm(dim=-1).max() > 1e-3, "what is not seen is the network's own"


def test_captured_continuations_have_modes_of_unit_spread() -> None:
    network, s = prepared(), replace(FEW, rows=400, rounds=1, seen=0.0)
    windows = training_losses.draw_windows(
        tracks(), training_losses.window_starts(tracks(), s), network.settings, s, chance()
    )
    ((_, _, right, _),) = training_losses.rollout(network, windows, s, chance())
    assert right.std(dim=0) == pytest.approx(torch.ones(TINY.modes), abs=0.35)


def test_a_tiny_network_learns_a_tiny_company() -> None:
    lesson = DancerTrainer(tracks(), TINY, replace(FEW, rate=0.02), 1, torch.device("cpu"))
    losses = [lesson.step(0.0) for _ in range(50)]
    assert losses[0].keys() == {*(f"{ROUND_LOSS} {n}" for n in range(1, FEW.rounds + 1)), BEAT_LOSS}
    first, last = (sum(sum(each.values()) for each in some) / 5 for some in (losses[:5], losses[-5:]))
    assert last < 0.8 * first


def test_who_has_nobody_learns_to_move_alone() -> None:
    alone = training_tensors([clip for clip in company(4) if clip.style == "60"], TINY.styles, (1.0,))
    assert 0.0 < DancerTrainer(alone, TINY, FEW, 1, torch.device("cpu")).step(0.0)[f"{ROUND_LOSS} 1"] < 100.0


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_card_learns_too() -> None:
    lesson = DancerTrainer(tracks(), TINY, FEW, 1, torch.device("cuda"))
    losses = [lesson.step(0.0)[f"{ROUND_LOSS} 1"] for _ in range(100)]
    assert sum(losses[-10:]) < sum(losses[:10])
