"""People on film come with who they are in the guide, in the same place as in the picture."""

from __future__ import annotations

import numpy as np

from installation.evaluate.paint.people import _shot, evenly_spaced
from installation.paint.guide.guide import CHANNEL_INDEX
from installation.paint.pictures.style import STYLE_SIDE_PX
from tests.installation.people import visitor


def test_the_square_is_around_one_and_the_figure_in_it() -> None:
    high, wide = 200, 400
    pixels = np.zeros((high, wide, 3), np.uint8)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([0.25 + 0.05 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)], axis=1).astype(np.float32)
    where = (
        np.tile(np.array([0.25, 0.5], np.float32), (33, 1)) + np.linspace(-0.02, 0.02, 33, dtype=np.float32)[:, None]
    )
    there = visitor(1, box_px=np.array([80, 40, 120, 160], np.float32), outline_screen=(ring,), landmarks_screen=where)
    pixels[40:160, 80:120] = 255
    shot = _shot("clip", pixels, [there], there)
    assert shot.picture.shape == (STYLE_SIDE_PX, STYLE_SIDE_PX, 3)
    rows, columns = np.nonzero(shot.silhouette)
    bright = np.argwhere(shot.picture[..., 0] > 128)
    assert abs(columns.mean() - bright[:, 1].mean()) < 3.0
    assert abs(rows.mean() - bright[:, 0].mean()) < 3.0
    assert (
        shot.guide().shape
        == shot.guide(filmed=False).shape
        == (STYLE_SIDE_PX // 2, STYLE_SIDE_PX // 2, len(CHANNEL_INDEX))
    )


def test_what_is_spread_keeps_both_ends() -> None:
    assert evenly_spaced([0, 1, 2, 3, 4, 5, 6, 7, 8], 3) == [0, 4, 8]
    assert evenly_spaced([1, 2], 5) == [1, 2]
