"""What native libraries print: their warnings are for the log, everything else for the terminal."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

PROGRAM = """
import logging, os, sys
from installation.core import logging as project_logging, native_output
project_logging.start(logging.{level}, None, "LOG %(message)s", queued=False)
with native_output.logged():
    os.write(2, b"W0000 00:00:1796062512.443559   29949 feedback.cc:121] noise\\n")
    os.write(2, b"F0000 00:00:1796062512.443559   29949 graph.cc:7] the end\\n")
    print("a line of Python", file=sys.stderr)
print("after", file=sys.stderr)
project_logging.stop()
"""


def printed(level: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(level=level)], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stderr.splitlines()


def test_a_librarys_warning_is_not_printed_and_all_else_is() -> None:
    lines = printed("WARNING")
    assert not any("noise" in line for line in lines)
    assert any("the end" in line for line in lines)
    assert "a line of Python" in lines
    assert lines[-1] == "after"


def test_verbose_prints_a_librarys_warning_as_a_log_line() -> None:
    assert any(line.startswith("LOG W0000") and line.endswith("noise") for line in printed("DEBUG"))
