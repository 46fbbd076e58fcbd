"""A remote performer is a visitor like any other: placed, outlined, lost when silent, and gone after a while."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from installation.eye.camera import project
from installation.eye.remote_performers import SILENT_SECONDS, RemotePerformers
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection as Settings
from installation.workers.codec import pack, unpack
from motion import rotation
from motion.body import Body, t_pose
from motion.landmarks import LANDMARK_INDEX


class Script:
    """Bodies that a test sends."""

    def __init__(self) -> None:
        self.next: dict[Hashable, tuple[float, Body]] = {}
        self.closed = False

    def newest_bodies(self, t: float) -> Mapping[Hashable, tuple[float, Body]]:
        newest, self.next = self.next, {}
        return newest

    def status(self, t: float) -> str:
        return "ok"

    def close(self) -> None:
        self.closed = True


def facing_the_wall(x: float = 0.0) -> Body:
    body = t_pose()
    body.turns[:] = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi)
    return replace(body, hips_m=body.hips_m + (x, 0.0, 0.0))


def observed(troupe: RemotePerformers, t: float) -> Observation:
    letter = troupe.step({}, t)
    assert letter is not None and isinstance(letter.body, Observation)
    return letter.body


def played(
    script: Script, troupe: RemotePerformers, seconds: float, *names: str, start: float = 0.0
) -> tuple[Visitor, ...]:
    """The visitors after so long a play at 30 bodies a second."""
    seen: tuple[Visitor, ...] = ()
    for frame in range(round(seconds * 30) + 1):
        t = start + frame / 30
        script.next = {name: (t, facing_the_wall(0.4 * place)) for place, name in enumerate(names)}
        seen = observed(troupe, t).visitors
    return seen


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def troupe(script: Script) -> RemotePerformers:
    return RemotePerformers(
        script, CameraSection(source="vmc://127.0.0.1:39539", stage=(0.5, 3.0)), Settings(max_visitors=2), 0
    )


def test_a_performer_stands_on_the_stage_and_faces_the_wall(script: Script, troupe: RemotePerformers) -> None:
    (visitor,) = played(script, troupe, 1.0, "one")
    assert visitor.state is State.PRESENT
    assert visitor.floor_m == pytest.approx((0.5, 3.0))
    assert visitor.facing == pytest.approx(0.0, abs=0.05)
    assert visitor.body is not None
    np.testing.assert_allclose(visitor.body.hips_m[[0, 2]], (0.5, 3.0))
    assert visitor.landmarks_m[LANDMARK_INDEX["left_wrist"], 0] < visitor.landmarks_m[LANDMARK_INDEX["right_wrist"], 0]


def test_the_lens_of_the_camera_puts_a_performer_into_the_picture(script: Script, troupe: RemotePerformers) -> None:
    (visitor,) = played(script, troupe, 1.0, "one")
    expected = project(troupe._lens, visitor.landmarks_m.astype(float))
    np.testing.assert_allclose(visitor.landmarks_px, expected, atol=0.01)
    ring = max(visitor.outline_screen, key=len)
    body = visitor.landmarks_screen
    assert len(ring) > 50
    assert (ring.min(axis=0) < body.min(axis=0) + 0.05).all() and (ring.max(axis=0) > body.max(axis=0) - 0.05).all()


def test_a_performer_goes_the_way_of_every_visitor(script: Script, troupe: RemotePerformers) -> None:
    (first,) = played(script, troupe, 0.0, "one")
    assert first.state is State.ENTERING
    played(script, troupe, 1.0, "one")
    assert observed(troupe, 1.0 + SILENT_SECONDS + 0.1).visitors[0].state is State.LOST
    assert observed(troupe, 3.5).visitors[0].state is State.LEFT
    assert observed(troupe, 3.6).visitors == ()
    (again,) = played(script, troupe, 0.0, "one", start=4.0)
    assert again.id == 2 and again.slot == 1


def test_two_performers_are_two_visitors_and_a_third_waits_for_a_slot(script: Script, troupe: RemotePerformers) -> None:
    seen = played(script, troupe, 0.5, "one", "two", "three")
    assert [(visitor.id, visitor.slot) for visitor in seen] == [(1, 1), (2, 2)]
    seen = played(script, troupe, 3.0, "two", "three", start=1.0)
    assert sorted((visitor.id, visitor.slot) for visitor in seen) == [(2, 2), (3, 1)]


def test_who_stands_behind_the_lens_has_no_outline_and_only_finite_numbers(script: Script) -> None:
    troupe = RemotePerformers(script, CameraSection(source="vmc://127.0.0.1:39539", stage=(0.0, -1.0)), Settings(), 0)
    (visitor,) = played(script, troupe, 0.1, "one")
    assert visitor.outline_screen == ()
    back = unpack(pack(visitor))
    np.testing.assert_array_equal(back.landmarks_px, visitor.landmarks_px)


def test_a_walk_is_told_as_a_speed(script: Script, troupe: RemotePerformers) -> None:
    visitor = None
    for frame in range(60):
        t = frame / 30
        script.next = {"one": (t, facing_the_wall(0.8 * t - 1.0))}
        (visitor,) = observed(troupe, t).visitors
    assert visitor is not None
    assert visitor.velocity_m == pytest.approx((0.8, 0.0), abs=0.05)


def test_closing_closes_where_the_bodies_come_from(script: Script, troupe: RemotePerformers) -> None:
    troupe.close()
    assert script.closed
