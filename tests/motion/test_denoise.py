"""The landmark filter removes noise without lag, and its table can be fitted again."""

from __future__ import annotations

import numpy as np
import pytest

from motion.body import motion_from_bodies
from motion.denoise import LandmarkFilter, load_modes, visibility_weight
from motion.landmarks import CARRIER_BONES, LANDMARK_INDEX, LANDMARKS, MIRRORED, landmarks_from_body
from motion.learning.denoise_fit import MODES
from motion.skeleton import BONES
from tests.motion.people import EASE, RATE, body, landmarks, walk


def calmed(points: np.ndarray) -> np.ndarray:
    denoise = LandmarkFilter()
    return np.array([denoise.step(p, np.ones(33), 1.0 / RATE if i else 0.0) for i, p in enumerate(points)])


def test_most_of_the_noise_goes_and_even_movement_is_not_late() -> None:
    gliding = landmarks([body(EASE, hips_m=[0.0, 0.94, 1.2 * i / RATE]) for i in range(120)])
    noisy = gliding + np.random.default_rng(0).normal(0.0, 0.015, gliding.shape)
    filtered = calmed(noisy)[40:]
    assert np.sqrt(((filtered - gliding[40:]) ** 2).mean()) < 0.6 * 0.015
    assert abs((filtered - gliding[40:])[..., 2].mean()) < 0.008
    before, after = (np.diff(p, n=3, axis=0).std() for p in (noisy[40:], filtered))
    assert after < 0.2 * before


def test_the_noise_is_told_from_the_movement() -> None:
    for noise in (0.01, 0.02):
        denoise = LandmarkFilter()
        bodies, _ = walk(3.0)
        for point in landmarks(bodies, noise):
            denoise.step(point, np.ones(33), 1.0 / RATE)
        assert denoise.noise_m == pytest.approx(noise, rel=0.35)


def test_visibility_counts_gradually() -> None:
    assert visibility_weight(np.array([0.0, 0.2, 0.7, 1.0])).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert 0.0 < visibility_weight(np.array([0.4]))[0] < 1.0


def test_the_table_is_of_unit_modes_liveliest_first() -> None:
    modes, powers, rest = load_modes()
    assert modes.shape == (99, MODES) and powers.shape == (MODES,)
    assert np.allclose(modes.T @ modes, np.eye(MODES), atol=5e-3)
    assert (np.diff(powers) <= 0.0).all() and powers[-1] > rest > 0.0


def test_landmarks_of_a_body_are_mirrored_as_the_body_is() -> None:
    points = landmarks_from_body(body(EASE))
    assert np.allclose(points[MIRRORED] * (-1.0, 1.0, 1.0), points, atol=1e-6)
    assert (
        points[LANDMARK_INDEX["left_wrist"]][0] > 0.0
        and points[LANDMARK_INDEX["nose"]][2] > points[LANDMARK_INDEX["left_ear"]][2]
    )
    assert all(
        ("left" in name) == BONES[CARRIER_BONES[i]].startswith("left") for i, name in enumerate(LANDMARKS[11:], 11)
    )


def test_landmarks_of_a_motion_are_those_of_its_poses() -> None:
    bodies, _ = walk(0.2)
    assert np.allclose(landmarks_from_body(motion_from_bodies(bodies, RATE)), landmarks(bodies))
