"""Frames of a filmed body that cannot be true are found and bridged; fast movement is left as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from motion import rotation
from motion.body import Motion, motion_from_bodies
from motion.gaps import bridge_gaps, plausible_frames
from tests.motion.people import walk

RATE = 30.0
COUNT = 60
TIMES = np.arange(COUNT) / RATE
UP = np.array([0.0, 1.0, 0.0])
HALF_TURN = rotation.from_axis_angle(UP, np.pi)


def walking() -> Motion:
    return motion_from_bodies(walk(COUNT / RATE)[0][:COUNT], RATE)


def test_every_frame_of_a_walk_and_of_a_fast_spin_is_plausible() -> None:
    motion = walking()
    assert plausible_frames(motion.turns, TIMES).all()
    spin = rotation.from_axis_angle(UP, 14.0 * TIMES)
    assert plausible_frames(rotation.multiply(spin[:, None], motion.turns), TIMES).all()


def test_frames_in_which_the_body_flips_back_to_front_are_left_out_and_bridged() -> None:
    motion = walking()
    wrong = [20, 21, 40]
    turns = motion.turns.copy()
    turns[wrong] = rotation.multiply(HALF_TURN, turns[wrong])
    kept = plausible_frames(turns, TIMES)
    assert np.flatnonzero(~kept).tolist() == wrong
    bridged = bridge_gaps(replace(motion, turns=turns), kept)
    assert np.degrees(rotation.angle(bridged.turns, motion.turns)).max() < 25.0
    assert (bridged.trust[wrong] == 0.0).all() and (bridged.trust[kept] == motion.trust[kept]).all()


def test_wild_frames_at_both_ends_are_left_out() -> None:
    turns = walking().turns.copy()
    wild = [0, 1, 57, 58, 59]
    turns[wild] = rotation.normalise(np.random.default_rng(1).normal(size=turns[wild].shape))
    assert np.flatnonzero(~plausible_frames(turns, TIMES)).tolist() == wild


def test_a_gap_without_a_known_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="known frame"):
        bridge_gaps(walking(), np.zeros(COUNT, bool))
