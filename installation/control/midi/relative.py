"""Relative encoders: knobs without ends, which send by how many steps they were turned; their encodings, detected.

Three encodings of a step in the 7 bits of a controller are in use: clockwise is 1, 65 or 1, anticlockwise 127, 63 or
65.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby, pairwise

TWOS_COMPLEMENT = "twos-complement"
OFFSET_BINARY = "offset-binary"
SIGN_MAGNITUDE = "sign-magnitude"
STEPS = "steps"

ENCODINGS: Mapping[str, Callable[[float], float]] = {
    TWOS_COMPLEMENT: lambda value: value if value < 64 else value - 128,
    OFFSET_BINARY: lambda value: value - 64,
    SIGN_MAGNITUDE: lambda value: value if value < 64 else 64 - value,
    STEPS: lambda value: value,
}
"""Steps by what a controller sends: 0 to 127 of a MIDI controller, or the number of steps itself."""

MIN_VALUES = 3
"""Values from which on an encoder that was turned both ways is detected."""
MIN_RUN = 4
"""Equal values in a row from which on an encoder that was turned one way is detected: a fader sends a value twice where
it turns back, or each one twice, and stands still without sending."""
MIN_SLOW_VALUES = 8
"""Values from which on an encoder is detected that sends few different ones, in any order."""
MAX_SLOW_DISTINCT = 3
"""Different values that it sends one way; one more where it turns the other way too."""
MAX_STEP = 31
"""Steps of one message at most; above that a value is taken for a position."""
NEAR_REST = 8
"""Steps of one message, at most, by which a movement of an encoder begins and ends."""
MIN_LEAP = 32
"""Difference of two values that no fader makes, where both are near rest."""
SINGLE_STEPS = (1, 63, 65)
"""Values that a slow encoder repeats and no fader does; 127 is left out, at which one stands at its end."""
MIN_CONTRADICTIONS = 3
"""Values in a row that contradict what was known of an encoder, from which on they hold."""

_FITTING: tuple[frozenset[str], ...] = (
    frozenset((TWOS_COMPLEMENT, SIGN_MAGNITUDE)),
    frozenset((OFFSET_BINARY,)),
    frozenset((OFFSET_BINARY, SIGN_MAGNITUDE)),
    frozenset((TWOS_COMPLEMENT,)),
)
"""The encodings in which a value up to 31, 63, 95 and 127 is at most MAX_STEP steps."""
_MISTAKABLE: Mapping[str, frozenset[str]] = {
    TWOS_COMPLEMENT: _FITTING[0],
    OFFSET_BINARY: _FITTING[2],
    SIGN_MAGNITUDE: frozenset((SIGN_MAGNITUDE,)),
}
"""What an encoder may be that was turned one way only when it was taken for this."""
_ALL = frozenset(_MISTAKABLE)


def fitting(values: Iterable[int]) -> frozenset[str]:
    """The encodings in which all these values, 0 to 127, are steps; 0, 32, 64 and 96 say nothing."""
    found = _ALL
    for value in values:
        if value % 32:
            found &= _FITTING[value >> 5]
    return found


def detect(values: Sequence[int]) -> str:
    """The encoding of an encoder that sent these values, 0 to 127; empty where they may be positions.

    An encoder that was turned one way only is taken for the likeliest; more values may show another encoding.
    """
    if len(values) < MIN_VALUES or any(value % 64 in (0, 32) for value in values):
        return ""
    # No encoder sends 0 or 64, which are no step, and none turns by more than MAX_STEP.
    encodings = fitting(values)
    ways = {value >> 5 for value in values}
    if not encodings:
        return ""
    encoding = next(each for each in (TWOS_COMPLEMENT, OFFSET_BINARY, SIGN_MAGNITUDE) if each in encodings)
    if has_runs(values):
        return encoding
    if len(ways) == 1:
        return ""
    return encoding if _turns_back(values, encoding) else ""


def has_runs(values: Sequence[int]) -> bool:
    """Whether values repeat as those of an encoder do, and no fader's: one in a row, or few of them to and fro."""
    runs = [(value, len(list(run))) for value, run in groupby(values)]
    is_doubled = len(runs) >= MIN_RUN and all(length % 2 == 0 for _, length in runs[:-1])
    if any(length >= (2 * MIN_RUN if is_doubled else MIN_RUN) and _is_near_rest(value) for value, length in runs):
        return True
    different = {value for value, _ in runs}
    most = MAX_SLOW_DISTINCT + len({value >> 5 for value in different}) - 1
    # A fader that sends each value several times goes on to others and does not come back to them so soon.
    is_slow = len(values) >= MIN_SLOW_VALUES and len(different) <= most and all(map(_is_near_rest, different))
    return is_slow and not is_doubled and len(runs) > len(different)


def leaps(values: Sequence[int]) -> int:
    """How often values leap from near one rest to near another, as those of an encoder that turns back do."""
    return sum(abs(b - a) >= MIN_LEAP and _is_near_rest(a) and _is_near_rest(b) for a, b in pairwise(values))


def _turns_back(values: Sequence[int], encoding: str) -> bool:
    """Whether values of both ways of an encoding are those of an encoder that turns back."""
    if encoding == TWOS_COMPLEMENT:
        return any(abs(b - a) > 2 * MIN_LEAP for a, b in pairwise(values))
    if encoding == SIGN_MAGNITUDE:
        one_way = sum(value < 64 for value in values)
        return leaps(values) >= 2 or (leaps(values) == 1 and min(one_way, len(values) - one_way) >= 2)
    # Both ways are beside each other: a movement begins near rest, goes out, comes back, and then passes the rest.
    steps = [value - 64 for value in values]
    turn = next(place for place, step in enumerate(steps) if step * steps[0] < 0)
    first, second = [abs(step) for step in steps[:turn]], [abs(step) for step in steps[turn:]]
    out = max(first)
    is_burst = max(first[0], first[-1], second[0]) <= NEAR_REST and len(second) >= 2
    return is_burst and ((first[0] < out > first[-1]) or (first[0] == out == first[-1] and len(first) >= MIN_VALUES))


def _is_near_rest(value: int) -> bool:
    return min(value, abs(value - 64), 128 - value) <= NEAR_REST


class EncodingEvidence:
    """What the values of mapped encoders show of their encodings, which may have been learned from one way alone."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[frozenset[str], int]] = {}
        """What each encoder may be, and how many values in a row have contradicted that; one for each mapping."""

    def forget(self, controller: str) -> None:
        """Drop what is known of a controller, which is mapped anew."""
        self._known.pop(controller, None)

    def encoding(self, controller: str, mapped: str, value: int) -> str:
        """The encoding by which `value`, 0 to 127, of a controller mapped as `mapped` is to be read; empty where it is
        no step, or where that is not known yet."""
        fits = fitting((value,))
        if value % 32 == 0:
            return mapped if abs(ENCODINGS[mapped](value)) <= MAX_STEP else ""
        known, contradictions = self._known.get(controller, (_MISTAKABLE[mapped], 0))
        if known & fits:
            known, contradictions = known & fits, 0
        elif contradictions + 1 < MIN_CONTRADICTIONS:
            self._known[controller] = known, contradictions + 1
            return ""
        else:
            known, contradictions = fits, 0
        self._known[controller] = known, contradictions
        if mapped in known:
            return mapped
        return next(iter(known)) if len(known) == 1 else ""
