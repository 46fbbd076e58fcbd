"""A show starts, goes on whatever happens to its children, and ends without leaving anything behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import av
import pytest

from installation.commands import main
from installation.core.system_info import free_port
from installation.show.loop import Frame
from installation.show.options import ShowOptions, with_scene, with_source
from installation.show.show import Show
from installation.show.venue_check import load
from installation.venue.schema import CanvasSection, LoopSection, OscSection, Venue
from installation.venue.sound_section import SoundSection
from installation.workers.codec import pack, unpack
from installation.workers.placement import WorkerHost

pytestmark = [pytest.mark.process, pytest.mark.gl]

RATE = 10.0
"""Frames a second: the processor draws them beside the models."""
SCENE = "plumb"
"""One that asks for neither dancers nor paintings."""
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def small(source: str = "ghost", port: int | None = None) -> Venue:
    osc = OscSection(enabled=False) if port is None else OscSection(port=port)
    venue = Venue(
        canvas=CanvasSection(size=(160, 90)),
        osc=osc,
        loop=LoopSection(rate=RATE, governor=False),
        sound=SoundSection(enabled=False),
    )
    return with_scene(with_source(venue, source), SCENE)


def visitant(folder: Path, *words: str, port: int | None = None, display: str = "") -> subprocess.Popen[str]:
    text = f"scenes.playlist = ['{SCENE}']\nsound.enabled = false\ncanvas.size = [160, 90]\n"
    (folder / "venue.toml").write_text(f"{text}osc.port = {port or free_port()}\n")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "DISPLAY": display}
    return subprocess.Popen(
        [sys.executable, "-m", "installation.commands", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(condition: Callable[[], object], seconds: float = 60.0) -> object:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        if result := condition():
            return result
        time.sleep(0.02)
    raise AssertionError("it never came true")


def play_beside(show: Show, act: Callable[[], None]) -> None:
    """Play a show until `act`, which runs beside it, is done; raises what `act` raises."""

    def acted() -> None:
        try:
            act()
        finally:
            show.loop.stop()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(acted)
        show.loop.play(RATE, show.now, None)
    done.result()


def kill(host: WorkerHost, how: str = "SIGKILL") -> None:
    """Send a signal to a worker's child process."""
    assert host.pid is not None
    os.kill(host.pid, getattr(signal, how))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux may be without a display")
def test_a_terminated_show_without_a_display_leaves_a_film_a_poster_and_moments_that_play(tmp_path: Path) -> None:
    process = visitant(tmp_path, "run", "--source", "ghost", "--save-moments", "a.moments")
    stderr = process.stderr
    assert stderr is not None
    until(lambda: "first visitor" in stderr.readline())
    time.sleep(1.0)
    process.terminate()
    said, trouble = process.communicate(timeout=30)
    assert process.returncode == 0, trouble
    paths = [tmp_path / line.split()[1] for line in said.splitlines() if line.startswith(("film", "poster"))]
    assert [path.name for path in paths] == ["visitant.mp4", "visitant.png"]
    with av.open(str(paths[0])) as container:
        assert sum(1 for _ in container.decode(video=0)) > 10
    assert paths[1].stat().st_size > 1000
    words = ["--out", str(tmp_path / "a.mp4"), "--venue", str(tmp_path / "venue.toml"), "--seconds", "0.5"]
    assert main(["film", str(tmp_path / "a.moments"), *words]) == 0


