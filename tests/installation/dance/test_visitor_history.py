"""What is seen at uneven times becomes an even past; hidden limbs go on as expected and come back without a jump."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.dance.visitor_history import COMPLETION_FRAMES, LOST_FRAMES, MAX_DELAY_FRAMES, VisitorHistory
from motion import rotation
from motion.body import Body, joint_positions, t_pose
from motion.dancer.conditioning import PART_OF_BONE, PARTNER_FRAMES, WATCHED_JOINTS
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.skeleton import BONE_INDEX, CORE_COUNT, REST_OFFSETS_M


def walker(t: float, size: float = 1.0, legs: float = 1.0) -> Body:
    """Somebody who glides along +X at 1 m/s."""
    rest = t_pose()
    trust = np.where((PART_OF_BONE.numpy() == 1) | (PART_OF_BONE.numpy() == 2), legs, 1.0)
    return replace(rest, hips_m=size * rest.hips_m + [t, 0.0, 3.0], offsets_m=size * rest.offsets_m, trust=trust)


def observed(times: list[float], **how: float) -> VisitorHistory:
    history = VisitorHistory(4)
    for t in times:
        history.add_observations([(1, t, walker(t, **how))])
    return history


def row(history: VisitorHistory) -> np.ndarray:
    return np.array([history.rows[1]])


def test_uneven_looks_become_even_frames() -> None:
    chance = np.random.default_rng(3)
    history = observed(np.cumsum(chance.uniform(0.015, 0.09, 60)).tolist())
    frame = int(history.latest_frame[row(history)[0]])
    seen, pace, late, there = history.partner_input(row(history), frame)
    assert there.all() and late[0, 0] == 0
    expected = (frame + np.arange(-PARTNER_FRAMES + 1, 1)) / FRAME_RATE
    assert np.allclose(seen[0, :, 0, 0], expected, atol=1e-3)
    assert np.allclose(pace[0, -20:], 1.0, atol=1e-2)


def test_somebody_smaller_is_shown_as_large_as_the_network_knows_people() -> None:
    history = observed([k / 30 for k in range(40)], size=0.8)
    seen, *_ = history.partner_input(row(history), int(history.latest_frame[row(history)[0]]))
    assert seen[0, -1, 0, 1] == pytest.approx(REST_OFFSETS_M[0, 1], abs=1e-3)
    assert seen[0, -1, 0, 2] == pytest.approx(3.0, abs=1e-3)


def test_what_is_late_is_said_to_be_and_gone_on_with_ever_slower() -> None:
    history = observed([k / 30 for k in range(60)])
    newest = int(history.latest_frame[row(history)[0]])
    for missing in range(LOST_FRAMES):
        seen, _, late, there = history.partner_input(row(history), newest + missing)
        assert there.all() and late[0, 0] == min(missing, MAX_DELAY_FRAMES)
        ahead = seen[0, -1, 0, 0] - newest / FRAME_RATE
        assert ahead <= max(missing - MAX_DELAY_FRAMES, 0) / FRAME_RATE + 1e-3
        assert ahead < 0.15
    assert not history.partner_input(row(history), newest + LOST_FRAMES + 1)[3].any()


def test_a_network_is_never_told_what_was_seen_after_its_frame() -> None:
    history = observed([k / 30 for k in range(60)])
    seen, *_ = history.partner_input(row(history), 40)
    assert seen[0, -1, 0, 0] == pytest.approx(40 / FRAME_RATE, abs=1e-3)


def test_hidden_legs_go_on_as_expected_and_come_back_without_a_jump() -> None:
    history = observed([k / 30 for k in range(30)])
    lifted = rotation.from_axis_angle([1.0, 0.0, 0.0], -0.8)
    knee = BONE_INDEX["leftUpperLeg"]
    angles = []
    for k in range(30, 90):
        history.add_observations([(1, k / 30, walker(k / 30, legs=0.0 if k < 60 else 1.0))])
        turns = history.recent_motion(row(history))[1]
        angles.append(float(rotation.angle(turns[0, knee], rotation.IDENTITY)))
        guess = np.tile(rotation.IDENTITY, (1, AHEAD_FRAMES, CORE_COUNT, 1))
        guess[:, :, knee] = lifted
        history.add_prediction(row(history), np.tile(walker(k / 30).hips_m, (1, AHEAD_FRAMES, 1)), guess)
    assert angles[25] == pytest.approx(0.8, abs=0.02)
    assert angles[-1] == pytest.approx(0.0, abs=0.02)
    assert np.abs(np.diff(angles)).max() < 2.5 * 0.8 / COMPLETION_FRAMES


def test_nobody_is_guessed_at_without_knowing_how_they_would_go_on() -> None:
    history = observed([k / 30 for k in range(30)], legs=0.0)
    assert history.hidden[row(history)[0]].any()
    assert not history.completion.any()


def test_who_has_gone_makes_room_and_more_than_fit_are_passed_over() -> None:
    history = VisitorHistory(2)
    history.add_observations([(id, 0.0, walker(0.0)) for id in (1, 2, 3)])
    assert sorted(history.rows) == [1, 2]
    history.retain({2})
    history.add_observations([(3, 0.1, walker(0.1))])
    assert sorted(history.rows) == [2, 3]


def test_dancers_are_partners_too() -> None:
    history = VisitorHistory(4)
    for frame in range(100, 140):
        body = walker(frame / FRAME_RATE)
        history.add_joints([-5, -6], frame, np.stack([joint_positions(body.hips_m, body.turns, body.offsets_m)] * 2))
    seen, pace, late, there = history.partner_input(np.array([history.rows[-6]]), 139)
    assert there.all() and late[0, 0] == 0 and seen.shape == (1, PARTNER_FRAMES, len(WATCHED_JOINTS), 3)
    assert np.allclose(pace[0, -10:], 1.0, atol=1e-2)
