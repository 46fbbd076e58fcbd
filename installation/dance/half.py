"""The network in 16 bits, where the processor multiplies those itself: half the memory to read at each step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from motion.dancer.network import Network

TYPICAL = 16
"""Rows for which weights are laid out."""


class Half(nn.Module):
    """A block that computes in bfloat16; what comes in and goes out, and so the sum of all blocks, has 32 bits."""

    def __init__(self, block: nn.Sequential) -> None:
        super().__init__()
        self.norm, self.bend = block[0], block[2]
        self.first, self.second = (_packed(layer) for layer in (block[1], block[3]) if isinstance(layer, nn.Linear))

    def forward(self, h: Tensor) -> Tensor:
        return self.second(self.bend(self.first(self.norm(h).bfloat16()))).float()


class Packed(nn.Module):
    """A linear layer whose weights lie as oneDNN multiplies them; plainly kept, they are laid out anew at each call."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), TYPICAL)
        self.bias = layer.bias.detach()

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "none", [], "")


def _packed(layer: nn.Linear) -> nn.Module:
    half = layer.bfloat16()
    try:
        packed = Packed(half)
        packed(torch.zeros(1, half.in_features, dtype=torch.bfloat16))
    except (RuntimeError, AttributeError):
        # These two operations are torch's own affair, and may look otherwise in another version.
        return half
    return packed


def multiplies_halves() -> bool:
    """Whether this processor has tiles of bfloat16 (AMX); without them 32 bits are faster."""
    known = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(known and known())


@torch.inference_mode()
def halved(net: Network) -> Network:
    """The network with its blocks in bfloat16."""
    net.blocks = nn.ModuleList(Half(block) for block in net.blocks)  # type: ignore[arg-type]
    return net
