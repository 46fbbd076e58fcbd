"""What a step of the dancers costs, from hearing visitors to feet that stand; in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

from installation.dance.request import DanceRequest
from installation.evaluate.report import Figure
from installation.interface.dancer import Cast
from installation.interface.dancer_knobs import DancerSettings
from installation.interface.pulse import Pulse
from installation.venue.schema import DancerSection
from installation.workers.worker import WorkerSpec, create_worker
from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

COUNTS = 1, 4, 8, 16
TARGETS = {4: 3.0, 16: 6.0}
"""Milliseconds that 95 of 100 steps may take at most, by how many dance."""
VISITORS = 4
RATE = 30.0
WARM, COUNTED = 60, 600
"""Steps."""


def dancer(advance: Callable[[float], None]) -> list[Figure]:
    """Milliseconds a step at 30 steps a second, answering, on the beat. Raises RuntimeError with its last words."""
    figures: list[Figure] = []
    for done, count in enumerate(COUNTS, 1):
        told = subprocess.run(
            [sys.executable, "-m", "installation.evaluate.bench.dancer", str(count)], capture_output=True, text=True
        )
        if told.returncode:
            raise RuntimeError(f"dancers failed: {told.stderr.strip()[-2000:]}")
        middle, most, longest = json.loads(told.stdout.splitlines()[-1])
        label = f"a step of {count} dancer{'s' * (count > 1)}"
        figures.append(Figure(f"{label}, median", middle, "ms"))
        if count in TARGETS:
            figures.append(Figure.at_most(f"{label}, 95 %", most, TARGETS[count], "ms"))
        else:
            figures.append(Figure(f"{label}, 95 %", most, "ms"))
        figures.append(Figure(f"{label}, 99 %", longest, "ms"))
        advance(done / len(COUNTS))
    return figures


def steps(count: int) -> list[float]:
    """Median, 95 % and 99 % of the milliseconds that a step takes."""
    here = min(count, VISITORS)
    settings = {"weights": None, "max_dancers": count, "floor": DancerSection().area_m, "seed": 1, "live": True}
    worker = create_worker(WorkerSpec("dancer", "installation.dance.worker:open_dancer", settings))
    cast = Cast(each=-(-count // here), most=count)
    times = []
    for frame in range(WARM + COUNTED):
        t = frame / RATE
        looks = tuple((id, t - 0.08, _visitor(id, t)) for id in range(1, here + 1))
        order = DanceRequest(t, looks, Pulse(beat=2.0 * t, confidence=1.0), cast, DancerSettings(), 0.03)
        begin = time.perf_counter()
        worker.step({"dance": order}, t)
        times.append(1e3 * (time.perf_counter() - begin))
    worker.close()
    return [float(value) for value in np.percentile(times[WARM:], (50, 95, 99))]


def _visitor(id: int, t: float) -> Body:
    """Somebody who sways, at a place of their own."""
    swing = 0.3 * np.sin(2.0 * np.pi * 0.9 * t + id + np.arange(CORE_COUNT))[:, None] * (0.3, 0.2, 1.0)
    return Body(
        np.array([1.4 * (id - 2.5), 0.93, 3.5]),
        rotation.from_vector(swing),
        REST_OFFSETS_M[:CORE_COUNT],
        np.ones(CORE_COUNT),
    )


if __name__ == "__main__":
    print(json.dumps(steps(int(sys.argv[1]))))
