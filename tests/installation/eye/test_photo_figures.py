"""People in photographs, at half length, in groups, and with others in front of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from installation.core import downloads
from installation.core.downloads import AssetError, path_of
from installation.eye.detection.person_detection import WEIGHTS_NAME, PersonDetection
from installation.eye.photo_figures import COCO_LANDMARKS, FigureFinder, disagreement, open_figure_finder
from installation.eye.pose_estimator import PoseDetection
from installation.eye.sources.kinds import open_reader

pytestmark = pytest.mark.integration


def frames(name: str) -> list[np.ndarray]:
    try:
        for needed in ("pose_landmarker_full.task", WEIGHTS_NAME):
            path_of(needed)
        film = path_of(name)
    except AssetError as error:
        pytest.skip(str(error))
    with closing(open_reader(str(film), 30.0, None)) as reader:
        return [pixels for _, pixels in islice(reader, 121)]


@pytest.fixture(scope="module")
def group() -> np.ndarray:
    """Three people beside each other, cut at their hips: the man on the wall and the walker of the demo film."""
    film = frames("demo.mp4")
    man, walker = film[0][60:300, 480:820], film[120][500:740, 650:990]
    return np.concatenate([man, walker, man[:, ::-1]], axis=1).repeat(2, axis=0).repeat(2, axis=1)


@pytest.fixture(scope="module")
def finder(group: np.ndarray) -> Iterator[FigureFinder]:
    with open_figure_finder() as found:
        yield found


def test_people_at_half_length_are_found_each_in_one_body(finder: FigureFinder, group: np.ndarray) -> None:
    found = finder.find(group)
    heads = sorted(float(figure.landmarks[0, 0]) for figure in found.figures)
    assert len(heads) == 3 and found.faces_without_body == 0
    assert all(third / 3 < head < (third + 1) / 3 for third, head in enumerate(heads))
    for figure in found.figures:
        rings = np.concatenate(figure.outline)
        assert np.ptp(rings[:, 0]) < 0.34, "no outline takes in a neighbour"


def test_a_person_whom_the_edge_cuts_reaches_beyond_it(finder: FigureFinder, group: np.ndarray) -> None:
    for figure in finder.find(group).figures:
        assert np.concatenate(figure.outline)[:, 1].min() < 0.0


def test_as_many_are_found_as_are_asked_for(group: np.ndarray) -> None:
    with open_figure_finder(max_people=1) as finder:
        assert len(finder.figures(group)) == 1


def test_without_the_detector_people_with_a_head_are_found_and_that_is_said(
    group: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    place = downloads.place
    monkeypatch.setattr(
        downloads, "place", lambda asset: tmp_path / "none" if asset.name == WEIGHTS_NAME else place(asset)
    )
    with open_figure_finder() as finder:
        assert 1 <= len(finder.figures(group)) <= 3
    assert len(caplog.messages) == 1
    assert "fewer people are found" in caplog.text and "visitant setup" in caplog.text


def test_nobody_is_found_in_an_empty_picture(finder: FigureFinder) -> None:
    found = finder.find(np.full((300, 400, 3), 128, np.uint8))
    assert found.figures == () and found.faces_without_body == 0


def pose_at(shift_px: float) -> PoseDetection:
    landmarks = np.random.default_rng(3).uniform(0, 100, (33, 2)).astype(np.float32)
    local_m, visible = np.zeros((33, 3), np.float32), np.ones(33, np.float32)
    return PoseDetection(landmarks + np.float32(shift_px), local_m, visible, (0.0, 0.0, 100.0))


def test_a_pose_is_the_detected_person_only_where_their_joints_are() -> None:
    keypoints = np.concatenate([pose_at(0.0).landmarks_px[list(COCO_LANDMARKS)], np.ones((17, 1))], axis=1)
    person = PersonDetection(np.array([0, 0, 100, 100], np.float32), 0.6, keypoints.astype(np.float32))
    assert disagreement(pose_at(2.0), person) < 0.5
    assert disagreement(pose_at(20.0), person) > 1.0
