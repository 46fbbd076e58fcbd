"""Many bodies in one batch: the same seed is the same dance, and no plan breaks the movement of the one before."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from motion.dancer.batched_inference import PLAN_FRAMES, BatchedInference
from motion.dancer.conditioning import Conditioning
from motion.dancer.guidance import Guidance
from motion.dancer.network import Network
from motion.dancer.trainer import DancerTrainer
from tests.motion.dancer.dances import FEW, TINY, prepared, question, tracks

AT, ROWS = 70, 3


@pytest.fixture(scope="module")
def network() -> Network:
    """One that has learned a little."""
    lesson = DancerTrainer(tracks(), TINY, replace(FEW, rate=0.02), 1, torch.device("cpu"))
    for _ in range(40):
        lesson.step(0.0)
    return lesson.network.eval()


def manner(closeness: float = 1.0, variety: float = 0.8, rows: int = ROWS) -> Guidance:
    return Guidance(*(torch.full((rows, 1), value) for value in (closeness, 1.0, 1.0, variety)))


def danced(
    network: Network, frames: int = 30, seed: int = 1, how: Guidance | None = None, **asked: object
) -> torch.Tensor:
    """(frames, N, 22, 3) of bodies that are asked the same all the time."""
    here = replace(question(AT, ROWS), **asked)  # type: ignore[arg-type]
    ensemble = BatchedInference(network, here.joints, here.turns, seed)
    return torch.stack(
        [ensemble.next_frame(here if ensemble.plan_due else None, how or manner())[0] for _ in range(frames)]
    )


def test_the_same_seed_is_the_same_dance(network: Network) -> None:
    assert torch.equal(danced(network), danced(network))
    assert (danced(network) - danced(network, seed=2)).abs().max() > 1e-3


def test_without_variety_there_is_one_dance(network: Network) -> None:
    still = manner(variety=0.0)
    assert torch.equal(danced(network, how=still), danced(network, seed=2, how=still))


def test_a_plan_is_asked_for_every_so_many_frames(network: Network) -> None:
    here = question(AT, ROWS)
    ensemble = BatchedInference(network, here.joints, here.turns)
    due = []
    for _ in range(7):
        due.append(ensemble.plan_due)
        ensemble.next_frame(here if due[-1] else None, manner())
    assert due == [number % PLAN_FRAMES == 0 for number in range(7)]


def test_a_plan_that_was_asked_for_before_is_the_same_plan(network: Network) -> None:
    here = question(AT, ROWS)
    ensemble = BatchedInference(network, here.joints, here.turns, 1)
    way = []
    for _ in range(30):
        if ensemble.plan_due:
            ensemble.request_plan(here, manner())
        assert not ensemble.plan_due
        way.append(ensemble.next_frame()[0])
    assert torch.equal(torch.stack(way), danced(network))


def test_plans_are_woven_so_that_none_is_seen_to_begin(network: Network) -> None:
    way = danced(network, 60)
    assert torch.isfinite(way).all()
    bends = way.diff(n=2, dim=0).norm(dim=-1).mean(dim=(1, 2))[4:]
    at_plans, between = bends[PLAN_FRAMES - 1 :: PLAN_FRAMES].mean(), bends.mean()
    assert at_plans < 2.0 * between
    assert way.diff(dim=0).norm(dim=-1).max() < 0.25


def test_it_begins_where_the_body_is(network: Network) -> None:
    here = question(AT, ROWS)
    assert (danced(network, 1)[0] - here.joints[:, -1]).norm(dim=-1).mean() < 0.1


def test_what_is_shown_between_two_frames_lies_between_them(network: Network) -> None:
    here = question(AT, ROWS)
    ensemble = BatchedInference(network, here.joints, here.turns)
    first = ensemble.next_frame(here, manner())[0]
    halfway = ensemble.interpolate(0.5)[0]
    second = ensemble.next_frame(None, manner())[0]
    assert torch.allclose(ensemble.interpolate(0.0)[0], second, atol=1e-5)
    assert torch.allclose(halfway, 0.5 * (first + second), atol=1e-5)


def test_closeness_of_nothing_is_to_dance_as_if_there_was_nobody(network: Network) -> None:
    nobody = torch.zeros(ROWS, 1)
    without = danced(network, partnered=nobody, clock=None, energy=None)
    with_one = danced(network, how=manner(closeness=0.0), clock=None, energy=None)
    assert torch.allclose(with_one, without, atol=1e-4)
    assert (danced(network, how=manner(closeness=2.0), clock=None, energy=None) - without).abs().max() > 1e-3


def test_a_bare_question_is_enough(network: Network) -> None:
    here = question(AT, ROWS)
    ensemble = BatchedInference(network, here.joints, here.turns)
    bare = Conditioning(here.joints, here.turns, here.seen)
    for _ in range(5):
        joints, turns = ensemble.next_frame(bare if ensemble.plan_due else None, manner())
    assert joints.shape == (ROWS, 22, 3)
    assert turns.shape == (ROWS, 22, 6)


def test_dancers_in_one_batch_do_not_know_of_each_other() -> None:
    network, how = prepared(), manner(variety=0.0)
    here = question(AT, ROWS)
    both = BatchedInference(network, here.joints, here.turns)
    alone = here.map(lambda values: values[1:2])
    one = BatchedInference(network, alone.joints, alone.turns)
    for _ in range(6):
        together = both.next_frame(here if both.plan_due else None, how)[0]
        single = one.next_frame(alone if one.plan_due else None, manner(variety=0.0, rows=1))[0]
    assert torch.allclose(together[1:2], single, atol=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_card_dances_the_same_dance(network: Network) -> None:
    import copy

    here = question(AT, ROWS)
    there = here.map(lambda values: values.cuda())
    ensemble = BatchedInference(copy.deepcopy(network).cuda(), there.joints, there.turns, 1)
    how = Guidance(*(getattr(manner(), name).cuda() for name in Guidance.__dataclass_fields__))
    way = torch.stack([ensemble.next_frame(there if ensemble.plan_due else None, how)[0].cpu() for _ in range(6)])
    assert torch.allclose(way, danced(network, 6), atol=1e-2)
