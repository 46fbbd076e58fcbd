"""What stands beside the dancer scores what is known of it."""

from __future__ import annotations

import numpy as np
import pytest

from motion import beat
from motion.dancer import baselines
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, PairBatch, pairs_of, replay, roll_out
from motion.dancer.guidance import uniform_guidance
from motion.dancer.motion_matching import MatchingDatabase
from motion.dancer.training_tensors import training_tensors
from motion.metrics import motion_joints
from motion.skeleton import BONE_INDEX
from tests.motion.dancer.dances import company


@pytest.mark.parametrize("late_s", [0.1, 0.2])
def test_a_mirror_scores_what_its_lateness_is_worth(late_s: float) -> None:
    one = pairs_of(company(1, 16.0))[0]
    image = baselines.delayed_mirror(one, late_s)
    assert len(image) == len(one)
    own, theirs = (beat.beat_times(p, FRAME_RATE) for p in (motion_joints(image), one.partner_m[CONTEXT_FRAMES:]))
    worth = float(np.exp(-0.5 * (late_s / beat.BEAT_TOLERANCE_S) ** 2))
    # Beats at the ends have no other.
    assert beat.beat_f1(own, theirs) == pytest.approx(worth, abs=0.06)


def test_a_mirror_shows_left_as_right() -> None:
    one = pairs_of(company(1))[0]
    image = motion_joints(baselines.delayed_mirror(one, 0.2))
    late = round(0.2 * FRAME_RATE)
    true = one.partner_m[CONTEXT_FRAMES - late : CONTEXT_FRAMES - late + len(image)]
    np.testing.assert_allclose(image[:, BONE_INDEX["leftHand"], 1], true[:, BONE_INDEX["rightHand"], 1], atol=1e-9)


def test_true_partners_are_the_ceiling_of_themselves() -> None:
    one = pairs_of(company(1))[0]
    true = baselines.captured(one)
    np.testing.assert_allclose(motion_joints(true), one.own_m[CONTEXT_FRAMES:], atol=1e-9)


def test_a_stranger_begins_where_the_dancer_does() -> None:
    some = [m for m in pairs_of(company(2)) if m.role == "60"]
    there = motion_joints(baselines.random_partner(*some))
    assert np.linalg.norm((there[0, 0] - some[0].own_m[CONTEXT_FRAMES, 0])[[0, 2]]) < 0.05


def test_a_blind_metronome_scores_as_chance_has_it() -> None:
    beats = np.arange(0.5, 60.0, 1.0)
    phases = np.arange(0.0, 1.0, 0.01)
    chance = np.mean(np.exp(-0.5 * (np.minimum(phases, 1.0 - phases) / beat.BEAT_TOLERANCE_S) ** 2))
    assert baselines.metronome_f1(beats, 60.0) == pytest.approx(chance, abs=0.02)
    assert baselines.metronome_f1(np.zeros(0), 10.0) == 0.0


def test_the_next_beat_is_expected_where_the_last_ones_say() -> None:
    t = np.arange(150) / FRAME_RATE
    speed = 1.0 + 0.5 * np.cos(2.0 * np.pi * 1.2 * t)
    # Slowest at (n + 1/2) / 1.2 s.
    now = 149 / FRAME_RATE
    coming = (np.ceil(now * 1.2 - 0.5) + 0.5) / 1.2
    assert baselines.frames_to_next_beat(speed) / FRAME_RATE == pytest.approx(coming - now, abs=0.07)


def test_a_clip_on_the_beat_takes_the_beat_of_another() -> None:
    company_of = company(3, 16.0)
    database = MatchingDatabase(
        training_tensors(company_of, ("60", "61"), (1.0,), mirrored=False), weights=baselines.BLIND_WEIGHTS
    )
    some = pairs_of(company_of)[4:]
    floor = PairBatch(some)
    mover = baselines.OnBeatMatcher(database, floor.past, floor.turns, baselines.beats_per_frame(database))
    for meeting, dance in zip(some, roll_out(mover, floor, uniform_guidance(len(some)), some), strict=True):
        theirs = beat.beat_times(meeting.partner_m[CONTEXT_FRAMES:], FRAME_RATE)
        blind = baselines.metronome_f1(theirs, len(dance) / FRAME_RATE)
        assert beat.beat_f1(dance.beats_s, theirs) > blind + 0.1


def test_what_goes_on_straight_is_foreseen_by_going_on() -> None:
    way = np.arange(40)[:, None, None] / FRAME_RATE * np.ones((1, 3, 3))
    for share, miss in ((0.0, 1.0), (0.5, 0.5), (1.0, 0.0)):
        told = baselines.extrapolate(way, FRAME_RATE, share, 0.2)
        apart = np.linalg.norm(told[10:-6] - way[16:], axis=-1)
        assert apart == pytest.approx(miss * 0.2 * 3.0**0.5, abs=1e-9)


def test_a_filter_calms_what_shakes() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.01, (90, 14, 3))
    assert baselines.one_euro_filtered(noise, FRAME_RATE)[30:].std() < 0.8 * noise.std()


def test_replaying_keeps_lengths() -> None:
    some = pairs_of(company(2))
    assert [len(d) for d in replay([baselines.captured(m) for m in some])] == [len(m) for m in some]
