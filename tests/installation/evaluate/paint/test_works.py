"""The pictures of a style are those that its card names, and are looked at in squares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from installation.evaluate.paint import works
from installation.paint.pictures.picture import PictureError
from installation.paint.pictures.style import STYLE_SIDE_PX
from tests.installation.evaluate.paint.made import STYLES, art, weights


def test_files_are_those_that_the_card_names(tmp_path: Path) -> None:
    data = art(tmp_path / "art")
    patterns = works.style_table(weights(tmp_path / "painter.safetensors"))
    found = works.style_files(data, [*STYLES, "unheard of"], patterns)
    assert list(found) == list(STYLES)
    assert [file.name for file in found["two"]] == ["0.png", "1.png", "2.png"]
    assert works.style_files(data, ["gone"], {"gone": ["elsewhere/*"]}) == {}


def test_few_pictures_give_many_squares_and_a_broken_one_is_left_out(tmp_path: Path) -> None:
    files = sorted((art(tmp_path) / "one").iterdir())
    (tmp_path / "broken.png").write_bytes(b"no picture")
    found = works.style_crops([*files, tmp_path / "broken.png"])
    assert len(found) == 3
    assert sum(map(len, found)) >= works.MIN_CROPS * 3 // 4
    assert all(crop.shape == (STYLE_SIDE_PX, STYLE_SIDE_PX, 3) for group in found for crop in group)
    first, second = works.split_halves(found)
    assert len(first) + len(second) == sum(map(len, found))
    assert not any(np.array_equal(a, b) for a in first for b in second)
    with pytest.raises(PictureError):
        works.style_crops([tmp_path / "broken.png"])
