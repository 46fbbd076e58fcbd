"""The controller that a hand moves, found among all that send: it sweeps through values, or it is a button's press.

Passed over are streams that ran before, such as a phone's accelerometer, and what does not sweep: the touch of a fader,
the halves of composite controllers, messages about the mode of a channel.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, pairwise
from typing import NamedTuple

from installation.control.midi import relative
from installation.control.midi.composites import FIRST_MODE_MESSAGE, LSB_OFFSET, PAIR
from installation.control.midi.soft_takeover import BUTTON

MAX_WATCHED = 2_048
"""Controllers of which the time of their last message is known."""
MAX_CANDIDATES = 256
"""Controllers that are watched while one is learned."""
MAX_VALUES = 64
"""Newest values of a controller that are looked at."""
STREAM_MESSAGES = 4
"""Messages in a row from which on a controller streams."""
MIN_GAP_SECONDS = 0.5
"""A pause of this length ends a stream, and one of GAP_PERIODS of its periods."""
GAP_PERIODS = 3.0
MAX_PERIOD_SECONDS = 3.0
"""The period of the slowest stream."""
MIN_SWEEP = 0.1
"""Part of its range through which a controller has to move."""
MIN_DISTINCT_VALUES = 3
"""Different values that it has to send: the touch of a fader has two."""
MIN_CLUSTER_SWEEP = 0.25
"""The same for a MIDI controller near one of its ends, where an encoder's steps look like positions."""
MAX_LEAP = 0.4
"""Part of its range that a MIDI fader leaps at most while a hand moves it; an encoder that turns back does."""
MIN_FADER_VALUES = 8
"""Different values from which on small steps near an end are those of a fader."""
MAX_FADER_STEP = 4 / 127
"""Part of its range of such a step at most."""
SPANS = ((0.0, 1.0), (-1.0, 1.0), (0.0, 100.0), (0.0, 127.0), (0.0, 255.0))
"""What OSC controllers send at their two ends, the usual ones."""
WIDE_SPANS = ((0.0, 1_023.0), (0.0, 65_535.0))
"""Those of sensors, which are taken once a controller comes near their upper end."""
NEAR_END = 0.9
"""Part of such a span from which on a value is near its upper end."""
MAX_OSC_STEPS = 16
"""Steps of one message of an OSC encoder, at most."""
MACKIE_TOUCH_NOTES = range(104, 113)
"""Notes by which a desk of the Mackie Control protocol reports a finger on a fader."""

TOUCH = re.compile(r".*(/z|[/_](touch|touched|touch_?state|is_?touched))", re.IGNORECASE)
"""OSC addresses at which surfaces report that a widget is touched."""
_CC = re.compile(r"(/midi/[^/]+/\d{1,2})/cc/(\d{1,3})")
_PARAMETER = re.compile(r"/midi/[^/]+/\d{1,2}/n?rpn/\d{1,5}")
_NOTE = re.compile(r"/midi/[^/]+/\d{1,2}/note/(\d{1,3})")


class Wanted(Enum):
    """What kind of controller is to be learned."""

    POSITION = "a controller over its range"
    """For a number: what has a position or turns by steps."""
    CHOICE = "a controller over its range, or press a pad"
    BUTTON = "a controller that is a button"
    """For a switch or a command."""
    COLOUR = "a controller that sends three numbers"


class Found(NamedTuple):
    """The controller that was moved."""

    controller: str
    value: float
    """What it sent last."""
    span: tuple[float, float] = (0.0, 1.0)
    """What it sends at its two ends, as far as it was seen."""
    encoding: str = ""
    """Encoding of an encoder's steps, else empty."""


@dataclass(slots=True)
class _Activity:
    """When a controller sent messages."""

    last: float
    period: float = 0.0
    """Mean time between its messages."""
    count: int = 1
    """Messages without a pause."""

    @property
    def gap(self) -> float:
        """The pause after which its next message is another movement."""
        return max(MIN_GAP_SECONDS, GAP_PERIODS * self.period)


