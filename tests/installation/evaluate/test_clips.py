"""Clips are found in a folder as it comes, and a folder that is none is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.core.errors import UserError
from installation.evaluate import clips


@pytest.mark.parametrize("place", ["media/video", "video", "."])
def test_a_clip_is_found_where_people_keep_it(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True, exist_ok=True)
    (tmp_path / place / "composite_4persons.mp4").touch()
    found = clips.four_people_clip(tmp_path)
    assert found is not None
    assert found.samefile(tmp_path / place / "composite_4persons.mp4")
    assert clips.people_clips(tmp_path) == [found]


def test_a_folder_that_is_not_there_is_said() -> None:
    with pytest.raises(UserError, match="nowhere: not a folder"):
        clips.people_clips(Path("nowhere"))
