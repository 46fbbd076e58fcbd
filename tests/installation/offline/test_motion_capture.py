"""One person in one shot is one motion, however their place is measured; another person is another motion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.interface.visitor import State, Visitor
from installation.offline import motion_capture
from installation.offline.motion_capture import CaptureResult, capture_source
from installation.venue.schema import Venue
from motion.body import motion_from_bodies
from motion.landmarks import landmarks_from_body
from tests.installation.people import visitor
from tests.motion.people import walk

Array = NDArray[np.floating]

RATE = 30.0
PX_PER_M = 300.0


def captured(visitors: list[Visitor], monkeypatch: pytest.MonkeyPatch) -> CaptureResult:
    """What is captured from a film in which the eye sees these, one a frame."""

    def observe(*_: object) -> Iterator[tuple[float, int, tuple[Visitor, ...]]]:
        for frame, seen in enumerate(visitors):
            yield frame / RATE, 0, (seen,)

    monkeypatch.setattr(motion_capture, "_observe_source", observe)
    return capture_source("film.mp4", Venue(), None, lambda _: None)


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
