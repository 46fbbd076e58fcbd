"""The tracker on drawn people: the pose estimator is scripted, so that only the tracking is tested."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.eye import estimator_pool, person_search
from installation.eye.boxes import landmark_box
from installation.eye.data_association import pose_distance
from installation.eye.pose_estimator import PoseDetection
from installation.eye.sources.frames import SourceFrame
from installation.eye.tracker import PersonTracker
from installation.interface.visitor import State
from installation.venue.schema import EyeSection

WIDE, HIGH = 640, 360
Place = tuple[float, float, float]
"""x and y of the hips and the height, in pixels."""
Walk = Callable[[float], Place | None]
"""The place at a time; None while absent."""
Colour = tuple[int, int, int]
Seen = dict[int, tuple[State, float, int]]
"""By identity: the state, the x of the hips in pixels, the slot."""
Watch = Callable[..., Iterator[tuple[float, Seen]]]

RED, BLUE, BLACK = (200, 40, 40), (40, 60, 200), (30, 30, 30)


@dataclass(frozen=True)
class Person:
    """A drawn person: `where` gives x and y of the hips and height at a time, all in pixels; None while absent."""

    where: Walk
    colour: Colour = RED
    trembles: float = 0.0
    """Body sizes by which landmarks tremble though nothing moves in the picture."""
    mistaken: bool = False
    """Whether it is a false detection, which is returned once."""


def landmarks(x: float, y: float, tall: float) -> NDArray[np.float32]:
    """(33, 2) of a person who stands still."""
    body = np.zeros((33, 2))
    body[:11] = (0.0, -0.45)
    for side, ids in ((-1, range(11, 33, 2)), (1, range(12, 33, 2))):
        spots = (
            (0.1, -0.32),
            (0.13, -0.15),
            (0.14, 0.0),
            (0.14, 0.03),
            (0.14, 0.04),
            (0.13, 0.02),
            (0.06, 0.0),
            (0.07, 0.22),
            (0.07, 0.43),
            (0.07, 0.46),
            (0.09, 0.47),
        )
        body[list(ids)] = np.array(spots) * (side, 1)
    return (body * tall + (x, y)).astype(np.float32)


class Scene:
    """Draws its people, the last one in front, and knows where they are."""

    def __init__(self, *cast: Person) -> None:
        self.cast = cast
        self.t = 0.0
        self.estimations = self.estimators = 0
        self._mistaken: set[Person] = set()
        self._chance = np.random.default_rng(7)
        self._wall = np.random.default_rng(1).integers(90, 160, (HIGH, WIDE, 3), np.uint8)

    def frame(self, t: float, count: int) -> SourceFrame:
        self.t = t
        pixels = self._wall.copy()
        for person in self.cast:
            if (place := person.where(t)) is not None:
                x, y, tall = place
                top, bottom = max(0, int(y - 0.5 * tall)), max(0, int(y + 0.5 * tall))
                left, right = max(0, int(x - 0.13 * tall)), max(0, int(x + 0.13 * tall))
                pixels[top:bottom, left:right] = person.colour
        return SourceFrame(t, pixels, count)

    def seen(self, crop: tuple[float, float, float]) -> list[PoseDetection]:
        """The visible people in a crop, the nearest to its middle first."""
        found: list[tuple[float, PoseDetection]] = []
        fronts: list[NDArray[np.float32]] = []
        left, top, side = crop
        for person in reversed(self.cast):
            if (place := person.where(self.t)) is None:
                continue
            points = landmarks(*place)
            box = landmark_box(points, np.ones(33, np.float32))
            hidden = any(abs(box[0] - other[0]) < 0.22 * place[2] for other in fronts)
            fronts.append(box)
            x, y, tall = place
            inside = left < x < left + side and top < y < top + side and 0.15 * side < tall < 1.2 * side
            if hidden or not inside or not 0 < x < WIDE:
                continue
            points += self._chance.normal(0.0, person.trembles * tall, (33, 2)).astype(np.float32)
            off = abs(x - left - side / 2) + abs(y - top - side / 2)
            if person in self._mistaken:
                continue
            if person.mistaken:
                self._mistaken.add(person)
            found.append(
                (off, PoseDetection(points, np.zeros((33, 3), np.float32), np.full(33, 0.9, np.float32), crop))
            )
        return [detection for _, detection in sorted(found, key=lambda pair: pair[0])]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Follows a scene: for each frame its time, and by identity the state, the hips' x and the slot."""

    def play(
        scene: Scene, seconds: float, rate: float = 30.0, scale: float = 1.0, **settings: Any
    ) -> Iterator[tuple[float, Seen]]:
        class Scripted:
            def __init__(self, *_: object, tracking: bool = True) -> None:
                scene.estimators += 1
                self.tracking = tracking

            def detect(
                self,
                pixels: object,
                crop: tuple[float, float, float],
                side: int = 0,
                others: Sequence[PoseDetection] = (),
            ) -> list[PoseDetection]:
                scene.estimations += 1
                masked = [] if self.tracking else others
                seen = [one for one in scene.seen(crop) if all(pose_distance(one, o) > 0.1 for o in masked)]
                return seen[:1]

            def warm_up(self) -> None:
                pass

            def reset_tracking(self) -> None:
                pass

            def close(self) -> None:
                scene.estimators -= 1

        for module in (estimator_pool, person_search):
            monkeypatch.setattr(module, "PoseEstimator", Scripted)
        crowd = PersonTracker(EyeSection(**settings))
        for count in range(int(seconds * rate)):
            reported = crowd.step(scene.frame(count / rate, count), scale)
            crowd.finish_search()  # while the scene still is as it was in this frame
            yield (
                count / rate,
                {
                    track.id: (state, float(track.detection.landmarks_px[23:25, 0].mean()), track.slot)
                    for track, state in reported
                },
            )
        crowd.close()

    return play


