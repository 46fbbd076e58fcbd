"""Guise shows bodies in every look: alive with nobody there, gathered while they are, gone after, the same again."""

from __future__ import annotations

import gc

import moderngl
import numpy as np
import pytest

from installation.interface.camera_view import View
from installation.interface.dancer import Dancer
from installation.interface.graphics import BODY_STYLES
from installation.interface.moment import Moment, Programme
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

SIZE = (192, 108)
VIEW = View(SIZE[0] / SIZE[1])


def dancer(t: float, x: float = 0.0, id: int = 1) -> Dancer:
    swing = 0.25 * np.sin(2.0 * t + np.arange(CORE_COUNT))[:, None] * np.array([0.3, 0.2, 1.0])
    body = Body(np.array([x, 0.93, 3.0]), rotation.from_vector(swing), REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT))
    return Dancer(id, 0, body, slot=id)


def play(context: moderngl.Context, look: str, frames: int, *places: float, until: int = 10_000) -> list[np.ndarray]:
    """Every fifteenth frame, (height, width, 3), with a dancer at each x, who all leave `until` then."""
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("guise",)), []
    for k in range(frames):
        here = tuple(dancer(k / 30, x, i) for i, x in enumerate(places, 1)) if k < until else ()
        knobs = {"/scene/guise/look": look}
        stage.draw(Moment(k / 30, k, 1 / 30 if k else 0.0, dancers=here, knobs=knobs, programme=Programme("guise")))
        if k % 15 == 14:
            seen.append(read_pixels(stage.picture).astype(int))
    assert stage.scenes["guise"].drawable
    stage.close()
    return seen


def region(picture: np.ndarray, x: float) -> np.ndarray:
    """Where somebody at `x` is to be seen, from the knees to the shoulders."""
    left, low = VIEW.canvas(np.array([x - 0.25, 0.5, 3.0]))
    right, top = VIEW.canvas(np.array([x + 0.25, 1.5, 3.0]))
    rows = slice(round((1 - top) * SIZE[1]), round((1 - low) * SIZE[1]))
    return picture[rows, round(left * SIZE[0]) : round(right * SIZE[0])]


@pytest.mark.parametrize("look", BODY_STYLES)
def test_a_body_is_seen_where_it_stands(context: moderngl.Context, look: str) -> None:
    nobody, there = play(context, look, 60)[-1], play(context, look, 60, 1.0)[-1]
    changed = np.abs(there - nobody).max(axis=2)
    assert region(changed, 1.0).mean() > 3.0 * region(changed, -1.2).mean()
    assert region(changed, 1.0).mean() > 12.0


@pytest.mark.parametrize("look", BODY_STYLES)
def test_the_empty_wall_lives(context: moderngl.Context, look: str) -> None:
    seen = play(context, look, 30)
    assert seen[-1].max() > 40
    assert np.abs(seen[-1] - seen[-2]).max() > 4


@pytest.mark.parametrize("look", BODY_STYLES)
def test_who_leaves_dissolves_and_leaves_the_wall_as_it_was(context: moderngl.Context, look: str) -> None:
    left = play(context, look, 240, 0.8, until=60)
    never = play(context, look, 240)
    going, gone = (region(np.abs(left[i] - never[i]), 0.8).mean() for i in (6, -1))
    assert going > 3.0
    assert gone < min(0.5 * going, 5.0)


@pytest.mark.parametrize("look", BODY_STYLES)
def test_the_same_moments_give_the_same_frames(context: moderngl.Context, look: str) -> None:
    films = [play(context, look, 30, -0.5, 0.6) for _ in range(2)]
    assert all(np.array_equal(a, b) for a, b in zip(*films, strict=True))


@pytest.mark.parametrize("look", BODY_STYLES)
def test_people_who_come_and_go_leave_nothing_behind_on_the_card(context: moderngl.Context, look: str) -> None:
    gc.collect()  # objects of other tests count too
    stage, counts = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("guise",)), []
    for k in range(50):
        here = tuple(dancer(k / 30, x, i) for i, x in enumerate((-1.0, 0.0, 1.0)[: k // 5 % 4], 1))
        knobs = {"/scene/guise/look": look}
        stage.draw(Moment(k / 30, k, 1 / 30, dancers=here, knobs=knobs, programme=Programme("guise")))
        if k in (29, 49):
            counts.append(stage.count_gl_objects())
    stage.close()
    assert counts[0] == counts[1]


def test_a_look_that_is_closed_leaves_no_objects(context: moderngl.Context) -> None:
    gc.collect()  # objects of other tests count too
    counts = []
    for _ in range(2):
        stage = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), ("guise",))
        for k, look in enumerate(BODY_STYLES):
            stage.draw(
                Moment(
                    k / 30,
                    k,
                    1 / 30,
                    dancers=(dancer(0.0),),
                    knobs={"/scene/guise/look": look},
                    programme=Programme("guise"),
                )
            )
        stage.close()
        counts.append(stage.count_gl_objects())
    assert counts[0] == counts[1]
