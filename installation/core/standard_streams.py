"""Standard streams of a process that may be started without them, or lose their readers."""

from __future__ import annotations

import os
import sys


def reserve() -> None:
    """Open the null device as each of the descriptors 0 to 2 that is closed; call it before anything else is opened.

    A file that is opened later would get such a descriptor: libraries would write their messages into it, and a child
    process would take it for its standard input or output.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            null = os.open(os.devnull, os.O_RDWR)
            if null != descriptor:
                os.dup2(null, descriptor)
                os.close(null)
            os.set_inheritable(descriptor, True)
    # Python leaves out the streams of closed descriptors; what prints would fail.
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (open until the end)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def discard_output() -> None:
    """Send further output to the null device: its reader is gone, and Python would report that again at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