@dataclass(slots=True)
class _Candidate:
    """What a controller has sent since learning began."""

    values: list[tuple[float, ...]]
    """The newest MAX_VALUES."""
    low: float
    high: float
    """The ends of all that it has sent, as its first number."""

    @property
    def numbers(self) -> list[float]:
        """The first number of each of the newest values."""
        return [each[0] for each in self.values]

    def take(self, values: tuple[float, ...]) -> None:
        """Take one more message."""
        self.values = [*self.values[1 - MAX_VALUES :], values]
        self.low, self.high = min(self.low, values[0]), max(self.high, values[0])


class MovingControllers:
    """Listens to all controllers, and finds the one that a hand moves."""

    def __init__(self) -> None:
        self._activities: OrderedDict[str, _Activity] = OrderedDict()
        self._streams: set[str] = set()
        self._candidates: dict[str, _Candidate] = {}
        self.nearest = ""
        """The candidate that sent a message last, for the operator; empty for none."""

    def begin(self, t: float) -> None:
        """Begin to look for a controller at show time `t`: what streams by now is passed over."""
        self._candidates.clear()
        self.nearest = ""
        self._streams = {
            address
            for address, activity in self._activities.items()
            if activity.count >= STREAM_MESSAGES and t - activity.last <= activity.gap
        }

    def observe(self, address: str, t: float) -> None:
        """Note a message of any controller; call this for each, learning or not, after `begin`."""
        activity = self._activities.pop(address, None)
        if activity is None:
            activity = _Activity(t)
            if len(self._activities) >= MAX_WATCHED:
                self._activities.popitem(last=False)
        elif (pause := t - activity.last) > activity.gap:
            # Two messages far apart may be the begin of a slow stream.
            activity.period = pause if pause <= MAX_PERIOD_SECONDS else 0.0
            activity.last, activity.count = t, 1
            self._streams.discard(address)
        else:
            activity.period += (pause - activity.period) / min(activity.count, 8)
            activity.last, activity.count = t, activity.count + 1
        self._activities[address] = activity

    def is_stream(self, address: str) -> bool:
        """Whether a controller has streamed since before learning began."""
        return address in self._streams

    def has_moved(self, address: str) -> bool:
        """Whether a controller sent a message since learning began, and is no stream."""
        return address in self._candidates

    def found(self, address: str, values: tuple[float, ...], wanted: Wanted) -> Found | None:
        """The controller of this message once it is the one that is looked for, else None."""
        if address in self._streams or TOUCH.fullmatch(address) or not values:
            return None
        if address not in self._candidates and len(self._candidates) >= MAX_CANDIDATES:
            return None
        candidate = self._candidate_of(address, values)
        self.nearest = address
        if wanted is Wanted.COLOUR:
            swept = len(values) in (3, 4) and _channels_sweep(candidate.values)
            return Found(address, values[0]) if swept else None
        if len(values) > 2 or self._is_half_of_pair(address):
            return None
        if _is_press(address, values[0], wanted):
            return Found(address, values[0], _span(candidate.numbers) or (0.0, 1.0))
        return _sweep(address, candidate)

    def amended(self, known: Found, address: str, value: float, late: bool) -> Found | None:
        """What is known better of a controller that was learned last, by one more message; None for nothing.

        That is the pair of which it is one half, an encoder's encoding, that it is an encoder or is none, or a wider
        span. After a pause, `late`, another hand may move it: only what no fader sends counts then.
        """
        if late and address.startswith("/midi/") and not _may_have_7_bits(known.controller):
            return None
        if address in self._streams or address not in (known.controller, _partner(known.controller)):
            return None
        candidate = self._candidate_of(address, (value,))
        if address != known.controller:
            return None if late else Found(self.pair_of(known.controller), value)
        numbers = candidate.numbers
        if known.encoding == relative.STEPS:
            return None
        if _has_7_bits(address, numbers):
            encoding = _encoding_after(known.encoding, [round(each * 127) for each in numbers], late)
            if encoding != known.encoding:
                return known._replace(value=value, encoding=encoding)
        if known.encoding or (late and address.startswith("/midi/")):
            return None
        span = _span([*numbers, *known.span])
        return known._replace(value=value, span=span) if span is not None and span != known.span else None

    def _candidate_of(self, address: str, values: tuple[float, ...]) -> _Candidate:
        """The candidate at this address, with one more message."""
        candidate = self._candidates.get(address)
        if candidate is None:
            candidate = self._candidates[address] = _Candidate([], values[0], values[0])
        candidate.take(values)
        return candidate

    def pair_of(self, address: str) -> str:
        """The address of the 14-bit pair of which this is one half, where the other half has moved as well."""
        match = _CC.fullmatch(address)
        if match is None or _partner(address) not in self._candidates:
            return ""
        return f"{match[1]}/cc14/{int(match[2]) % LSB_OFFSET}"

    def _is_half_of_pair(self, address: str) -> bool:
        """Whether this is half of a pair that moves, or a pair of which only one half does."""
        if match := PAIR.fullmatch(address):
            first = int(match[2])
            halves = (f"{match[1]}/cc/{first}", f"{match[1]}/cc/{first + LSB_OFFSET}")
            return not all(half in self._candidates for half in halves)
        return bool(self.pair_of(address))