def walks(begin: float, end: float, seconds: float, y: float = 190.0, tall: float = 200.0) -> Walk:
    return lambda t: (begin + (end - begin) * min(t / seconds, 1.0), y, tall)


def nearest(seen: Seen, x: float) -> int:
    return min(seen, key=lambda id: abs(seen[id][1] - x))


@pytest.mark.parametrize("rate", [10.0, 15.0, 30.0, 60.0])
@pytest.mark.parametrize("colours", [(RED, BLUE), (BLACK, BLACK)])
def test_two_who_cross_keep_their_identities(watch: Watch, rate: float, colours: tuple[Colour, Colour]) -> None:
    left, right = Person(walks(120, 520, 4.0), colours[0]), Person(walks(500, 90, 4.0), colours[1])
    owners: dict[str, int] = {}
    for t, seen in watch(Scene(left, right), 4.5, rate):
        if t == pytest.approx(0.6):
            owners = {"left": nearest(seen, 180), "right": nearest(seen, 440)}
    assert len(set(owners.values())) == 2
    assert set(seen) == set(owners.values())
    assert nearest(seen, 520) == owners["left"] and nearest(seen, 90) == owners["right"]


def test_a_visitor_enters_is_present_is_lost_comes_back_and_leaves_once(watch: Watch) -> None:
    def where(t: float) -> Place | None:
        return None if 2.0 <= t < 2.6 or t >= 4.0 or t < 0.5 else (200 + 40 * t, 190.0, 200.0)

    course = [
        (t, next(iter(seen.values()))[0] if seen else None, set(seen)) for t, seen in watch(Scene(Person(where)), 7.0)
    ]
    states = [state for i, (_, state, _) in enumerate(course) if i == 0 or course[i - 1][1] is not state]
    assert states == [None, State.ENTERING, State.PRESENT, State.LOST, State.PRESENT, State.LOST, State.LEFT, None]
    assert set().union(*(ids for *_, ids in course)) == {1}
    assert next(t for t, state, _ in course if state is State.ENTERING) < 0.5 + 0.3
    assert [state for _, state, _ in course].count(State.LEFT) == 1


def test_two_who_were_seen_for_a_moment_only_are_nobody(watch: Watch) -> None:
    def flickers(x: float) -> Walk:
        return lambda t: (x, 190.0, 200.0) if t < 0.01 else None

    scene = Scene(Person(flickers(200.0)), Person(flickers(450.0), BLUE), Person(walks(320, 330, 2.0), BLACK))
    assert set().union(*(set(seen) for _, seen in watch(scene, 2.0))) == {1}


