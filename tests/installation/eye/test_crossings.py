"""Crossings: two in the same clothes who were one body for a while get their identities by how they walked before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.camera import lens_of
from installation.eye.crossings import Crossings
from installation.eye.data_association import is_one_body
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track

RATE = 15.0
LENS = lens_of(synthetic_visitor.PICTURE_SIZE_PX, 1.2, 0.0, 75.0, (0.0, 0.0), 0.0)
BODY = synthetic_visitor.perfect_detection(synthetic_visitor.landmarks_at(2.0, 7), LENS)
RED, BLUE = np.eye(2, dtype=np.float32)
SPEED = 0.3
"""Body sizes a second."""


def at(sizes: float) -> PoseDetection:
    """The body so many body sizes from the left."""
    size = float(np.ptp(BODY.landmarks_px[:, 1]))
    return replace(BODY, landmarks_px=BODY.landmarks_px + np.array([sizes * size, 0.0], np.float32))


def after_crossing(colours: tuple[np.ndarray, np.ndarray], hidden: bool, turn: bool) -> tuple[int, int]:
    """The identities of the left and the right body after 1 comes from the left and 2 from the right, and they part.

    The tracks themselves never cross: where the bodies do, each track goes on with the other's. `hidden` is whether one
    is missed in between, `turn` whether the people stop where they meet and stand apart again.
    """
    crossings, tracks = Crossings(), [Track.known(id, id, at(0.0), 0.0, None) for id in (1, 2)]
    for track, colour in zip(tracks, colours, strict=True):
        track.histogram = colour
    for frame in range(46):
        t = frame / RATE
        apart = abs(0.45 - SPEED * t) if not turn else max(0.45 - SPEED * t, 0.1) + max(0.0, t - 2.0)
        for sign, track in zip((-1, 1), tracks, strict=True):
            is_missed = hidden and sign == 1 and 1.2 < t < 1.8
            track.counts.misses = track.counts.misses + 1 if is_missed else 0
            if not is_missed:
                track.update(at(sign * apart), track.box_px, None, t, tracks)
        crossings.resolve(tracks, t)
    return tracks[0].id, tracks[1].id


@pytest.mark.parametrize(
    ("colours", "hidden", "identities"),
    [((RED, RED), True, (2, 1)), ((RED, RED), False, (1, 2)), ((RED, BLUE), True, (1, 2))],
)
def test_two_in_the_same_clothes_walk_on_where_one_was_hidden(
    colours: tuple[np.ndarray, np.ndarray], hidden: bool, identities: tuple[int, int]
) -> None:
    assert after_crossing(colours, hidden, turn=False) == identities


def test_two_people_who_pass_each_other_are_no_duplicate_where_their_masks_are_apart() -> None:
    left, right = np.zeros((2, 144, 144), np.float32)
    left[:, 40:70] = 1.0
    right[:, 75:105] = 1.0
    first, second = replace(at(0.0), mask=left), replace(at(0.2), mask=right, crop_px=BODY.crop_px)
    assert not is_one_body(first, second)
    assert is_one_body(first, replace(second, mask=left))
    assert is_one_body(replace(first, mask=None), second)
    assert is_one_body(first, replace(at(0.05), mask=right))
