"""The dancers' arithmetic: the number formats in which their network is evaluated fastest on each processor.

Batches are small, so a step is limited by reading weights, and half the bits are up to twice as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import torch
from torch import Tensor, nn

from motion.dancer.network import Network
from motion.learning.precision import cpu_has_fast_bfloat16

PACKING_ROWS = 16
"""Batch size for which bfloat16 weights are packed."""
CHECKED_ROWS = 4
"""Rows of the input with which an arithmetic is compared with float32."""

MatrixProduct = Callable[[Tensor], Tensor]
"""From float32 to float32."""


class Arithmetic(StrEnum):
    """Number formats of the network's matrix products, the fastest first where the processor has them."""

    BFLOAT16 = "bfloat16"
    """Weights and inputs in bfloat16: where the processor multiplies it, in AMX tiles or by AVX-512 BF16."""
    FLOAT16_WEIGHTS = "float16 weights"
    """Weights in float16 and the rest in float32: on other x86 processors. Exact, as the weights file has float16."""
    FLOAT32 = "float32"
    """All in float32: everywhere."""


MAX_ERRORS = {Arithmetic.BFLOAT16: 0.03, Arithmetic.FLOAT16_WEIGHTS: 1e-3}
"""Largest permitted difference from float32, relative to the largest output."""


class PackedLinear:
    """A linear layer in bfloat16 with its weights packed for oneDNN; unpacked ones are packed again at each call."""

    def __init__(self, layer: nn.Linear, activation: str = "none") -> None:
        """`activation` is "gelu" or "none"."""
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


class BFloat16Block:
    """A residual block that computes in bfloat16; its input, and so the sum of all blocks, is float32."""

    def __init__(self, block: nn.Sequential) -> None:
        norm, first, _, second = block
        assert isinstance(norm, nn.LayerNorm) and isinstance(first, nn.Linear) and isinstance(second, nn.Linear)
        self._norm = norm.normalized_shape, norm.weight, norm.bias, norm.eps
        self._first, self._second = PackedLinear(first, "gelu"), PackedLinear(second)

    def __call__(self, hidden: Tensor) -> Tensor:
        return self._second.in_bfloat16(self._first.in_bfloat16(torch.layer_norm(hidden, *self._norm).bfloat16()))


class HalfWeightLinear:
    """A linear layer whose weights are float16 and packed for FBGEMM; inputs, sums and outputs are float32."""

    def __init__(self, layer: nn.Linear) -> None:
        self._multiply = torch.ops.quantized.linear_dynamic_fp16.default
        self._packed = torch.ops.quantized.linear_prepack_fp16(layer.weight.detach().float(), layer.bias)

    def __call__(self, x: Tensor) -> Tensor:
        product: Tensor = self._multiply(x, self._packed)
        return product


class HalfWeightBlock:
    """A residual block, or another chain of layers, whose linear ones have float16 weights."""

    def __init__(self, layers: nn.Sequential) -> None:
        # Dropout does nothing here, and to call it takes as long as an addition.
        kept = [layer for layer in layers if not isinstance(layer, nn.Dropout)]
        self._layers = [HalfWeightLinear(layer) if isinstance(layer, nn.Linear) else layer for layer in kept]

    def __call__(self, hidden: Tensor) -> Tensor:
        for layer in self._layers:
            hidden = layer(hidden)
        return hidden


def has_fbgemm() -> bool:
    """Whether torch has FBGEMM here: on x86 processors with AVX2."""
    return "fbgemm" in torch.backends.quantized.supported_engines


@torch.inference_mode()
def choose_arithmetic(net: Network) -> Arithmetic:
    """The fastest arithmetic of this processor that gives what float32 gives.

    Its features decide, and not a timing, so that equal machines dance alike. The operators are private to torch and
    may change with its version, so a product of each is compared with float32 first.
    """
    possible = [Arithmetic.FLOAT32]
    if has_fbgemm():
        possible.insert(0, Arithmetic.FLOAT16_WEIGHTS)
    if cpu_has_fast_bfloat16():
        possible.insert(0, Arithmetic.BFLOAT16)
    return next(arithmetic for arithmetic in possible if _is_right(net, arithmetic))


@torch.inference_mode()
def convert(net: Network, arithmetic: Arithmetic) -> Network:
    """The network with its matrix products in another arithmetic, changed in place.

    The layers in question are no longer modules, because calling a module takes as long as an addition.
    """
    converted: dict[str, Any] = {}
    if arithmetic is Arithmetic.BFLOAT16:
        converted["blocks"] = [BFloat16Block(block) for block in net.blocks]  # type: ignore[arg-type]
        converted |= {"reads": PackedLinear(net.reads), "noisy": PackedLinear(net.noisy)}
    elif arithmetic is Arithmetic.FLOAT16_WEIGHTS:
        converted["blocks"] = [HalfWeightBlock(block) for block in net.blocks]  # type: ignore[arg-type]
        converted |= {"reads": HalfWeightLinear(net.reads), "noisy": HalfWeightLinear(net.noisy)}
        converted |= {"tells": HalfWeightBlock(net.tells), "listens": HalfWeightBlock(net.listens)}
    for name, part in converted.items():
        delattr(net, name)
        setattr(net, name, part)
    return net


def _is_right(net: Network, arithmetic: Arithmetic) -> bool:
    """Whether the network's first block has this arithmetic's operators, and computes with them what it should."""
    block = net.blocks[0]
    assert isinstance(block, nn.Sequential)
    if arithmetic is Arithmetic.FLOAT32:
        return True
    width = net.settings.hidden
    hidden = torch.linspace(-2.0, 2.0, CHECKED_ROWS * width).view(CHECKED_ROWS, width)
    expected = block(hidden)
    try:
        other = (BFloat16Block if arithmetic is Arithmetic.BFLOAT16 else HalfWeightBlock)(block)
        computed = other(hidden).float()
    except (RuntimeError, AttributeError, TypeError):
        return False
    error = (computed - expected).abs().max() / expected.abs().max().clamp(min=1e-6)
    return bool(error <= MAX_ERRORS[arithmetic])
