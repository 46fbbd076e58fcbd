"""The client of the dancers' worker: sends requests from the loop and keeps the newest dancers for a while."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from installation.dance.request import DanceRequest
from installation.interface.dancer import Cast, Dance, Dancer, larger
from installation.interface.dancer_knobs import settings_of
from installation.interface.knobs import NO_KNOB_VALUES, Value
from installation.interface.moment import Programme
from installation.interface.pulse import Pulse
from installation.interface.sound import Sound
from installation.interface.visitor import Visitor
from installation.workers.placement import WorkerHost

STALE_SECONDS = 2.0
"""Seconds without an answer after which the dancers are dropped, who stand still meanwhile."""
SILENCE = Sound()
IDLE_RATE_HZ = 4.0
"""Step rate of a worker while no dancers and no completed visitors are wanted."""


class DanceClient:
    """Sends visitors, pulse and knobs to the dancers' worker, and has its newest answer."""

    def __init__(
        self,
        host: WorkerHost,
        casts: Mapping[str, Cast],
        default: Cast,
        rate_hz: float,
        display_delay_seconds: float,
        complete_visitors: bool,
    ) -> None:
        """`casts` has those of the scenes by name and is read in each frame, `default` is the least for every scene.
        The worker steps at `rate_hz`; a step is seen `display_delay_seconds` later. With `complete_visitors` it works
        for visitors without any cast, too."""
        self._host, self._casts, self._default = host, casts, default
        self._rate_hz, self._display_delay_seconds = rate_hz, display_delay_seconds
        self._complete_visitors = complete_visitors
        self._newest: Dance = Dance()
        self._time = 0.0
        self._highest_id = 0

    # Seven arguments: one for each thing that dancers know.
    def request(
        self,
        t: float,
        observations: Sequence[tuple[float, Visitor]],
        programme: Programme,
        pulse: Pulse,
        knobs: Mapping[str, Value] = NO_KNOB_VALUES,
        rate_share: float = 1.0,
        sound: Sound = SILENCE,
    ) -> None:
        """Send the state at show time `t`: visitors with their times of observation, pulse, sound and knobs.
        `rate_share` is the share of the step rate that the machine can spare."""
        playing = (self._casts[name] for name in (programme.scene, programme.following) if name in self._casts)
        cast = self._default
        for one in playing:
            cast = larger(cast, one)
        wanted = cast.wanted or self._complete_visitors
        bodies = tuple((v.id, time, v.body) for time, v in observations if v.body is not None) if wanted else ()
        settings = settings_of(knobs)
        request = DanceRequest(t, bodies, pulse, cast, settings, self._display_delay_seconds, self._highest_id, sound)
        self._host.send({"rate": self._rate_hz * rate_share if wanted else IDLE_RATE_HZ, "dance": request})

    def newest(self, t: float) -> tuple[Dancer, ...]:
        """The dancers at show time `t`; those of the last answer stay for STALE_SECONDS when the worker fails."""
        message = self._host.newest(t)
        if message is not None and isinstance(message.body, Dance):
            self._newest, self._time = message.body, message.time
            self._highest_id = max([self._highest_id, *(dancer.id for dancer in message.body.dancers)])
        if t - self._time > STALE_SECONDS:
            self._newest = Dance()
        return self._newest.dancers

    def with_predicted_bodies(self, visitors: tuple[Visitor, ...]) -> tuple[Visitor, ...]:
        """The visitors, with the completed or extrapolated bodies of the newest answer where it has some."""
        if not self._newest.visitors:
            return visitors
        bodies = self._newest.visitors
        return tuple(replace(v, body=bodies.get(v.id, v.body)) if v.body is not None else v for v in visitors)

    @property
    def restarts(self) -> int:
        """How often the worker was restarted."""
        return self._host.restarts
