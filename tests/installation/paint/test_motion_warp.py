"""Paint moves with figures, rests with figures at rest, and is not trusted where figures uncover the ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.interface.camera_view import View
from installation.paint.guide.guide import draw_guide
from installation.paint.motion_warp import DEAD_ZONE_HEIGHTS, figure_flow, warp, warp_confidence, with_velocities
from tests.installation.paint.sitting import ASPECT, SIZE, sitter

HALF = (SIZE[0] // 2, SIZE[1] // 2)


def step_aside(by: float = 0.15) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The guides before and after a step to the side by so many metres, and the flow between them."""
    before = sitter()
    now = with_velocities(before, sitter(by), 0.1, ASPECT)
    first, second = draw_guide(HALF, before), draw_guide(HALF, now)
    return first, second, figure_flow(second, 0.1)


def test_what_moves_is_told_in_canvas_heights_and_what_does_not_is_still() -> None:
    _, now, way = step_aside(0.15)
    view = View(ASPECT)
    metres = (view.canvas(np.array([0.15, 1.0, 3.0])) - view.canvas(np.array([0.0, 1.0, 3.0]))) * (ASPECT, 1.0)
    inside, outside = now[..., 0] > 0.99, now[..., 0] == 0.0
    assert np.median(way[inside], axis=0) == pytest.approx(metres, abs=1.5 * DEAD_ZONE_HEIGHTS)
    assert not way[outside].any()


def test_paint_goes_where_the_body_goes() -> None:
    before, now, way = step_aside()
    carried = warp(np.ascontiguousarray(before[..., 0]), way)
    inside = now[..., 0] > 0.5
    assert (carried[inside] > 0.5).mean() > 0.9
    assert (before[..., 0][inside] > 0.5).mean() < 0.8, "it would not have stood there by itself"


def test_a_picture_larger_than_the_flow_is_carried_as_far() -> None:
    before, _, way = step_aside()
    small, large = np.ascontiguousarray(before[..., 0]), np.kron(before[..., 0], np.ones((2, 2), np.float32))
    carried = warp(large, way)
    assert carried.shape == large.shape
    assert np.abs(carried.reshape(HALF[0], 2, HALF[1], 2).mean((1, 3)) - warp(small, way)).mean() < 0.02


def test_what_is_uncovered_is_not_trusted_and_all_else_is() -> None:
    before, now, way = step_aside(0.5)
    trust = warp_confidence(before, now, way)
    uncovered = (before[..., 0] > 0.99) & (now[..., 0] == 0.0)
    far = np.zeros(HALF, bool)
    far[:, :10] = True
    assert uncovered.sum() > 20
    assert np.median(trust[uncovered]) < 0.1
    assert (trust[far] == 1.0).all()


def test_whoever_trembles_stands_still() -> None:
    shown = sitter()
    for frame in range(20):
        shown = with_velocities(shown, sitter(jitter=DEAD_ZONE_HEIGHTS / 8, seed=frame), 0.1, ASPECT)
        assert not shown[0].velocity.any()
    picture = np.zeros((*SIZE, 3), np.uint8)
    assert warp(picture, figure_flow(draw_guide(HALF, shown), 0.1)) is picture


def test_whoever_goes_slowly_is_followed_all_the_same() -> None:
    shown = sitter()
    for frame in range(1, 41):
        shown = with_velocities(shown, sitter(0.01 * frame), 0.1, ASPECT)
    assert np.abs((shown[0].landmarks - sitter(0.4)[0].landmarks) * (ASPECT, 1.0)).max() <= DEAD_ZONE_HEIGHTS + 1e-6


def test_a_landmark_that_is_no_number_moves_nothing() -> None:
    (figure,) = sitter()
    wild = figure.landmarks.copy()
    wild[15] = np.nan
    shown = with_velocities((figure,), (replace(figure, landmarks=wild),), 0.1, ASPECT)
    assert np.isfinite(shown[0].landmarks).all()
    assert np.isfinite(figure_flow(draw_guide(HALF, shown), 0.1)).all()
