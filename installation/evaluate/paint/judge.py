"""The judge: SqueezeNet 1.1, a network that no painter was taught by, whose activations tell pictures apart."""

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

FILE = "data/weights/squeezenet_v1.1.safetensors"
"""Where it lies in the folder of material."""
MEAN = (104.0, 117.0, 123.0)
"""Of ImageNet's pictures, for each of B, G, R of 0..255."""
SQUEEZED = (16, 16, 32, 32, 48, 48, 64, 64)
WIDENED = tuple(4 * squeezed for squeezed in SQUEEZED)
"""Channels of either half of the modules fire2 to fire9."""
POOLED = ("conv1", "fire3", "fire5")
"""After which the picture is halved."""


class Judge(nn.Module):
    """Pictures in, activations out. Iandola et al., SqueezeNet (2016), in its version 1.1."""

    def __init__(self) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {"conv1": nn.Conv2d(3, 64, 3, 2)}
        wide = 64
        for number, (squeezed, widened) in enumerate(zip(SQUEEZED, WIDENED, strict=True), 2):
            layers[f"fire{number}"] = Fire(wide, squeezed, widened)
            wide = 2 * widened
        layers["conv10"] = nn.Conv2d(wide, 1000, 1)
        self.layers = nn.ModuleDict(layers)
        self.requires_grad_(False).eval()

    def forward(self, pictures: Tensor, names: tuple[str, ...]) -> list[Tensor]:
        """The activations of layers `names`, in the network's order; pictures (n, 3, h, w) RGB of 0..255."""
        x = pictures.flip(1) - torch.tensor(MEAN, device=pictures.device).view(3, 1, 1)
        found: list[Tensor] = []
        for name, layer in self.layers.items():
            x = F.relu(layer(x))
            if name in names:
                found.append(x)
            if len(found) == len(names):
                break
            if name in POOLED:
                x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        return found


class Fire(nn.Module):
    """Squeeze to few channels, widen by 1x1 and by 3x3, side by side."""

    def __init__(self, wide: int, squeezed: int, widened: int) -> None:
        super().__init__()
        self.squeeze1x1 = nn.Conv2d(wide, squeezed, 1)
        self.expand1x1 = nn.Conv2d(squeezed, widened, 1)
        self.expand3x3 = nn.Conv2d(squeezed, widened, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.squeeze1x1(x))
        return torch.cat([self.expand1x1(x), self.expand3x3(x)], 1)


def load(path: Path) -> Judge:
    """The judge of a file. Raises Trouble where it is none."""
    judge = Judge()
    try:
        judge.load_state_dict({f"layers.{name}": values.float() for name, values in load_file(path).items()})
    except FileNotFoundError:
        raise UserError(f"--judge {path}: isn't there; expected SqueezeNet 1.1 as safetensors") from None
    except (SafetensorError, RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()
        raise UserError(f"--judge {path}: no SqueezeNet 1.1 as safetensors ({' '.join(reason[:2])})") from None
    return judge


@torch.inference_mode()
def activations(judge: Judge, picture: NDArray[np.uint8], names: tuple[str, ...]) -> list[NDArray[np.float32]]:
    """Of each of the layers (channels, h, w), of one picture (H, W, 3)."""
    one = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    return [found[0].numpy() for found in judge(one, names)]
