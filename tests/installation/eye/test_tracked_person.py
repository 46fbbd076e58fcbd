"""A visitor's body is where the visitor is: it leaves the floor when they leap, and stays when hidden."""

from __future__ import annotations

import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.boxes import box_size
from installation.eye.camera import Lens, lens_of
from installation.eye.jump_height import MAX_FLIGHT_SECONDS
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.track import Track
from installation.eye.tracked_person import TrackedPerson
from installation.interface.visitor import State, Visitor
from installation.venue.schema import EyeSection
from motion.body import joint_positions
from motion.skeleton import BONE_INDEX

RATE = 30.0


def lens() -> Lens:
    return lens_of(synthetic_visitor.PICTURE_SIZE_PX, 1.2, 0.0, 75.0, (0.0, 0.0), 0.0)


def seen(heights: np.ndarray) -> list[Visitor]:
    """A ghost that is lifted by so many metres, frame by frame."""
    person, track, view = TrackedPerson(SmoothingSettings(EyeSection().cutoff, EyeSection().speed_cutoff)), None, lens()
    visitors = []
    for frame, height in enumerate(heights):
        t = frame / RATE
        detection = synthetic_visitor.perfect_detection(
            synthetic_visitor.landmarks_at(2.0 + t, 7) + (0.0, height, 0.0), view
        )
        track = Track.known(1, 1, detection, t, track)
        person.update(detection, box_size(track.box_px), view, t)
        visitors.append(person.visitor(track, State.PRESENT, view, True, t, 0))
    return visitors


def test_a_visitor_has_a_body_that_stands_where_the_visitor_does() -> None:
    visitors = seen(np.zeros(60))
    truth = synthetic_visitor.landmarks_at(2.0 + 59 / RATE, 7)
    body = visitors[-1].body
    assert body is not None
    at = joint_positions(body.hips_m, body.turns, body.offsets_m)
    for bone, mark in (("leftHand", 15), ("rightHand", 16), ("leftFoot", 27), ("rightFoot", 28), ("leftUpperArm", 11)):
        assert np.linalg.norm(at[BONE_INDEX[bone]] - truth[mark]) < 0.2, bone
    assert body.trust.mean() > 0.8


def test_who_leaps_leaves_the_floor_and_comes_back_and_who_walks_does_not() -> None:
    leap = np.zeros(120)
    leap[60:78] = 0.35 * np.sin(np.linspace(0.0, np.pi, 18))
    feet = np.array([v.landmarks_m[27:33, 1].min() for v in seen(leap)])
    assert feet[20:58].max() < 0.06
    assert 0.12 < feet[60:82].max() < 0.45
    assert feet[95:].max() < 0.06


def test_who_is_seen_too_high_for_longer_than_a_leap_lasts_stands_there() -> None:
    raised = np.zeros(150)
    raised[60:] = 0.5
    feet = np.array([v.landmarks_m[27:33, 1].min() for v in seen(raised)])
    landed = 60 + int((MAX_FLIGHT_SECONDS + 0.6) * RATE)
    assert feet[60:landed].max() > 0.1
    assert feet[landed:].max() < 0.06


def test_a_body_that_is_not_seen_stays_finite_and_less_trusted() -> None:
    person, track, view = TrackedPerson(SmoothingSettings(EyeSection().cutoff, EyeSection().speed_cutoff)), None, lens()
    for frame in range(30):
        detection = synthetic_visitor.perfect_detection(synthetic_visitor.landmarks_at(frame / RATE, 7), view)
        track = Track.known(1, 1, detection, frame / RATE, track)
        person.update(detection, box_size(track.box_px), view, frame / RATE)
    assert track is not None
    bodies = [person.visitor(track, State.LOST, view, True, 1.0 + frame / RATE, 0).body for frame in range(40)]
    assert bodies[0] is not None and bodies[-1] is not None
    assert np.isfinite(bodies[-1].turns).all()
    assert bodies[-1].trust.mean() < 0.5 * bodies[0].trust.mean() + 0.1
    assert bodies[-1].hips_m == pytest.approx(bodies[0].hips_m, abs=0.5)
