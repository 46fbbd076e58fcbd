"""Command line and environment of Python processes that this program starts.

They import our packages and the installed ones, never what lies in the working directory: a `queue.py` there would
break them, or run the code of another person.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from installation.core import standard_streams

ROOT = Path(__file__).parents[2]
"""The folder of our packages, which such a process can always import."""
MAX_NAME_BYTES = 15
"""Longest name of a process in Linux."""
PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs a module; its arguments distinguish it in a list of processes."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(defaults: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of such a process: this one's, `defaults` where it sets none, and the way to our packages.

    Empty and relative parts of PYTHONPATH are left out: they would mean the working directory.
    """
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = dict.fromkeys((str(ROOT), *(path for path in given if Path(path).is_absolute())))
    return {**(defaults or {}), **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def begin(name: str, parent: int = 0) -> None:
    """At the begin of such a process: keep its standard descriptors, and call it `name` in lists of processes.

    With the process id of a `parent` the kernel kills this process when that one dies, even a stopped one (Linux).
    """
    standard_streams.reserve()
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_NAME, ctypes.create_string_buffer(name.encode()[:MAX_NAME_BYTES]))
    if parent:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
