"""The judge: SqueezeNet 1.1, a feature extractor for evaluation that no painter was trained with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from installation.core.errors import UserError

JUDGE_FILE = "data/weights/squeezenet_v1.1.safetensors"
"""Path of its weights in the folder of material."""
IMAGENET_MEAN_BGR = (104.0, 117.0, 123.0)
"""Mean of ImageNet's pictures, of 0..255."""
SQUEEZE_CHANNELS = (16, 16, 32, 32, 48, 48, 64, 64)
"""Of the modules fire2 to fire9."""
EXPAND_CHANNELS = tuple(4 * channels for channels in SQUEEZE_CHANNELS)
"""Channels of either half of the outputs of fire2 to fire9."""
POOLED_LAYERS = ("conv1", "fire3", "fire5")
"""Layers with max pooling behind them."""


class JudgeNetwork(nn.Module):
    """Pictures in, activations out. Iandola et al., SqueezeNet (2016), version 1.1."""

    def __init__(self) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {"conv1": nn.Conv2d(3, 64, 3, 2)}
        channels = 64
        for number, (squeeze, expand) in enumerate(zip(SQUEEZE_CHANNELS, EXPAND_CHANNELS, strict=True), 2):
            layers[f"fire{number}"] = FireModule(channels, squeeze, expand)
            channels = 2 * expand
        layers["conv10"] = nn.Conv2d(channels, 1000, 1)
        self.layers = nn.ModuleDict(layers)
        self.requires_grad_(False).eval()

    def forward(self, pictures: Tensor, names: tuple[str, ...]) -> list[Tensor]:
        """Return the activations of layers `names`, in the network's order; pictures (n, 3, h, w) RGB of 0..255."""
        x = pictures.flip(1) - torch.tensor(IMAGENET_MEAN_BGR, device=pictures.device).view(3, 1, 1)
        found: list[Tensor] = []
        for name, layer in self.layers.items():
            x = F.relu(layer(x))
            if name in names:
                found.append(x)
            if len(found) == len(names):
                break
            if name in POOLED_LAYERS:
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        return found


class FireModule(nn.Module):
    """Squeeze to few channels, then expand by 1x1 and by 3x3 convolutions side by side."""

    def __init__(self, channels: int, squeeze: int, expand: int) -> None:
        super().__init__()
        self.squeeze1x1 = nn.Conv2d(channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze1x1(x))
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1)


def load(path: Path) -> JudgeNetwork:
    """Read the judge's weights. Raises UserError for a missing or invalid file."""
    judge = JudgeNetwork()
    try:
        judge.load_state_dict({f"layers.{name}": values.float() for name, values in load_file(path).items()})
    except FileNotFoundError:
        raise UserError(f"--judge {path}: isn't there; expected SqueezeNet 1.1 as safetensors") from None
    except (SafetensorError, RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()
        raise UserError(f"--judge {path}: no SqueezeNet 1.1 as safetensors ({' '.join(reason[:2])})") from None
    return judge


@torch.inference_mode()
def activations(judge: JudgeNetwork, picture: NDArray[np.uint8], names: tuple[str, ...]) -> list[NDArray[np.float32]]:
    """Return (channels, h, w) of each of the layers for one picture (H, W, 3)."""
    one = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    return [found[0].numpy() for found in judge(one, names)]
