"""The network computes what the published one does, and its maps become the people that stand in them.

The figures are the published graph's own, run by TensorFlow.js 4.22 (its processor backend) on the same picture.
"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from installation.eye.detection.movenet import KEYPOINTS, HeadMaps, MoveNet, decode

pytestmark = pytest.mark.integration

HEIGHT, WIDTH = 64, 96
CELLS = ((0, 0, 0), (3, 11, 1), (9, 20, 5), (15, 23, 33))
"""Row, column and channel of the cells that are compared; heads with fewer channels count on from the first."""
PUBLISHED = {
    "centre": (-5.90172, -5.73785, -5.07584, -11.59399),
    "box_size": (14.40377, 12.75847, 5.63526, -2.87399),
    "box_offset": (-0.02443, 0.48321, 0.40717, 1.09721),
    "heatmap": (-6.19882, -7.61160, -8.18623, -8.11503),
    "regression": (-2.05643, 0.02402, -1.50361, -1.65875),
    "offset": (0.58083, 0.56787, 0.03421, -0.88352),
}


def pattern() -> np.ndarray:
    """A picture of every brightness that is the same to the last bit everywhere."""
    y, x, channel = np.ogrid[:HEIGHT, :WIDTH, :3]
    return np.asarray((x * 7 + y * 13 + channel * 29) % 256, np.uint8)


def test_its_maps_are_those_of_the_published_network(weights: bytes) -> None:
    picture = torch.from_numpy(pattern()).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        maps = MoveNet(weights)(picture)
    for name, expected in PUBLISHED.items():
        values = maps[name][0]
        found = [float(values[channel % len(values), row, column]) for row, column, channel in CELLS]
        assert found == pytest.approx(expected, abs=1e-3), name


def test_a_file_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="9448838"):
        MoveNet(bytes(1000))


def empty_maps(height: int, width: int) -> HeadMaps:
    return HeadMaps(
        centre=torch.full((height, width), 0.01),
        box_size=torch.full((height, width, 2), 4.0),
        box_offset=torch.zeros(height, width, 2),
        heatmap=torch.zeros(height, width, KEYPOINTS),
        regression=torch.zeros(height, width, KEYPOINTS, 2),
        offset=torch.zeros(height, width, KEYPOINTS, 2),
    )


def test_neighbours_keep_their_own_keypoints() -> None:
    maps = empty_maps(24, 40)
    for column, score in ((10, 0.9), (28, 0.8)):
        maps.centre[12, column] = score
        maps.box_size[12, column] = torch.tensor((16.0, 8.0))
        maps.box_offset[12, column] = torch.tensor((0.5, 0.25))
        maps.heatmap[7, column + 1, 0] = 0.6
        maps.offset[7, column + 1, 0] = torch.tensor((0.2, -0.3))
        maps.regression[12, column, 0] = torch.tensor((-5.0, 1.0))
    found = decode(maps)
    assert found.scores[:2].tolist() == pytest.approx([0.54, 0.48])
    assert found.scores[2:].max() == 0.0
    np.testing.assert_allclose(found.boxes[:2], [[4.5, 6.25, 20.5, 14.25], [4.5, 24.25, 20.5, 32.25]], atol=1e-5)
    np.testing.assert_allclose(found.keypoints[:2, 0], [[7.2, 10.7, 0.6], [7.2, 28.7, 0.6]], atol=1e-5)


def test_a_keypoint_outside_the_box_is_not_taken() -> None:
    maps = empty_maps(24, 40)
    maps.centre[12, 10], maps.box_size[12, 10] = 0.9, torch.tensor((16.0, 8.0))
    maps.heatmap[12, 30, 3] = 1.0
    assert decode(maps).keypoints[0, 3, 2] == 0.0


def test_one_centre_counts_where_two_lie_side_by_side() -> None:
    maps = empty_maps(24, 40)
    maps.centre[12, 10], maps.centre[13, 11] = 0.9, 0.8
    maps.heatmap[...] = 0.5
    assert (decode(maps).scores > 0.1).sum() == 1


def test_boxes_stay_inside_the_picture() -> None:
    maps = empty_maps(24, 40)
    maps.centre[1, 38], maps.box_size[1, 38] = 0.9, torch.tensor((30.0, 30.0))
    assert decode(maps).boxes[0].tolist() == [0.0, 23.0, 16.0, 40.0]
