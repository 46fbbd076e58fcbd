"""From the command to the first frame and the first visitor, as somebody sees it who types it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from installation.evaluate.report import Figure

SECONDS = 12.0
"""How long each show plays."""


def start(clip: str, advance: Callable[[float], None], times: int = 3) -> list[Figure]:
    """Medians over several starts of `visitant run`; a first one, not counted, warms the disk."""
    found = []
    for done in range(times + 1):
        found.append(_once(clip))
        advance((done + 1) / (times + 1))
    frame, visitor = (sorted(values)[len(values) // 2] for values in zip(*found[1:], strict=True))
    bare = _bare()
    return [
        Figure.at_most("first frame after the command", frame, 3.0, "s", baseline=bare),
        Figure.at_most("first visitor after the command", visitor, 6.0, "s"),
    ]


def _once(clip: str) -> tuple[float, float]:
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
                str(SECONDS),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        seen = {}
        assert process.stdout is not None
        for line in process.stdout:
            for what in ("first frame", "first visitor"):
                if line.rstrip().endswith(what):
                    seen[what] = time.perf_counter() - begin
        process.wait()
    return seen.get("first frame", float("inf")), seen.get("first visitor", float("inf"))


def _bare() -> float:
    """Seconds in which a Python process is there, has imported numpy and moderngl, and opened a context."""
    begin = time.perf_counter()
    script = "import numpy, moderngl; moderngl.create_context(standalone=True, backend='egl')"
    subprocess.run([sys.executable, "-c", script], check=False, stderr=subprocess.DEVNULL)
    return time.perf_counter() - begin
