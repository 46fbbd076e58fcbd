"""Memory of processes of which some are killed: those give everything back; the others must not grow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from installation.evaluate.bench.soak import SETTLED, slope_of
from installation.workers.process_tree import allocated, family


@dataclass(frozen=True, slots=True)
class Held:
    """What a process held at one time."""

    time: float
    """s"""
    pid: int
    age: float
    """s"""
    memory: float
    """MB"""


@dataclass
class Ledger:
    """What the processes of a family held, in order of time."""

    rows: list[Held] = field(default_factory=list)
    _born: dict[int, float] = field(default_factory=dict)

    def count(self, time: float, pid: int) -> None:
        """Count the process `pid` and all that it started, at a time in s."""
        for one in family(pid):
            born = self._born.setdefault(one, time)
            self.rows.append(Held(time, one, time - born, allocated([one])))

    def totals(self) -> list[tuple[float, float]]:
        """Seconds, and MB of all processes then."""
        sums: dict[float, float] = defaultdict(float)
        for row in self.rows:
            sums[row.time] += row.memory
        return list(sums.items())


def slope(rows: Iterable[Held]) -> float | None:
    """By how much the processes together grow, MB/min, once each has allocated everything (`soak.SETTLED`).

    Who is killed holds nothing any more, so that only a process which lives on can take ever more: each tells of itself
    as in `soak.slope_of`, and those that did not live that long of nothing. None where none did.
    """
    lives: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        if row.age >= SETTLED:
            lives[row.pid].append((row.time, row.memory))
    found = [grows for life in lives.values() if (grows := slope_of(life)) is not None]
    return sum(found) if found else None
