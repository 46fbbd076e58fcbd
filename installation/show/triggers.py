"""What happens may call for a scene: rules over the crowd, the pulse and the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from installation.interface.pulse import Pulse
from installation.interface.visitor import Crowd
from installation.venue.schema import SceneRuleSection, minutes

Clock = Callable[[], int]
"""Minutes since midnight."""


def local_clock() -> int:
    """The clock on the wall."""
    now = time.localtime()
    return 60 * now.tm_hour + now.tm_min


def noon() -> int:
    """The clock of a film, which must not depend on when it is made."""
    return 720


def holds(rule: SceneRuleSection, crowd: Crowd, pulse: Pulse, minute: int) -> bool:
    """Whether everything that the rule names is so; `minute` counts from midnight."""
    read = (
        (rule.crowd, crowd.count),
        (rule.energy, crowd.energy),
        (rule.tempo, pulse.tempo),
        (rule.confidence, pulse.confidence),
    )
    if any(span is not None and not span[0] <= value <= span[1] for span, value in read):
        return False
    if rule.clock is None:
        return True
    start, end = map(minutes, rule.clock)
    # A span whose end lies before its start goes over midnight.
    return start <= minute < end if start <= end else minute >= start or minute < end


class Triggers:
    """Follows the rules; each comes and goes only when it has been so for its `seconds`."""

    def __init__(self, rules: Sequence[SceneRuleSection], clock: Clock) -> None:
        self._rules = rules
        self._clock = clock
        self._called = [False] * len(rules)
        self._agreed: list[float | None] = [None] * len(rules)
        """When each rule was last read as it counts now."""

    def step(self, t: float, crowd: Crowd, pulse: Pulse) -> str:
        """The scene that is called for at show time `t` by the first rule that holds; empty for none."""
        minute = self._clock() if self._rules else 0
        for index, rule in enumerate(self._rules):
            agreed = self._agreed[index]
            if agreed is None or holds(rule, crowd, pulse, minute) == self._called[index]:
                self._agreed[index] = t
            elif t - agreed >= rule.seconds:
                self._called[index], self._agreed[index] = not self._called[index], t
        return next((rule.scene for rule, called in zip(self._rules, self._called, strict=True) if called), "")
