"""The camera that follows keeps everybody in the picture, and nobody sees it hurry."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from installation.interface.camera_view import View
from installation.stage.bodies.bodies import BodyTable
from installation.stage.bodies.camera_framing import BODY_HEIGHT_M, SpringFraming

STEP = 1 / 30


def bodies(*places: tuple[float, float]) -> BodyTable:
    """BodyTable that stand at x and z."""
    shown = [SimpleNamespace(presence=1.0, body=SimpleNamespace(hips_m=np.array([x, 0.94, z]))) for x, z in places]
    return cast(BodyTable, SimpleNamespace(shown=tuple(cast(Any, shown))))


def settled(framing: SpringFraming, there: BodyTable, seconds: float = 12.0) -> View:
    for _ in range(round(seconds / STEP)):
        framing.follow(there, STEP)
    return framing.view


@pytest.mark.parametrize("aspect", [16 / 9, 32 / 9, 9 / 16])
@pytest.mark.parametrize("places", [[(0.0, 3.0)], [(1.5, 2.5)], [(-2.0, 3.0), (2.5, 4.0)], [(1.0, 6.0), (2.0, 2.0)]])
def test_everybody_comes_into_the_picture_whole(aspect: float, places: list[tuple[float, float]]) -> None:
    view = settled(SpringFraming(aspect), bodies(*places))
    corners = np.array([(x + aside, y, z) for x, z in places for aside in (-0.6, 0.6) for y in (0.0, BODY_HEIGHT_M)])
    seen = view.canvas(corners)
    assert seen.min() > 0.0 and seen.max() < 1.0


def test_one_alone_is_as_large_as_was_asked() -> None:
    view = settled(SpringFraming(16 / 9, 0.6), bodies((0.4, 5.0)))
    low, high = view.canvas(np.array([(0.4, 0.0, 5.0), (0.4, BODY_HEIGHT_M, 5.0)]))[:, 1]
    assert high - low == pytest.approx(0.6, abs=0.01)


def test_whoever_comes_moves_the_camera_gently() -> None:
    framing, seen = SpringFraming(16 / 9), []
    for k in range(150):
        view = framing.follow(bodies((0.0, 3.0), *([(3.0, 3.0)] if k > 30 else [])), STEP)
        seen.append(view.canvas(np.array([0.0, 0.9, 3.0])))
    speed = np.diff(np.array(seen), axis=0) / STEP
    assert np.abs(speed).max() < 0.25
    assert np.abs(np.diff(speed, axis=0)).max() < 0.03


def test_before_a_wide_wall_the_camera_stays_where_people_are() -> None:
    assert abs(settled(SpringFraming(32 / 9), bodies((2.0, 3.0))).across_m) < 0.7


def test_with_nobody_there_it_comes_to_rest_and_no_leap_breaks_it() -> None:
    framing = SpringFraming(16 / 9)
    for x, step in ((1e6, 0.1), (-1e6, 0.0), (0.0, 1e-4)):
        view = framing.follow(bodies((x, -1e6)), step)
        assert np.isfinite(view.matrix).all()
    rest = settled(framing, bodies(), 20.0)
    assert np.allclose(rest.matrix, View(16 / 9).matrix, atol=0.01)
    assert np.allclose(framing.middle_m, (0.0, 0.9, 3.2), atol=0.01)
