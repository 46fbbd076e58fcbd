"""Further voices of a canon stand at positions of their own and keep away from everybody else."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from installation.dance.canon import Canon
from installation.dance.casting import Assignment
from installation.dance.request import DanceRequest
from installation.dance.target_positions import VOICE_SPACING_M
from installation.interface.dancer import Cast
from installation.interface.pulse import Pulse
from motion import rotation
from motion.dancer.data import FRAME_RATE
from motion.skeleton import CORE_COUNT

FLOOR = np.array([-3.0, 0.8, 3.0, 6.0])
REQUEST = DanceRequest(cast=Cast(each=3, canon=1.0), pulse=Pulse(tempo=120.0))
VOICES = [Assignment(2, 7, 1, 2), Assignment(3, 7, 2, 3)]


@pytest.fixture
def canon() -> Canon:
    made = Canon(3, FLOOR)
    turns = np.tile(rotation.IDENTITY, (3, CORE_COUNT, 1))
    for slot in range(3):
        made.reset(slot, 0, np.array([0.0, 0.9, 3.0]), turns[slot])
    for frame in range(120):
        made.add(frame, np.tile([0.001 * frame, 0.9, 3.0], (3, 1)), turns)
    return made


def test_each_voice_is_as_many_beats_behind_as_it_is_voices_after_the_first(canon: Canon) -> None:
    hips, turns = canon.poses(VOICES, {7: 0}, REQUEST, np.zeros((0, 2)), 119 / FRAME_RATE, 1 / FRAME_RATE)
    behind = np.array([119 - 15, 119 - 30]) * 0.001
    assert np.allclose(hips[:, 0] - behind, [VOICE_SPACING_M, -VOICE_SPACING_M], atol=1e-6)
    assert turns.shape == (2, CORE_COUNT, 4)


def test_a_voice_gives_way_to_a_visitor_who_stands_in_its_place(canon: Canon) -> None:
    visitor = np.array([[VOICE_SPACING_M + 0.3, 2.65]])
    places = []
    for _ in range(60):
        hips, _ = canon.poses(VOICES, {7: 0}, REQUEST, visitor, 119 / FRAME_RATE, 1 / FRAME_RATE)
        places.append(hips[0, 0])
    assert places[-1] < places[0] - 0.2
    assert max(abs(b - a) for a, b in pairwise(places)) < 0.06
