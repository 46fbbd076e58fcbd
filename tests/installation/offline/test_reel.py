"""The reel: its cue sheet is sound, its film and poster are written, and existing ones stay."""

from __future__ import annotations

import errno
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from installation.commands import main
from installation.commands import reel as commands_reel
from installation.control.cues.cue_sheet import require_cues
from installation.control.cues.preset import KnownNames
from installation.core.errors import UserError
from installation.core.exit_status import ExitStatus
from installation.core.film_file import FilmFile
from installation.offline import reel
from installation.show import knob_tree
from installation.show.options import ShowOptions, played_venue
from installation.stage.outputs import screenshot
from installation.stage.outputs.recorder import pictures_at
from installation.venue.schema import Venue


def test_the_cue_sheet_plays_four_works_one_after_the_other_within_the_reel() -> None:
    options = ShowOptions(live=False, headless=True, cues=reel.CUES)
    venue = played_venue(Venue(), options)
    scenes = knob_tree.scenes(venue)
    tree = knob_tree.tree(venue, scenes)
    known = KnownNames.of(tree, knob_tree.known_scenes(venue))
    presets = knob_tree.repertory(venue, scenes, tree).presets
    cues = require_cues(reel.CUES, KnownNames(known.knobs, known.scenes, presets))
    assert len({cue.scene for cue in cues}) == len(cues) == 4
    begins = [0.0]
    for cue in cues[:-1]:
        assert cue.follow is not None
        begins.append(begins[-1] + cue.wait + cue.fade + cue.follow)
    ends = [*begins[1:], reel.SECONDS]
    # A picture of each work, once its transition is over and before the next begins.
    for cue, begin, end, t in zip(cues, begins, ends, reel.POSTER_SECONDS, strict=True):
        assert begin + cue.fade < t < end


@pytest.mark.gl
def test_a_short_reel_writes_film_and_poster(tmp_path: Path) -> None:
    made = reel.render_reel(Path("ghost"), tmp_path / "reel.mp4", (160, 90), seconds=0.5, rate=12.0)
    assert made.film.frames == 6 and made.film.complete and not made.film.failed
    assert len(pictures_at(made.path, [0.0, 0.2, 9.0])) == 3
    assert made.poster == tmp_path / "reel.png"
    with Image.open(made.poster) as poster:
        assert np.asarray(poster).std() > 1.0


@pytest.fixture
def earlier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The film of an earlier reel, with its poster; further reels are short."""
    (tmp_path / "reel.mp4").write_bytes(b"film")
    (tmp_path / "reel.png").write_bytes(b"poster")
    monkeypatch.setattr(commands_reel, "people_film", lambda: Path("ghost"))
    monkeypatch.setattr(reel, "render_reel", partial(reel.render_reel, seconds=0.5, rate=12.0))
    return tmp_path / "reel.mp4"


def full_disk(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.gl
def test_a_full_disk_during_the_film_leaves_the_earlier_film_and_its_poster(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(FilmFile, "write", full_disk)
    status = main(["reel", "--out", str(earlier), "--size", "160x90", "--overwrite"])
    said = capsys.readouterr()

    assert (status, said.out) == (ExitStatus.INCOMPLETE, "")
    assert "No space left on device" in said.err and f"{earlier}: is not complete" in said.err
    assert {file.name: file.read_bytes() for file in earlier.parent.iterdir()} == {
        "reel.mp4": b"film",
        "reel.png": b"poster",
    }


@pytest.mark.gl
def test_a_full_disk_at_the_poster_leaves_the_film_and_the_earlier_poster(
    earlier: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screenshot, "atomic_write", full_disk)
    status = main(["reel", "--out", str(earlier), "--size", "160x90", "--overwrite"])

    assert status == ExitStatus.FAILED
    poster = earlier.with_suffix(".png")
    problem = f"{poster}: the poster can't be written: No space left on device; the film is {earlier}"
    assert problem in capsys.readouterr().err
    assert poster.read_bytes() == b"poster" and len(pictures_at(earlier, [0.0])) == 1


@pytest.mark.gl
def test_a_film_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"reel\.mp4"):
        reel.render_reel(Path("ghost"), tmp_path / "file" / "reel.mp4", (160, 90), seconds=0.5, rate=12.0)


def test_the_poster_shows_every_picture_in_its_order() -> None:
    colours = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)]
    sheet = np.asarray(reel.poster([np.full((90, 160, 3), colour, np.uint8) for colour in colours]))
    column = sheet[:, reel.POSTER_WIDTH_PX // 2]
    rows = [np.flatnonzero((column == colour).all(axis=1)) for colour in colours]
    assert all(len(own) > 100 for own in rows)
    assert all(above.max() < below.min() for above, below in pairwise(rows))
