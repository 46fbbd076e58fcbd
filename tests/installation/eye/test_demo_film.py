"""The film of people: its columns show the man, the woman and the man mirrored, and it is cut once."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from installation.core import downloads
from installation.core.downloads import AssetError
from installation.core.errors import UserError
from installation.core.video_encoder import Encoder
from installation.eye.sources import demo_film
from installation.eye.sources.kinds import open_reader, resolve_auto

FRAMES = 12


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, on a machine without a camera."""
    monkeypatch.setattr(downloads, "cache", lambda: tmp_path)
    monkeypatch.setattr("installation.eye.sources.kinds.first_camera", lambda: None)
    return tmp_path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A film as large as the demo film: its left half, where the man stands, is red, its right half green."""
    path = tmp_path / "source.mp4"
    picture = np.zeros((994, 1768, 3), np.uint8)
    picture[:, :884, 0] = picture[:, 884:, 1] = 200
    encoder = Encoder(path, (1768, 994), 30.0)
    for index in range(FRAMES):
        encoder.write(picture, index / 30.0)
    encoder.close()
    return path


def test_each_person_has_a_column(source: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    demo_film.write(source, tmp_path / "people.mp4", frames=8, progress=shares.append)
    with closing(open_reader(str(tmp_path / "people.mp4"), 30.0, None)) as reader:
        pictures = [picture for _, picture in reader]
    assert len(pictures) == 8 and shares[-1] == 1.0
    wide, high = demo_film.SIZE_PX
    assert pictures[0].shape == (high, wide, 3)
    left, middle, right = (pictures[0][high // 2, round(wide * x)] for x in (0.15, 0.5, 0.85))
    assert left[0] > 150 > left[1] and right[0] > 150 > right[1]
    assert middle[1] > 150 > middle[0]


def test_the_film_goes_back_and_forth_without_a_jump() -> None:
    part = demo_film.Part(3, 7, begin=2)
    assert [part.frame(index) for index in range(9)] == [5, 6, 7, 6, 5, 4, 3, 4, 5]


def test_without_a_camera_the_film_of_people_plays_once_it_is_cut(source: Path, cache: Path) -> None:
    assert resolve_auto() == "ghost"
    path = cache / "video" / demo_film.NAME
    demo_film.write(source, path, frames=4)
    assert resolve_auto() == str(path) == str(demo_film.ensure())


def test_without_the_demo_film_it_says_what_brings_it(cache: Path) -> None:
    with pytest.raises(AssetError, match="visitant setup"):
        demo_film.ensure()


def test_a_file_that_is_no_film_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "demo.mp4").write_bytes(bytes(100))
    with pytest.raises(UserError, match=r"demo\.mp4"):
        demo_film.write(tmp_path / "demo.mp4", tmp_path / "people.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["demo.mp4"]
