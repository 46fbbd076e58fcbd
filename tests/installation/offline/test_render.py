"""A film is the same every time, and what is written of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.errors import UserError
from installation.offline.render import FilmSettings, RenderedFilm, render_film
from installation.show.recording import MomentReader
from installation.venue.schema import CanvasSection, Venue
from installation.venue.sound_section import SoundSection
from tests.installation.ear.sounds import tone, write_wav

pytestmark = pytest.mark.gl

SMALL = Venue(canvas=CanvasSection(size=(192, 108)))


def made(path: Path, source: str = "ghost:2", venue: Venue = SMALL, **options: object) -> RenderedFilm:
    settings = FilmSettings(**{"scene": "tide", "rate": 10.0, "seconds": 1.0, **options})  # type: ignore[arg-type]
    return render_film(venue, source, path, settings)


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film of tide and its Moments."""
    folder = tmp_path_factory.mktemp("film")
    made(folder / "a.mp4", moments=folder / "a.moments")
    return folder


@pytest.mark.parametrize("scene", ["tide", "loom"])
def test_the_same_source_and_seed_give_the_same_film_and_so_do_its_moments(tmp_path: Path, scene: str) -> None:
    first = made(tmp_path / "a.mp4", scene=scene, moments=tmp_path / "a.moments")
    made(tmp_path / "b.mp4", scene=scene)
    again = made(tmp_path / "c.mp4", str(tmp_path / "a.moments"), scene=None, rate=None, seconds=None)
    assert (first.frames, first.complete, again.frames) == (10, True, 10)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "c.mp4").read_bytes()


def test_another_seed_gives_another_film(recorded: Path, tmp_path: Path) -> None:
    made(tmp_path / "b.mp4", venue=SMALL.model_copy(update={"seed": 2}))
    assert (recorded / "a.mp4").read_bytes() != (tmp_path / "b.mp4").read_bytes()


def test_a_film_has_the_size_rate_and_length_that_were_asked_for(tmp_path: Path) -> None:
    made(tmp_path / "a.mp4", rate=12.0, seconds=1.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, float(stream.average_rate)) == (192, 108, 12.0)
    shown = pictures(tmp_path / "a.mp4")
    assert len(shown) == 12
    assert max(float(picture.mean()) for picture in shown) > 5.0


def test_moments_played_in_another_scene_make_another_film(recorded: Path, tmp_path: Path) -> None:
    other = made(tmp_path / "b.mp4", str(recorded / "a.moments"), scene="loom", rate=None, seconds=None)
    assert other.frames == 10
    difference = np.abs(pictures(recorded / "a.mp4")[-1].astype(int) - pictures(tmp_path / "b.mp4")[-1])
    assert difference.mean() > 5.0


def test_a_camera_cannot_be_filmed_in_lock_step(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no camera"):
        made(tmp_path / "a.mp4", "0")


def test_the_mouse_cannot_be_filmed_without_a_window(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="mouse: it moves only over a window"):
        made(tmp_path / "a.mp4", "mouse")


def test_a_path_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"a\.mp4: can't be written"):
        made(tmp_path / "file" / "a.mp4")


def test_a_broken_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.mp4").write_bytes(b"\x00" * 4096)
    with pytest.raises(UserError, match=r"broken\.mp4"):
        made(tmp_path / "a.mp4", str(tmp_path / "broken.mp4"), seconds=None)


def test_moments_that_break_off_are_reported_once_and_film_up_to_there(
    recorded: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = (recorded / "a.moments").read_bytes()
    (tmp_path / "cut.moments").write_bytes(whole[: 2 * len(whole) // 3])
    film = made(tmp_path / "b.mp4", str(tmp_path / "cut.moments"), rate=None, seconds=None)
    assert 0 < film.frames < 10
    lines = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert ["cut.moments: damaged after" in line for line in lines] == [True]


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_an_interrupted_film_plays_up_to_there(tmp_path: Path) -> None:
    words = ["film", "ghost", "--out", "a.mp4", "--size", "96x54", "--fps", "10", "--seconds", "600"]
    words += ["--scene", "tide"]
    process = subprocess.Popen(
        [sys.executable, "-m", "installation.commands", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.perf_counter() + 60
    while time.perf_counter() < end and not (
        (tmp_path / "a.mp4").exists() and (tmp_path / "a.mp4").stat().st_size > 1000
    ):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    said, trouble = process.communicate(timeout=60)
    assert process.returncode == 130, trouble
    assert len(pictures(tmp_path / "a.mp4")) == int(said.split(": ")[1].split()[0]) > 0


@pytest.mark.parametrize(("source", "heard"), [("auto", True), ("device", True), ("silence", False)])
def test_a_film_hears_its_sound_track_unless_the_venue_is_silent(tmp_path: Path, source: str, heard: bool) -> None:
    song = write_wav(tmp_path / "song.wav", tone(440.0, 1.0))
    made(
        tmp_path / "a.mkv",
        "ghost",
        SMALL.model_copy(update={"sound": SoundSection(source=source, channel=2)}),
        audio=song,
        seconds=0.4,
        moments=tmp_path / "a.moments",
    )
    assert (max(moment.sound.level for moment in MomentReader(tmp_path / "a.moments")) > 0.2) == heard