def _partner(address: str) -> str:
    """The controller that has the other 7 bits of this one; empty for one that is no half of a pair."""
    match = _CC.fullmatch(address)
    if match is None or int(match[2]) >= 2 * LSB_OFFSET:
        return ""
    number = int(match[2])
    return f"{match[1]}/cc/{number + LSB_OFFSET if number < LSB_OFFSET else number - LSB_OFFSET}"


def _is_press(address: str, value: float, wanted: Wanted) -> bool:
    """Whether a value is the press of a button, where one is looked for."""
    if wanted not in (Wanted.BUTTON, Wanted.CHOICE):
        return False
    if note := _NOTE.fullmatch(address):
        return value > 0.0 and int(note[1]) not in MACKIE_TOUCH_NOTES
    if wanted is Wanted.CHOICE:
        return False
    if controller := _CC.fullmatch(address):
        return value >= 0.5 and int(controller[2]) < FIRST_MODE_MESSAGE
    return not address.startswith("/midi/") and value >= 1.0 and float(value).is_integer()


def _sweep(address: str, candidate: _Candidate) -> Found | None:
    """The controller once its positions sweep through a part of its range, or its steps show an encoder."""
    numbers = candidate.numbers
    if BUTTON.fullmatch(address):
        return None
    if address.endswith("/steps") and address.startswith("/midi/"):
        return Found(address, numbers[-1], encoding=relative.STEPS) if len(numbers) >= relative.MIN_VALUES else None
    if not address.startswith("/midi/") and _are_steps(numbers):
        return Found(address, numbers[-1], encoding=relative.STEPS)
    is_controller = _has_7_bits(address, numbers)
    if is_controller and (encoding := relative.detect([round(value * 127) for value in numbers])):
        return Found(address, numbers[-1], encoding=encoding)
    span = _span([candidate.low, candidate.high])
    if span is None:
        return None
    width = span[1] - span[0]
    parts = [(value - span[0]) / width for value in numbers]
    if is_controller:
        leap = max((place for place, (a, b) in enumerate(pairwise(parts), 1) if abs(b - a) > MAX_LEAP), default=0)
        parts = parts[leap:]
    distinct, moved = set(parts), max(parts) - min(parts)
    if not is_controller:
        moved = (candidate.high - candidate.low) / width
    elif not _is_fader(parts):
        return None
    if span not in (*SPANS, *WIDE_SPANS):
        # The ends are those that were seen.
        moved = width / max(map(abs, span))
    # Two values are enough where neither is an end: a button has none between its ends.
    enough = len(distinct) >= MIN_DISTINCT_VALUES or (
        len(distinct) == 2 and not distinct & {0.0, 1.0} and not address.startswith("/midi/")
    )
    return Found(address, numbers[-1], span) if enough and moved >= MIN_SWEEP - 1e-9 else None