def test_whoever_is_known_for_a_thing_as_soon_as_for_somebody_is_never_told_of(watch: Watch) -> None:
    statue = Person(lambda t: (300.0, 190.0, 200.0))
    assert not any(seen for _, seen in watch(Scene(statue), 3.0, 2.0, static_seconds=0.4))


def test_a_slot_is_free_again_for_the_next_and_an_identity_never(watch: Watch) -> None:
    def first(t: float) -> Place | None:
        return (150 + 60 * t, 190.0, 200.0) if t < 1.5 else None

    def second(t: float) -> Place | None:
        return (520 - 40 * t, 190.0, 200.0)

    def third(t: float) -> Place | None:
        return (100 + 30 * (t - 4.5), 190.0, 200.0) if t >= 4.5 else None

    slots: dict[int, set[int]] = {}
    for _, seen in watch(Scene(Person(first), Person(second, BLUE), Person(third, BLACK)), 6.0):
        for id, (_, _, slot) in seen.items():
            slots.setdefault(id, set()).add(slot)
    assert sorted(slots) == [1, 2, 3]
    assert all(len(places) == 1 for places in slots.values())
    first_slot = next(slot for id, (slot,) in slots.items() if id != 3 and (slot,) == tuple(slots[3]))
    assert first_slot in (1, 2)


def test_a_statue_is_a_visitor_for_a_moment_only_though_its_landmarks_tremble(watch: Watch) -> None:
    there = [t for t, seen in watch(Scene(Person(lambda t: (300.0, 190.0, 200.0), trembles=0.03)), 8.0) if seen]
    assert max(there) < 3.0


def test_a_statue_that_comes_alive_is_found_at_once_and_is_the_same_visitor(watch: Watch) -> None:
    def where(t: float) -> Place | None:
        return (300.0 + max(0.0, t - 5.0) * 120.0, 190.0, 200.0)

    course = [(t, set(seen)) for t, seen in watch(Scene(Person(where)), 6.5)]
    assert min(t for t, ids in course if t > 4.0 and ids) - 5.0 < 0.6
    assert set().union(*(ids for _, ids in course)) == {1}, "the visitor that it was"


def test_whoever_walks_past_a_statue_stays_who_they_are(watch: Watch) -> None:
    statue = Person(lambda t: (320.0, 170.0, 180.0), BLACK, trembles=0.02)
    walker = Person(lambda t: (120.0 + 60.0 * max(0.0, t - 3.0), 190.0, 210.0) if t > 3.0 else None)
    late = [seen for t, seen in watch(Scene(statue, walker), 9.0) if t > 5.0]
    assert {id for seen in late for id in seen} == {2}


def test_a_visitor_who_walked_in_may_stand_still(watch: Watch) -> None:
    assert list([seen for _, seen in watch(Scene(Person(walks(100, 320, 1.5))), 7.0)][-1]) == [1]


def test_a_body_that_is_found_but_once_is_nobody(watch: Watch) -> None:
    flicker = Person(lambda t: (300.0, 190.0, 200.0) if 1.0 <= t < 1.02 else None)
    assert not any(seen for _, seen in watch(Scene(flicker), 2.0))


def test_no_more_are_followed_than_the_venue_says(watch: Watch) -> None:
    crowd = [Person(walks(60 + 130 * i, 70 + 130 * i, 2.0), RED, trembles=0.01) for i in range(5)]
    assert max(len(seen) for _, seen in watch(Scene(*crowd), 2.0, max_visitors=3)) == 3


def test_those_who_walk_out_of_the_picture_are_let_go_sooner_than_the_hidden(watch: Watch) -> None:
    gone = [t for t, seen in watch(Scene(Person(lambda t: (400 + 150 * t, 190.0, 200.0))), 5.0) if seen]
    assert max(gone) < 240 / 150 + 0.8


