"""Which beat of the bar it is: the probability that bars begin with each beat, weighed by the odds of downbeats."""

from __future__ import annotations

import numpy as np

LEAST_ODDS, MOST_ODDS = 0.04, 0.8
"""Bounds of the odds of a downbeat: one beat is no proof."""
DOUBT = 0.03
"""Share of all probability that is spread evenly at each beat: a bar may be lost or begin anew."""
SWITCH = 1.5
"""How much likelier another downbeat has to be to replace the present one."""


class BarFilter:
    """Probabilities of the downbeat among the beats of a bar; beats are counted on and on."""

    def __init__(self, beats_a_bar: int) -> None:
        self._odds = np.full(beats_a_bar, 1.0 / beats_a_bar)
        self._downbeat = 0

    @property
    def downbeat(self) -> int:
        """The beat number, modulo the beats of a bar, with which bars begin."""
        return self._downbeat

    @property
    def confidence(self) -> float:
        """0 where every beat is as likely as any, 1 where the downbeat is certain."""
        even = 1.0 / len(self._odds)
        return float(max(0.0, (self._odds[self._downbeat] - even) / (1.0 - even))) if even < 1.0 else 1.0

    def weigh(self, number: int, downbeat: float) -> None:
        """Weigh all by the odds that beat `number` was a downbeat, 0..1."""
        count = len(self._odds)
        odds = min(max(downbeat, LEAST_ODDS), MOST_ODDS)
        likelihood = np.full(count, (1.0 - odds) / max(1, count - 1))
        likelihood[number % count] = odds
        self.doubt(DOUBT)
        self._odds *= likelihood
        self._odds /= self._odds.sum()
        best = int(np.argmax(self._odds))
        if self._odds[best] > SWITCH * self._odds[self._downbeat]:
            self._downbeat = best

    def doubt(self, share: float) -> None:
        """Spread a share of all probability evenly."""
        self._odds += share * (1.0 / len(self._odds) - self._odds)
