"""Soak test: minutes of play, with memory, restarts, descriptors, threads and GL objects counted over all processes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import theilslopes

from installation.core.json_process import JsonProcess, emit
from installation.evaluate.bench.clip_venue import clip_venue
from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.show.options import ShowOptions
from installation.show.show import Show
from installation.venue.schema import Venue
from installation.workers.process_tree import allocated, family

SAMPLE_SECONDS = 5.0
"""Time between two samples."""
SETTLED_SECONDS = 120.0
"""Time after which everything has been allocated once."""
MAX_SLOPE_MB_PER_MINUTE = 0.1
"""Target for the growth of memory."""


@dataclass(frozen=True, slots=True)
class ResourceSample:
    """What all processes of a show hold at one time."""

    time: float
    """Show time, s."""
    restarts: int
    """Restarts of child processes until then."""
    memory: float
    """What is allocated, MB: anonymous and shared memory, shared pages counted once."""
    descriptors: int
    threads: int
    objects: int
    """GL objects."""
    shared: int
    """Bytes of shared memory with a name."""


def measure_soak(clip: str, seconds: float, advance: Callable[[float], None]) -> list[Figure]:
    """Play the playlist headless for so long, in a process of its own.

    `advance` receives the share of the time that has passed. Raises JsonProcessError.
    """
    if sys.platform != "linux":
        return [Figure("memory slope after two minutes", None, "MB/min")]
    samples = []
    with JsonProcess(f"{__name__}:play", {"clip": clip, "seconds": seconds}) as process:
        for line in process.lines():
            samples.append(ResourceSample(**line))
            advance(samples[-1].time / seconds)
        for name, reason in process.result().items():
            print(f"{name} was started again; the last reason: {reason}", file=sys.stderr)
    return figures(samples)


def figures(samples: Sequence[ResourceSample]) -> list[Figure]:
    """Return slope and growth over the samples, without those before SETTLED_SECONDS where there are later ones."""
    settled = [sample for sample in samples if sample.time >= SETTLED_SECONDS] or samples
    slope = slope_of([(sample.time, sample.memory) for sample in settled])

    def growth(name: str) -> int:
        # A thread pool that idles ends its threads, and starts them again: only maxima of minutes are compared.
        maxima = [max(values) for _, values in _by_minute([(s.time, getattr(s, name)) for s in settled])]
        third = -(-len(maxima) // 3)
        return int(np.median(maxima[-third:]) - np.median(maxima[:third]))

    return [
        Figure.at_most("memory slope after two minutes", slope, MAX_SLOPE_MB_PER_MINUTE, "MB/min"),
        Figure("memory of all processes at the end", settled[-1].memory, "MB"),
        Figure.at_most("children started again", settled[-1].restarts, 0, ""),
        Figure.at_most("growth of file descriptors", growth("descriptors"), 0, ""),
        Figure.at_most("growth of threads", growth("threads"), 0, ""),
        Figure.at_most("growth of GL objects", growth("objects"), 0, ""),
        Figure.at_most("growth of shared memory", growth("shared"), 0, "bytes"),
    ]


def slope_of(samples: Sequence[tuple[float, float]]) -> float | None:
    """Return the growth of (seconds, MB) samples in MB a minute; None for less than three minutes.

    The least sample of each whole minute counts, because what comes and goes within a minute does not grow. The slope
    is the median of the slopes between any two minutes (the Theil-Sen estimator), so that no single minute decides.
    """
    minutes = _by_minute(samples)
    if len(minutes) < 3:
        return None
    return float(theilslopes([min(values) for _, values in minutes], [minute for minute, _ in minutes]).slope)


def _by_minute(samples: Sequence[tuple[float, float]]) -> list[tuple[int, list[float]]]:
    """Group (seconds, value) samples by minute; a minute with half of its samples or less is left out."""
    values_of: dict[int, list[float]] = {}
    for time, value in samples:
        values_of.setdefault(int(time // 60.0), []).append(value)
    full = max(map(len, values_of.values()), default=0)
    return [(minute, values) for minute, values in values_of.items() if len(values) > full // 2]


def play(clip: str, seconds: float) -> dict[str, str]:
    """Play live and emit a ResourceSample every SAMPLE_SECONDS; return the last restart's reason by worker."""
    scenes = Venue().scenes
    # Scenes differ in memory, and so do quality levels: minutes are comparable only where each shows all scenes at full
    # quality.
    venue = clip_venue(clip, Venue().canvas.size, scenes.playlist[0], Venue().loop.rate)
    dwell_seconds = 60.0 / len(scenes.playlist) - scenes.transition_seconds
    venue = venue.model_copy(update={"scenes": scenes.model_copy(update={"dwell_seconds": dwell_seconds})})
    gl_objects = 0
    next_count = 0.0

    def count_gl_objects(frame: Frame) -> None:
        nonlocal gl_objects, next_count
        if frame.start > next_count:
            gl_objects, next_count = show.stage.count_gl_objects(), frame.start + SAMPLE_SECONDS

    with Show(venue, ShowOptions(live=True, headless=True, on_frame=count_gl_objects)) as show:
        ending = threading.Event()

        def sample() -> None:
            due = SAMPLE_SECONDS
            while not ending.wait(max(0.0, due - show.now())):
                due += SAMPLE_SECONDS
                restarts = sum(host.restarts for host in show.hosts)
                emit(asdict(_sample(show.now(), gl_objects, restarts)))

        sampler = threading.Thread(target=sample)
        sampler.start()
        show.loop.play(show.rate, show.now, seconds)
        ending.set()
        sampler.join()
    return {host.name: host.restart_reason for host in show.hosts if host.restarts}


def _sample(t: float, gl_objects: int, restarts: int) -> ResourceSample:
    pids = family(os.getpid())
    return ResourceSample(
        time=t,
        restarts=restarts,
        memory=allocated(pids),
        descriptors=sum(_entry_count(f"/proc/{pid}/fd") for pid in pids),
        threads=sum(_entry_count(f"/proc/{pid}/task") for pid in pids),
        objects=gl_objects,
        shared=sum(file.stat().st_size for file in Path("/dev/shm").iterdir()),
    )


def _entry_count(folder: str) -> int:
    """Return the number of entries; 0 where the process has ended meanwhile."""
    try:
        return len(list(Path(folder).iterdir()))
    except OSError:
        return 0
