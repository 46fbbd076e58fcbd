"""A process that makes no progress ends, with a status of its own and the place in the log; one that does, or that
stands in a debugger, does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from installation.core import python_process
from installation.core.exit_status import ExitStatus

pytestmark = [pytest.mark.process, pytest.mark.skipif(sys.platform != "linux", reason="the timers are Linux's")]

BEGIN = """
import re, sys, time
from pathlib import Path
from installation.core import logging
from installation.core.watchdog import Watchdog
logging.start(file=Path("a.log"))
watchdog = Watchdog(0.4, lambda where: print("hangs in", where, flush=True))
watchdog.beat()
"""
HANGS = {
    "it sleeps": "time.sleep(60)",
    "it spins": "while True: pass",
    "it holds the interpreter's lock": "re.match('(a+)+$', 'a' * 64 + 'b')",
}


def run(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-c", BEGIN + code],
        cwd=folder,
        env=python_process.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("hang", HANGS)
def test_a_process_that_hangs_ends_with_the_status_of_a_hang_and_all_stacks(tmp_path: Path, hang: str) -> None:
    done = run(tmp_path, HANGS[hang])

    assert done.returncode == ExitStatus.HUNG, done.stderr
    assert 'File "<string>", line 9 in <module>' in (done.stderr + (tmp_path / "a.log").read_text()).replace(
        ", in", " in"
    )


def test_the_log_names_the_place_and_children_can_be_ended(tmp_path: Path) -> None:
    done = run(tmp_path, HANGS["it sleeps"])

    assert "no progress for 0.4 s, in <string>:9, <module>" in done.stderr
    assert done.stdout == "hangs in <string>:9, <module>\n"


def test_a_process_that_goes_on_or_is_allowed_to_wait_does_not_end(tmp_path: Path) -> None:
    code = """
for _ in range(10):
    time.sleep(0.1)
    watchdog.beat()
with watchdog.paused():
    time.sleep(1.0)
watchdog.allow(None)
time.sleep(1.0)
watchdog.close()
time.sleep(1.0)
print("done")
"""
    done = run(tmp_path, code)

    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


def test_a_process_in_a_debugger_does_not_end(tmp_path: Path) -> None:
    (tmp_path / "pdb.py").write_text("import time\ndef wait(): time.sleep(2.0)\n")

    done = run(tmp_path, "sys.path.insert(0, '.')\nimport pdb\npdb.wait()\nprint('done')\nwatchdog.close()")

    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
