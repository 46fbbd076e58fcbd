"""The loop has the newest dancers, keeps them a while when their worker is away, and wants only what scenes want."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from installation.dance.client import IDLE_RATE_HZ, STALE_SECONDS, DanceClient
from installation.interface.dancer import Cast, Dance, Dancer
from installation.interface.moment import Programme
from installation.interface.pulse import Pulse
from installation.workers.worker import Message
from tests.bodies import a_body
from tests.installation.people import visitor
from tests.installation.placed import Placed

DUET, CHORUS = Cast(each=1, alone=2), Cast(each=4, alone=4, canon=2.0)
CASTS = {"duet": DUET, "chorus": CHORUS, "still": Cast()}


@pytest.fixture
def place() -> Placed:
    return Placed()


def caller(place: Placed, visitors: bool = False, default: Cast | None = None) -> DanceClient:
    return DanceClient(place, CASTS, default or Cast(), 60.0, 0.02, visitors)


def call(made: DanceClient, place: Placed, programme: Programme, share: float = 1.0) -> Mapping[str, Any]:
    observations = [(0.9, visitor(1, body=a_body(1))), (0.9, visitor(2))]
    made.request(
        1.0, observations, programme, Pulse(beat=2.0), {"/dancer/distance": 2.5, "/dancer/style": "any"}, share
    )
    return place.order


def test_the_worker_is_told_what_the_scene_that_plays_or_comes_wants(place: Placed) -> None:
    made = caller(place)
    assert call(made, place, Programme("duet"))["dance"].cast == DUET
    assert call(made, place, Programme("duet", "chorus", 0.1))["dance"].cast == CHORUS
    assert call(made, place, Programme("chorus", "still", 0.9))["dance"].cast == CHORUS


def test_a_worker_of_which_nothing_is_wanted_idles_and_hears_of_nobody(place: Placed) -> None:
    request = call(caller(place), place, Programme("still"))
    assert (request["rate"], request["dance"].visitors) == (IDLE_RATE_HZ, ())
    assert call(caller(place, visitors=True), place, Programme("still"))["rate"] == 60.0
    assert call(caller(place, default=DUET), place, Programme("still"))["dance"].cast == DUET
    assert call(caller(place), place, Programme("duet"), share=0.5)["rate"] == 30.0


def test_only_visitors_with_a_body_are_told_of_with_the_time_they_were_seen_and_the_knobs(place: Placed) -> None:
    request = call(caller(place), place, Programme("duet"))["dance"]
    assert [(id, time) for id, time, _ in request.visitors] == [(1, 0.9)]
    assert (request.settings.distance, request.pulse_time, request.display_delay_seconds) == (2.5, 1.0, 0.02)


def test_dancers_stay_while_their_worker_is_started_again_and_then_go(place: Placed) -> None:
    made = caller(place)
    place.next = Message(1.0, Dance((Dancer(4, 1, a_body(2)),)))
    assert [d.id for d in made.newest(1.0)] == [4]
    assert len(made.newest(1.0 + 0.9 * STALE_SECONDS)) == 1
    assert made.newest(1.1 + STALE_SECONDS) == ()
    assert call(made, place, Programme("duet"))["dance"].highest_id == 4


def test_a_visitor_is_shown_with_the_body_that_the_worker_has_for_them(place: Placed) -> None:
    made, other = caller(place), a_body(9)
    people = (visitor(1, body=a_body(1)), visitor(2), visitor(3, body=a_body(3)))
    assert made.with_predicted_bodies(people) is people
    place.next = Message(1.0, Dance((), {1: other, 2: other, 8: other}))
    made.newest(1.0)
    assert [
        v.body is b for v, b in zip(made.with_predicted_bodies(people), (other, None, people[2].body), strict=True)
    ] == [True] * 3
