"""Relative encoders: knobs without ends, which send by how many steps they were turned; their encodings, detected.

Three encodings of a step in the 7 bits of a controller are in use: clockwise is 1, 65 or 1, anticlockwise 127, 63 or
65.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

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
MIN_REPEATS = 3
"""Equal values in a row from which on an encoder that was turned one way is detected: no fader sends any twice."""
MAX_STEP = 31
"""Steps of one message at most; above that a value is taken for a position."""


def detect(values: Sequence[int]) -> str:
    """The encoding of an encoder that sent these values, 0 to 127; empty where they may be positions.

    An encoder that was turned one way only is taken for the likeliest; more values may show another encoding.
    """
    if len(values) < MIN_VALUES or any(value % 64 in (0, 32) for value in values):
        return ""
    # No encoder sends 0 or 64, which are no step, and none turns by more than MAX_STEP.
    low, below = any(v <= MAX_STEP for v in values), any(64 - MAX_STEP <= v < 64 for v in values)
    above, high = any(64 < v <= 64 + MAX_STEP for v in values), any(v >= 128 - MAX_STEP for v in values)
    repeats = sum(first == second for first, second in pairwise(values))
    leaps = sum(abs(first - second) >= 32 for first, second in pairwise(values))
    match low, below, above, high:
        case True, False, False, True:
            return TWOS_COMPLEMENT if leaps else ""
        case True, False, True, False:
            return SIGN_MAGNITUDE if leaps and repeats + leaps >= 2 else ""
        case False, True, True, False:
            return OFFSET_BINARY if repeats >= 2 else ""
        case (True, False, False, False) | (False, False, False, True):
            return TWOS_COMPLEMENT if repeats >= MIN_REPEATS else ""
        case (False, True, False, False) | (False, False, True, False):
            return OFFSET_BINARY if repeats >= MIN_REPEATS else ""
    return ""
