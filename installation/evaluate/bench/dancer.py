"""Time of one step of the dancers, from visitors to planted feet; in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from installation.core import json_process
from installation.core.processor import processor
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

DANCER_COUNTS = (1, 4, 8, 16)
TARGETS_MS = {"amx_bf16": {4: 3.0, 16: 6.0}, "avx512_bf16": {4: 4.8, 16: 6.8}}
"""Targets for the 95th percentile of a step, by number of dancers, by the processor's best instructions."""
MAX_VISITORS = 4
"""Most visitors whom the dancers answer."""
RATE_HZ = 30.0
"""Steps a second of show time."""
WARM_UP_STEPS = 60
"""Steps before the timed ones."""
TIMED_STEPS = 600


def measure_dancer_steps(advance: Callable[[float], None]) -> list[Figure]:
    """Return times of a step at 30 steps a second, answering visitors on the beat.

    `advance` receives the share of the work that is done. Raises JsonProcessError.
    """
    targets_ms = next((TARGETS_MS[each] for each in TARGETS_MS if each in processor().features), {})
    figures: list[Figure] = []
    for done, count in enumerate(DANCER_COUNTS, 1):
        median_ms, p95_ms, p99_ms = json_process.call(f"{__name__}:step_percentiles_ms", {"count": count})
        label = f"a step of {count} dancer{'s' * (count > 1)}"
        figures.append(Figure(f"{label}, median", median_ms, "ms"))
        if count in targets_ms:
            figures.append(Figure.at_most(f"{label}, 95 %", p95_ms, targets_ms[count], "ms"))
        else:
            figures.append(Figure(f"{label}, 95 %", p95_ms, "ms"))
        figures.append(Figure(f"{label}, 99 %", p99_ms, "ms"))
        advance(done / len(DANCER_COUNTS))
    return figures


def step_percentiles_ms(count: int) -> list[float]:
    """Return the median, 95th and 99th percentile of the time of a step of `count` dancers, ms."""
    visitor_count = min(count, MAX_VISITORS)
    settings = {"weights": None, "max_dancers": count, "floor": DancerSection().area_m, "seed": 1, "live": True}
    worker = create_worker(WorkerSpec("dancer", "installation.dance.worker:open_dancer", settings))
    cast = Cast(each=-(-count // visitor_count), most=count)
    times = []
    for frame in range(WARM_UP_STEPS + TIMED_STEPS):
        t = frame / RATE_HZ
        visitors = tuple((id, t - 0.08, _visitor(id, t)) for id in range(1, visitor_count + 1))
        request = DanceRequest(t, visitors, Pulse(beat=2.0 * t, confidence=1.0), cast, DancerSettings(), 0.03)
        begin = time.perf_counter()
        worker.step({"dance": request}, t)
        times.append(1e3 * (time.perf_counter() - begin))
    worker.close()
    return [float(value) for value in np.percentile(times[WARM_UP_STEPS:], (50, 95, 99))]


def _visitor(id: int, t: float) -> Body:
    """A body that sways, at a place of its own."""
    swing = 0.3 * np.sin(2.0 * np.pi * 0.9 * t + id + np.arange(CORE_COUNT))[:, None] * (0.3, 0.2, 1.0)
    return Body(
        np.array([1.4 * (id - 2.5), 0.93, 3.5]),
        rotation.from_vector(swing),
        REST_OFFSETS_M[:CORE_COUNT],
        np.ones(CORE_COUNT),
    )
