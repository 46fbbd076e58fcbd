"""Synthetic visitors have a known truth: the eye must find their place, size and side from the camera's picture."""

from __future__ import annotations

import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.boxes import box_size
from installation.eye.camera import lens_of
from installation.eye.eye import open_eye
from installation.eye.landmark_smoother import SmoothingSettings
from installation.eye.track import Track
from installation.eye.tracked_person import TrackedPerson
from installation.interface.visitor import Observation, State, Visitor
from installation.venue.camera_section import CameraSection
from installation.venue.schema import EyeSection
from installation.workers.codec import pack
from motion.landmarks import LANDMARKS

LEFT, RIGHT = LANDMARKS.index("left_wrist"), LANDMARKS.index("right_wrist")
CAMERAS = {
    "level": (1.2, 0.0, 70.0, (0.0, 0.0), 0.0, (1280, 720)),
    "high": (2.6, 22.0, 60.0, (-0.8, 0.0), 12.0, (1920, 1080)),
    "upright": (1.5, 5.0, 45.0, (0.5, 0.2), -8.0, (720, 1280)),
}


def ghosts(source: str = "ghost:2", mirror: bool = True, seed: int = 3) -> list[Observation]:
    camera = CameraSection(source=source, mirror=mirror).model_dump(mode="json")
    eye = open_eye(camera, EyeSection().model_dump(mode="json"), index=0, seed=seed, live=False, epoch=0.0)
    seen = [eye.step({}, count / 30) for count in range(60)]
    eye.close()
    return [letter.body for letter in seen if letter]


def seen(lens_name: str, where: tuple[float, float], hide_feet: bool = False) -> tuple[Visitor, np.ndarray]:
    """The visitor after two seconds of a ghost that dances at `where` (x, z), and the last true body."""
    lens = lens_of(CAMERAS[lens_name][5], *CAMERAS[lens_name][:5])
    body, track = TrackedPerson(SmoothingSettings(EyeSection().cutoff, EyeSection().speed_cutoff)), None
    for count in range(60):
        true = synthetic_visitor.landmarks_at(count / 30, 5)
        true = true + [where[0] - true[23:25, 0].mean(), 0.0, where[1] - true[23:25, 2].mean()]
        detection = synthetic_visitor.perfect_detection(true, lens)
        if hide_feet:
            detection.visibility[27:] = 0.02
        track = Track.known(1, 1, detection, count / 30, track)
        body.update(detection, box_size(track.box_px), lens, count / 30)
    assert track is not None
    return body.visitor(track, State.PRESENT, lens, False, 59 / 30, 0), true


@pytest.mark.parametrize("lens_name", CAMERAS)
@pytest.mark.parametrize("where", [(0.0, 2.5), (-0.6, 3.5), (0.8, 4.5), (0.3, 6.0)])
@pytest.mark.parametrize("hide_feet", [False, True])
def test_a_body_is_placed_on_the_floor_within_15_cm(
    lens_name: str, where: tuple[float, float], hide_feet: bool
) -> None:
    visitor, true = seen(lens_name, where, hide_feet)
    hips = true[23:25].mean(axis=0)
    # Without feet, size is a guess; a ghost is as tall as the guess within a few per cent.
    assert np.linalg.norm(visitor.floor_m - hips[[0, 2]]) < (0.3 if hide_feet else 0.15)


def test_a_body_stands_on_the_floor_upright_with_its_left_hand_left() -> None:
    visitor, true = seen("high", (0.0, 3.5))
    assert abs(visitor.landmarks_m[:, 1].min()) < 0.05
    assert visitor.landmarks_m[0, 1] > visitor.landmarks_m[23, 1] > visitor.landmarks_m[27, 1]
    error = np.linalg.norm(visitor.landmarks_m - true, axis=1)
    assert np.median(error) < 0.15
    assert np.linalg.norm(visitor.landmarks_m[LEFT] - true[LEFT]) < np.linalg.norm(
        visitor.landmarks_m[LEFT] - true[RIGHT]
    )


@pytest.mark.integration
def test_the_same_seed_gives_the_same_visitors_byte_for_byte_and_another_seed_others() -> None:
    first, again, other = (pack(ghosts(seed=seed)[-1]) for seed in (3, 3, 4))
    assert first == again != other


def test_as_many_ghosts_come_as_are_asked_for_each_with_identity_and_slot() -> None:
    last = ghosts("ghost:3")[-1]
    assert [v.id for v in last.visitors] == [v.slot for v in last.visitors] == [1, 2, 3]
    assert all(v.state is State.PRESENT for v in last.visitors)
    assert len(ghosts("ghost")[-1].visitors) == 1


def test_ghosts_stay_before_the_wall_and_their_bones_keep_their_length() -> None:
    bones = [(11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28)]
    bodies = np.array([synthetic_visitor.landmarks_at(t, 1) for t in np.linspace(0, 120, 600)])
    lengths = np.array([np.linalg.norm(bodies[:, a] - bodies[:, b], axis=1) for a, b in bones])
    assert (np.ptp(lengths, axis=1) < 0.05).all()
    assert bodies[..., 2].min() > 1.0 and np.abs(bodies[..., 0]).max() < 3.0
    assert bodies[..., 1].min() > -0.02 and bodies[..., 1].max() < 2.4
    speeds = np.linalg.norm(np.diff(bodies, axis=0), axis=-1) / 0.2
    assert 0.3 < np.quantile(speeds, 0.99) < 6.0


@pytest.mark.parametrize("mirror", [False, True])
def test_the_screen_is_mirrored_where_the_venue_mirrors_and_never_the_landmarks(mirror: bool) -> None:
    visitor = ghosts(mirror=mirror)[-1].visitors[0]
    size = np.array(synthetic_visitor.PICTURE_SIZE_PX)
    x = visitor.landmarks_px[:, 0] / size[0]
    assert np.allclose(visitor.landmarks_screen[:, 0], 1 - x if mirror else x, atol=1e-5)
    assert np.allclose(visitor.landmarks_screen[:, 1], 1 - visitor.landmarks_px[:, 1] / size[1], atol=1e-5)
    # A visitor who looks at the wall has the left shoulder at the right of an unmirrored picture.
    assert visitor.landmarks_px[11, 0] > visitor.landmarks_px[12, 0]


def test_the_outline_lies_around_the_landmarks() -> None:
    visitor = ghosts()[-1].visitors[0]
    points = np.concatenate(visitor.outline_screen)
    low, high = points.min(axis=0), points.max(axis=0)
    inside = ((visitor.landmarks_screen > low - 0.03) & (visitor.landmarks_screen < high + 0.03)).all(axis=1)
    assert inside.mean() > 0.9 and 50 < len(points) <= 400
