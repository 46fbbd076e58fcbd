"""Who is recorded is answered: by their mirror image at first, then by a dance that is the same for the same seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from motion import metrics, rotation
from motion.body import transformed
from motion.dancer.body_frame import frame_of
from motion.dancer.data import FRAME_RATE
from motion.dancer.mirror_image import mirror_image
from motion.dancer.respond import respond
from motion.skeleton import BONE_INDEX, CORE_COUNT, PARENTS
from tests.motion.dancer.dances import dance, prepared


@pytest.mark.parametrize("facing", [0.0, 0.7, -2.5])
def test_a_mirror_image_stands_before_them_and_lifts_the_other_hand(facing: float) -> None:
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], facing)
    motion = transformed(dance(2.0), turn, np.array([1.0, 0.0, 2.0]))
    here, there = metrics.motion_joints(motion), metrics.motion_joints(mirror_image(motion, 1.4))
    ahead = rotation.rotate(rotation.from_axis_angle([0.0, 1.0, 0.0], facing), np.array([0.0, 0.0, 1.0]))
    middle = here[0, 0] + 0.7 * ahead
    flipped = here - 2.0 * ((here - middle) @ ahead)[..., None] * ahead
    assert np.allclose(there[:, BONE_INDEX["leftHand"]], flipped[:, BONE_INDEX["rightHand"]], atol=0.02)
    assert np.allclose(there[:, 0], flipped[:, 0], atol=0.02)
    lefts = [frame_of(torch.as_tensor(joints[0])).left for joints in (here, there)]
    # Who look at each other have their lefts on opposite sides.
    assert float(lefts[0] @ lefts[1]) == pytest.approx(-1.0, abs=0.02)


def test_an_answer_is_a_motion_as_long_as_what_it_answers() -> None:
    motion = dance(3.0, rate=60.0)
    answer = respond(motion, prepared(), seed=4)
    assert (answer.rate, len(answer)) == (FRAME_RATE, 90)
    places = metrics.motion_joints(answer)
    assert np.isfinite(places).all()
    lengths = np.linalg.norm(places[:, 1:] - places[:, PARENTS[1:CORE_COUNT]], axis=-1)
    assert np.ptp(lengths, axis=0).max() < 1e-9
    assert np.linalg.norm(places[0] - metrics.motion_joints(mirror_image(dance(3.0), 1.2))[0], axis=-1).mean() < 0.15


def test_the_same_seed_answers_the_same_and_another_otherwise() -> None:
    motion = dance(2.0)
    one, again, other = (respond(motion, prepared(), seed=seed) for seed in (4, 4, 5))
    assert np.array_equal(one.hips_m, again.hips_m) and np.array_equal(one.turns, again.turns)
    assert not np.allclose(one.turns, other.turns)


def test_as_close_as_can_be_is_a_mirror() -> None:
    motion = dance(2.0)
    image = metrics.motion_joints(mirror_image(motion, 1.2))
    off = [
        np.linalg.norm(metrics.motion_joints(respond(motion, prepared(), closeness=c)) - image, axis=-1).mean()
        for c in (0.7, 0.85, 1.0)
    ]
    assert off[2] < 0.02
    assert off[0] > off[1] > off[2]


def test_a_body_of_another_size_is_answered_by_the_canonical_one_in_the_same_room() -> None:
    motion = dance(2.0)
    small = replace(motion, offsets_m=0.7 * motion.offsets_m, hips_m=motion.hips_m * (1.0, 0.7, 1.0) + (3.0, 0.0, 4.0))
    answer = respond(small, prepared(), closeness=1.0)
    assert answer.hips_m[:, 1].mean() == pytest.approx(motion.hips_m[:, 1].mean(), abs=0.02)
    assert np.allclose(answer.hips_m[0, [0, 2]], small.hips_m[0, [0, 2]] + (0.0, 1.2), atol=0.03)
