"""In half as many bits the network predicts the same, to a millimetre."""

from __future__ import annotations

import copy

import pytest
import torch

from installation.dance.bfloat16 import has_fast_bfloat16, to_bfloat16
from tests.motion.dancer.dances import prepared, question


@pytest.mark.skipif(not has_fast_bfloat16(), reason="needs a processor with tiles of bfloat16")
@torch.inference_mode()
def test_in_16_bits_the_network_says_the_same() -> None:
    net = prepared()
    other = to_bfloat16(copy.deepcopy(net))
    asked = question(60)
    predicted = []
    for each in (net, other):
        features, here = each.features(asked)
        predicted.append(each.decode_poses(here, asked, each.predict_mean(each.embed(features)))[0])
    assert (predicted[0] - predicted[1]).abs().max() < 2e-3
    assert not torch.equal(predicted[0], predicted[1])
