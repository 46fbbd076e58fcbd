"""What was danced is drawn: row under row, everybody in their own colour, and nothing where nothing is."""

from __future__ import annotations

import numpy as np
from PIL import ImageColor

from motion.dancer import baselines
from motion.dancer.evaluate import motion_strip
from motion.dancer.evaluate.bar_chart import bar_chart
from motion.dancer.evaluate.responsiveness import NETWORK, TRUE_PARTNER
from motion.dancer.evaluation_pairs import pairs_of, replay
from motion.learning.plots import PAPER_COLOUR
from tests.motion.dancer.dances import company

PAPER_RGB = ImageColor.getrgb(PAPER_COLOUR)


def test_every_row_has_bodies_in_its_colour_on_calm_paper() -> None:
    some = pairs_of(company(2))
    dances = replay([baselines.captured(m) for m in some])
    rows = {TRUE_PARTNER: list(zip(some, dances, strict=True)), NETWORK: list(zip(some, dances, strict=True))}
    pixels = np.asarray(motion_strip.motion_strip(rows)).astype(int)
    high = motion_strip.CELL_HEIGHT_PX + motion_strip.BEATS_HEIGHT_PX
    for number, name in enumerate((TRUE_PARTNER, NETWORK)):
        top = motion_strip.TOP_PX + number * high
        row = pixels[top : top + motion_strip.CELL_HEIGHT_PX, motion_strip.LEFT_PX :]
        inked = np.abs(row - motion_strip.MODEL_COLOURS[name]).sum(axis=-1) < 12
        assert 0.005 < inked.mean() < 0.2
    paper = np.abs(pixels - PAPER_RGB).sum(axis=-1) < 6
    assert paper.mean() > 0.6


def test_a_bar_is_as_long_as_its_mean() -> None:
    found = {NETWORK: np.array([0.4, 0.4, 0.4]), TRUE_PARTNER: np.array([0.2, 0.2, 0.2])}
    pixels = np.asarray(bar_chart("Two", found)).astype(int)
    lengths = [
        (np.abs(pixels - motion_strip.MODEL_COLOURS[n]).sum(axis=-1) < 12).sum(axis=1).max()
        for n in (NETWORK, TRUE_PARTNER)
    ]
    assert abs(lengths[0] / lengths[1] - 2.0) < 0.1
