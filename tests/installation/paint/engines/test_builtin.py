"""The built-in network is an engine, whose styles are blended as vectors."""

from __future__ import annotations

import numpy as np
import pytest

from installation.core.errors import UserError
from installation.paint.engines.builtin import BuiltinEngine
from installation.paint.engines.painter import tiny_painter


def test_the_built_in_network_is_one_of_the_engines() -> None:
    engine, guide = BuiltinEngine(tiny_painter()), np.zeros((16, 24, 12), np.float32)
    one, two = engine.style("one"), engine.style("two")
    halfway = engine.blend([one, two], [1.0, 1.0])
    assert np.allclose(halfway.stroke, 0.5 * (one.stroke + two.stroke))
    assert np.array_equal(engine.paint(guide, engine.slerp(one, two, 0.0)), engine.paint(guide, one))
    assert engine.paint(guide, halfway.with_palette(two)).shape == (32, 48, 3)
    assert engine.latency_frames == 0


def test_a_style_that_is_misspelt_is_answered_with_those_near_it() -> None:
    with pytest.raises(UserError, match="did you mean three"):
        BuiltinEngine(tiny_painter()).style("thre")
