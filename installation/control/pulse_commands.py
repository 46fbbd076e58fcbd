"""The pulse over OSC: knobs of tempo and metre, and the commands tap, tempo, double, halve, beat, resync and nudge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from installation.control.osc.arguments import is_press, number_argument
from installation.control.osc.codec import as_sent
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.control.osc.sender import AddressDoc
from installation.control.pulse_clocks import PulseClocks
from installation.ear.clocks.clock import AUTO, FREE, MAX_TEMPO, MIN_TEMPO, OSC, SOURCES, TAPS
from installation.ear.pulse_tracker import PulseTracker
from installation.interface.knobs import InvalidMessageError, Knob, Knobs
from installation.interface.pulse import Pulse

MAX_NUDGE_MS = 1_000.0
"""Milliseconds by which one nudge may shift the beats."""
MAX_BEAT_NUMBER = 64
"""The highest number that a beat may be given."""
TEMPO, BEATS_A_BAR, SOURCE = "/pulse/tempo", "/pulse/beats_a_bar", "/pulse/source"
HANDS = (LOCAL_SENDER, "midi")
"""Senders that stand for a hand: keys and controllers."""

KNOBS = (
    Knob(
        "tempo",
        120.0,
        MIN_TEMPO,
        MAX_TEMPO,
        unit="bpm",
        help="Beats a minute; the phase goes on from where it is. It follows the taps.",
    ),
    Knob("beats_a_bar", 4, 2, 12, help="Beats in a bar; the beat of the bar stays, and no bar jumps."),
    Knob(
        "source",
        AUTO,
        choices=(AUTO, *SOURCES, FREE),
        help="The clock that leads: the most trusted one that runs, or this one.",
    ),
)
"""Knobs below /pulse."""
COMMANDS = (
    AddressDoc("/pulse/tap", "1", "Tap the tempo: four to eight taps make one."),
    AddressDoc("/pulse/double", "1", "Twice the tempo; each beat stays a beat."),
    AddressDoc("/pulse/halve", "1", "Half the tempo; each downbeat stays a beat."),
    AddressDoc("/pulse/beat", "beat of the bar, or none", "A beat is heard now; 1 is the downbeat."),
    AddressDoc("/pulse/resync", "1", "A bar begins now: the one message that makes the phase jump."),
    AddressDoc("/pulse/nudge", "-1000..1000", "Bring the beats earlier by so many ms, or later when negative."),
)


def commands(
    tracker: PulseTracker, clocks: PulseClocks | None = None
) -> Mapping[str, Callable[[ReceivedMessage], None]]:
    """The handlers of COMMANDS, and of the tempo as a message, by address; without `clocks` every event leads."""

    def claim(source: str, message: ReceivedMessage) -> None:
        if clocks is not None:
            clocks.claim(source, message.time)

    def tap(message: ReceivedMessage) -> None:
        if is_press(message):
            claim(TAPS, message)
            tracker.tap(message.time)

    def tempo(message: ReceivedMessage) -> None:
        wanted = number_argument(message)
        if not MIN_TEMPO <= wanted <= MAX_TEMPO:
            raise InvalidMessageError("no such tempo", f"give {MIN_TEMPO:g} to {MAX_TEMPO:g} beats a minute")
        # A program that sends back what it was sent does not state a tempo.
        if as_sent(wanted) != as_sent(tracker.tempo):
            if clocks is not None:
                clocks.state_tempo(wanted, TAPS if message.sender in HANDS else OSC, message.time)
            else:
                tracker.set_tempo(wanted, message.time)

    def multiply(factor: float) -> Callable[[ReceivedMessage], None]:
        def act(message: ReceivedMessage) -> None:
            if is_press(message):
                try:
                    tracker.multiply_tempo(factor, message.time)
                except ValueError as error:
                    raise InvalidMessageError("no such tempo", str(error)) from None

        return act

    def beat(message: ReceivedMessage) -> None:
        beat_of_bar = round(number_argument(message)) if message.arguments else None
        if beat_of_bar is not None and not 0 <= beat_of_bar <= MAX_BEAT_NUMBER:
            raise InvalidMessageError("no such beat", "give the number of the beat in its bar, 1 for the downbeat")
        if beat_of_bar != 0:
            claim(OSC, message)
            tracker.tap(message.time, beat_of_bar)

    def resync(message: ReceivedMessage) -> None:
        if is_press(message):
            tracker.resync(message.time)

    def nudge(message: ReceivedMessage) -> None:
        tracker.nudge(min(max(number_argument(message), -MAX_NUDGE_MS), MAX_NUDGE_MS) / 1000, message.time)

    return {
        "/pulse/tap": tap,
        TEMPO: tempo,
        "/pulse/double": multiply(2.0),
        "/pulse/halve": multiply(0.5),
        "/pulse/beat": beat,
        "/pulse/resync": resync,
        "/pulse/nudge": nudge,
    }


class PulseKnobs:
    """Keeps the knobs of the pulse and the tracker alike: what turned last holds."""

    def __init__(self, tree: Knobs, tracker: PulseTracker, clocks: PulseClocks | None = None) -> None:
        """Add the knobs to `tree` where it has none."""
        if TEMPO not in tree:
            tree.add("/pulse", KNOBS)
        self._tree = tree
        self._tracker = tracker
        self._clocks = clocks
        if clocks is not None:
            tree.turn(SOURCE, clocks.choice.selected)
        self._tempo = tree.base(TEMPO)
        """The knob's value that the tracker has."""

    def step(self, t: float) -> Pulse:
        """Have the tracker follow the knobs and the knob of the tempo the tracker; the pulse at show time `t`."""
        tree, tracker = self._tree, self._tracker
        tempo, beats = tree.base(TEMPO), tree.base(BEATS_A_BAR)
        assert isinstance(tempo, float) and isinstance(beats, int)
        if tempo != self._tempo:
            self._set_tempo(tempo, t)
        tracker.set_beats_a_bar(beats, t)
        if self._clocks is not None:
            self._clocks.choice.selected = str(tree.base(SOURCE))
            self._clocks.step(t)
        pulse = tracker.step(t)
        if self._clocks is not None:
            pulse = self._clocks.complete(pulse, t)
        tree.turn(TEMPO, pulse.tempo)
        self._tempo = tree.base(TEMPO)
        return pulse

    def _set_tempo(self, tempo: float, t: float) -> None:
        """Take a tempo to which the knob was turned; while a clock leads, the knob goes back to that one's."""
        if self._clocks is None:
            self._tracker.set_tempo(tempo, t)
            return
        with suppress(InvalidMessageError):
            self._clocks.state_tempo(tempo, TAPS, t)
