"""Stillness and warp are measured where they are, and a painter that holds still or sticks has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.evaluate.paint import live
from installation.paint.engines.painter import tiny_painter
from tests.installation.evaluate.paint.made import shots


@pytest.fixture
def frames() -> list[live.LiveFrame]:
    return live.moving_figures(shots(1)[0].figures)


def test_a_picture_that_trembles_only_on_the_figure_is_calm_elsewhere(frames: list[live.LiveFrame]) -> None:
    still = [replace(frames[0], time=n / live.PAINT_RATE_HZ) for n in range(live.PAINTINGS)]
    on = live._cover(still[0].figures, (256, 256))
    paintings = []
    for n in range(live.PAINTINGS):
        picture = np.full((256, 256, 3), 100, np.uint8)
        picture[on] += np.uint8(20 * (n % 2))
        paintings.append(picture)
    found = live.temporal_deviation(paintings, still)
    assert found.on == pytest.approx(10.0)
    assert found.away == 0.0


def test_paint_that_sticks_is_not_torn_and_paint_that_stays_behind_is(frames: list[live.LiveFrame]) -> None:
    chance = np.random.default_rng(0)
    ground, skin = (np.repeat(np.repeat(chance.integers(0, 255, (64, 64, 3)), 4, 0), 4, 1) for _ in range(2))
    sticking, sliding = [], []
    for n, frame in enumerate(frames):
        on = live._cover(frame.figures, (256, 256))[..., None]
        moved = np.roll(skin, round(live._swing(n) * 256), axis=1)
        sticking.append(np.where(on, moved, ground).astype(np.uint8))
        sliding.append(np.where(on, skin, ground).astype(np.uint8))
    good, bad = (live.warp_error(paintings, frames) for paintings in (sticking, sliding))
    assert good.figure < 0.6 * bad.figure
    assert good.whole < bad.whole


def test_what_is_painted_live_has_a_picture_for_each_sight(frames: list[live.LiveFrame]) -> None:
    painter = tiny_painter()
    held = live.paint_live(painter, "two", frames[:4], 1.0)
    fresh = live.paint_independently(painter, "two", frames[:4], 1.0)
    assert [p.shape for p in held] == [p.shape for p in fresh] == [(256, 256, 3)] * 4
