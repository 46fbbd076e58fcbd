"""The network in 16 bits, where the processor multiplies those itself: half the memory to read at each step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from motion.dancer.network import Network


class Half(nn.Module):
    """A block that computes in bfloat16; what comes in and goes out, and so the sum of all blocks, has 32 bits."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        self.block = block.bfloat16()

    def forward(self, h: Tensor) -> Tensor:
        return self.block(h.bfloat16()).float()


def multiplies_halves() -> bool:
    """Whether this processor has tiles of bfloat16 (AMX); without them 32 bits are faster."""
    # Torch says so under a name of its own only.
    known = getattr(torch.cpu, "_is_amx_tile_supported", None)
    return bool(known and known())


def halved(net: Network) -> Network:
    """The network with its blocks in bfloat16 where that is faster."""
    if net.mean.device.type == "cpu" and multiplies_halves():
        net.blocks = nn.ModuleList(Half(block) for block in net.blocks)
    return net
