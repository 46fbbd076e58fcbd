"""One person in one shot is one motion, however their place is measured; another person is another motion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.eye.hand_estimator import HandEstimator
from installation.interface.visitor import State, Visitor
from installation.offline import motion_capture
from installation.offline.motion_capture import CaptureResult, ObservedFrame, capture_source
from installation.venue.schema import Venue
from motion import rotation
from motion.body import local_rotations, motion_from_bodies
from motion.landmarks import landmarks_from_body
from motion.skeleton import BONE_INDEX, CORE_COUNT
from tests.installation.people import visitor
from tests.motion.hands import FIST, FLAT, both_hands, left_hand
from tests.motion.people import walk

Array = NDArray[np.floating]

RATE = 30.0
PX_PER_M = 300.0
PICTURE_PX = (1200, 600)


def captured(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch, hands: HandEstimator | None = None
) -> CaptureResult:
    """What is captured from a film in which the eye sees these, one a frame."""

    pixels = np.zeros((PICTURE_PX[1], PICTURE_PX[0], 3), np.uint8)

    def observe(*_: object) -> Iterator[ObservedFrame]:
        for frame, seen in enumerate(visitors):
            yield ObservedFrame(frame / RATE, (seen,), 0, pixels)

    monkeypatch.setattr(motion_capture, "_observe_source", observe)
    return capture_source("film.mp4", Venue(), None, lambda _: None, hands)


def walker(depth_m: Array, aside_m: Array) -> list[Visitor]:
    """A person who walks, measured so far from where they are, frame by frame: in depth, and aside in the picture."""
    visitors = []
    for posed, depth, aside in zip(walk(len(depth_m) / RATE)[0], depth_m, aside_m, strict=False):
        shift = np.array([aside, 0.0, depth])
        placed = replace(posed, hips_m=posed.hips_m + shift)
        points = landmarks_from_body(motion_from_bodies([placed], RATE))[0]
        visitors.append(
            visitor(
                1,
                body=placed,
                landmarks_m=points,
                landmarks_px=PX_PER_M * points[:, :2] * (1.0, -1.0) + (0.5 * PICTURE_PX[0], 0.95 * PICTURE_PX[1]),
                visibility=np.ones(33),
                floor_m=placed.hips_m[[0, 2]],
            )
        )
    return visitors


def test_depth_that_jumps_neither_ends_a_motion_nor_moves_the_body_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    depth = np.zeros(60)
    depth[30:] = 1.5
    result = captured(walker(depth, np.zeros(60)), monkeypatch)
    assert [len(each.motion) > 55 for each in result.motions] == [True]
    assert result.cut_seconds == []
    assert np.abs(np.diff(result.motions[0].motion.hips_m[:, 2])).max() * RATE < 5.0


def test_another_person_in_the_picture_is_another_motion(monkeypatch: pytest.MonkeyPatch) -> None:
    aside = np.zeros(60)
    aside[30:] = 1.5
    result = captured(walker(np.zeros(60), aside), monkeypatch)
    assert len(result.motions) == 2
    assert result.cut_seconds == pytest.approx([30 / RATE])


def test_a_person_who_walks_on_unseen_is_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    aside = np.zeros(60)
    aside[40:] = 0.6
    visitors = walker(np.zeros(60), aside)
    for frame in range(25, 40):
        visitors[frame] = replace(visitors[24], state=State.LOST)
    result = captured(visitors, monkeypatch)
    assert len(result.motions) == 1
    assert result.cut_seconds == []


def gone_wild(one: Visitor, frame: int) -> Visitor:
    """The visitor with landmarks and bones anywhere, as estimated of a body that is hardly in the picture."""
    rng = np.random.default_rng(frame)
    assert one.body is not None
    turns = rotation.normalise(rng.normal(size=one.body.turns.shape))
    body = replace(one.body, hips_m=one.body.hips_m + 0.3 * rng.normal(size=3), turns=turns)
    return replace(one, body=body, landmarks_px=(one.landmarks_px + 20.0 * rng.normal(size=(33, 2))).astype(np.float32))


def test_a_motion_ends_where_the_body_leaves_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 2 m/s the hips pass the border, 2 m aside, after 1 s; what follows is wild, and at the end predicted."""
    visitors = walker(np.zeros(60), 2.0 * np.arange(60) / RATE)
    for frame in range(31, 60):
        visitors[frame] = gone_wild(visitors[frame], frame)
    visitors[50:] = [replace(one, state=State.LOST) for one in visitors[50:]]
    result = captured(visitors, monkeypatch)
    assert len(result.motions) == 1
    one = result.motions[0].motion
    assert 25 <= len(one) <= 32
    assert np.linalg.norm(np.diff(one.hips_m, axis=0), axis=1).max() * RATE < 6.0
    assert rotation.angle(one.turns[1:], one.turns[:-1]).max() * RATE < 15.0


