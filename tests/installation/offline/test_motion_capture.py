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


def captured(
    visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch, hands: HandEstimator | None = None
) -> CaptureResult:
    """What is captured from a film in which the eye sees these, one a frame."""

    def observe(*_: object) -> Iterator[ObservedFrame]:
        for frame, seen in enumerate(visitors):
            yield ObservedFrame(frame / RATE, (seen,), 0, np.zeros((4, 4, 3), np.uint8))

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
                landmarks_px=PX_PER_M * points[:, :2] * (1.0, -1.0),
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
