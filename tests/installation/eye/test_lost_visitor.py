"""A lost visitor fades as one: box, outline and landmarks together, within half a second, and nothing flies off."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.camera import Lens, lens_of
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.pose_estimator import PoseDetection
from installation.eye.track import Track
from installation.eye.tracked_person import FADE_SECONDS, TrackedPerson
from installation.interface.visitor import State, Visitor
from installation.venue.schema import EyeSection

RATE = 30.0


def lens() -> Lens:
    return lens_of(synthetic_visitor.PICTURE_SIZE_PX, 1.2, 0.0, 75.0, (0.0, 0.0), 0.0)


def with_mask(found: PoseDetection) -> PoseDetection:
    """The detection with an elliptic mask around its landmarks."""
    low, high = found.landmarks_px.min(axis=0), found.landmarks_px.max(axis=0)
    side = float(1.6 * (high - low).max())
    left, top = (0.5 * (low + high) - 0.5 * side).tolist()
    mask = np.zeros((144, 144), np.float32)
    radii = (0.55 * (high - low) * 144 / side).round().astype(int).tolist()
    cv2.ellipse(mask, (72, 72), (radii[0], radii[1]), 0.0, 0.0, 360.0, 1.0, -1)
    return replace(found, crop_px=(left, top, side), mask=mask)


def lost_after(walk_m: float, jump_m: float) -> tuple[Visitor, list[Visitor]]:
    """A visitor who walks and leaps at these speeds in m/s when last detected, and a second of observations after."""
    person, track, view = TrackedPerson(SmoothingSettings(EyeSection().cutoff, EyeSection().speed_cutoff)), None, lens()
    for frame in range(15):
        t = frame / RATE
        joints = synthetic_visitor.landmarks_at(2.0 + t, 7) + (walk_m * t, jump_m * t, 0.0)
        detection = with_mask(synthetic_visitor.perfect_detection(joints, view))
        track = Track.known(1, 1, detection, t, track)
        person.update(detection, track.size_px, view, t)
    assert track is not None
    last = person.visitor(track, State.PRESENT, view, False, t, 0)
    return last, [person.visitor(track, State.LOST, view, False, t + k / RATE, 0) for k in range(1, 31)]


@pytest.mark.parametrize(("walk_m", "jump_m"), [(0.0, 0.0), (1.5, 0.0), (0.0, 3.0), (-6.0, 4.0)])
def test_the_last_body_fades_as_one_and_stays_where_it_was(walk_m: float, jump_m: float) -> None:
    last, after = lost_after(walk_m, jump_m)
    size = last.box_px[2:] - last.box_px[:2]
    for visitor in after:
        extent = np.ptp(visitor.landmarks_px, axis=0)
        assert (extent <= 1.2 * size + 1e-3).all()
        assert (visitor.landmarks_px >= visitor.box_px[:2] - 0.11 * size).all()
        assert (visitor.landmarks_px <= visitor.box_px[2:] + 0.11 * size).all()
        assert np.abs(visitor.box_px - last.box_px).max() < 0.5 * size.max()
    visibilities = [float(visitor.visibility.mean()) for visitor in after]
    assert all(later <= earlier for earlier, later in pairwise(visibilities))
    gone = next(k for k, value in enumerate(visibilities, 1) if value == 0.0) / RATE
    assert 0.3 <= gone <= 0.5
    assert after[0].outline_screen
    assert not any(visitor.outline_screen for k, visitor in enumerate(after, 1) if k / RATE > 0.51)
    assert gone == pytest.approx(FADE_SECONDS, abs=0.04)


def test_box_outline_and_landmarks_of_a_lost_visitor_move_together() -> None:
    _, after = lost_after(1.5, 0.0)
    wide = float(lens().size_px[0])
    for visitor in after[:10]:
        ring = visitor.outline_screen[0]
        assert float(ring[:, 0].mean()) * wide == pytest.approx(float(visitor.box_px[[0, 2]].mean()), abs=20.0)
        assert float(visitor.landmarks_px[:, 0].mean()) == pytest.approx(
            float(visitor.box_px[[0, 2]].mean()), abs=0.3 * float(visitor.box_px[2] - visitor.box_px[0])
        )
