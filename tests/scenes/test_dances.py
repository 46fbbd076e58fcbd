"""Pas de deux and Chorus show who dances: where they stand, in their own light, and only while they are there."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import moderngl
import numpy as np
import pytest

from installation.interface.camera_view import View
from installation.interface.dancer import Dancer
from installation.interface.moment import Moment, Programme
from installation.interface.visitor import Visitor
from installation.stage.outputs.screenshot import read_pixels
from installation.stage.stage import Stage
from installation.venue.schema import CanvasSection, Venue
from motion import rotation
from motion.body import Body
from motion.skeleton import BONE_INDEX, CORE_COUNT, REST_OFFSETS_M
from tests.installation.people import visitor

SIZE = (192, 108)
DANCES = ("pas_de_deux", "chorus")
Company = Callable[[float], tuple[tuple[Visitor, ...], tuple[Dancer, ...]]]
"""Who is there at a time."""
FAR = 1.1
"""Metres aside of the middle at which two stand, so that the camera stays where it is."""


def body(t: float, x: float) -> Body:
    """Somebody who stands at `x` and throws an arm about."""
    swing = np.zeros((CORE_COUNT, 3))
    for name in ("leftUpperArm", "leftLowerArm", "leftHand"):
        swing[BONE_INDEX[name], 2] = 1.2 * np.sin(5.0 * t)
    return Body(np.array([x, 0.94, 3.0]), rotation.from_vector(swing), REST_OFFSETS_M[:CORE_COUNT], np.ones(CORE_COUNT))


def guest(t: float, x: float) -> Visitor:
    return replace(visitor(1), body=body(t, x))


def dancer(t: float, x: float, id: int = 1, voice: int = 0) -> Dancer:
    return Dancer(id, 1, body(t, x), voice, slot=id)


def play(context: moderngl.Context, scene: str, frames: int, cast: Company) -> list[np.ndarray]:
    """Every fifteenth frame, (height, width, 3), of whoever is there."""
    stage, seen = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), (scene,)), []
    for k in range(frames):
        visitors, dancers = cast(k / 30)
        step = 1 / 30 if k else 0.0
        stage.draw(Moment(k / 30, k, step, visitors=visitors, dancers=dancers, programme=Programme(scene)))
        if k % 15 == 14:
            seen.append(read_pixels(stage.picture).astype(int))
    assert stage.scenes[scene].drawable
    stage.close()
    return seen


def nobody(t: float) -> tuple[tuple[Visitor, ...], tuple[Dancer, ...]]:
    return (), ()


def couple(t: float) -> tuple[tuple[Visitor, ...], tuple[Dancer, ...]]:
    return (guest(t, -FAR),), (dancer(t, FAR),)


def alone(voice: int, t: float) -> tuple[tuple[Visitor, ...], tuple[Dancer, ...]]:
    return (), (dancer(t, 0.0, 1, voice),)


def mean(picture: np.ndarray, x: float) -> np.ndarray:
    """(3,) of the picture where somebody at `x` is from the knees to the head, as the camera stands at first."""
    view = View(SIZE[0] / SIZE[1])
    left, low = view.canvas(np.array([x - 0.35, 0.5, 3.0]))
    right, top = view.canvas(np.array([x + 0.35, 1.7, 3.0]))
    rows = slice(round((1 - top) * SIZE[1]), round((1 - low) * SIZE[1]))
    mean: np.ndarray = picture[rows, round(left * SIZE[0]) : round(right * SIZE[0])].mean(axis=(0, 1))
    return mean


@pytest.mark.parametrize("scene", DANCES)
def test_visitor_and_dancer_are_seen_where_they_stand_each_in_their_own_light(
    context: moderngl.Context, scene: str
) -> None:
    empty, both = play(context, scene, 60, nobody)[-1], play(context, scene, 60, couple)[-1]
    mine, between, theirs = (np.abs(mean(both, x) - mean(empty, x)) for x in (-FAR, 0.0, FAR))
    assert min(mine.max(), theirs.max()) > max(3.0, 1.5 * between.max())
    assert np.abs(mine / mine.max() - theirs / theirs.max()).max() > 0.3


@pytest.mark.parametrize("scene", DANCES)
def test_without_dancers_the_visitor_is_still_there(context: moderngl.Context, scene: str) -> None:
    empty, one = play(context, scene, 60, nobody)[-1], play(context, scene, 60, lambda t: ((guest(t, 0.0),), ()))[-1]
    assert mean(np.abs(one - empty), 0.0).max() > 3.0


@pytest.mark.parametrize("scene", DANCES)
def test_dancers_who_are_gone_fade_and_leave_nothing(context: moderngl.Context, scene: str) -> None:
    gone = play(context, scene, 240, lambda t: couple(t) if t < 1.5 else nobody(t))
    never = play(context, scene, 240, nobody)
    apart = [float(mean(np.abs(a - b), FAR).max()) for a, b in zip(gone, never, strict=True)]
    assert apart[2] > apart[4] > apart[-1]
    assert apart[-1] < 3.0


@pytest.mark.parametrize("scene", DANCES)
def test_a_body_of_no_numbers_is_passed_over(context: moderngl.Context, scene: str) -> None:
    def broken(t: float) -> tuple[tuple[Visitor, ...], tuple[Dancer, ...]]:
        there, others = couple(t)
        wrong = replace(others[0].body, turns=np.full((CORE_COUNT, 4), np.nan))
        return there, (*others, Dancer(2, 1, wrong, 1, slot=2))

    seen, usual = play(context, scene, 30, broken), play(context, scene, 30, couple)
    assert (np.array(seen) == np.array(usual)).all()


@pytest.mark.parametrize("scene", DANCES)
def test_the_same_moments_give_the_same_frames(context: moderngl.Context, scene: str) -> None:
    assert (np.array(play(context, scene, 45, couple)) == np.array(play(context, scene, 45, couple))).all()


def test_whoever_moves_leaves_echoes_and_catches_up_with_them(context: moderngl.Context) -> None:
    moving = play(context, "pas_de_deux", 150, lambda t: ((guest(min(t, 2.0), 0.0),), ()))
    still = play(context, "pas_de_deux", 150, lambda t: ((guest(2.0, 0.0),), ()))
    at_once, later = (np.abs(moving[i] - still[i]).max() for i in (3, -1))
    assert at_once > 60 and later < 12


def test_each_voice_of_the_chorus_has_its_own_colour(context: moderngl.Context) -> None:
    empty = play(context, "chorus", 60, nobody)[-1]
    colours = []
    for voice in range(4):
        one = play(context, "chorus", 60, partial(alone, voice))[-1]
        kept = mean(empty, 0.0) - mean(one, 0.0)
        colours.append(kept / np.linalg.norm(kept))
    assert max(float(a @ b) for i, a in enumerate(colours) for b in colours[:i]) < 0.97


@pytest.mark.parametrize("scene", DANCES)
def test_people_who_come_and_go_leave_nothing_behind_on_the_card(context: moderngl.Context, scene: str) -> None:
    stage, counts = Stage(context, Venue(canvas=CanvasSection(size=SIZE)), (scene,)), []
    for k in range(120):
        here = tuple(dancer(k / 30, i - 1.0, i + 1, i) for i in range(k // 10 % 4))
        stage.draw(Moment(k / 30, k, 1 / 30, dancers=here, programme=Programme(scene)))
        if k in (60, 119):
            gc.collect()  # what other tests left is counted too
            counts.append(stage.count_gl_objects())
    stage.close()
    assert counts[0] == counts[1]
