"""Memory of processes of which some are killed and begin anew: each is compared with what it held at the same age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from installation.family import allocated, family

GROWN = 120.0
"""Seconds after which a process has allocated everything once, and is of one age with itself later."""
STEP = 5.0
"""Seconds that are one age."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a process held at one time."""

    time: float
    """s"""
    name: str
    """The same for all that came in each other's place."""
    age: float
    """s"""
    memory: float
    """MB"""


@dataclass
class Ledger:
    """What the processes of a family held, in order of time."""

    rows: list[Held] = field(default_factory=list)
    _born: dict[int, float] = field(default_factory=dict)

    def count(self, time: float, pid: int, names: Mapping[int, str]) -> None:
        """Count the process `pid` and all that it started, at a time in s; `names` are of those who are replaced."""
        for one in family(pid):
            born = self._born.setdefault(one, time)
            self.rows.append(Held(time, names.get(one, str(one)), time - born, allocated([one])))

    def totals(self) -> list[tuple[float, float]]:
        """Seconds, and MB of all processes then."""
        sums: dict[float, float] = defaultdict(float)
        for row in self.rows:
            sums[row.time] += row.memory
        return list(sums.items())


def slope(rows: Iterable[Held]) -> float | None:
    """By how much all processes together grow, MB/min; None where none of them was seen twice at one age.

    For each the median of the slopes between any two times at which it, or one in its place, was of the same age: the
    estimator of Theil (1950) and Sen (1968) over pairs that can be compared. Of each minute the least counts, as what
    comes and goes within one does not grow.
    """
    alike: dict[tuple[str, int], dict[int, Held]] = defaultdict(dict)
    for row in rows:
        same, minute = alike[row.name, int(min(row.age, GROWN) // STEP)], int(row.time // 60.0)
        if minute not in same or row.memory < same[minute].memory:
            same[minute] = row
    slopes: dict[str, list[float]] = defaultdict(list)
    for (name, _), least in alike.items():
        times, memories = (np.array([getattr(row, what) for row in least.values()]) for what in ("time", "memory"))
        first, second = np.triu_indices(len(least), 1)
        apart = times[second] - times[first]
        slopes[name] += (60.0 * (memories[second] - memories[first])[apart > 0] / apart[apart > 0]).tolist()
    return sum(float(np.median(found)) for found in slopes.values() if found) if any(slopes.values()) else None
