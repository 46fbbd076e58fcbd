"""Minutes on end: memory over all processes, and everything that could leak, counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy.stats import theilslopes

from installation.evaluate.bench.loop import venue_for
from installation.evaluate.report import Figure
from installation.show.loop import Frame
from installation.workers.process_tree import allocated, family

EVERY = 5.0
"""Seconds between two counts."""
SETTLED = 120.0
"""Seconds after which everything has been allocated once."""


@dataclass(frozen=True, slots=True)
class Count:
    """What all processes of a show hold at one time."""

    time: float
    restarts: int
    """How often children had to be started again."""
    memory: float
    """What is allocated, MB: anonymous and shared memory, shared pages counted once."""
    descriptors: int
    threads: int
    objects: int
    """GL objects."""
    shared: int
    """Bytes of shared memory with a name."""


def soak(clip: str, seconds: float, advance: Callable[[float], None]) -> list[Figure]:
    """Play the playlist headless for so long, in a process of its own; `advance` hears which share has passed."""
    if sys.platform != "linux":
        return [Figure("memory slope after two minutes", None, "MB/min")]
    process = subprocess.Popen(
        [sys.executable, "-m", "installation.evaluate.bench.soak", clip, str(seconds)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    counts = []
    for line in process.stdout:
        counts.append(Count(**json.loads(line)))
        advance(counts[-1].time / seconds)
    if process.wait():
        raise RuntimeError("the soak ended early")
    return figures(counts)


def figures(counts: list[Count]) -> list[Figure]:
    """What the counts say; those before everything was allocated are left out where there are later ones."""
    late = [c for c in counts if c.time >= SETTLED] or counts
    slope = slope_of([(c.time, c.memory) for c in late])

    def growth(name: str) -> int:
        # A pool that rests ends its threads, and begins them again.
        most = [max(values) for _, values in _by_minute([(c.time, getattr(c, name)) for c in late])]
        third = -(-len(most) // 3)
        return int(np.median(most[-third:]) - np.median(most[:third]))

    return [
        Figure.at_most("memory slope after two minutes", slope, 0.1, "MB/min"),
        Figure("memory of all processes at the end", late[-1].memory, "MB"),
        Figure.at_most("children started again", late[-1].restarts, 0, ""),
        Figure.at_most("growth of file descriptors", growth("descriptors"), 0, ""),
        Figure.at_most("growth of threads", growth("threads"), 0, ""),
        Figure.at_most("growth of GL objects", growth("objects"), 0, ""),
        Figure.at_most("growth of shared memory", growth("shared"), 0, "bytes"),
    ]


def slope_of(counts: list[tuple[float, float]]) -> float | None:
    """MB a minute, of times in seconds and MB that were held then: of the least in each whole minute, as what comes and
    goes within one does not grow. None for less than three minutes.

    The median of the slopes between any two of them (Theil and Sen), so that no one minute tells.
    """
    held = _by_minute(counts)
    if len(held) < 3:
        return None
    return float(theilslopes([min(values) for _, values in held], [minute for minute, _ in held]).slope)


def _by_minute(counts: list[tuple[float, float]]) -> list[tuple[int, list[float]]]:
    """What was counted at times in seconds, by minute; one of which there is not half is none."""
    held: dict[int, list[float]] = {}
    for time, value in counts:
        held.setdefault(int(time // 60.0), []).append(value)
    full = max(map(len, held.values()), default=0)
    return [(minute, values) for minute, values in held.items() if len(values) > full // 2]


def _count(t: float, objects: int, restarts: int) -> Count:
    pids = family(os.getpid())
    return Count(
        time=t,
        restarts=restarts,
        memory=allocated(pids),
        descriptors=sum(_entries(f"/proc/{pid}/fd") for pid in pids),
        threads=sum(_entries(f"/proc/{pid}/task") for pid in pids),
        objects=objects,
        shared=sum(file.stat().st_size for file in Path("/dev/shm").iterdir()),
    )


def _entries(folder: str) -> int:
    """How many; none where the process has ended meanwhile."""
    try:
        return len(list(Path(folder).iterdir()))
    except OSError:
        return 0


def _play(clip: str, seconds: float) -> None:
    from installation.show.options import ShowOptions
    from installation.show.show import Show
    from installation.venue.schema import Venue

    scenes = Venue().scenes
    # Each has another size, and so has each quality: only minutes that have all scenes as fine are alike.
    venue = venue_for(clip, Venue().canvas.size, scenes.playlist[0], Venue().loop.rate)
    alone = 60.0 / len(scenes.playlist) - scenes.transition_seconds
    venue = venue.model_copy(update={"scenes": scenes.model_copy(update={"dwell_seconds": alone})})
    objects = [0, 0.0]

    def see(frame: Frame) -> None:
        if frame.start > objects[1]:
            objects[:] = [show.stage.count_gl_objects(), frame.start + EVERY]

    with Show(venue, ShowOptions(live=True, headless=True, on_frame=see)) as show:
        ending = threading.Event()

        def count() -> None:
            due = EVERY
            while not ending.wait(max(0.0, due - show.now())):
                due += EVERY
                restarts = sum(place.restarts for place in show.hosts)
                print(json.dumps(asdict(_count(show.now(), int(objects[0]), restarts))), flush=True)

        counter = threading.Thread(target=count)
        counter.start()
        show.loop.play(show.rate, show.now, seconds)
        ending.set()
        counter.join()
    for place in show.hosts:
        if place.restarts:
            print(f"{place.name} was started again, the last time because: {place.restart_reason}", file=sys.stderr)


if __name__ == "__main__":
    _play(sys.argv[1], float(sys.argv[2]))
