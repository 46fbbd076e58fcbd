"""The camera in the room: the ray of a pixel, and the pixel of a point."""

from __future__ import annotations

import math

import numpy as np
import pytest

from installation.eye.camera import Lens, lens_of, project, rays


def lens(height: float = 1.5, tilt: float = 0.0, pan: float = 0.0, size: tuple[int, int] = (1280, 720)) -> Lens:
    return lens_of(size, height, tilt, 60.0, (0.4, 0.1), pan)


def test_a_level_camera_sees_what_is_before_it_at_its_height_in_the_middle() -> None:
    assert np.allclose(project(lens(), np.array([0.4, 1.5, 3.1])), [640, 360])


def test_the_rooms_x_runs_to_the_left_in_the_unmirrored_picture_and_up_is_up() -> None:
    x, y = project(lens(), np.array([0.9, 2.0, 3.1]))
    assert x < 640 and y < 360


def test_the_picture_is_as_wide_as_the_field_of_view() -> None:
    edge = 3.0 * math.tan(math.radians(30))
    assert np.allclose(project(lens(), np.array([0.4 - edge, 1.5, 3.1])), [1280, 360])


def test_tilt_looks_down_and_pan_looks_towards_plus_x() -> None:
    assert np.allclose(project(lens(2.0, 45.0), np.array([0.4, 0.0, 2.1])), [640, 360])
    assert np.allclose(project(lens(1.5, 0.0, 90.0), np.array([5.0, 1.5, 0.1])), [640, 360])


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (320, 240)])
@pytest.mark.parametrize(("tilt", "pan"), [(0, 0), (20, -35), (-10, 120), (80, 5)])
def test_a_pixels_ray_meets_the_point_that_is_seen_there(size: tuple[int, int], tilt: float, pan: float) -> None:
    view = lens(2.2, tilt, pan, size)
    axis = view.rotation[:, 2]
    points = view.centre_m + axis * 3.0 + np.random.default_rng(1).normal(0, 0.4, (50, 3))
    along = rays(view, project(view, points))
    depth = (points - view.centre_m) @ axis
    assert np.allclose(view.centre_m + along * depth[:, None], points)
    assert np.isclose(np.linalg.det(view.rotation), 1.0)


def test_what_is_behind_the_lens_is_nowhere() -> None:
    assert np.isnan(project(lens(), np.array([0.4, 1.5, -3.0]))).all()
