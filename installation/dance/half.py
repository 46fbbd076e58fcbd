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
        norm, first, _, second = block
        self.norm, self.first, self.second = norm, Packed(first, "gelu"), Packed(second)

    def forward(self, h: Tensor) -> Tensor:
        return self.second(self.first(self.norm(h)))


class Packed(nn.Module):
    """A linear layer, and what may follow it, whose weights lie as oneDNN multiplies them; plainly kept, they are laid
    out anew at each call. Answers in bfloat16, or in `kind`."""

    def __init__(self, layer: nn.Module, then: str = "none", kind: torch.dtype = torch.bfloat16) -> None:
        super().__init__()
        assert isinstance(layer, nn.Linear)
        self.weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach().bfloat16(), TYPICAL)
        self.bias = None if layer.bias is None else layer.bias.detach().bfloat16()
        self.then, self.kind = then, kind

    def forward(self, x: Tensor) -> Tensor:
        told = torch.ops.mkldnn._linear_pointwise(x.bfloat16(), self.weight, self.bias, self.then, [], "none")
        return told.to(self.kind)


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
    net.reads, net.noisy = (Packed(layer, kind=torch.float32) for layer in (net.reads, net.noisy))  # type: ignore[assignment]
    return net