def _is_fader(parts: list[float]) -> bool:
    """Whether the positions of a MIDI controller are those of a fader rather than an encoder's steps."""
    low, high = min(parts), max(parts)
    if high - low >= MIN_CLUSTER_SWEEP:
        return True
    if relative.has_runs([round(part * 127) for part in parts]):
        return False
    most, middle = relative.MAX_STEP / 127, 64 / 127
    at_an_end = (low > 0.0 and high <= most) or low >= 1.0 - most
    around_middle = (
        middle - most <= low and high <= middle + most and abs(parts[0] - middle) <= relative.NEAR_REST / 127
    )
    if not (at_an_end or around_middle):
        return True
    steps = [abs(after - before) for before, after in pairwise(parts)]
    return at_an_end and len(set(parts)) >= MIN_FADER_VALUES and max(steps) <= MAX_FADER_STEP + 1e-9


def _encoding_after(encoding: str, values: list[int], late: bool) -> str:
    """The encoding of a learned MIDI controller after these values; empty for a fader."""
    if not encoding:
        # It has swept like a fader: only what none sends shows that it is an encoder.
        found = relative.detect(values)
        newest = values[-relative.MIN_RUN :]
        if found and relative.leaps(values) >= (2 if late else 1):
            return found
        repeats = len(newest) == relative.MIN_RUN and len(set(newest)) == 1 and newest[0] in relative.SINGLE_STEPS
        return relative.detect(newest) if repeats and relative.has_runs(values[-MAX_VALUES // 4 :]) else ""
    newest = values[-MAX_VALUES // 2 :]
    smooth = all(abs(b - a) <= relative.NEAR_REST for a, b in pairwise(newest))
    swept = max(newest) - min(newest) >= MIN_CLUSTER_SWEEP * 127 and len(set(newest)) >= MIN_FADER_VALUES
    if (smooth and swept and not relative.fitting(newest)) or _climbs_slowly(newest):
        return ""
    return relative.detect(values) or encoding


def _climbs_slowly(values: list[int]) -> bool:
    """Whether values repeat but go one way through many: those of a fader that sends each of them several times."""
    runs = [value for value, _ in groupby(values)]
    if len(runs) < MIN_FADER_VALUES or len(values) < 2 * len(runs):
        return False
    steps = [after - before for before, after in pairwise(runs)]
    return min(steps) > 0 or max(steps) < 0


def _span(numbers: list[float]) -> tuple[float, float] | None:
    """The first of the usual spans that contains all numbers, else what was seen; None where that is one value."""
    low, high = min(numbers), max(numbers)
    for span in SPANS:
        if span[0] <= low and high <= span[1]:
            return span
    for span in WIDE_SPANS:
        if low >= 0.0 and NEAR_END * span[1] <= high <= span[1]:
            return span
    # Most scales begin at 0, where a controller comes near it.
    low = 0.0 if 0.0 <= low <= MIN_SWEEP * high else low
    return (low, high) if low < high else None


def _are_steps(numbers: list[float]) -> bool:
    """Whether the values of an OSC controller are the steps of an encoder: 1 and -1, or a few more at once."""
    if len(numbers) < relative.MIN_VALUES or not all(
        number.is_integer() and 0 < abs(number) <= MAX_OSC_STEPS for number in map(float, numbers)
    ):
        return False
    # A fader from -1 to 1 sends each of its ends once.
    return set(numbers) == {-1.0} or (min(numbers) < 0.0 < max(numbers) and {abs(number) for number in numbers} >= {1})


def _may_have_7_bits(address: str) -> bool:
    return _CC.fullmatch(address) is not None or _PARAMETER.fullmatch(address) is not None


def _has_7_bits(address: str, numbers: list[float]) -> bool:
    """Whether a MIDI controller or parameter has sent values of 7 bits, which may be the steps of an encoder."""
    return _may_have_7_bits(address) and all(abs(each * 127 - round(each * 127)) < 1e-6 for each in numbers)


def _channels_sweep(values: list[tuple[float, ...]]) -> bool:
    """Whether one of the first three numbers of a colour has swept, and none has left its span."""
    channels = [[each[index] for each in values if len(each) > index] for index in range(3)]
    if any(span is None or span[0] < 0.0 for span in map(_span, channels)):
        return False
    return any(len(set(channel)) >= MIN_DISTINCT_VALUES for channel in channels)
