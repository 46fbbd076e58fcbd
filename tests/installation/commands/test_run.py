"""What `visitant run` says while it plays: once, with date, level and process, and to a file as well."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from installation.commands.run import LEVEL_SECONDS, SettledLevel

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[3]
VENUE = """\
[canvas]
size = [160, 90]
[osc]
enabled = false
[scenes]
playlist = ["tide"]
"""
SHADER = "void main() { colour = vec4(1.0) }"
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING|ERROR) +(\S+): (.*)")


def played(folder: Path, *options: str) -> list[str]:
    """Standard error of a show of a few seconds."""
    command = [sys.executable, "-m", "installation.commands", "run", "--venue", str(folder / "venue.toml")]
    command += ["--headless", "--source", "ghost", "--seconds", "4", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.slow
def test_a_show_logs_its_course_with_date_level_and_process_and_no_line_twice(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text(VENUE)
    lines = played(tmp_path, "--log", str(tmp_path / "visitant.log"))
    parts = [LINE.fullmatch(line) for line in lines]
    assert all(parts), lines
    texts = [part[3] for part in parts if part]
    assert len(texts) == len(set(texts))
    assert {"first frame", "first visitor", "scene tide", "eye runs"} <= set(texts)
    kept = (tmp_path / "visitant.log").read_text(encoding="utf-8").splitlines()
    assert [line.rpartition(": ")[2] for line in kept] == [line.rpartition(": ")[2] for line in lines]


@pytest.mark.slow
def test_a_broken_shader_is_one_line_with_its_file_however_long_it_stays_broken(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text(VENUE.replace('"tide"', '"tide", "spoilt"'))
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes" / "spoilt.frag").write_text(SHADER)
    (tmp_path / "scenes" / "spoilt.py").write_text(
        "from installation.interface.scene import Scene\n\n\n"
        "class Spoilt(Scene):\n"
        '    """Spoilt: a scene whose shader does not compile."""\n\n'
        "    def setup(self, graphics):\n"
        '        self.shader = graphics.shader("spoilt.frag")\n\n'
        "    def draw(self, moment, knobs, canvas):\n"
        "        self.shader(canvas)\n"
    )
    lines = [line for line in played(tmp_path) if "spoilt.frag" in line]
    assert len(lines) == 1, lines


@pytest.mark.slow
def test_quiet_says_nothing_while_all_is_well(tmp_path: Path) -> None:
    (tmp_path / "venue.toml").write_text(VENUE)
    assert played(tmp_path, "-q") == []


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
