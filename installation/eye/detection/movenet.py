"""MoveNet MultiPose in torch: MobileNetV2, feature pyramid, CenterNet heads, and the decoding of their maps.

The architecture is that of the published TensorFlow.js model "movenet/multipose/lightning/1"; its weights are read
from that model's one binary file, float16 in the order of the model's manifest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

MAX_PEOPLE: Final = 6
"""People that one picture yields."""
KEYPOINTS: Final = 17
CELL_PX: Final = 4
"""Side in pixels of the input of a cell of the maps."""
FILE_BYTES: Final = 9_448_838
"""Length of the file of weights."""
PEAK_WINDOW: Final = 5
"""Side in cells of the square within which only the highest centre is a person."""
PEAK_TOLERANCE: Final = 1e-6
REACH: Final = 0.300048828125
"""Width of the bell around a regressed keypoint in shorter sides of the map; this and the next two are published."""
MIN_KEYPOINT_SCORE: Final = 0.126953125
"""Score above which a keypoint counts towards the score of its person."""
INPUT_SCALE: Final = 0.007843017578125
"""Scale from 0..255 to 0..2, before 1 is subtracted."""
BLOCKS: Final = (
    *((40, 2), (40, 1), (48, 2), (48, 1), (48, 1)),
    *((96, 2), (96, 1), (96, 1), (96, 1), (144, 1), (144, 1), (144, 1)),
    *((240, 2), (240, 1), (240, 1), (480, 1)),
)
"""Output channels and stride of the blocks, each of which expands its input sixfold."""
BACKBONE_CHANNELS: Final = 1280
LATERAL_BLOCKS: Final = (8, 4, 1)
"""Indices of the blocks whose results enter the pyramid, the coarsest first."""
BACKBONE_OFFSET: Final = 234646
"""Byte in the file at which the backbone's weights begin."""
TOP_OFFSET: Final = 45444
"""Byte at which those of the pyramid's top begin."""
LEVELS: Final = ((209432, 221848, 64, 32), (223020, 226156, 32, 24), (226766, 228734, 24, 24))
"""For each further level of the pyramid, coarsest first: the bytes at which the weights of its lateral and of its
depthwise convolution begin, and its channels before and after."""
POINTWISE_OFFSET: Final = 9441894
"""Byte at which the levels' pointwise convolutions begin."""
HEAD_OFFSETS: Final = {
    "centre": (229166, 1),
    "box_size": (39110, 2),
    "box_offset": (33410, 2),
    "heatmap": (24800, KEYPOINTS),
    "regression": (12732, 2 * KEYPOINTS),
    "offset": (4, 2 * KEYPOINTS),
}
"""Bytes in the file at which the weights of the heads begin, and their channels."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadMaps:
    """The maps of one picture; pairs are (y, x), lengths are in cells."""

    centre: Tensor
    """(height, width) 0..1, whether a person's centre lies in the cell."""
    box_size: Tensor
    """(height, width, 2)."""
    box_offset: Tensor
    """(height, width, 2), from the cell to the middle of the box."""
    heatmap: Tensor
    """(height, width, 17) 0..1, whether a keypoint lies in the cell."""
    regression: Tensor
    """(height, width, 17, 2), from a person's centre to the keypoints."""
    offset: Tensor
    """(height, width, 17, 2), from the cell to the keypoint in it."""


class MoveNet(nn.Module):
    """The network; `forward` takes one picture (1, 3, height, width) of 0..255, sides multiples of 32."""

    def __init__(self, weights: bytes) -> None:
        """`weights` is the content of the published file; raises ValueError where its length is another."""
        super().__init__()
        if len(weights) != FILE_BYTES:
            raise ValueError(f"{len(weights)} bytes instead of {FILE_BYTES}")
        reader = _WeightReader(weights, BACKBONE_OFFSET)
        self.stem = nn.Sequential(
            _conv(reader, 3, 48, 3, stride=2, relu=6), _depthwise(reader, 48, 1), _conv(reader, 48, 24)
        )
        inputs = (24, *(channels for channels, _ in BLOCKS))
        self.blocks = nn.ModuleList(
            _Block(reader, before, after, stride) for before, (after, stride) in zip(inputs, BLOCKS, strict=False)
        )
        self.top = _conv(reader, BLOCKS[-1][0], BACKBONE_CHANNELS, relu=6)
        self.pyramid = _Pyramid(weights)
        self.heads = nn.ModuleDict({name: _head(weights, *place) for name, place in HEAD_OFFSETS.items()})

    def forward(self, picture: Tensor) -> dict[str, Tensor]:
        """The heads' raw maps (1, channels, height / 4, width / 4), in float32, by name."""
        x = self.stem(picture * INPUT_SCALE - 1.0)
        lateral = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in LATERAL_BLOCKS:
                lateral.append(x)
        features = self.pyramid(self.top(x), lateral[::-1])
        return {name: head(features) for name, head in self.heads.items()}


