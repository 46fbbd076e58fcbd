"""A show ends as it should, whatever it stands on: a scene that hangs, a full disk, streams that are closed, a folder
with files of the names of modules, a second signal."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from installation.core import python_process
from installation.core.exit_status import ExitStatus
from installation.workers.process_tree import family

pytestmark = [
    pytest.mark.process,
    pytest.mark.gl,
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc"),
]

SCENE = """import time
from installation.interface.scene import Scene

class Own(Scene):
    \"\"\"Own: for tests.\"\"\"

    def setup(self, graphics):
        {setup}

    def draw(self, moment, knobs, canvas):
        canvas.clear()
        {draw}
"""
VENUE = "[canvas]\nsize = [160, 90]\n[osc]\nenabled = false\n[sound]\nenabled = false\n[loop]\nhang_seconds = {}\n"


def prepare(folder: Path, draw: str = "pass", setup: str = "pass", hang_seconds: float = 60.0) -> None:
    (folder / "scenes").mkdir()
    (folder / "scenes" / "own.py").write_text(SCENE.format(draw=draw, setup=setup))
    (folder / "venue.toml").write_text(VENUE.format(hang_seconds))


def start(folder: Path, *words: str, **options: object) -> subprocess.Popen[str]:
    """A show in `folder`, in the group of its own, with its log in `a.log`."""
    command = [sys.executable, "-P", "-m", "installation.commands", *words, "--log", "a.log"]
    environment = python_process.environment() | {"DISPLAY": ""}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
        command, cwd=folder, env=environment, text=True, **{"stderr": subprocess.PIPE, **options}
    )


def run(folder: Path, *words: str, seconds: float = 60.0, **options: object) -> tuple[int, str]:
    """The exit status of a command, and its log."""
    process = start(folder, *words, **options)
    process.communicate(timeout=seconds)
    return process.returncode, (folder / "a.log").read_text()


def played(folder: Path, said: str, *words: str, **options: object) -> tuple[int, str]:
    """The exit status and the log of a show that is ended by a signal as soon as its log contains `said`."""
    process = start(folder, *words, **options)
    until(lambda: process.poll() is not None or said in log_of(folder))
    process.terminate()
    process.communicate(timeout=20)
    return process.returncode, log_of(folder)


def log_of(folder: Path) -> str:
    """The log so far."""
    file = folder / "a.log"
    return file.read_text() if file.exists() else ""


PLAY = ("run", "--headless", "--source", "ghost", "--scene", "own")


def until(condition: Callable[[], object], seconds: float = 40.0) -> None:
    end = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < end, "it never came true"
        time.sleep(0.05)


@pytest.mark.parametrize("draw", ["time.sleep(99)", "10 ** 10 ** 10"])
def test_a_show_whose_scene_hangs_ends_with_a_status_of_its_own_and_no_child(tmp_path: Path, draw: str) -> None:
    prepare(tmp_path, f"{draw} if moment.frame > 5 else None", hang_seconds=2.0)
    process = start(tmp_path, *PLAY)
    relatives: set[int] = set()
    while process.poll() is None:
        relatives |= set(family(process.pid))
        time.sleep(0.05)
    _, trouble = process.communicate()

    assert process.returncode == ExitStatus.HUNG, trouble
    assert f"{tmp_path / 'scenes' / 'own.py'}" in trouble + (tmp_path / "a.log").read_text()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in relatives), 5.0)


@pytest.mark.parametrize("command", ["film", "still"])
def test_a_film_whose_scene_hangs_in_its_setup_ends_too(tmp_path: Path, command: str) -> None:
    prepare(tmp_path, setup="while True: pass", hang_seconds=1.5)
    out = {"film": "a.mp4", "still": "a.png"}[command]
    status, log = run(tmp_path, command, "ghost", "--scene", "own", "--out", out)

    assert (status, "own.py:8, setup" in log) == (ExitStatus.HUNG, True), log
    assert not (tmp_path / out).exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_ends_everything_at_once(tmp_path: Path, number: signal.Signals) -> None:
    prepare(tmp_path, "time.sleep(99 if moment.frame > 5 else 0)")
    process = start(tmp_path, *PLAY)
    until(lambda: "eye runs" in log_of(tmp_path))
    relatives = family(process.pid)
    process.send_signal(number)
    time.sleep(0.5)
    assert process.poll() is None, "the first one waits for the frame"
    process.send_signal(number)

    assert process.wait(5.0) == 128 + number
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in relatives[1:]), 5.0)


def test_closed_streams_do_not_blind_the_eye(tmp_path: Path) -> None:
    prepare(tmp_path)

    def close_streams() -> None:
        for descriptor in range(3):
            os.close(descriptor)

    status, log = played(tmp_path, "first visitor", *PLAY, stderr=None, preexec_fn=close_streams)

    assert status == 0
    assert "first visitor" in log


def test_a_log_reader_that_dies_ends_neither_show_nor_log(tmp_path: Path) -> None:
    prepare(tmp_path)
    reader, writer = os.pipe()
    os.close(reader)
    status, log = played(tmp_path, "first visitor", *PLAY, stdout=writer, stderr=writer)
    os.close(writer)

    assert status == 0
    assert "first visitor" in log


def test_files_of_the_working_folder_are_no_modules_of_children_which_have_names_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path)
    for name in ("queue", "json", "numpy", "mediapipe"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('foreign code runs')\n")
    for name in ("motion", "installation"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('foreign code runs')\n")
    monkeypatch.setenv("PYTHONPATH", f"{os.pathsep}.")
    process = start(tmp_path, *PLAY)
    until(lambda: process.poll() is not None or "first visitor" in log_of(tmp_path))
    names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in family(process.pid)}
    process.terminate()
    process.communicate(timeout=20)

    assert process.returncode == 0
    assert "first visitor" in log_of(tmp_path) and "foreign" not in log_of(tmp_path)
    assert {"visitant", "visitant eye"} <= names


def test_a_full_disk_ends_film_and_recording_and_not_the_show_and_has_a_status(tmp_path: Path) -> None:
    prepare(tmp_path)
    film = tmp_path / "a.mp4"
    process = start(tmp_path, *PLAY, "--record", "a.mp4", "--save-moments", "a.moments")
    until(lambda: "first visitor" in log_of(tmp_path) and len(log_of(tmp_path)) < film.stat().st_size - 1500)
    # As a disk that is full from now on; earlier, the memory of the mailboxes would count as well.
    limit = film.stat().st_size
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
    until(lambda: all(f"{name}: " in log_of(tmp_path) for name in ("a.mp4", "a.moments")))
    assert process.poll() is None, "the show goes on"
    process.terminate()
    process.communicate(timeout=20)
    log = log_of(tmp_path)

    assert process.returncode == ExitStatus.INCOMPLETE, log
    assert "a.moments: File too large; the moments so far are kept" in log
    assert re.search(r"a\.mp4: recording ended: File too large; its first \d+\.\d s play", log)
    with av.open(str(film)) as container:
        assert next(container.decode(video=0)).width == 160


def test_a_restart_with_the_same_recordings_keeps_those_of_before(tmp_path: Path) -> None:
    prepare(tmp_path)
    for _ in range(2):
        (tmp_path / "a.log").unlink(missing_ok=True)
        status, log = played(tmp_path, "first frame", *PLAY, "--record", "a.mp4", "--save-moments", "a.moments")
        assert status == 0, log
    films, recordings = sorted(tmp_path.glob("*.mp4")), sorted(tmp_path.glob("*.moments"))

    assert len(films) == len(recordings) == 2
    for film in films:
        with av.open(str(film)) as container:
            assert next(container.decode(video=0)).width == 160


def test_a_source_that_never_was_has_a_status(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "notes.mp4").write_text("a list of things to buy")
    words = ("run", "--headless", "--scene", "own", "--source")

    assert run(tmp_path, *words, "missing.mp4")[0] == ExitStatus.FAILED
    assert played(tmp_path, "notes.mp4: not a film", *words, "notes.mp4")[0] == ExitStatus.NO_PICTURE


def test_a_show_that_ends_while_its_source_is_still_opened_has_no_picture_either(tmp_path: Path) -> None:
    prepare(tmp_path)
    source = "rtsp://u:s3cret@127.0.0.1:9/live"
    found, log = run(tmp_path, "run", "--headless", "--source", source, "--scene", "own", "--seconds", "1")

    assert found == ExitStatus.NO_PICTURE, log
    assert "s3cret" not in log


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a file's size are POSIX")
def test_a_show_without_the_memory_for_its_eye_ends_with_a_sentence(tmp_path: Path) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    prepare(tmp_path)
    process = start(tmp_path, *PLAY, "--seconds", "1", preexec_fn=limit)
    _, trouble = process.communicate(timeout=60.0)

    assert process.returncode == ExitStatus.FAILED
    assert "shared memory cannot be reserved" in trouble and "Traceback" not in trouble


def test_a_scene_that_never_draws_has_a_status(tmp_path: Path) -> None:
    prepare(tmp_path, draw="raise KeyError('x')")
    assert run(tmp_path, *PLAY, "--seconds", "1")[0] == ExitStatus.SCENE_FAILED


def test_pipes_folders_and_huge_files_do_not_keep_a_show_from_its_start(tmp_path: Path) -> None:
    prepare(tmp_path)
    for name in ("presets", "shaders"):
        (tmp_path / name).mkdir()
    for name in ("presets/a.toml", "scenes/pipe.frag", "scenes/pipe.py", "shaders/transition_p.frag", "cues.toml"):
        os.mkfifo(tmp_path / name)
    (tmp_path / "presets" / "b.toml").mkdir()
    (tmp_path / "presets" / "c.toml").write_bytes(bytes(3_000_000))
    status, log = run(tmp_path, *PLAY, "--seconds", "1")

    assert status == 0, log
    assert "presets/a.toml: cannot be read (is a pipe or a device, no file)" in log
    assert "presets/b.toml: cannot be read (is a folder, no file)" in log
