"""The dancers as the loop knows them: who is there is called out to their worker, and what it makes is kept a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from installation.dance.request import DanceRequest
from installation.interface.dancer import Cast, Dance, Dancer, larger
from installation.interface.dancer_knobs import settings_of
from installation.interface.knobs import NO_KNOB_VALUES, Value
from installation.interface.pulse import Pulse
from installation.interface.visitor import Visitor
from installation.show.playlist import Programme
from installation.workers.placement import Placement

STALE = 2.0
"""Seconds without news after which dancers who stand where they were are let go."""
IDLE = 4.0
"""Steps a second of a worker of which nothing is wanted."""


class DanceClient:
    """Tells the dancers' worker of visitors and music, and knows its newest bodies."""

    def __init__(
        self, place: Placement, casts: Mapping[str, Cast], default: Cast, rate: float, late: float, visitors: bool
    ) -> None:
        """`casts` are the scenes' by name; `default` is what there is at least, whatever plays. The worker steps at
        `rate`, its bodies are seen `late` seconds after that. Who only wants `visitors` completed has no cast."""
        self._place, self._casts, self._default = place, casts, default
        self._rate, self._late, self._visitors = rate, late, visitors
        self._newest: Dance = Dance()
        self._time = 0.0
        self._highest = 0

    def call(
        self,
        t: float,
        looks: Sequence[tuple[float, Visitor]],
        programme: Programme,
        pulse: Pulse,
        knobs: Mapping[str, Value] = NO_KNOB_VALUES,
        share: float = 1.0,
    ) -> None:
        """Say what is so at show time `t`: visitors and when they were seen, music and knobs. `share` of the rate is
        what the machine can spare."""
        playing = (self._casts[name] for name in (programme.scene, programme.following) if name in self._casts)
        cast = self._default
        for one in playing:
            cast = larger(cast, one)
        wanted = cast.wanted or self._visitors
        bodies = tuple((v.id, time, v.body) for time, v in looks if v.body is not None) if wanted else ()
        order = DanceRequest(t, bodies, pulse, cast, settings_of(knobs), self._late, self._highest)
        self._place.tell({"rate": self._rate * share if wanted else IDLE, "dance": order})

    def newest(self, t: float) -> tuple[Dancer, ...]:
        """Who dances at show time `t`. What a worker that is away showed last stays for a while."""
        letter = self._place.newest(t)
        if letter is not None and isinstance(letter.body, Dance):
            self._newest, self._time = letter.body, letter.time
            self._highest = max([self._highest, *(dancer.id for dancer in letter.body.dancers)])
        if t - self._time > STALE:
            self._newest = Dance()
        return self._newest.dancers

    def seen(self, visitors: tuple[Visitor, ...]) -> tuple[Visitor, ...]:
        """The visitors with the bodies that they are shown with, where the worker has others than the eye."""
        if not self._newest.visitors:
            return visitors
        bodies = self._newest.visitors
        return tuple(replace(v, body=bodies.get(v.id, v.body)) if v.body is not None else v for v in visitors)

    @property
    def trouble(self) -> str:
        """What is wrong with the worker, in words; empty when all is well."""
        return self._place.trouble

    @property
    def restarts(self) -> int:
        """How often the worker had to be started again."""
        return self._place.restarts
