"""Ableton Link as a worker: a tempo and a beat that programs on a network share. The package is optional, and GPL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from installation.core.errors import UserError
from installation.core.records import record
from installation.ear.clocks.clock import BeatReading
from installation.workers.worker import Message

RATE_HZ = 30.0
"""Steps of the worker a second."""


@record("LinkState")
@dataclass(frozen=True, slots=True)
class LinkState:
    """The session at one time."""

    reading: BeatReading
    peers: int
    """Other programs in the session; while there is none, its tempo is that of the pulse."""


def open_link() -> LinkWorker:
    """Join the session of the network. Raises UserError where the package is missing."""
    try:
        import link  # an optional package, which contains Link itself under the GPL
    except ImportError as error:
        raise UserError("pulse.link: Ableton Link needs a package more: pip install 'visitant[link]'") from error
    return LinkWorker(link.Link(120.0))


class LinkWorker:
    """Reads the session, and commits the tempo that is asked for."""

    def __init__(self, session: Any) -> None:
        """`session` is a `link.Link`."""
        self._link = session
        self._link.enabled = True
        self._committed = 0

    def step(self, request: Mapping[str, Any], t: float) -> Message:
        """The session at show time `t`. The request's values:

        `beats_a_bar`; `tempo` and `commits`, a tempo for the session and a count of such wishes; `pulse`, a
        BeatReading of our own, which the session takes over while it has no other peer.
        """
        micros = self._link.clock().micros()
        state, peers = self._link.captureSessionState(), self._link.numPeers()
        quantum = float(request.get("beats_a_bar", 4))
        commits, pulse = int(request.get("commits", 0)), request.get("pulse")
        if commits != self._committed and request.get("tempo"):
            self._committed = commits
            state.setTempo(float(request["tempo"]), micros)
            self._link.commitSessionState(state)
        elif peers == 0 and isinstance(pulse, BeatReading):
            state.setTempo(pulse.tempo, micros)
            state.forceBeatAtTime(pulse.at(t), micros, quantum)
            self._link.commitSessionState(state)
        reading = BeatReading(t, state.tempo(), state.beatAtTime(micros, quantum))
        return Message(t, LinkState(reading, peers))

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False
