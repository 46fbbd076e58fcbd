"""What never moves is a static object; what breathes, moves an arm or stands beside a neighbour is a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np
import pytest

from installation.eye.frame_view import FrameView
from installation.eye.pose_estimator import PoseDetection
from installation.eye.static_filter import REVIVAL_SECONDS, StaticObjectFilter
from installation.eye.static_objects import StaticEvidence, static_candidate
from installation.eye.track import Track

WIDE, HIGH = 640, 360
BOX = np.array([250, 60, 350, 340], np.float32)
POINTS = np.array([(300, 100 + 6 * i) for i in range(33)], np.float32)
Picture = Callable[[float], np.ndarray]


def person(t: float, breath: float = 0.0, arm: float = 0.0, shift: float = 0.0) -> np.ndarray:
    """A figure whose striped chest rises by `breath` pixels, and one of whose arms swings by `arm` pixels."""
    pixels = np.full((HIGH, WIDE, 3), 130, np.float32)
    rise, swing = breath * np.sin(2.0 * t), arm * np.sin(5.0 * t)
    body = np.array([(280, 120 - rise), (320, 120 - rise), (315, 330), (285, 330)]) + (shift, 0)
    limb = np.array([(318, 130), (326, 130), (340 + swing, 200), (332 + swing, 200)]) + (shift, 0)
    stripes = [(np.array([(281, y), (319, y), (319, y + 6), (281, y + 6)]) + (shift, -rise), 150) for y in (140, 160)]
    for part, shade in ((body, 60), *stripes, (limb, 200)):
        cv2.fillPoly(pixels, [np.round(part * 16).astype(np.int32)], (shade,) * 3, cv2.LINE_AA, 4)
    return pixels


def frames(picture: Picture, seconds: float, rate: float = 30.0, noise: float = 3.0) -> Iterator[FrameView]:
    chance = np.random.default_rng(3)
    for count in range(int(seconds * rate)):
        t = count / rate
        pixels = picture(t) * (1.0 + 0.01 * np.sin(0.7 * count)) + chance.normal(0.0, noise, (HIGH, WIDE, 3))
        yield FrameView(t, pixels.clip(0, 255).astype(np.uint8))


def detection(points: np.ndarray = POINTS) -> PoseDetection:
    return PoseDetection(points, np.zeros((33, 3), np.float32), np.full(33, 0.9, np.float32), (0.0, 0.0, 640.0))


def track_at(view: FrameView, box: np.ndarray = BOX) -> Track:
    evidence = StaticEvidence(static_candidate(detection(), box, view))
    return Track(1, 1, view.time, view.time, detection(), box, None, (0.0, 0.0, 640.0), evidence, box)


def static_at(
    objects: StaticObjectFilter, views: Iterator[FrameView], others: Sequence[Track] = ()
) -> tuple[float | None, Track]:
    """When a body that is detected at one place in every frame becomes a static object, and its track."""
    track = track_at(next(views))
    for view in views:
        track.update(detection(), BOX, None, view.time, [])
        if objects.becomes_static(track, view, [track, *others]):
            return view.time, track
    return None, track


@pytest.mark.parametrize("rate", [15.0, 30.0])
@pytest.mark.parametrize("noise", [3.0, 8.0])
def test_a_poster_with_noise_and_flicker_becomes_static(rate: float, noise: float) -> None:
    at, _ = static_at(StaticObjectFilter(1.0, 4), frames(person, 3.0, rate, noise))
    assert at == pytest.approx(1.0, abs=0.15)


@pytest.mark.parametrize("rate", [15.0, 30.0])
@pytest.mark.parametrize("limbs", [{"breath": 2.0}, {"arm": 20.0}])
def test_a_person_who_stands_and_breathes_or_moves_an_arm_only_never_becomes_static(
    rate: float, limbs: dict[str, float]
) -> None:
    at, track = static_at(StaticObjectFilter(1.0, 4), frames(lambda t: person(t, **limbs), 4.0, rate))
    assert at is None
    assert track.static.candidate is None


def test_a_neighbour_whose_box_overlaps_neither_hides_movement_nor_makes_it() -> None:
    box = np.array([330, 60, 450, 340], np.float32)

    def beside(t: float, **limbs: float) -> np.ndarray:
        pixels = person(t, **limbs)
        x = int(380 + 30 * np.sin(6.0 * t))
        pixels[80:330, x : x + 40] = 220
        return pixels

    views = frames(lambda t: beside(t, breath=2.0), 4.0)
    neighbour = track_at(FrameView(0.0, np.zeros((HIGH, WIDE, 3), np.uint8)), box)
    assert static_at(StaticObjectFilter(1.0, 4), views, [neighbour])[0] is None
    assert static_at(StaticObjectFilter(1.0, 4), frames(beside, 3.0), [neighbour])[0] is not None


def test_a_body_that_a_neighbour_covers_is_never_judged() -> None:
    neighbour = track_at(FrameView(0.0, np.zeros((HIGH, WIDE, 3), np.uint8)), BOX + np.float32(5))
    assert static_at(StaticObjectFilter(1.0, 4), frames(person, 4.0), [neighbour])[0] is None


def test_a_static_object_that_begins_to_move_is_the_visitor_that_it_was() -> None:
    objects = StaticObjectFilter(1.0, 4)
    at, track = static_at(objects, frames(person, 3.0))
    assert at is not None
    assert objects.is_static(detection(), BOX)
    assert objects.revive(detection(), BOX, None) is None
    for view in frames(lambda t: person(t, breath=2.0), 2.0):
        objects.watch(FrameView(3.0 + view.time, view.pixels), [])
        if objects.changed_boxes_px:
            break
    assert view.time < 2.0 * REVIVAL_SECONDS + 0.5
    assert not objects.is_static(detection(), BOX)
    assert objects.revive(detection(), BOX, None) is track
    assert objects.boxes_px == ()


def test_a_person_who_passes_in_front_of_a_static_object_brings_it_not_alive() -> None:
    objects = StaticObjectFilter(1.0, 4)
    static_at(objects, frames(person, 3.0))

    def passed(t: float) -> np.ndarray:
        pixels = person(t)
        pixels[80:330, int(100 + 100 * t) : int(160 + 100 * t)] = 220
        return pixels

    for view in frames(passed, 4.0):
        left = 95 + 100 * view.time
        walker = track_at(view, np.array([left, 70, left + 70, 335], np.float32))
        objects.watch(FrameView(3.0 + view.time, view.pixels), [walker])
        assert not objects.changed_boxes_px
    assert len(objects.boxes_px) == 1
