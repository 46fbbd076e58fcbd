"""Tide holds a wall: alive with nobody there, answering at once, the same for the same Moments, never running away."""

from __future__ import annotations

import math

import moderngl
import numpy as np
import pytest

from installation.interface.moment import Moment, Programme
from installation.interface.visitor import Visitor
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from tests.installation.people import visitor

SIZE = (320, 180)


def dancer(t: float) -> Visitor:
    """Somebody in the middle of the wall whose joints are thrown about."""
    angle = np.linspace(0, 2 * np.pi, 80, endpoint=False)
    ring = np.stack([0.5 + 0.06 * np.cos(angle), 0.5 + 0.35 * np.sin(angle)], axis=1).astype(np.float32)
    joints = np.random.default_rng(1).uniform(0.4, 0.6, (33, 2)) + 0.15 * math.sin(9.0 * t)
    return visitor(1, landmarks_screen=joints.astype(np.float32), outline_screen=(ring,))


def play(context: moderngl.Context, frames: int, step: float = 1 / 30, someone: bool = False) -> list[np.ndarray]:
    """Every tenth frame of tide, (height, width, 3)."""
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("tide",)), []
    for k in range(frames):
        here = (dancer(k * step),) if someone else ()
        stage.draw(Moment(k * step, k, step if k else 0.0, visitors=here, programme=Programme("tide")))
        if k % 10 == 9:
            seen.append(read_pixels(stage.picture).astype(int))
    assert stage.scenes["tide"].drawable
    stage.close()
    return seen


def test_the_empty_wall_is_neither_black_nor_still(context: moderngl.Context) -> None:
    seen = play(context, 90)
    assert min(picture.max(axis=2).min() for picture in seen) > 4
    assert np.abs(seen[-1] - seen[-2]).max() > 20


def test_a_visitor_shows_where_they_stand_within_a_third_of_a_second(context: moderngl.Context) -> None:
    body = play(context, 10, someone=True)[0].mean(axis=2)
    assert body[60:120, 150:170].mean() > 2.0 * body[60:120, 20:60].mean()


def test_the_same_moments_give_the_same_frames(context: moderngl.Context) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(*(play(context, 40, someone=True) for _ in range(2)), strict=True))


@pytest.mark.slow
def test_the_ink_neither_floods_nor_dies_at_the_longest_steps(context: moderngl.Context) -> None:
    last = play(context, 600, step=0.1, someone=True)[-1]
    assert 15 < last.mean() < 160
    assert last.std() > 10
