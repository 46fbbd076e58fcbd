"""Memory of a process and its children, of which some are killed: samples, and the growth of those that live on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from installation.evaluate.bench.soak import SETTLED_SECONDS, slope_of
from installation.workers.process_tree import allocated, family


@dataclass(frozen=True, slots=True)
class MemorySample:
    """What a process holds at one time."""

    time: float
    """s"""
    pid: int
    age: float
    """s"""
    memory: float
    """MB"""


@dataclass
class MemoryLog:
    """What the processes of a family held, in order of time."""

    samples: list[MemorySample] = field(default_factory=list)
    _first_seen: dict[int, float] = field(default_factory=dict)

    def record(self, time: float, pid: int) -> None:
        """Append a sample of the process `pid` and of each that it started, at a time in s."""
        for member in family(pid):
            first_seen = self._first_seen.setdefault(member, time)
            self.samples.append(MemorySample(time, member, time - first_seen, allocated([member])))

    def totals(self) -> list[tuple[float, float]]:
        """Return (seconds, MB of all processes)."""
        sums: dict[float, float] = defaultdict(float)
        for sample in self.samples:
            sums[sample.time] += sample.memory
        return list(sums.items())


def slope(samples: Iterable[MemorySample]) -> float | None:
    """Return the growth of all processes together, MB/min, once each has allocated everything (`SETTLED_SECONDS`).

    A killed process gives everything back, so that only one that lives on can leak: each contributes its own
    `soak.slope_of`, and those that did not live long enough contribute nothing. None where none did.
    """
    lives: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for sample in samples:
        if sample.age >= SETTLED_SECONDS:
            lives[sample.pid].append((sample.time, sample.memory))
    slopes = [found for life in lives.values() if (found := slope_of(life)) is not None]
    return sum(slopes) if slopes else None