def test_those_who_are_followed_are_told_of_before_others_are_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(Person(walks(200, 260, 2.0)))
    calls: list[str] = []

    class Scripted:
        def __init__(self, model: object, confidence: object, tracking: bool) -> None:
            self.kind = "track" if tracking else "search"

        def detect(self, pixels: object, crop: tuple[float, float, float], *_: object) -> list[PoseDetection]:
            calls.append(self.kind)
            return scene.seen(crop)[:1]

        def warm_up(self) -> None:
            pass

        def close(self) -> None:
            pass

    for module in (estimator_pool, person_search):
        monkeypatch.setattr(module, "PoseEstimator", Scripted)
    crowd = PersonTracker(EyeSection(), threads=1)
    orders = []
    for count in range(60):
        calls.clear()
        reported = crowd.step(scene.frame(count / 30.0, count), 1.0)
        assert "search" not in calls
        crowd.finish_search()
        if reported:
            orders.append(tuple(calls))
    crowd.close()
    assert set(orders) == {("track",), ("track", "search")}


def test_no_landmarker_is_made_for_those_who_are_nobody(watch: Watch) -> None:
    def comes(x: float) -> Walk:
        return lambda t: (x + 60 * t, 190.0, 200.0) if t > 1.0 else None

    scene = Scene(Person(walks(560, 480, 4.0)), *(Person(comes(x), BLACK, mistaken=True) for x in (20, 100, 180, 260)))
    held = [(scene.estimators, set(seen)) for _, seen in watch(scene, 4.0)]
    assert set().union(*(ids for _, ids in held)) == {1}
    assert {count for count, _ in held} == {3}


@pytest.mark.parametrize("rate", [10.0, 30.0])
def test_a_crowd_that_is_there_at_once_is_soon_followed(watch: Watch, rate: float) -> None:
    crowd = [Person(walks(x, x + 40, 2.0, tall=320.0), (50 * x % 256, 90, 120)) for x in (60, 230, 400, 570)]
    first = {id: t for t, seen in reversed([*watch(Scene(*crowd), 1.5, rate)]) for id in seen}
    assert sorted(first) == [1, 2, 3, 4]
    assert max(first.values()) < 0.7


@pytest.mark.integration
def test_what_a_crowd_needed_is_kept_for_a_while_and_then_let_go(watch: Watch) -> None:
    def leaves(x: float) -> Walk:
        return lambda t: (x + 5 * t, 190.0, 150.0) if t < 5.0 else None

    scene = Scene(*(Person(leaves(x)) for x in (90, 240, 390, 540)))
    held = {t: scene.estimators for t, _ in watch(scene, estimator_pool.IDLE_SECONDS + 10.0, 2.0)}
    assert held[0.0] == 3  # one that searches, one that is taken first, a spare one
    assert held[4.5] == held[estimator_pool.IDLE_SECONDS] == 5
    assert held[estimator_pool.IDLE_SECONDS + 9.5] == 2
    assert scene.estimators == 0


def test_a_machine_short_of_time_looks_at_fewer_in_each_step_and_keeps_them_all(watch: Watch) -> None:
    estimations, owners = [], []
    for scale in (1.0, 0.34):
        cast = [Person(walks(100 + 190 * n, 250 + 190 * n, 4.0), (60 * n, 200 - 60 * n, 90)) for n in range(3)]
        scene, ids = Scene(*cast), set[int]()
        for t, seen in watch(scene, 4.0, 15.0, scale, max_estimated_per_step=3):
            if t > 2.0:
                ids |= set(seen)
                assert {state for state, *_ in seen.values()} <= {State.PRESENT, State.ENTERING}
        estimations.append(scene.estimations)
        owners.append(ids)
    assert len(owners[0]) == len(owners[1]) == 3
    assert estimations[1] < 0.7 * estimations[0]


@pytest.mark.parametrize("rate", [15.0, 30.0])
def test_a_leap_across_the_picture_keeps_the_identity(watch: Watch, rate: float) -> None:
    def leaps(t: float) -> Place:
        return 200 + 40 * t + (0.0 if t < 1.5 else 140.0), 190.0 + (30.0 if t > 1.5 else 0.0), 200.0

    assert set().union(*(set(seen) for _, seen in watch(Scene(Person(leaps)), 3.0, rate))) == {1}
