"""A guide is drawn so that a model trained on pictures can make something of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from installation.paint.engines.diffusion import guide_drawing
from installation.paint.guide.guide import CHANNEL_INDEX, CHANNELS

Disc = Callable[[float], np.ndarray]


def test_light_is_light_edges_are_dark_and_nothing_is_grey(disc: Disc) -> None:
    nothing = guide_drawing.picture(np.zeros((16, 16, len(CHANNELS)), np.float32))
    assert np.allclose(nothing, nothing[0, 0]) and 0.4 < nothing[0, 0, 0] < 0.55
    guide = disc(0.5)
    edge = guide[..., CHANNEL_INDEX["edge"]].copy()
    drawn = guide_drawing.picture(guide)
    assert drawn.shape == (64, 80, 3)
    assert drawn[32, 32].min() > 0.8 and drawn[2, 70].max() < 0.4
    guide[..., CHANNEL_INDEX["edge"]] = 0.0
    darker = guide_drawing.picture(guide) - drawn
    assert darker[::2, ::2][edge > 0.9].mean() > 0.15 > darker[::2, ::2][edge < 0.01].max()


def test_colours_are_those_of_lab() -> None:
    for channel, sign, strongest in (
        ("red_green", 1, 0),
        ("red_green", -1, 1),
        ("blue_yellow", -1, 2),
    ):
        guide = np.zeros((16, 16, len(CHANNELS)), np.float32)
        guide[..., CHANNEL_INDEX[channel]] = 0.6 * sign
        assert guide_drawing.picture(guide)[8, 8].argmax() == strongest


def test_controls_show_edges_depth_and_parts(disc: Disc) -> None:
    guide = disc(0.5)
    assert guide_drawing.edges(guide)[32, 32].max() < 0.1 < 0.8 < guide_drawing.edges(guide).max()
    assert guide_drawing.depth(guide)[32, 32].min() == 1.0 and guide_drawing.depth(guide)[2, 70].max() == 0.0
    guide[:16, :, CHANNEL_INDEX["head"]] = 1.0
    guide[16:, :, CHANNEL_INDEX["legs"]] = 1.0
    parts = guide_drawing.parts(guide)
    assert np.allclose(parts[8, 8], guide_drawing.PART_COLOURS["head"], atol=1e-6)
    assert np.allclose(parts[56, 8], guide_drawing.PART_COLOURS["legs"], atol=1e-6)
