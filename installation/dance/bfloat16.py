"""Inference of the dancers' network in bfloat16 on processors with AMX: half the memory traffic of a step."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from motion.dancer.network import Network
from motion.learning.precision import cpu_has_fast_bfloat16

PACKING_ROWS = 16
"""Batch size for which the weights are packed."""


class BFloat16Block:
    """A residual block that computes in bfloat16; its input, and so the sum of all blocks, is float32."""

    def __init__(self, block: nn.Sequential) -> None:
        norm, first, _, second = block
        assert isinstance(norm, nn.LayerNorm)
        self._norm = norm.normalized_shape, norm.weight, norm.bias, norm.eps
        self._first, self._second = PackedLinear(first, "gelu"), PackedLinear(second)

    def __call__(self, hidden: Tensor) -> Tensor:
        return self._second.in_bfloat16(self._first.in_bfloat16(torch.layer_norm(hidden, *self._norm).bfloat16()))


class PackedLinear:
    """A linear layer in bfloat16 with its weights packed for oneDNN; unpacked ones are packed again at each call."""

    def __init__(self, layer: nn.Module, activation: str = "none") -> None:
        """`activation` is "gelu" or "none"."""
        assert isinstance(layer, nn.Linear)
        self._multiply = torch.ops.mkldnn._linear_pointwise.default
        weight = torch.ops.mkldnn._reorder_linear_weight.default(layer.weight.detach().bfloat16(), PACKING_ROWS)
        bias = None if layer.bias is None else layer.bias.detach().bfloat16()
        self._arguments: tuple[Any, ...] = weight, bias, activation, [], "none"

    def __call__(self, x: Tensor) -> Tensor:
        """From float32 to float32."""
        return self.in_bfloat16(x.bfloat16()).float()

    def in_bfloat16(self, x: Tensor) -> Tensor:
        """From bfloat16 to bfloat16."""
        product: Tensor = self._multiply(x, *self._arguments)
        return product


@cache
def has_fast_bfloat16() -> bool:
    """Whether this processor has bfloat16 tiles (AMX), without which float32 is faster, and this version of torch can
    pack weights for them: the operators for that are private and may change."""
    if not cpu_has_fast_bfloat16(only_tiles=True):
        return False
    try:
        PackedLinear(nn.Linear(PACKING_ROWS, PACKING_ROWS))(torch.zeros(1, PACKING_ROWS))
    except (RuntimeError, AttributeError):
        return False
    return True


@torch.inference_mode()
def to_bfloat16(net: Network) -> Network:
    """The network with its blocks and their input layers in bfloat16, changed in place; needs
    `has_fast_bfloat16`. These layers are no longer modules, because calling a module takes as long as an addition."""
    converted = {
        "blocks": [BFloat16Block(block) for block in net.blocks],  # type: ignore[arg-type]
        "reads": PackedLinear(net.reads),
        "noisy": PackedLinear(net.noisy),
    }
    for name, part in converted.items():
        delattr(net, name)
        setattr(net, name, part)
    return net