def test_a_motion_begins_where_the_body_is_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    visitors = walker(np.zeros(60), 2.0 * np.arange(60) / RATE - 3.0)
    for frame in range(15):
        visitors[frame] = gone_wild(visitors[frame], frame)
    motion = captured(visitors, monkeypatch).motions[0]
    assert 0.45 <= motion.start_seconds <= 0.55
    assert rotation.angle(motion.motion.turns[1:], motion.motion.turns[:-1]).max() * RATE < 15.0


def test_wild_and_predicted_frames_amid_a_motion_are_bridged(monkeypatch: pytest.MonkeyPatch) -> None:
    visitors = walker(np.zeros(60), np.zeros(60))
    clean = captured(visitors, monkeypatch).motions[0].motion
    for frame in range(30, 35):
        state = State.PRESENT if frame < 33 else State.LOST
        visitors[frame] = replace(gone_wild(visitors[frame], frame), state=state)
    one = captured(visitors, monkeypatch).motions[0].motion
    assert len(one) == len(clean)
    assert np.degrees(rotation.angle(one.turns, clean.turns)).max() < 40.0
    assert (one.trust[30:35] == 0.0).all()


def test_a_film_of_half_a_person_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    below = np.array([0.0, 320.0], np.float32)
    visitors = [replace(one, landmarks_px=one.landmarks_px + below) for one in walker(np.zeros(60), np.zeros(60))]
    assert len(captured(visitors, monkeypatch).motions[0].motion) == 60


class Fists(HandEstimator):
    """Sees the left hand as a fist in every frame but the last twenty, and never the right one."""

    def __init__(self) -> None:
        self.scales: list[float] = []

    def estimate(self, pixels: NDArray[np.uint8], landmarks_px: Array, visibility: Array, px_per_m: float) -> Array:
        hands = both_hands(left_hand(FIST), left_hand(FLAT))
        self.scales.append(px_per_m)
        hands[1 if len(self.scales) <= 40 else slice(None)] = np.nan
        return hands


def test_a_fist_that_the_film_shows_is_a_fist(monkeypatch: pytest.MonkeyPatch) -> None:
    fists = Fists()
    one = captured(walker(np.zeros(60), np.zeros(60)), monkeypatch, fists).motions[0]
    assert fists.scales == pytest.approx([PX_PER_M] * 60, rel=0.01)
    bends = np.degrees(rotation.angle(local_rotations(one.motion.turns), rotation.IDENTITY))
    left, right = (bends[:, BONE_INDEX[f"{side}MiddleProximal"]] for side in ("left", "right"))
    assert left[:30] == pytest.approx(80.0, abs=2.0) and left[-4:] == pytest.approx(24.0, abs=2.0)
    assert right == pytest.approx(24.0, abs=0.1), "relaxed"
    assert one.hands_seen_seconds == pytest.approx(0.5 * 40 / RATE, abs=0.1)


def test_without_a_hand_that_is_seen_the_motion_has_no_fingers(monkeypatch: pytest.MonkeyPatch) -> None:
    one = captured(walker(np.zeros(40), np.zeros(40)), monkeypatch).motions[0]
    assert one.motion.turns.shape[1] == CORE_COUNT
    assert one.hands_seen_seconds == 0.0
