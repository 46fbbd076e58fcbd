"""What the network is asked counts, what is masked does not, and where in the room it happens makes no difference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch

from motion.dancer.body_frame import rotate_to_room
from motion.dancer.conditioning import CLOCK_INPUTS, HISTORY_FRAMES, PARTNER_INPUTS, Conditioning
from motion.dancer.continuation import AHEAD_FRAMES, blend_poses
from motion.dancer.network import Network
from motion.skeleton import CORE_COUNT
from tests.motion.dancer.dances import prepared, question, tracks

AT = 70


@pytest.fixture
def network() -> Network:
    return prepared()


@torch.no_grad()
def answer(network: Network, asked: Conditioning) -> tuple[torch.Tensor, torch.Tensor]:
    """Joints and turns that are to be expected, in the room."""
    features, here = network.features(asked)
    return network.decode_poses(here, asked, network.predict_mean(network.embed(features)))


@torch.no_grad()
def modes(network: Network, asked: Conditioning) -> torch.Tensor:
    return network.predict_mean(network.embed(network.features(asked)[0]))


def test_captured_continuations_survive_their_components(network: Network) -> None:
    asked, frames = question(AT), AT + 7 * torch.arange(4)
    _, here = network.features(asked)
    now = asked.local_pose(here)
    modes = torch.randn(4, network.settings.modes)
    again = network.encode(now, *network.decode(now, modes))
    assert torch.allclose(again, modes, atol=1e-3)
    ahead = frames[:, None] + torch.arange(1, AHEAD_FRAMES + 1)
    true = tracks().joints[ahead]
    # A dance of sines is nearly all in twelve components.
    still = asked.joints[:, -1:].expand_as(true)
    placed = network.decode_poses(here, replace(asked), _encoded(network, asked, ahead))[0]
    assert (placed - true).norm(dim=-1).mean() < 0.2 * (still - true).norm(dim=-1).mean()


def _encoded(network: Network, asked: Conditioning, ahead: torch.Tensor) -> torch.Tensor:
    from motion.dancer.body_frame import pose_to_body

    _, here = network.features(asked)
    return network.encode(asked.local_pose(here), *pose_to_body(here, tracks().joints[ahead], tracks().turns[ahead]))


@pytest.mark.parametrize(
    ("flag", "values"),
    [
        ("partnered", ("partner", "pace", "delay")),
        ("clock", ("clock",)),
        ("energy", ("energy",)),
        ("goal", ("goal",)),
        ("bar", ("bar",)),
        ("onset", ("onset",)),
        ("key", ("key",)),
    ],
)
def test_what_is_masked_is_not_heard_and_what_is_asked_is(network: Network, flag: str, values: tuple[str, ...]) -> None:
    asked = question(AT)
    if flag == "partnered":
        masked = replace(asked, partnered=torch.zeros(4, 1))
        other: dict[str, Any] = {name: getattr(asked, name) + 0.7 for name in values}
    else:
        off = getattr(asked, flag).clone()
        off[:, -1] = 0.0
        change: dict[str, Any] = {flag: off}
        masked = replace(asked, **change)
        noise = torch.full_like(off, 0.7)
        noise[:, -1] = 0.0
        other = {flag: getattr(masked, flag) + noise}
        nothing: dict[str, Any] = {flag: torch.zeros_like(off)}
        assert torch.allclose(modes(network, masked), modes(network, replace(asked, **nothing)))
    assert torch.allclose(modes(network, masked), modes(network, replace(masked, **other)), atol=1e-5)
    assert (modes(network, masked) - modes(network, asked)).abs().max() > 1e-3


def test_nothing_asked_is_everything_masked(network: Network) -> None:
    asked = question(AT)
    zero: dict[str, Any] = {
        name: torch.zeros_like(getattr(asked, name))
        for name in Conditioning.__dataclass_fields__
        if name not in ("joints", "turns", "seen", "directions")
    }
    zero["directions"] = {name: torch.zeros_like(each) for name, each in asked.directions.items()}
    bare = Conditioning(asked.joints, asked.turns, asked.seen)
    assert torch.allclose(modes(network, bare), modes(network, replace(asked, **zero)), atol=1e-5)


def test_the_answer_turns_and_moves_with_those_who_dance(network: Network) -> None:
    asked = question(AT)
    left, shift = torch.tensor([0.6, 0.8]), torch.tensor([2.0, 0.0, -3.0])

    def moved(points: torch.Tensor) -> torch.Tensor:
        return rotate_to_room(left, points) + shift

    def spun(six: torch.Tensor) -> torch.Tensor:
        return rotate_to_room(left, six.unflatten(-1, (2, 3))).flatten(-2)

    assert asked.goal is not None and asked.partner is not None
    place = moved(torch.stack([asked.goal[:, 0], torch.zeros(4), asked.goal[:, 1]], dim=1))
    facing = rotate_to_room(left, torch.stack([asked.goal[:, 2], torch.zeros(4), asked.goal[:, 3]], dim=1))
    assert asked.key_joints is not None and asked.key is not None
    aim = rotate_to_room(left, torch.stack([asked.key[:, 0], torch.zeros(4), asked.key[:, 1]], dim=1))
    there = replace(
        asked,
        key_joints=moved(asked.key_joints),
        key=torch.cat([aim[:, [0, 2]], asked.key[:, 2:]], dim=1),
        joints=moved(asked.joints),
        turns=spun(asked.turns),
        partner=moved(asked.partner),
        goal=torch.cat([place[:, [0, 2]], facing[:, [0, 2]], asked.goal[:, 4:]], dim=1),
    )
    here_joints, here_turns = answer(network, asked)
    there_joints, there_turns = answer(network, there)
    assert torch.allclose(there_joints, moved(here_joints), atol=1e-4)
    assert torch.allclose(there_turns, spun(here_turns), atol=1e-4)


@torch.no_grad()
def test_guidance_of_one_is_the_answer_itself_and_of_nothing_the_dance_of_ones_own(network: Network) -> None:
    asked = question(AT)
    reads = network.embed_guided(network.features(asked)[0], [PARTNER_INPUTS])
    noise = torch.randn(4, network.settings.modes)
    own, full = (network.sample(read[None], (), noise, 3) for read in reads)
    assert (own - full).abs().max() > 1e-3
    assert torch.allclose(network.sample(reads, [1.0], noise, 3), full, atol=1e-5)
    assert torch.allclose(network.sample(reads, [0.0], noise, 3), own, atol=1e-5)
    each = torch.tensor([[0.0], [1.0], [0.0], [1.0]])
    mixed = network.sample(reads, [each], noise, 3)
    assert torch.allclose(mixed[1::2], full[1::2], atol=1e-5)
    assert torch.allclose(mixed[::2], own[::2], atol=1e-5)


@torch.no_grad()
def test_guides_are_left_out_as_if_they_were_not_asked(network: Network) -> None:
    asked = question(AT)
    deaf = replace(asked, clock=torch.zeros(4, 4), bar=torch.zeros(4, 3), onset=torch.zeros(4, 2))
    alone = replace(deaf, partnered=torch.zeros(4, 1))
    reads = network.embed_guided(network.features(asked)[0], [PARTNER_INPUTS, CLOCK_INPUTS])
    for read, plain in zip(reads, (alone, deaf, asked), strict=True):
        assert torch.allclose(read, network.embed(network.features(plain)[0]), atol=1e-5)


def test_bodies_of_one_batch_do_not_know_of_each_other(network: Network) -> None:
    asked = question(AT)
    alone = asked.map(lambda values: values[2:3])
    assert torch.allclose(answer(network, asked)[0][2:3], answer(network, alone)[0], atol=1e-5)


def test_a_plan_goes_on_from_the_one_before_and_ends_as_the_new_one() -> None:
    def poses(value: float) -> tuple[torch.Tensor, torch.Tensor]:
        shape = (2, AHEAD_FRAMES, CORE_COUNT)
        return torch.full((*shape, 3), value), torch.full((*shape, 6), value)

    old, new = poses(0.0), poses(1.0)
    joints, turns = blend_poses(old, new, 2)
    first = joints[0, :, 0, 0]
    assert 0.0 < first[0] < 0.6
    assert (first.diff() >= 0.0).all()
    assert first[AHEAD_FRAMES - 2 :].tolist() == [1.0, 1.0]
    assert torch.equal(turns[..., 0], joints[..., 0])


def test_its_past_is_as_long_as_is_said(network: Network) -> None:
    asked = question(AT)
    assert asked.joints.shape == (4, HISTORY_FRAMES, CORE_COUNT, 3)
    assert answer(network, asked)[0].shape == (4, AHEAD_FRAMES, CORE_COUNT, 3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_card_answers_as_the_processor_does(network: Network) -> None:
    import copy

    asked = question(AT)
    there = asked.map(lambda values: values.cuda())
    told = answer(copy.deepcopy(network).cuda(), there)[0].cpu()
    assert torch.allclose(told, answer(network, asked)[0], atol=1e-3)
