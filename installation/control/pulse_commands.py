"""Commands of the pulse over OSC: tap, tempo, beat, resync and nudge."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from installation.control.osc.arguments import is_press, number_argument
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError

MAX_NUDGE_MS = 1_000.0
"""Milliseconds by which one nudge may shift the beats."""

COMMANDS = (
    AddressDoc("/pulse/tap", "1", "Tap the tempo: four to eight taps make one."),
    AddressDoc("/pulse/tempo", "20..400", "Beats a minute; the phase goes on from where it is."),
    AddressDoc("/pulse/beat", "beat of the bar, or none", "A beat is heard now; 1 is the downbeat."),
    AddressDoc("/pulse/resync", "1", "A bar begins now: the one message that makes the phase jump."),
    AddressDoc("/pulse/nudge", "-1000..1000", "Bring the beats earlier by so many ms, or later when negative."),
)


def commands(tracker: PulseTracker) -> Mapping[str, Callable[[ReceivedMessage], None]]:
    """The handlers of COMMANDS, by address."""

    def tap(message: ReceivedMessage) -> None:
        if is_press(message):
            tracker.tap(message.time)

    def tempo(message: ReceivedMessage) -> None:
        tracker.set_tempo(number_argument(message), message.time)

    def beat(message: ReceivedMessage) -> None:
        beat_of_bar = round(number_argument(message)) if message.arguments else None
        if beat_of_bar is not None and not 0 <= beat_of_bar <= 64:
            raise InvalidMessageError("no such beat")
        if beat_of_bar != 0:
            tracker.tap(message.time, beat_of_bar)

    def resync(message: ReceivedMessage) -> None:
        if is_press(message):
            tracker.resync(message.time)

    def nudge(message: ReceivedMessage) -> None:
        tracker.nudge(min(max(number_argument(message), -MAX_NUDGE_MS), MAX_NUDGE_MS) / 1000, message.time)

    return {
        "/pulse/tap": tap,
        "/pulse/tempo": tempo,
        "/pulse/beat": beat,
        "/pulse/resync": resync,
        "/pulse/nudge": nudge,
    }
