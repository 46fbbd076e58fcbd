"""In half as many bits the network says the same, to a millimetre."""

from __future__ import annotations

import copy

import pytest
import torch

from installation.dance.bfloat16 import halved, multiplies_halves
from tests.motion.dancer.dances import prepared, question


@pytest.mark.skipif(not multiplies_halves(), reason="needs a processor with tiles of bfloat16")
@torch.inference_mode()
def test_in_16_bits_the_network_says_the_same() -> None:
    net = prepared()
    other = halved(copy.deepcopy(net))
    asked = question(60)
    told = []
    for each in (net, other):
        features, here = each.features(asked)
        told.append(each.told(here, asked, each.mean_told(each.read(features)))[0])
    assert (told[0] - told[1]).abs().max() < 2e-3
    assert not torch.equal(told[0], told[1])
