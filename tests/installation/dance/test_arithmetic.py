"""In fewer bits the network predicts the same, to a millimetre, and a broken operator is noticed at the start."""

from __future__ import annotations

import copy

import pytest
import torch

from installation.dance.arithmetic import Arithmetic, choose_arithmetic, convert, has_fbgemm
from motion.dancer.network import Network
from motion.learning.precision import cpu_has_fast_bfloat16
from tests.motion.dancer.dances import prepared, question

MAX_DIFFERENCES_M = {Arithmetic.BFLOAT16: 2e-3, Arithmetic.FLOAT16_WEIGHTS: 1e-5}


@pytest.mark.parametrize("arithmetic", MAX_DIFFERENCES_M)
def test_predictions_are_those_of_float32(arithmetic: Arithmetic) -> None:
    if arithmetic is Arithmetic.BFLOAT16 and not cpu_has_fast_bfloat16():
        pytest.skip("needs a processor that multiplies bfloat16")
    if arithmetic is Arithmetic.FLOAT16_WEIGHTS and not has_fbgemm():
        pytest.skip("needs FBGEMM, which is for x86")
    net = _stored_in_float16(prepared())
    other = convert(copy.deepcopy(net), arithmetic)
    asked = question(60)
    predicted = []
    for each in (net, other):
        with torch.inference_mode():
            features, here = each.features(asked)
            predicted.append(each.decode_poses(here, asked, each.predict_mean(each.embed(features)))[0])
    assert (predicted[0] - predicted[1]).abs().max() < MAX_DIFFERENCES_M[arithmetic]


def test_the_choice_depends_on_what_the_processor_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    net = _stored_in_float16(prepared())
    monkeypatch.setattr("installation.dance.arithmetic.cpu_has_fast_bfloat16", lambda: False)
    if has_fbgemm():
        assert choose_arithmetic(net) is Arithmetic.FLOAT16_WEIGHTS
    monkeypatch.setattr("installation.dance.arithmetic.has_fbgemm", lambda: False)
    assert choose_arithmetic(net) is Arithmetic.FLOAT32


def test_an_operator_that_computes_something_else_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.dance.arithmetic.cpu_has_fast_bfloat16", lambda: False)
    monkeypatch.setattr("installation.dance.arithmetic.HalfWeightLinear.__call__", lambda _, x: 0.9 * x)
    assert choose_arithmetic(prepared()) is Arithmetic.FLOAT32


def _stored_in_float16(net: Network) -> Network:
    """The network as a file of weights gives it."""
    for values in net.parameters():
        values.data = values.data.half().float()
    return net
