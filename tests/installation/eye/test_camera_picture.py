"""A camera's picture is turned, flipped, cropped and straightened once; its ignored parts hold no visitors."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from installation.eye import synthetic_visitor
from installation.eye.camera import cropped, lens_of, project, rays
from installation.eye.eye import open_eye
from installation.eye.floor_bounds import FloorBounds
from installation.eye.search_picture import AutoLevels, SearchPicture
from installation.eye.sources.correction import PictureCorrection
from installation.interface.visitor import State, Visitor
from installation.venue.camera_section import CameraSection

LEFT_TO_RIGHT = np.dstack([np.tile(np.linspace(0, 240, 96).astype(np.uint8), (64, 1))] * 3)
"""A picture of 96x64 that grows lighter to the right."""


def corrected(picture: np.ndarray, **settings: object) -> np.ndarray:
    return PictureCorrection(CameraSection.model_validate(settings, strict=False)).apply(picture)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"rotate": 90}, np.rot90(LEFT_TO_RIGHT, -1)),
        ({"rotate": 180}, LEFT_TO_RIGHT[::-1, ::-1]),
        ({"rotate": 270}, np.rot90(LEFT_TO_RIGHT)),
        ({"flip": "horizontal"}, LEFT_TO_RIGHT[:, ::-1]),
        ({"flip": "vertical"}, LEFT_TO_RIGHT[::-1]),
        ({"flip": "both"}, LEFT_TO_RIGHT[::-1, ::-1]),
        ({"crop": [0.25, 0.0, 0.75, 0.5]}, LEFT_TO_RIGHT[:32, 24:72]),
        ({"rotate": 90, "crop": [0.0, 0.5, 1.0, 1.0]}, np.rot90(LEFT_TO_RIGHT, -1)[48:]),
    ],
)
def test_a_picture_is_turned_then_flipped_then_cropped(settings: dict[str, object], expected: np.ndarray) -> None:
    assert (corrected(LEFT_TO_RIGHT, **settings) == expected).all()


def grid_seen_through(camera: CameraSection, raw: np.ndarray, fisheye: bool) -> tuple[np.ndarray, np.ndarray]:
    """A picture of dots through a lens with the matrix `raw`, and where a pinhole camera would have them."""
    wide, high = 640, 480
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, 5), np.linspace(-0.4, 0.4, 5))
    rays_ = np.stack([x.ravel(), y.ravel(), np.ones(25)], axis=1)
    none = np.zeros(3)
    if fisheye:
        points, _ = cv2.fisheye.projectPoints(rays_[:, None], none, none, raw, np.array(camera.fisheye))
    else:
        points, _ = cv2.projectPoints(rays_, none, none, raw, np.array(camera.distortion))
    picture = np.zeros((high, wide, 3), np.uint8)
    for px, py in points.reshape(-1, 2):
        cv2.circle(picture, (round(px * 16), round(py * 16)), 4 * 16, (255, 255, 255), -1, cv2.LINE_AA, 4)
    focal = 0.5 * wide / math.tan(math.radians(camera.field_of_view) / 2)
    return picture, rays_[:, :2] * focal + [(wide - 1) / 2, (high - 1) / 2]


@pytest.mark.parametrize(
    ("settings", "fisheye"),
    [
        ({"distortion": [-0.25, 0.08, 0.001, -0.002, 0.0], "intrinsics": [0.8, 1.07, 0.52, 0.49]}, False),
        ({"fisheye": [0.02, -0.01, 0.0, 0.0], "intrinsics": [0.5, 0.67, 0.49, 0.51]}, True),
    ],
)
def test_a_straightened_picture_is_that_of_a_pinhole_camera(settings: dict[str, object], fisheye: bool) -> None:
    camera = CameraSection.model_validate({**settings, "field_of_view": 75.0}, strict=False)
    assert camera.intrinsics is not None
    fx, fy, cx, cy = camera.intrinsics
    raw = np.array([[fx * 640, 0, cx * 640 - 0.5], [0, fy * 480, cy * 480 - 0.5], [0, 0, 1]])
    picture, expected = grid_seen_through(camera, raw, fisheye)
    straight = PictureCorrection(camera).apply(picture)
    for x, y in expected:
        part = straight[round(y) - 12 : round(y) + 13, round(x) - 12 : round(x) + 13, 0].astype(float)
        moments = cv2.moments(part)
        found = (moments["m10"] / moments["m00"] - 12, moments["m01"] / moments["m00"] - 12)
        assert np.allclose(found, [x - round(x), y - round(y)], atol=0.6)


def test_a_straightened_picture_is_turned_as_well() -> None:
    settings = {"distortion": [-0.2, 0.0, 0.0, 0.0, 0.0], "intrinsics": [0.8, 1.2, 0.5, 0.5]}
    straight = corrected(LEFT_TO_RIGHT, **settings, field_of_view=60.0)
    upright = corrected(LEFT_TO_RIGHT, **settings, rotate=180)
    assert upright.shape == (64, 96, 3)
    assert np.abs(upright[::-1, ::-1].astype(int) - straight).max() <= 2


def test_the_lens_of_a_cropped_picture_looks_the_same_way() -> None:
    whole = lens_of((640, 480), 1.5, 10.0, 70.0, (0.0, 0.0), 0.0)
    part = cropped(whole, (200, 100, 500, 400))
    point = np.array([0.4, 1.0, 3.0])
    assert np.allclose(project(part, point) + [200, 100], project(whole, point))
    assert np.allclose(rays(part, project(part, point)), rays(whole, project(whole, point)))


def test_an_ignored_part_of_the_picture_is_plain_and_the_rest_untouched() -> None:
    camera = CameraSection.model_validate({"ignore": [[[0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [0.5, 1.0]]]}, strict=False)
    before = LEFT_TO_RIGHT.copy()
    searched = SearchPicture(camera).apply(LEFT_TO_RIGHT, 0.0)
    assert len(np.unique(searched[:, 50:])) == 1
    assert (searched[:, :48] == before[:, :48]).all()
    assert (before == LEFT_TO_RIGHT).all()


def test_a_dark_picture_is_brightened_and_a_light_one_stays() -> None:
    levels = AutoLevels()
    assert levels.apply(LEFT_TO_RIGHT, None, 0.0) is LEFT_TO_RIGHT
    dark = (LEFT_TO_RIGHT * 0.1).astype(np.uint8)
    bright = AutoLevels().apply(dark, None, 0.0)
    assert bright.max() > 150 and (np.diff(bright[0, :, 0].astype(int)) >= 0).all()


def test_a_bright_projection_that_is_ignored_does_not_keep_the_room_dark() -> None:
    picture = (LEFT_TO_RIGHT * 0.1).astype(np.uint8)
    picture[:, 64:] = 250
    camera = CameraSection.model_validate(
        {"ignore": [[[0.66, 0.0], [1.0, 0.0], [1.0, 1.0], [0.66, 1.0]]]}, strict=False
    )
    assert SearchPicture(camera).apply(picture, 0.0)[:, :60].max() > 150


def test_the_levels_follow_a_flickering_light_slowly() -> None:
    levels, dark = AutoLevels(), (LEFT_TO_RIGHT * 0.1).astype(np.uint8)
    first = levels.apply(dark, None, 0.0).astype(int)
    second = levels.apply(dark // 2, None, 1 / 30).astype(int)
    assert second.max() < 0.6 * first.max()


@pytest.mark.slow
def test_the_eye_and_the_scenes_see_the_corrected_picture(tmp_path: Path) -> None:
    for count in range(2):
        cv2.imwrite(str(tmp_path / f"{count}.png"), LEFT_TO_RIGHT)
    camera = {"source": str(tmp_path), "rotate": 90, "crop": [0.0, 0.0, 1.0, 0.5], "ignore": [[[0, 0], [1, 0], [0, 1]]]}
    eye = open_eye(camera, {}, 0, 0, live=False, epoch=0.0)
    message = eye.step({"picture": True}, 0.0)
    eye.close()
    assert message is not None
    assert message.body.size_px == (64, 48) and message.body.capture == "2 pictures at 30/s"
    assert message.pixels is not None and np.array_equal(message.pixels, np.rot90(LEFT_TO_RIGHT, -1)[:48])


def visitor(id: int, x: float, z: float, state: State = State.PRESENT) -> Visitor:
    lens = lens_of((640, 480), 1.5, 0.0, 60.0, (0.0, 0.0), 0.0)
    body = synthetic_visitor.perfect_detection(synthetic_visitor.landmarks_at(0.0, 1), lens)
    floor = np.array([x, z], np.float32)
    return Visitor(
        id=id,
        slot=1,
        state=state,
        born=0.0,
        seen=0.0,
        box_px=np.zeros(4, np.float32),
        landmarks_px=body.landmarks_px,
        landmarks_screen=body.landmarks_px,
        landmarks_m=body.local_landmarks_m,
        visibility=body.visibility,
        outline_screen=(),
        floor_m=floor,
        velocity_m=np.zeros(2, np.float32),
    )


def test_people_off_the_floor_are_no_visitors_and_who_goes_out_has_left_once() -> None:
    bounds = FloorBounds((-1.0, 1.0, 1.0, 4.0), 2)

    def seen(*people: Visitor) -> list[tuple[int, State]]:
        return [(each.id, each.state) for each in bounds.apply(people)]

    sitting = visitor(1, 3.0, 2.0)
    assert seen(sitting) == []
    inside = visitor(2, 0.0, 2.0)
    assert seen(sitting, inside) == [(1, State.PRESENT)]
    assert seen(sitting, replace(inside, floor_m=np.array([1.1, 2.0], np.float32))) == [(1, State.PRESENT)]
    outside = replace(inside, floor_m=np.array([2.0, 2.0], np.float32))
    assert seen(sitting, outside) == [(1, State.LEFT)]
    assert seen(sitting, outside) == []
    assert seen(sitting, inside) == [(2, State.PRESENT)]
    assert seen(sitting, replace(inside, state=State.LEFT)) == [(2, State.LEFT)]
    assert seen(sitting) == []
    # People elsewhere take no one's place, and no slot.
    crowd = bounds.apply([sitting, *(visitor(id, 0.2 * id, 2.0) for id in (3, 4, 5))])
    assert [(each.id, each.slot) for each in crowd] == [(3, 1), (4, 2)]
