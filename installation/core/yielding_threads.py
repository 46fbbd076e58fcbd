"""Environment variables by which the threads of one matrix product wait for each other without holding a core.

By default such a thread spins for milliseconds. Beside a busy process it then waits for a thread that has no core, and
small products take ten times as long. The OpenMP library reads these variables when it is loaded, so they are set
before torch is imported.
"""

from __future__ import annotations

import os

LIVE = {"GOMP_SPINCOUNT": "10000", "KMP_BLOCKTIME": "0"}
"""For children of a live show: a short wait. With no wait at all a painting takes half as long again; with the usual
wait, seven times as long beside a busy core."""
OFFLINE = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}
"""For work without a deadline: no wait, so that two trainings side by side share the cores."""


def yield_cores() -> None:
    """Let this process and its children wait as in OFFLINE, where the environment does not say otherwise."""
    for name, value in OFFLINE.items():
        os.environ.setdefault(name, value)
