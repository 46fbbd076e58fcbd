"""The mouse leads a visitor: where it points they walk and reach; where it leaves the window they leave the room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from installation.eye.pointer_eye import FilmUntilPointer, PointerEyeWorker, open_pointer_eye
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from installation.workers.codec import pack
from installation.workers.worker import Message

LEFT_WRIST, RIGHT_WRIST = 15, 16


def pointer_eye(aspect: float = 16 / 9, **camera: Any) -> PointerEyeWorker:
    section = CameraSection(source="mouse", **camera)
    return open_pointer_eye(section.model_dump(mode="json"), EyeSection().model_dump(mode="json"), 0, aspect)


def play(eye: PointerEyeWorker, pointer: list[float] | None, seconds: float, start: float = 0.0) -> list[Observation]:
    """The observations at 30 Hz while the pointer stays where it is."""
    found = []
    for frame in range(round(30 * seconds)):
        message = eye.step({"pointer": pointer}, start + frame / 30)
        assert message is not None and isinstance(message.body, Observation)
        found.append(message.body)
    return found


def last(observations: list[Observation]) -> Visitor:
    (visitor,) = observations[-1].visitors
    return visitor


def test_without_the_mouse_nobody_is_there_and_with_it_one_person_enters() -> None:
    eye = pointer_eye()
    assert not any(seen.visitors for seen in play(eye, None, 0.5))
    states = [seen.visitors[0].state for seen in play(eye, [0.5, 0.5, 0.0], 1.0, 0.5)]
    assert states[0] is State.ENTERING
    assert states[-1] is State.PRESENT


@pytest.mark.parametrize("mirror", [True, False])
@pytest.mark.parametrize("x", [0.2, 0.5, 0.8])
def test_a_hand_is_where_the_pointer_is(mirror: bool, x: float) -> None:
    visitor = last(play(pointer_eye(mirror=mirror), [x, 0.6, 0.0], 3.0))
    hands = visitor.landmarks_screen[[LEFT_WRIST, RIGHT_WRIST]]
    assert np.linalg.norm(hands - [x, 0.6], axis=1).min() < 0.035, hands
    assert sorted(visitor.hands)[0] < 0.2 < sorted(visitor.hands)[1], "the other one hangs"


@pytest.mark.parametrize(
    ("aspect", "camera"),
    [(16 / 9, {}), (9 / 16, {}), (32 / 9, {}), (16 / 9, {"height": 2.6, "tilt": 20.0}), (4 / 3, {"height": 0.9})],
)
def test_the_whole_body_stands_on_the_floor_in_the_picture(aspect: float, camera: dict[str, float]) -> None:
    seen = play(pointer_eye(aspect, **camera), [0.5, 0.5, 1.0], 2.0)
    visitor = last(seen)
    assert seen[-1].size_px[0] / seen[-1].size_px[1] == pytest.approx(aspect, rel=0.01)
    assert (visitor.landmarks_screen[:, 1] > 0.0).all() and (visitor.landmarks_screen[:, 1] < 1.0).all()
    assert visitor.landmarks_m[27:, 1].min() == pytest.approx(0.03, abs=0.02)
    assert visitor.outline_screen and visitor.body is not None
    assert pack(seen[-1])


def test_a_moving_pointer_makes_the_visitor_walk_with_a_true_velocity() -> None:
    eye = pointer_eye()
    before = last(play(eye, [0.2, 0.5, 0.0], 2.0))
    walking = play(eye, [0.8, 0.5, 0.0], 2.0, 2.0)
    speeds = [seen.visitors[0].velocity_m[0] for seen in walking]
    places = [seen.visitors[0].floor_m[0] for seen in walking]
    after = last(play(eye, [0.8, 0.5, 0.0], 3.0, 4.0))
    assert after.landmarks_screen[23, 0] - before.landmarks_screen[23, 0] > 0.3
    assert np.abs(speeds).max() > 1.0
    assert np.diff(places) * 30 == pytest.approx(speeds[1:], abs=0.05)
    assert np.abs(after.velocity_m).max() < 0.05


def test_the_button_raises_both_hands() -> None:
    eye = pointer_eye()
    assert max(last(play(eye, [0.5, 0.1, 0.0], 1.0)).hands) < 0.3
    assert min(last(play(eye, [0.5, 0.1, 1.0], 1.0, 1.0)).hands) > 0.8


def test_who_leaves_the_window_leaves_the_room_and_comes_back_as_another() -> None:
    eye = pointer_eye()
    first = last(play(eye, [0.5, 0.5, 0.0], 1.0))
    away = play(eye, None, 1.0, 1.0)
    states = [visitor.state for seen in away for visitor in seen.visitors]
    assert states[0] is State.LOST
    assert states.count(State.LEFT) == 1 and states[-1] is State.LEFT
    assert not away[-1].visitors
    assert last(play(eye, [0.5, 0.5, 0.0], 0.5, 2.0)).id > first.id


def test_a_pointer_that_is_away_for_a_moment_is_the_same_visitor() -> None:
    eye = pointer_eye()
    first = last(play(eye, [0.9, 0.5, 0.0], 1.0))
    play(eye, None, 0.2, 1.0)
    assert last(play(eye, [0.9, 0.5, 0.0], 0.2, 1.2)).id == first.id


def test_the_same_pointer_gives_the_same_observations() -> None:
    def packed() -> list[bytes]:
        eye = pointer_eye()
        return [pack(seen) for x in (0.3, 0.7, 0.1) for seen in play(eye, [x, 0.6, 0.0], 0.5, x)]

    assert packed() == packed()


class Film:
    """The eye of a film."""

    closed = False

    def step(self, request: Mapping[str, Any], t: float) -> Message:
        return Message(t, "film")

    def close(self) -> None:
        self.closed = True


def test_a_film_plays_until_the_mouse_moves_over_the_window() -> None:
    film = Film()
    eye = FilmUntilPointer(film, pointer_eye)

    def body(pointer: list[float] | None, t: float) -> Any:
        message = eye.step({"pointer": pointer}, t)
        assert message is not None
        return message.body

    assert body(None, 0.0) == "film"
    assert body([0.5, 0.5, 0.0], 0.1) == "film", "a pointer that rests under a new window is nobody yet"
    assert body([0.7, 0.5, 0.0], 0.2) == "film", "nor is one below which the window is moved"
    assert [body([0.7 + 0.01 * step, 0.5, 0.0], 0.3) for step in (1, 2)] == ["film", "film"]
    assert isinstance(body([0.73, 0.5, 0.0], 0.4), Observation)
    assert film.closed
    assert isinstance(body(None, 9.0), Observation), "the film does not come back"
