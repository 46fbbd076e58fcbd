"""A guide that was written is read again as it was, also by who changed it; what is none is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from installation.paint.guide.file import is_guide, read_guide, write_guide
from installation.paint.guide.guide import CHANNELS
from installation.paint.pictures.picture import PictureError


def some() -> np.ndarray:
    """A guide in which every channel differs, and those that may go below 0."""
    chance = np.random.default_rng(0)
    guide = chance.random((40, 64, len(CHANNELS)), np.float32)
    guide[..., -5:] = 2.0 * guide[..., -5:] - 1.0
    return guide


@pytest.mark.parametrize(("name", "off"), [("a.npz", 1e-3), ("a.guide.png", 0.6 / 127)])
def test_what_was_written_is_read_again(name: str, off: float, tmp_path: Path) -> None:
    write_guide(tmp_path / "in" / name, some())
    read = read_guide(tmp_path / "in" / name)
    assert read.shape == (40, 64, 12) and read.dtype == np.float32
    assert np.abs(read - some()).max() <= off


def test_nothing_known_stays_nothing_in_a_picture(tmp_path: Path) -> None:
    write_guide(tmp_path / "a.guide.png", np.zeros((32, 32, 12), np.float32))
    assert not read_guide(tmp_path / "a.guide.png").any()


def test_only_files_of_that_name_are_guides() -> None:
    assert [is_guide(Path(name)) for name in ("a.npz", "B.Guide.PNG", "a.png", "guide.jpg")] == [
        True,
        True,
        False,
        False,
    ]


def test_what_is_no_guide_is_told(tmp_path: Path) -> None:
    np.savez(tmp_path / "other.npz", picture=some())
    np.savez(tmp_path / "flat.npz", guide=some()[..., 0])
    np.savez(tmp_path / "small.npz", guide=some()[:8])
    np.savez(tmp_path / "nan.npz", guide=np.full((40, 40, 12), np.nan))
    (tmp_path / "text.npz").write_text("no")
    Image.new("L", (130, 100)).save(tmp_path / "odd.guide.png")
    for name, told in (
        ("other", 'holds no array "guide"'),
        ("flat", "a guide of 40 x 64, expected height x width x 12: figure, head"),
        ("small", "sides of 32 to 4096"),
        ("nan", "not finite"),
        ("text", "no guide"),
        ("none", "no such file"),
    ):
        with pytest.raises(PictureError, match=told):
            read_guide(tmp_path / f"{name}.npz")
    with pytest.raises(
        PictureError, match=r"130x100 pixels; expected 4 equal pictures across and 3 down: figure, head"
    ):
        read_guide(tmp_path / "odd.guide.png")
