"""A walking body moves as a person does: it reaches its goal on its feet, which do not slide, and its bones keep."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.eye.walking_body import MAX_SPEED_M, WalkingBody

ANKLES = [27, 28]
BONES = ((11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28))
"""Start and end landmark of upper and lower arms, thighs and shanks."""


def walk(
    goals: list[tuple[float, float]], seconds: float, hand: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """(frames, 33, 3) landmarks at 30 Hz: `seconds` towards each goal, from (0, 4)."""
    body = WalkingBody((0.0, 4.0))
    frames = []
    for goal in goals:
        for _ in range(round(30 * seconds)):
            body.step(goal, (None, hand), 1 / 30)
            frames.append(body.landmarks_m())
    return np.array(frames)


def test_it_reaches_its_goal_at_a_walk_and_stands_there() -> None:
    frames = walk([(2.0, 4.0)], 5.0)
    hips = frames[:, 23:25].mean(axis=1)
    assert hips[-1, [0, 2]] == pytest.approx([2.0, 4.0], abs=0.05)
    speeds = np.linalg.norm(np.diff(hips[:, [0, 2]], axis=0), axis=1) * 30
    assert speeds.max() < MAX_SPEED_M + 0.3
    assert speeds[-15:].max() < 0.05
    assert frames[-1, ANKLES, 1] == pytest.approx([0.08, 0.08], abs=0.005), "it stands on both feet"


def test_feet_step_in_turn_and_do_not_slide_on_the_floor() -> None:
    frames = walk([(2.0, 4.0), (-2.0, 3.0)], 3.0)
    ankles = frames[:, ANKLES]
    lifted = ankles[..., 1] > 0.0801
    assert not lifted.all(axis=1).any(), "one foot is always on the floor"
    assert (np.diff(lifted.astype(int), axis=0) == 1).sum(axis=0).min() >= 3, "each foot makes its steps"
    moved = np.linalg.norm(np.diff(ankles[..., [0, 2]], axis=0), axis=-1)
    standing = ~lifted[1:] & ~lifted[:-1]
    assert moved[standing].max() < 1e-6


def test_bones_keep_their_lengths_and_no_landmark_jumps() -> None:
    frames = walk([(2.0, 4.0), (-2.0, 4.0), (0.5, 4.5)], 1.2, hand=np.array([1.5, 2.4, 3.8]))
    lengths = np.array([np.linalg.norm(frames[:, end] - frames[:, start], axis=1) for start, end in BONES])
    assert (np.ptp(lengths, axis=1) < 0.06).all(), np.ptp(lengths, axis=1)
    speeds = np.linalg.norm(np.diff(frames, axis=0), axis=-1) * 30
    assert speeds.max() < 11.0, "m/s of the fastest hand or foot"
    assert frames[..., 1].min() > 0.0, "nothing is below the floor"


def test_the_same_steps_give_the_same_landmarks_and_a_pause_is_bounded() -> None:
    assert (walk([(1.0, 4.0)], 1.0) == walk([(1.0, 4.0)], 1.0)).all()
    body = WalkingBody((0.0, 4.0))
    body.step((1.0, 4.0), (None, None), 3600.0)
    assert 0.0 < body.place_m[0] < 1.2