def head_maps(raw: dict[str, Tensor]) -> HeadMaps:
    """The raw maps of one picture as `HeadMaps`."""
    maps = {name: values[0].permute(1, 2, 0) for name, values in raw.items()}
    height, width = maps["centre"].shape[:2]
    return HeadMaps(
        centre=maps["centre"][..., 0].sigmoid(),
        box_size=maps["box_size"],
        box_offset=maps["box_offset"],
        heatmap=maps["heatmap"].sigmoid(),
        regression=maps["regression"].reshape(height, width, KEYPOINTS, 2),
        offset=maps["offset"].reshape(height, width, KEYPOINTS, 2),
    )


@dataclass(frozen=True, slots=True, eq=False)
class DecodedPeople:
    """The six most likely people of a picture, whether they are there or not; lengths are in cells."""

    boxes: Tensor
    """(6, 4) top, left, bottom, right."""
    scores: Tensor
    """(6,) 0..1."""
    keypoints: Tensor
    """(6, 17, 3) y, x, score."""


def decode(maps: HeadMaps) -> DecodedPeople:
    """Find people in the heads' maps.

    A person is a local maximum of the centre map. Each of its keypoints lies where the keypoint's heat map, weighted by
    a bell around the place that the centre predicts and cut by the person's box, is highest.
    """
    height, width = maps.centre.shape
    highest = functional.max_pool2d(maps.centre[None, None], PEAK_WINDOW, 1, PEAK_WINDOW // 2)[0, 0]
    peaks = maps.centre * ((maps.centre - highest).abs() < PEAK_TOLERANCE)
    likelihood, index = peaks.flatten().topk(MAX_PEOPLE)
    rows, columns = index // width, index % width
    cells = torch.stack((rows, columns), -1).to(maps.centre.dtype)
    middle, half = cells + maps.box_offset[rows, columns], maps.box_size[rows, columns].clamp(min=0) / 2
    limit = cells.new_tensor((height, width))
    first, last = ((middle + sign * half).clamp(min=0).minimum(limit) for sign in (-1, 1))
    expected = cells[:, None] + maps.regression[rows, columns]
    keypoints = _keypoints(maps, expected, first, last)
    counts = keypoints[..., 2] > MIN_KEYPOINT_SCORE
    mean = (keypoints[..., 2] * counts).sum(-1) / counts.sum(-1).clamp(min=1)
    return DecodedPeople(torch.cat((first, last), -1), likelihood * mean, keypoints)


def _keypoints(maps: HeadMaps, expected: Tensor, first: Tensor, last: Tensor) -> Tensor:
    """Keypoints (people, 17, 3) near the `expected` (people, 17, 2) within boxes from `first` to `last` (people, 2)."""
    height, width = maps.centre.shape
    y, x = (torch.arange(n, dtype=expected.dtype, device=expected.device) for n in (height, width))
    spread = REACH * min(height, width)
    # A bell over the plane is the product of one along each axis.
    bells = [
        torch.exp(-((line - expected[..., axis, None]) ** 2) / spread)
        * ((line >= first[:, None, axis, None]) & (line < last[:, None, axis, None]))
        for axis, line in enumerate((y, x))
    ]
    weighted = maps.heatmap.permute(2, 0, 1) * bells[0][..., :, None] * bells[1][..., None, :]
    index = weighted.flatten(-2).argmax(-1)
    rows, columns = index // width, index % width
    kind = torch.arange(KEYPOINTS, device=index.device).expand_as(index)
    # The published graph scores a cell by the highest of all people there.
    scores = weighted.amax(0)[kind, rows, columns]
    places = torch.stack((rows, columns), -1) + maps.offset[rows, columns, kind]
    return torch.cat((places, scores[..., None]), -1)


class _WeightReader:
    """Takes arrays from the file one after another, from a byte on."""

    def __init__(self, data: bytes, offset: int) -> None:
        self._data, self._offset = data, offset

    def take(self, *shape: int) -> Tensor:
        count = math.prod(shape)
        values = np.frombuffer(self._data, "<f2", count, self._offset).astype(np.float32).reshape(shape)
        self._offset += 2 * count
        return torch.from_numpy(values)


class _Conv(nn.Module):
    """A convolution with the padding that TensorFlow calls SAME, and a ReLU with an upper limit, or none."""

    def __init__(self, weight: Tensor, bias: Tensor | None, stride: int, groups: int, relu: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight.contiguous(), requires_grad=False)
        self.bias = None if bias is None else nn.Parameter(bias, requires_grad=False)
        self.stride, self.groups, self.relu = stride, groups, relu
        side = weight.shape[-1]
        self.padding = side // 2 if stride == 1 else 0

    def forward(self, x: Tensor) -> Tensor:
        if self.stride == 2:
            # Sides are even, and the padding then stands after the picture only.
            x = functional.pad(x, (0, 1, 0, 1))
        x = functional.conv2d(x, self.weight, self.bias, self.stride, self.padding, groups=self.groups)
        return x.clamp_(0.0, self.relu) if self.relu else x


def _conv(reader: _WeightReader, before: int, after: int, side: int = 1, stride: int = 1, relu: float = 0) -> _Conv:
    weight = reader.take(side, side, before, after).permute(3, 2, 0, 1)
    return _Conv(weight, reader.take(after), stride, 1, relu)


def _depthwise(reader: _WeightReader, channels: int, stride: int) -> _Conv:
    weight = reader.take(3, 3, channels, 1).permute(2, 3, 0, 1)
    return _Conv(weight, reader.take(channels), stride, channels, 6)


def _plain_depthwise(reader: _WeightReader, channels: int) -> _Conv:
    return _Conv(reader.take(3, 3, channels, 1).permute(2, 3, 0, 1), None, 1, channels, 0)


class _Block(nn.Module):
    """An inverted residual block of MobileNetV2."""

    def __init__(self, reader: _WeightReader, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _conv(reader, before, 6 * before, relu=6),
            _depthwise(reader, 6 * before, stride),
            _conv(reader, 6 * before, after),
        )
        self.adds = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return y.add_(x) if self.adds else y


class _Pyramid(nn.Module):
    """Enlarges the coarsest features in three steps and adds the backbone's finer ones."""

    def __init__(self, weights: bytes) -> None:
        super().__init__()
        points = _WeightReader(weights, POINTWISE_OFFSET)
        self.top = _conv(_WeightReader(weights, TOP_OFFSET), BACKBONE_CHANNELS, LEVELS[0][2])
        self.lateral, self.mixing = nn.ModuleList(), nn.ModuleList()
        for block, (lateral, depthwise, before, after) in zip(LATERAL_BLOCKS, LEVELS, strict=True):
            self.lateral.append(_conv(_WeightReader(weights, lateral), BLOCKS[block][0], before))
            spread = _plain_depthwise(_WeightReader(weights, depthwise), before)
            self.mixing.append(nn.Sequential(spread, _conv(points, before, after, relu=math.inf)))

    def forward(self, x: Tensor, lateral: list[Tensor]) -> Tensor:
        x = self.top(x)
        for fine, project, mix in zip(lateral, self.lateral, self.mixing, strict=True):
            x = mix(functional.interpolate(x, scale_factor=2.0, mode="bilinear").add_(project(fine)))
        return x


def _head(weights: bytes, offset: int, channels: int) -> nn.Sequential:
    reader = _WeightReader(weights, offset)
    return nn.Sequential(
        _plain_depthwise(reader, 24), _conv(reader, 24, 96, relu=math.inf), _conv(reader, 96, channels)
    )
