"""Triggers: rules over crowd, pulse and clock that call for a scene."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.venue.schema import SceneRuleSection, minutes

Clock = Callable[[], int]
"""Minutes since midnight."""


def local_clock() -> int:
    """The local time of this machine."""
    now = time.localtime()
    return 60 * now.tm_hour + now.tm_min


def film_clock() -> int:
    """Noon: a film must not depend on when it is made."""
    return 720


def holds(rule: SceneRuleSection, crowd: Crowd, pulse: Pulse, minute: int) -> bool:
    """Whether all conditions of the rule hold; `minute` counts from midnight."""
    readings = (
        (rule.crowd, crowd.count),
        (rule.energy, crowd.energy),
        (rule.tempo, pulse.tempo),
        (rule.confidence, pulse.confidence),
    )
    if any(span is not None and not span[0] <= value <= span[1] for span, value in readings):
        return False
    if rule.clock is None:
        return True
    start, end = map(minutes, rule.clock)
    # A span whose end lies before its start goes over midnight.
    return start <= minute < end if start <= end else minute >= start or minute < end


class Triggers:
    """The rules over time: each starts and ends only after its condition has held, or not held, for its `seconds`."""

    def __init__(self, rules: Sequence[SceneRuleSection], clock: Clock) -> None:
        self._clock = clock
        self.set_rules(rules)

    def set_rules(self, rules: Sequence[SceneRuleSection]) -> None:
        """Follow other rules from now on; none of them is active yet."""
        self._rules = rules
        self._active = [False] * len(rules)
        self._agreed_at: list[float | None] = [None] * len(rules)
        """When each rule's condition last agreed with its state."""

    def step(self, t: float, crowd: Crowd, pulse: Pulse) -> str:
        """The scene of the first rule that is active at show time `t`; empty for none."""
        minute = self._clock() if self._rules else 0
        for index, rule in enumerate(self._rules):
            agreed_at = self._agreed_at[index]
            if agreed_at is None or holds(rule, crowd, pulse, minute) == self._active[index]:
                self._agreed_at[index] = t
            elif t - agreed_at >= rule.seconds:
                self._active[index], self._agreed_at[index] = not self._active[index], t
        return next((rule.scene for rule, active in zip(self._rules, self._active, strict=True) if active), "")
