"""Figures stand on the canvas where the visitors and bodies are that they are made of."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from installation.interface.camera_view import View
from installation.interface.painted_figure import TONES, figures_of_bodies, figures_of_visitors, tone_of, within
from installation.interface.visitor import State
from motion.landmarks import LANDMARK_INDEX
from tests.installation.people import visitor
from tests.motion.people import EASE, body


def test_who_has_left_is_no_figure_and_the_others_stand_by_identity() -> None:
    everybody = [visitor(3), visitor(2, state=State.LEFT), visitor(1)]
    assert [figure.id for figure in figures_of_visitors(everybody, 1.5)] == [1, 3]


def test_visitors_are_where_the_canvas_shows_the_camera_picture() -> None:
    someone = visitor(1)
    (figure,) = figures_of_visitors([someone], 1.5, np.array([0.5, 1.0]), np.array([0.25, 0.0]))
    assert np.allclose(figure.landmarks[:, 0], 0.25 + 0.5 * someone.landmarks_screen[:, 0])
    assert np.allclose(figure.outline[0][:, 1], someone.outline_screen[0][:, 1])
    assert figure.near == float(someone.floor_m[1])


def test_a_metre_of_a_visitor_is_as_long_as_their_landmarks_tell() -> None:
    points = np.random.default_rng(1).normal(size=(33, 3))
    seen = points[:, :2] * 0.3 / (2.0, 1.0) + 0.5
    someone = visitor(1, landmarks_m=points, landmarks_screen=seen, visibility=np.ones(33))
    (figure,) = figures_of_visitors([someone], 2.0)
    assert np.isclose(figure.scale, 0.3)


def test_in_the_mirror_left_is_left_and_the_nearer_is_larger() -> None:
    near, far = (body(EASE, 180.0, [0.0, 0.94, z]) for z in (1.0, 5.0))
    first, second = figures_of_bodies({1: near, 2: far}, View(1.0))
    left, right = LANDMARK_INDEX["left_shoulder"], LANDMARK_INDEX["right_shoulder"]
    assert first.landmarks[left, 0] < first.landmarks[right, 0]
    unmirrored = figures_of_bodies({1: near}, View(1.0, mirror=False))[0]
    assert unmirrored.landmarks[left, 0] > unmirrored.landmarks[right, 0]
    assert first.scale > second.scale
    assert first.near < second.near
    height = np.ptp(first.landmarks[:, 1])
    assert 1.4 < height / first.scale < 1.8


def test_a_body_behind_the_eye_is_not_seen() -> None:
    assert figures_of_bodies({1: body(EASE, 0.0, [0.0, 0.94, -5.2])}, View(1.0)) == ()


def test_a_window_shows_a_part_of_the_canvas_larger() -> None:
    (figure,) = figures_of_bodies({1: body(EASE, 180.0, [0.0, 0.94, 3.0])}, View(1.0))
    moved = replace(figure, velocity=np.ones((33, 2)), outline=(figure.landmarks[:5],))
    (part,) = within([moved], (0.25, 0.5, 0.75, 1.0))
    assert np.allclose(part.landmarks, (figure.landmarks - (0.25, 0.5)) * 2.0)
    assert np.allclose(part.outline[0], part.landmarks[:5])
    assert np.allclose(part.velocity, 2.0)
    assert part.scale == 2.0 * figure.scale


def test_everybody_keeps_their_own_clothes() -> None:
    tones = [tone_of(id) for id in range(40)]
    assert all(tone.shape == (len(TONES), 3) and np.abs(tone).max() <= 1.0 for tone in tones)
    assert np.array_equal(tone_of(7), tones[7])
    assert len({tone.tobytes() for tone in tones}) > 30
