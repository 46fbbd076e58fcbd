"""Elements are plain values that every scene may set: each is painted, each travels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from installation.interface.scenery_elements import ELEMENTS, Ground, Hills, Region, Sun, Tree
from installation.paint.guide.guide import CHANNEL_INDEX, draw_guide
from installation.paint.guide.scenery import ELEMENT_RASTERISERS
from installation.workers import codec

SIZE = (64, 96)


@pytest.mark.parametrize("kind", ELEMENTS)
def test_every_element_is_painted_and_travels(kind: Any) -> None:
    made = draw_guide(SIZE, (), [kind()])
    assert np.abs(made[..., CHANNEL_INDEX["light"]]).max() > 0.1
    assert np.isfinite(made).all()
    assert codec.unpack(codec.pack(kind())) == kind()


def test_there_is_a_painter_for_every_element() -> None:
    assert set(ELEMENT_RASTERISERS) == set(ELEMENTS)


def test_the_sun_is_round_and_where_it_was_put() -> None:
    light = draw_guide(SIZE, (), [Sun(0.25, 0.75, 0.1, 0.0)])[..., CHANNEL_INDEX["light"]] > 0.4
    rows, columns = np.nonzero(light)
    assert np.isclose((columns.mean() + 0.5) / 96, 0.25, atol=0.01)
    assert np.isclose(1.0 - (rows.mean() + 0.5) / 64, 0.75, atol=0.01)
    assert np.isclose(light.sum(), np.pi * 6.4**2, rtol=0.1)


def test_the_ground_comes_nearer_from_the_horizon_to_us() -> None:
    near = draw_guide(SIZE, (), [Ground(horizon=0.6)])[..., CHANNEL_INDEX["near"]]
    assert not near[:24].any()
    assert (np.diff(near[27:, 10]) >= 0.0).all()
    assert near[27, 10] < 0.1
    assert near[-1, 10] > 0.3


def test_whatever_varies_in_time_does_so_smoothly() -> None:
    for one, other in ((Hills(drift=0.0), Hills(drift=0.002)), (Tree(lean=0.0), Tree(lean=0.004))):
        before, after = (draw_guide(SIZE, (), [element]) for element in (one, other))
        assert 0.0 < np.abs(after - before).mean() < 0.02


def test_a_region_without_an_inside_is_nothing() -> None:
    for points in ((), ((0.1, 0.1), (0.5, 0.5)), ((0.1, np.nan), (0.4, 0.2), (0.3, 0.9))):
        assert not draw_guide(SIZE, (), [Region(points)]).any()
