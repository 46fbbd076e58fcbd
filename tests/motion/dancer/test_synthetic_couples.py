"""A synthetic couple is one who leads, and one who does the same as a mirror image, late, whole or with the arms."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from motion.body import Motion, joint_positions
from motion.dancer.data import FRAME_RATE, DanceClip, mirror
from motion.dancer.synthetic_couples import CLEARANCE_M, STILL_FRAMES, synthetic_couples, with_arms
from motion.dancer.training_tensors import hands_held, training_tensors
from motion.skeleton import BONE_INDEX
from tests.motion.dancer.dances import TINY, company

HANDS = [BONE_INDEX["leftHand"], BONE_INDEX["rightHand"]]


def made() -> list[tuple[DanceClip, DanceClip]]:
    clips = synthetic_couples(company(2), 0.5, 1)
    return list(zip(clips[::2], clips[1::2], strict=True))


def joints_of(motion: Motion) -> NDArray[np.floating]:
    return joint_positions(motion.hips_m, motion.turns, motion.offsets_m)


def test_they_are_couples_of_one_who_leads() -> None:
    pairs = made()
    assert {(dancer.answer.arms, dancer.answer.body) for dancer, _ in pairs} == {(1.0, 1.0), (1.0, 0.0)}
    for dancer, partner in pairs:
        assert (dancer.partner, partner.partner) == (partner.name, dancer.name)
        assert partner.leads
        assert not dancer.leads
        assert len(dancer.motion) == len(partner.motion)
        apart = np.linalg.norm((dancer.motion.hips_m - partner.motion.hips_m)[:, ::2], axis=1)
        assert apart.min() >= 0.9 * CLEARANCE_M


def test_an_echo_is_the_mirror_image_of_what_the_partner_did() -> None:
    dancer, partner = next(pair for pair in made() if pair[0].answer.body)
    lag = round(dancer.answer.lag_seconds * FRAME_RATE)
    heights = [joints_of(motion)[STILL_FRAMES:, HANDS, 1] for motion in (dancer.motion, mirror(partner.motion))]
    assert heights[0][lag:] == pytest.approx(heights[1][: len(heights[1]) - lag], abs=0.02)


def test_arms_are_those_of_another_and_the_rest_is_its_own() -> None:
    own, other = (clip.motion for clip in company(1))
    count = min(len(own), len(other))
    mixed = with_arms(own, other) if len(own) == count == len(other) else own
    legs = [BONE_INDEX["leftFoot"], BONE_INDEX["rightFoot"]]
    assert joints_of(mixed)[:, legs] == pytest.approx(joints_of(own)[:, legs], abs=1e-6)
    assert not np.allclose(joints_of(mixed)[:, HANDS], joints_of(own)[:, HANDS], atol=0.05)


def test_hands_that_meet_are_held() -> None:
    one, other = (joints_of(clip.motion) for clip in company(1))
    far = other + (5.0, 0.0, 0.0)
    assert not hands_held(one, far).any()
    near = far.copy()
    near[60, HANDS[0]] = one[60, HANDS[1]]
    held = hands_held(one, near)
    assert held[60] == 1.0
    assert held[61:].max() == 0.0
    assert held[45] == 1.0


def test_who_leads_is_not_asked_to_answer() -> None:
    clips = synthetic_couples(company(2), 0.3, 1)
    tensors = training_tensors(clips, TINY.styles, (1.0,), mirrored=False)
    answers = tensors.answer[:, 2] > 0.0
    assert (tensors.partner[answers] >= 0).all()
    assert (tensors.partner[~answers] < 0).all()
