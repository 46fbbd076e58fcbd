"""The perceptual network: the first blocks of EfficientNet-Lite0, whose activations tell pictures apart as people do.

Made of plain convolutions: batch normalisation is folded into them when the file is read.
Tan and Le, EfficientNet (ICML 2019); the Lite form leaves out squeeze-and-excite and swish.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from installation.core.downloads import path_of

ASSET = "efficientnet-lite0.pth"
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet's pictures, for each of R, G, B."""
EPSILON = 1e-3
"""Of its batch normalisation."""
BLOCKS = (
    (32, 16, 1, 3, 1),
    (16, 24, 6, 3, 2), (24, 24, 6, 3, 1),
    (24, 40, 6, 5, 2), (40, 40, 6, 5, 1),
    (40, 80, 6, 3, 2), (80, 80, 6, 3, 1), (80, 80, 6, 3, 1),
    (80, 112, 6, 5, 1), (112, 112, 6, 5, 1), (112, 112, 6, 5, 1),
)  # fmt: skip
"""Channels in and out, expansion, kernel and stride of each block."""
TAPS = (0, 2, 4, 7, 10)
"""Blocks whose depth-wise activations are the features: the sums after blocks are too peaky for Gram matrices."""
CHANNELS = tuple(BLOCKS[tap][0] * BLOCKS[tap][2] for tap in TAPS)
"""Of each of the features: 32, 144, 240, 480, 672."""
SCALES = (2, 4, 8, 16, 16)
"""Pixels of the picture to a place of each of the features."""


class Perceptual(nn.Module):
    """Pictures (n, 3, h, w) of 0..1 in, features out. It is never trained."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2)
        self.blocks = nn.ModuleList(Block(*shape) for shape in BLOCKS)
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1))
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(3, 1, 1))
        self.requires_grad_(False).eval()

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return self.stem.weight.device

    def forward(self, pictures: Tensor, last: int = len(TAPS)) -> list[Tensor]:
        """The first `last` features, each (n, CHANNELS, h / SCALES, w / SCALES), 0..6."""
        x = F.relu6(self.stem(_padded((pictures - self.mean) / self.deviation, 3, 2)))
        found: list[Tensor] = []
        for index, block in enumerate(self.blocks):
            x, inside = block(x)
            if index in TAPS:
                found.append(inside)
            if len(found) == last:
                break
        return found


class Block(nn.Module):
    """An inverted bottleneck: expand, filter each channel by itself, project."""

    def __init__(self, wide: int, out: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = wide * expansion
        self.kernel, self.stride, self.skips = kernel, stride, stride == 1 and wide == out
        self.expand = nn.Conv2d(wide, inner, 1) if expansion > 1 else None
        self.depthwise = nn.Conv2d(inner, inner, kernel, stride, groups=inner)
        self.project = nn.Conv2d(inner, out, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What goes on, and the depth-wise activations."""
        inside = x if self.expand is None else F.relu6(self.expand(x))
        inside = F.relu6(self.depthwise(_padded(inside, self.kernel, self.stride)))
        out = self.project(inside)
        return (out + x if self.skips else out), inside


def load(device: torch.device | str = "cpu") -> Perceptual:
    """The network that `visitant setup` brings. Raises AssetError where it is missing."""
    raw = torch.load(path_of(ASSET), map_location="cpu", weights_only=True)
    network = Perceptual()
    _take(network.stem, raw, "_conv_stem", "_bn0")
    for index, block in enumerate(network.blocks):
        names = f"_blocks.{index}."
        assert isinstance(block, Block)
        if block.expand is not None:
            _take(block.expand, raw, f"{names}_expand_conv", f"{names}_bn0")
        _take(block.depthwise, raw, f"{names}_depthwise_conv", f"{names}_bn1")
        _take(block.project, raw, f"{names}_project_conv", f"{names}_bn2")
    return placed(network, device)


def placed(network: Any, device: torch.device | str) -> Any:
    """A network on its device, with the channels of each place side by side, which convolutions like best."""
    return network.to(device).to(memory_format=torch.channels_last)


@torch.no_grad()
def _take(into: nn.Conv2d, raw: dict[str, Tensor], convolution: str, norm: str) -> None:
    """A convolution's weights with the batch normalisation after it folded in."""
    gain = raw[f"{norm}.weight"] / (raw[f"{norm}.running_var"] + EPSILON).sqrt()
    assert into.bias is not None
    into.weight.copy_(raw[f"{convolution}.weight"] * gain.view(-1, 1, 1, 1))
    into.bias.copy_(raw[f"{norm}.bias"] - raw[f"{norm}.running_mean"] * gain)


def _padded(x: Tensor, kernel: int, stride: int) -> Tensor:
    """Padded as it was trained: a stride of 2 has less on the left and top where the size is even."""
    pads = []
    for size in (x.shape[-1], x.shape[-2]):
        whole = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        pads += [whole // 2, whole - whole // 2]
    return F.pad(x, pads)
