"""The network in 16 bits, where the processor multiplies those itself: half the memory to read at each step."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from motion.dancer.network import Network

TYPICAL = 16
"""BatchState for which weights are laid out."""


class Half:
    """A block that computes in bfloat16; what comes in, and so the sum of all blocks, has 32 bits."""

    def __init__(self, block: nn.Sequential) -> None:
        norm, first, _, second = block
        assert isinstance(norm, nn.LayerNorm)
        self._norm = norm.normalized_shape, norm.weight, norm.bias, norm.eps
        self._first, self._second = Packed(first, "gelu"), Packed(second)

    def __call__(self, h: Tensor) -> Tensor:
        return self._second.multiplied(self._first.multiplied(torch.layer_norm(h, *self._norm).bfloat16()))


class Packed:
    """A linear layer that computes in bfloat16, with weights as oneDNN multiplies them; plainly kept, they are laid out
    anew at each call."""

    def __init__(self, layer: nn.Module, then: str = "none") -> None:
        """`then` is what becomes of its answers: "gelu", or nothing."""
        assert isinstance(layer, nn.Linear)
        self._multiply = torch.ops.mkldnn._linear_pointwise.default
        weight = torch.ops.mkldnn._reorder_linear_weight.default(layer.weight.detach().bfloat16(), TYPICAL)
        bias = None if layer.bias is None else layer.bias.detach().bfloat16()
        self._with: tuple[Any, ...] = weight, bias, then, [], "none"

    def __call__(self, x: Tensor) -> Tensor:
        """What comes in and goes out has 32 bits."""
        return self.multiplied(x.bfloat16()).float()

    def multiplied(self, x: Tensor) -> Tensor:
        """In bfloat16 from end to end."""
        told: Tensor = self._multiply(x, *self._with)
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
    `multiplies_halves`. They are no modules any more, as to call one takes as long as to add."""
    light = {
        "blocks": [Half(block) for block in net.blocks],  # type: ignore[arg-type]
        "reads": Packed(net.reads),
        "noisy": Packed(net.noisy),
    }
    for name, part in light.items():
        delattr(net, name)
        setattr(net, name, part)
    return net
