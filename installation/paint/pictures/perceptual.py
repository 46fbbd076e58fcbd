"""The perceptual network: the first blocks of EfficientNet-Lite0, whose activations compare pictures as people do.

Made of plain convolutions: batch normalisation is folded into them when the file is read.
Tan and Le, EfficientNet (ICML 2019); the Lite variant leaves out squeeze-and-excite and swish.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.core.downloads import path_of

ASSET = "efficientnet-lite0.pth"
"""Name of the downloaded weights."""
IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Of R, G, B over ImageNet's pictures, 0..1."""
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)
"""Standard deviation of R, G, B over ImageNet's pictures."""
BATCH_NORM_EPSILON = 1e-3
_Network = TypeVar("_Network", bound=nn.Module)
BLOCKS = (
    (32, 16, 1, 3, 1),
    (16, 24, 6, 3, 2),
    (24, 24, 6, 3, 1),
    (24, 40, 6, 5, 2),
    (40, 40, 6, 5, 1),
    (40, 80, 6, 3, 2),
    (80, 80, 6, 3, 1),
    (80, 80, 6, 3, 1),
    (80, 112, 6, 5, 1),
    (112, 112, 6, 5, 1),
    (112, 112, 6, 5, 1),
)
"""Input channels, output channels, expansion, kernel and stride of each block."""
TAPS = (0, 2, 4, 7, 10)
"""Blocks whose depth-wise activations are the features: the sums after blocks are too peaky for Gram matrices."""
CHANNELS = tuple(BLOCKS[tap][0] * BLOCKS[tap][2] for tap in TAPS)
"""Channels of each feature: 32, 144, 240, 480, 672."""
SCALES = (2, 4, 8, 16, 16)
"""Pixels of the picture, along a side, to a cell of each feature."""


class PerceptualNetwork(nn.Module):
    """Feature extractor for pictures (n, 3, h, w) of 0..1. It is never trained."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2)
        self.blocks = nn.ModuleList(InvertedBottleneck(*shape) for shape in BLOCKS)
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1))
        self.register_buffer("deviation", torch.tensor(IMAGENET_DEVIATION).view(3, 1, 1))
        self.requires_grad_(False).eval()

    @property
    def device(self) -> torch.device:
        """Device of the weights."""
        return self.stem.weight.device

    def forward(self, pictures: Tensor, last: int = len(TAPS)) -> list[Tensor]:
        """Return the first `last` features, each (n, CHANNELS, h / SCALES, w / SCALES) of 0..6."""
        x = F.relu6(self.stem(_pad_same((pictures - self.mean) / self.deviation, 3, 2)))
        found: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x, inside = block(x)
            if index in TAPS:
                found.append(inside)
            if len(found) == last:
                break
        return found


class InvertedBottleneck(nn.Module):
    """Expand, filter depth-wise, project; with a shortcut where shapes allow."""

    def __init__(self, channels: int, out_channels: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = channels * expansion
        self.kernel, self.stride, self.has_shortcut = kernel, stride, stride == 1 and channels == out_channels
        self.expand = nn.Conv2d(channels, inner, 1) if expansion > 1 else None
        self.depthwise = nn.Conv2d(inner, inner, kernel, stride, groups=inner)
        self.project = nn.Conv2d(inner, out_channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the block's output and its depth-wise activations."""
        inside = x if self.expand is None else F.relu6(self.expand(x))
        inside = F.relu6(self.depthwise(_pad_same(inside, self.kernel, self.stride)))
        out = self.project(inside)
        return (out + x if self.has_shortcut else out), inside


def load(device: torch.device | str = "cpu") -> PerceptualNetwork:
    """Load the network that `visitant setup` downloads. Raises AssetError if it is missing."""
    raw = torch.load(path_of(ASSET), map_location="cpu", weights_only=True)
    network = PerceptualNetwork()
    _fold_batch_norm(network.stem, raw, "_conv_stem", "_bn0")
    for index, block in enumerate(network.blocks):
        names = f"_blocks.{index}."
        assert isinstance(block, InvertedBottleneck)
        if block.expand is not None:
            _fold_batch_norm(block.expand, raw, f"{names}_expand_conv", f"{names}_bn0")
        _fold_batch_norm(block.depthwise, raw, f"{names}_depthwise_conv", f"{names}_bn1")
        _fold_batch_norm(block.project, raw, f"{names}_project_conv", f"{names}_bn2")
    return to_channels_last(network, device)


def to_channels_last(network: _Network, device: torch.device | str) -> _Network:
    """Move a network to a device, in the channels-last layout, which is fastest for convolutions."""
    network.to(device)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's annotation lacks the argument
    return network


@torch.no_grad()
def _fold_batch_norm(into: nn.Conv2d, raw: dict[str, Tensor], convolution: str, norm: str) -> None:
    """Copy a convolution's weights with the batch normalisation after it folded in."""
    gain = raw[f"{norm}.weight"] / (raw[f"{norm}.running_var"] + BATCH_NORM_EPSILON).sqrt()
    assert into.bias is not None
    into.weight.copy_(raw[f"{convolution}.weight"] * gain.view(-1, 1, 1, 1))
    into.bias.copy_(raw[f"{norm}.bias"] - raw[f"{norm}.running_mean"] * gain)


def _pad_same(x: Tensor, kernel: int, stride: int) -> Tensor:
    """TensorFlow's "same" padding, as in training: at stride 2 and even sizes, less on the left and top."""
    pads = []
    for size in (x.shape[-1], x.shape[-2]):
        whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [whole // 2, whole - whole // 2]
    return F.pad(x, pads)
