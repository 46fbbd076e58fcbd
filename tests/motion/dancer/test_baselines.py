"""What stands beside the dancer scores what is known of it."""

from __future__ import annotations

import numpy as np
import pytest

from motion import beat
from motion.dancer import baselines
from motion.dancer.data import RATE
from motion.dancer.evaluation_pairs import BEFORE, Floor, danced, meetings, replayed
from motion.dancer.guidance import manner
from motion.dancer.motion_matching import Database
from motion.dancer.training_tensors import laid_out
from motion.metrics import places
from motion.skeleton import INDEX
from tests.motion.dancer.dances import company


@pytest.mark.parametrize("late_s", [0.1, 0.2])
def test_a_mirror_scores_what_its_lateness_is_worth(late_s: float) -> None:
    one = meetings(company(1, 16.0))[0]
    image = baselines.late_mirror(one, late_s)
    assert len(image) == len(one)
    own, theirs = (beat.beats(p, RATE) for p in (places(image), one.partner_m[BEFORE:]))
    worth = float(np.exp(-0.5 * (late_s / beat.NEAR) ** 2))
    # Beats at the ends have no other.
    assert beat.f1(own, theirs) == pytest.approx(worth, abs=0.06)


def test_a_mirror_shows_left_as_right() -> None:
    one = meetings(company(1))[0]
    image = places(baselines.late_mirror(one, 0.2))
    late = round(0.2 * RATE)
    true = one.partner_m[BEFORE - late : BEFORE - late + len(image)]
    np.testing.assert_allclose(image[:, INDEX["leftHand"], 1], true[:, INDEX["rightHand"], 1], atol=1e-9)


def test_true_partners_are_the_ceiling_of_themselves() -> None:
    one = meetings(company(1))[0]
    true = baselines.true(one)
    np.testing.assert_allclose(places(true), one.own_m[BEFORE:], atol=1e-9)


def test_a_stranger_begins_where_the_dancer_does() -> None:
    some = [m for m in meetings(company(2)) if m.role == "60"]
    there = places(baselines.stranger(*some))
    assert np.linalg.norm((there[0, 0] - some[0].own_m[BEFORE, 0])[[0, 2]]) < 0.05


def test_a_blind_metronome_scores_as_chance_has_it() -> None:
    beats = np.arange(0.5, 60.0, 1.0)
    phases = np.arange(0.0, 1.0, 0.01)
    chance = np.mean(np.exp(-0.5 * (np.minimum(phases, 1.0 - phases) / beat.NEAR) ** 2))
    assert baselines.metronome(beats, 60.0) == pytest.approx(chance, abs=0.02)
    assert baselines.metronome(np.zeros(0), 10.0) == 0.0


def test_the_next_beat_is_expected_where_the_last_ones_say() -> None:
    t = np.arange(150) / RATE
    speed = 1.0 + 0.5 * np.cos(2.0 * np.pi * 1.2 * t)
    # Slowest at (n + 1/2) / 1.2 s.
    now = 149 / RATE
    coming = (np.ceil(now * 1.2 - 0.5) + 0.5) / 1.2
    assert baselines.next_beat(speed) / RATE == pytest.approx(coming - now, abs=0.07)


def test_a_clip_on_the_beat_takes_the_beat_of_another() -> None:
    company_of = company(3, 16.0)
    database = Database(laid_out(company_of, ("60", "61"), (1.0,), mirrored=False), weights=baselines.BLIND)
    some = meetings(company_of)[4:]
    floor = Floor(some)
    mover = baselines.OnBeat(database, floor.past, floor.turns, baselines.clip_beats(database))
    for meeting, dance in zip(some, danced(mover, floor, manner(len(some)), some), strict=True):
        theirs = beat.beats(meeting.partner_m[BEFORE:], RATE)
        blind = baselines.metronome(theirs, len(dance) / RATE)
        assert beat.f1(dance.beats_s, theirs) > blind + 0.1


def test_what_goes_on_straight_is_foreseen_by_going_on() -> None:
    way = np.arange(40)[:, None, None] / RATE * np.ones((1, 3, 3))
    for share, miss in ((0.0, 1.0), (0.5, 0.5), (1.0, 0.0)):
        told = baselines.extrapolated(way, RATE, share, 0.2)
        apart = np.linalg.norm(told[10:-6] - way[16:], axis=-1)
        assert apart == pytest.approx(miss * 0.2 * 3.0**0.5, abs=1e-9)


def test_a_filter_calms_what_shakes() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.01, (90, 14, 3))
    assert baselines.filtered(noise, RATE)[30:].std() < 0.8 * noise.std()


def test_replaying_keeps_lengths() -> None:
    some = meetings(company(2))
    assert [len(d) for d in replayed([baselines.true(m) for m in some])] == [len(m) for m in some]