def test_a_second_show_on_the_same_port_says_so(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        process = visitant(tmp_path, "run", "--headless", "--source", "ghost", "--seconds", "2", port=port)
        _, trouble = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "osc.port" in trouble
    assert str(port) in trouble


def test_nobody_is_filmed_by_a_camera_without_leave(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for option, key, name in (("--record", "record", "x.mp4"), ("--save-moments", "save_moments", "x.moments")):
        words = [
            "run",
            "--headless",
            "--source",
            "0",
            option,
            str(tmp_path / name),
            "--venue",
            str(tmp_path / "v.toml"),
        ]
        (tmp_path / "v.toml").write_text("")
        assert main(words) == 1
        assert f"`{key} = true` under [privacy]" in capsys.readouterr().err
        assert not (tmp_path / name).exists()


@pytest.mark.slow
@POSIX
def test_the_picture_goes_on_while_a_killed_and_then_a_stopped_eye_is_started_again() -> None:
    frames: list[Frame] = []

    def signalled(how: str, restarts: int) -> None:
        until(lambda: frames and frames[-1].moment.visitors)
        last = max(visitor.id for frame in frames for visitor in frame.moment.visitors)
        kill(show.hosts[0], how)
        until(lambda: show.hosts[0].restarts == restarts)
        until(lambda: any(visitor.id > last for visitor in frames[-1].moment.visitors))

    def act() -> None:
        signalled("SIGKILL", 1)
        signalled("SIGSTOP", 2)

    with Show(small(), ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
        play_beside(show, act)
    assert show.hosts[0].restarts == frames[-1].moment.health.restarts == 2
    assert all(b.moment.frame == a.moment.frame + 1 for a, b in pairwise(frames))


ALIEN = """
import sys
from installation.show.options import ShowOptions
from installation.show.show import Show
from tests.installation.show.test_show import small
with Show(small(), ShowOptions(live=True, headless=True)) as show:
    show.loop.play(10.0, show.now, 1.0)
print(sorted({"torch", "mediapipe", "cv2"} & set(sys.modules)))
"""


def test_the_process_that_draws_imports_no_model() -> None:
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", ALIEN], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_saved_stream_plays_live_again(tmp_path: Path) -> None:
    path = str(tmp_path / "a.moments")
    where = ["--out", str(tmp_path / "a.mp4"), "--save-moments", path]
    assert main(["film", "ghost", *where, "--scene", SCENE, "--size", "160x90", "--fps", "10", "--seconds", "1"]) == 0
    frames: list[Frame] = []
    with Show(small(path), ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
        show.loop.play(RATE, show.now, 1.6)
    assert frames[-1].moment.visitors
    assert frames[-1].moment.time > 1.0, "it begins again where it ends"


def test_a_scene_that_is_nowhere_ends_the_show_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--headless", "--source", "ghost", "--scene", "nowhere", "--seconds", "1"]) == 3
    assert 'no scene "nowhere"' in capsys.readouterr().err


DUET = """
from installation.interface.scene import Cast, Scene

class Duet(Scene):
    \"\"\"Duet: nothing is to be seen but there are dancers.\"\"\"
    cast = Cast(each=1, alone=1)

    def setup(self, graphics):
        pass

    def draw(self, moment, knobs, canvas):
        canvas.clear()
"""


def dancing(folder: Path) -> Path:
    """A venue with a scene that wants dancers, and a network that has learned nothing."""
    # Another test imports this file to see that nothing in it brings torch.
    from motion.dancer import store
    from tests.motion.dancer.dances import prepared

    (folder / "scenes").mkdir()
    (folder / "scenes" / "duet.py").write_text(DUET)
    store.save(folder / "a.safetensors", prepared(), {})
    (folder / "venue.toml").write_text(
        '[[cameras]]\nsource = "ghost"\n[canvas]\nsize = [160, 90]\n[osc]\nenabled = false\n[sound]\nenabled = false\n'
        '[loop]\ngovernor = false\n[scenes]\nplaylist = ["duet"]\n[dancer]\nweights = "a.safetensors"\nrate = 30\n'
    )
    return folder / "venue.toml"


@pytest.mark.slow
@POSIX
def test_the_picture_goes_on_while_a_killed_dancer_is_started_again(tmp_path: Path) -> None:
    frames: list[Frame] = []

    def act() -> None:
        until(lambda: frames and frames[-1].moment.dancers, 60.0)
        last = frames[-1].moment.dancers[0].id
        kill(show.hosts[-1])
        until(lambda: any(d.id > last for d in frames[-1].moment.dancers), 60.0)

    with Show(load(dancing(tmp_path)), ShowOptions(live=True, headless=True, on_frame=frames.append)) as show:
        play_beside(show, act)
    assert show.hosts[-1].restarts == 1
    assert all(b.moment.frame == a.moment.frame + 1 for a, b in pairwise(frames))


def test_a_film_of_dancers_is_the_same_again(tmp_path: Path) -> None:
    venue = load(dancing(tmp_path))
    films = []
    for _ in range(2):
        with Show(venue, ShowOptions(live=False, headless=True)) as show:
            films.append([pack(moment.dancers) for moment in show.loop.film(30.0, 20)])
    assert films[0] == films[1]
    assert unpack(films[0][-1])
