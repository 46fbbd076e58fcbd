"""Paintings of the bundled network have no weave of four or eight pixels where their picture is even."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
import torch

from installation.interface.scenery_elements import Ground, Sky
from installation.paint.engines.builtin import BuiltinEngine, open_builtin
from installation.paint.guide.guide import draw_guide
from installation.paint.request import PaintJob, PaintRequest
from installation.paint.tiles import PaintParameters, paint_tiled
from installation.paint.worker import PainterWorker

PATCH_PX = 48
"""Side of a patch: its spectrum has frequencies of 1/48 cycle a pixel."""


@pytest.fixture(scope="module")
def engine() -> Iterator[BuiltinEngine]:
    torch.set_num_threads(1)
    opened = open_builtin(None, "cpu")
    yield opened
    opened.close()


def guide() -> np.ndarray:
    """The guide of a picture of soft light with a little noise, as photographs have, and a dark post in it."""
    y, x = np.mgrid[:96, :128]
    light = 130.0 + 40.0 * np.sin(x / 40.0) + 0.3 * y + np.random.default_rng(2).normal(0.0, 3.0, (96, 128))
    light[:, 60:66] = 30.0
    picture = np.repeat(light.clip(0, 255)[..., None], 3, axis=2).astype(np.uint8)
    return draw_guide((96, 128), (), picture=picture, detail=1.0)


def peaks(painting: np.ndarray, period_px: int) -> np.ndarray:
    """Energy of a period over the geometric mean of the energies beside it, for rows and columns of patches."""
    grey = cv2.cvtColor(painting, cv2.COLOR_RGB2GRAY).astype(float)
    window, index = np.hanning(PATCH_PX), PATCH_PX // period_px
    found = []
    for top in range(0, grey.shape[0] - PATCH_PX + 1, PATCH_PX // 2):
        for left in range(0, grey.shape[1] - PATCH_PX + 1, PATCH_PX // 2):
            patch = grey[top : top + PATCH_PX, left : left + PATCH_PX]
            for part in (patch, patch.T):
                energy = np.square(np.abs(np.fft.rfft((part - part.mean()) * window, axis=1))).mean(axis=0)
                below, at, above = (energy[index + shift - 1 : index + shift + 2].mean() for shift in (-3, 0, 3))
                found.append(at / np.sqrt(below * above))
    return np.array(found)


@pytest.mark.parametrize("style", ["great wave", "venice"])
def test_an_even_area_has_no_weave(engine: BuiltinEngine, style: str) -> None:
    painting = paint_tiled(engine, guide(), PaintParameters(engine.styles[style], seed=1))
    four, eight = peaks(painting, 4), peaks(painting, 8)
    # Without a filter the medians are 1.9 and 2.7 and the quantiles 5 and 41, with that of cells alone 4.3 and 32.
    assert np.median(four) < 1.25 and np.quantile(four, 0.9) < 4.0
    assert np.quantile(eight, 0.9) < 1.5


def test_nor_has_a_painting_on_the_wall(engine: BuiltinEngine) -> None:
    job = PaintJob("a", (), (Sky(), Ground()), (("great wave", 1.0),))
    message = PainterWorker(engine).step({"paint": PaintRequest(0.0, (192, 256), (job,))}, 0.0)
    assert message is not None and message.pixels is not None
    # Without the filter it is 7.0.
    assert np.quantile(peaks(message.pixels, 4), 0.9) < 2.0
