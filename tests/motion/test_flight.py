"""A filmed body stays on the floor while its feet are seen there, and leaves it when they are seen to leave it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion.body import Motion, motion_from_bodies
from motion.flight import GRAVITY, ground_body, see_feet
from motion.landmarks import landmarks_from_body
from motion.metrics import motion_joints
from motion.skeleton import TOE_BONES
from tests.motion.people import body

Array = NDArray[np.floating]

RATE = 30.0
PX_PER_M = 300.0


def standing(heights_m: Array) -> Motion:
    """A body that stands at so many heights over the floor, frame by frame."""
    motion = motion_from_bodies([body({})] * len(heights_m), RATE)
    return replace(motion, hips_m=motion.hips_m + heights_m[:, None] * (0.0, 1.0, 0.0))


def grounded(motion: Motion, seen_m: Array) -> Array:
    """Heights of the lower foot, for feet that the camera sees at `seen_m` over where they stood."""
    points = landmarks_from_body(standing(seen_m))
    pixels = PX_PER_M * points[..., :2] * (1.0, -1.0)
    toes: Array = motion_joints(ground_body(motion, see_feet(pixels, points, RATE)))[:, TOE_BONES, 1]
    low = toes.min(axis=1)
    over: Array = low - low[0]
    return over


def hop(frames: int) -> Array:
    """A ballistic hop of so many frames in the middle of two seconds."""
    heights = np.zeros(60)
    t = np.arange(frames + 1) / RATE
    heights[25 : 26 + frames] = 0.5 * GRAVITY * t * (t[-1] - t)
    return heights


def test_a_body_that_rises_with_its_feet_down_does_not_hop() -> None:
    heights = np.zeros(60)
    heights[24:29] = (0.05, 0.11, 0.13, 0.09, 0.04)
    assert grounded(standing(heights), np.zeros(60)).max() < 0.005


def test_a_jump_that_is_seen_stays_a_jump() -> None:
    heights = hop(14)
    assert abs(grounded(standing(heights), heights).max() - heights.max()) < 0.01


def test_a_body_that_stays_up_for_longer_than_a_jump_stands_there() -> None:
    heights = np.zeros(90)
    heights[20:70] = 0.2
    assert grounded(standing(heights), heights).max() < 0.005


def test_a_walk_towards_the_camera_is_no_flight() -> None:
    heights = np.zeros(60)
    heights[20:24] = 0.08
    nearer = np.linspace(0.0, -0.3, 60)
    assert grounded(standing(heights), nearer).max() < 0.005
