"""The detector finds people in pictures of any size, in the picture's own pixels."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from installation.core.downloads import AssetError, path_of
from installation.eye.detection.detector import PersonDetector
from installation.eye.detection.person_detection import KEYPOINTS, WEIGHTS_NAME, letterbox
from installation.eye.sources.kinds import open_reader

pytestmark = pytest.mark.integration

WALKER_BOX = (706.3, 511.7, 951.7, 935.8)
WALKER_PX = {
    "nose": (798.0, 553.5),
    "left_wrist": (919.8, 720.9),
    "right_hip": (815.2, 716.8),
    "right_ankle": (920.9, 882.7),
}
"""The published network's own figures for the walker in the demo film, scaled to the film's pixels."""


@pytest.fixture(scope="module")
def detector(weights: bytes) -> PersonDetector:
    return PersonDetector.load()


@pytest.fixture(scope="module")
def frame(weights: bytes) -> np.ndarray:
    """The demo film after four seconds: a walker below, a man in a back flip above, against the light."""
    with closing(open_reader(str(path_of("demo.mp4")), 30.0, None)) as reader:
        return next(pixels for _, pixels in islice(reader, 120, None))


def test_it_finds_what_the_published_network_finds(detector: PersonDetector, frame: np.ndarray) -> None:
    walker, flipping = detector.detect(frame)
    assert walker.score == pytest.approx(0.579, abs=0.01)
    assert walker.box == pytest.approx(WALKER_BOX, abs=2.0)
    for name, place in WALKER_PX.items():
        assert walker.keypoints[KEYPOINTS.index(name), :2] == pytest.approx(place, abs=2.0), name
    assert flipping.box[3] < walker.box[1]
    assert walker.box.dtype == walker.keypoints.dtype == np.float32 and walker.keypoints.shape == (17, 3)


def test_people_are_in_the_pixels_of_the_picture_whatever_its_size(detector: PersonDetector, frame: np.ndarray) -> None:
    tall = frame[400:, 500:1000]
    (walker,) = detector.detect(np.ascontiguousarray(tall))
    assert walker.box + np.array([500, 400, 500, 400]) == pytest.approx(WALKER_BOX, abs=25.0)


def test_nobody_stands_in_an_empty_picture(detector: PersonDetector) -> None:
    assert detector.detect(np.full((240, 320, 3), 128, np.uint8)) == []
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), np.uint8)
    assert detector.detect(noise) == []


def test_it_leaves_torch_its_threads(detector: PersonDetector) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        detector.detect(np.zeros((64, 64, 3), np.uint8))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_missing_and_damaged_weights_name_the_command_that_brings_them(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="visitant setup"):
        PersonDetector.load(tmp_path)
    (tmp_path / WEIGHTS_NAME).write_bytes(bytes(9_448_838))
    with pytest.raises(AssetError, match="is damaged; `visitant setup`"):
        PersonDetector.load(tmp_path)


@pytest.mark.parametrize(
    ("size", "framed", "scale"),
    [((640, 360), (320, 192), 0.5), ((1088, 1920), (192, 320), 1 / 6), ((320, 320), (320, 320), 1.0)],
)
def test_a_letterbox_keeps_the_shape_of_the_picture(
    size: tuple[int, int], framed: tuple[int, int], scale: float
) -> None:
    boxed = letterbox(np.full((size[1], size[0], 3), 200, np.uint8))
    assert boxed.pixels.shape == (framed[1], framed[0], 3) and boxed.scale == pytest.approx(scale)
    rows, columns = np.nonzero(boxed.pixels[..., 0])
    assert rows.max() + 1 == round(size[1] * scale) and columns.max() + 1 == round(size[0] * scale)
