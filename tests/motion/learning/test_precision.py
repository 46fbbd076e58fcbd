"""Training multiplies in bfloat16 only where the hardware does."""

from __future__ import annotations

import pytest
import torch

from motion.learning import precision


@pytest.mark.parametrize("fast", [False, True])
def test_a_processor_without_bfloat16_trains_in_float32(fast: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "cpu_has_fast_bfloat16", lambda: fast)
    layer, x = torch.nn.Linear(4, 4), torch.ones(2, 4)
    with precision.mixed_precision(torch.device("cpu")):
        product = layer(x)
    assert product.dtype is (torch.bfloat16 if fast else torch.float32)
