"""The network in 16 bits, where the processor multiplies those itself: half the memory to read at each step."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor, nn

from motion.dancer.network import Network

TYPICAL = 16
"""Rows for which weights are laid out."""


class Half(nn.Module):
    """A block that computes in bfloat16; what comes in, and so the sum of all blocks, has 32 bits."""

    def __init__(self, block: nn.Sequential) -> None:
        super().__init__()
        self.norm, first, _, second = block
        self.first, self.second = _packed(first), _packed(second)

    def forward(self, h: Tensor) -> Tensor:
        return _multiplied(_multiplied(self.norm(h).bfloat16(), *self.first, "gelu"), *self.second)


class Packed(nn.Module):
    """A linear layer that computes in bfloat16; what comes in and goes out has 32 bits."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.packed = _packed(layer)

    def forward(self, x: Tensor) -> Tensor:
        return _multiplied(x.bfloat16(), *self.packed).float()


def _packed(layer: nn.Module) -> tuple[Tensor, Tensor | None]:
    """Weights as oneDNN multiplies them; plainly kept, they are laid out anew at each call."""
    assert isinstance(layer, nn.Linear)
    weight = torch.ops.mkldnn._reorder_linear_weight.default(layer.weight.detach().bfloat16(), TYPICAL)
    return weight, None if layer.bias is None else layer.bias.detach().bfloat16()


def _multiplied(x: Tensor, weight: Tensor, bias: Tensor | None, then: str = "none") -> Tensor:
    told: Tensor = torch.ops.mkldnn._linear_pointwise.default(x, weight, bias, then, [], "none")
    return told


@cache
def multiplies_halves() -> bool:
    """Whether this processor has tiles of bfloat16 (AMX), without which 32 bits are faster, and torch lets us have
    them: packing is its own affair, and may look otherwise in another version."""
    known = getattr(torch.cpu, "_is_amx_tile_supported", None)
    if not (known and known()):
        return False
    try:
        Packed(nn.Linear(TYPICAL, TYPICAL))(torch.zeros(1, TYPICAL))
    except (RuntimeError, AttributeError):
        return False
    return True


@torch.inference_mode()
def halved(net: Network) -> Network:
    """The network with its blocks, and what they are fed with, in bfloat16; wants a processor that
    `multiplies_halves`."""
    net.blocks = nn.ModuleList(Half(block) for block in net.blocks)  # type: ignore[arg-type]
    net.reads, net.noisy = (Packed(layer) for layer in (net.reads, net.noisy))  # type: ignore[assignment]
    return net
