"""What `visitant run` says while it plays: once, with date, level and process, and to a file as well."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installation.commands.run import LEVEL_SECONDS, SettledLevel
from installation.workers.process_tree import family

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
VENUE = """\
[canvas]
size = [160, 90]
[osc]
enabled = false
[sound]
enabled = false
[scenes]
playlist = ["plumb", "spoilt"]
"""
SHADER = "void main() { colour = vec4(1.0) }"
SPOILT = """from installation.interface.scene import Scene


class Spoilt(Scene):
    \"\"\"Spoilt: a scene whose shader does not compile.\"\"\"

    def setup(self, graphics):
        self.shader = graphics.shader("spoilt.frag")

    def draw(self, moment, knobs, canvas):
        self.shader(canvas)
"""
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING|ERROR) +(\S+): (.*)")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_a_show_logs_its_course_with_no_line_twice_and_takes_its_children_along(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text(VENUE)
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "spoilt.frag").write_text(SHADER)
    (tmp_path / "scenes" / "spoilt.py").write_text(SPOILT)
    command = [sys.executable, "-m", "installation.commands", "run", "--venue", str(tmp_path / "venue.toml")]
    command += ["--headless", "--source", "ghost", "--log", str(tmp_path / "visitant.log")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log, end = tmp_path / "visitant.log", time.perf_counter() + 60.0
    while not (log.exists() and "first visitor" in log.read_text(encoding="utf-8")):
        assert process.poll() is None and time.perf_counter() < end
        time.sleep(0.05)
    relatives = family(process.pid)
    time.sleep(1.0)
    process.terminate()
    printed, logged = process.communicate(timeout=30)

    assert (process.returncode, printed) == (0, "")
    assert len(relatives) > 1 and not any(Path(f"/proc/{pid}").exists() for pid in relatives)
    lines = logged.splitlines()
    parts = [LINE.fullmatch(line) for line in lines]
    assert all(parts), lines
    texts = [part[3] for part in parts if part]
    assert len(texts) == len(set(texts))
    assert {"first frame", "first visitor", "scene plumb", "eye runs"} <= set(texts)
    assert len([text for text in texts if "spoilt.frag" in text]) == 1, "however long it stays broken"
    kept = log.read_text(encoding="utf-8").splitlines()
    # A file has the details of a fault as well, which end with its text.
    ends = dict.fromkeys(line.rpartition(": ")[2] for line in kept)
    assert list(ends) == [line.rpartition(": ")[2] for line in lines]


def test_a_quality_level_is_logged_once_it_stays() -> None:
    level = SettledLevel()
    at = [(0.0, 0), (1.0, 1), (3.0, 2), (4.0, 1), (5.0, 2), (5.0 + LEVEL_SECONDS, 2), (30.0, 2), (31.0, 0), (32.0, 2)]
    assert [level.settled(value, t) for t, value in at] == [None] * 5 + [2] + [None] * 3


@pytest.mark.parametrize("option", ["--log"])
def test_a_log_that_cannot_be_written_is_named(tmp_path: Path, option: str) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "installation.commands", "run", option, str(tmp_path / "file" / "log")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "the log cannot be written" in done.stderr and "Traceback" not in done.stderr
