"""Start-up time of `visitant run`: from the command to the first frame and the first visitor."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from installation.evaluate.report import Figure

SHOW_SECONDS = 12.0
"""How long each show plays."""


def measure_start(clip: str, advance: Callable[[float], None], times: int = 3) -> list[Figure]:
    """Return medians over several starts of `visitant run`; the first, not counted, fills the disk cache.

    `advance` receives the share of the work that is done.
    """
    starts = []
    for done in range(times + 1):
        starts.append(_start_once(clip))
        advance((done + 1) / (times + 1))
    frame, visitor = (sorted(values)[len(values) // 2] for values in zip(*starts[1:], strict=True))
    baseline = _bare_python_seconds()
    return [
        Figure.at_most("first frame after the command", frame, 2.5, "s", baseline=baseline),
        Figure.at_most("first visitor after the command", visitor, 6.0, "s"),
    ]


def _start_once(clip: str) -> tuple[float, float]:
    """Return the seconds to the first frame and to the first visitor; infinite for one that never comes."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "installation.commands",
                "run",
                "--headless",
                "--source",
                clip,
                "--seconds",
                str(SHOW_SECONDS),
            ],
            cwd=folder,
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        seconds = {}
        assert process.stderr is not None
        for line in process.stderr:
            for event in ("first frame", "first visitor"):
                if line.rstrip().endswith(event):
                    seconds[event] = time.perf_counter() - begin
        process.wait()
    return seconds.get("first frame", float("inf")), seconds.get("first visitor", float("inf"))


def _environment() -> dict[str, str]:
    """As that of a user, whose first start keeps the compiled modules."""
    inherited = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return inherited | {"PYTHONPATH": os.pathsep.join(sys.path)}


def _bare_python_seconds() -> float:
    """Return the time in which a Python process starts, imports numpy and moderngl, and opens a context."""
    begin = time.perf_counter()
    script = "import numpy, moderngl; moderngl.create_context(standalone=True, backend='egl')"
    subprocess.run([sys.executable, "-c", script], check=False, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin
