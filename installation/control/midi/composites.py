"""Composite MIDI controllers: NRPN and RPN, and pairs of 14 bits, put together from the messages they consist of.

MIDI 1.0: controllers 99 and 98 select a parameter (NRPN), 101 and 100 a registered one (RPN), 6 and 38 are the upper
and the lower 7 bits of its value, 96 and 97 one step up or down; 127 in both parts of the number selects none.
Controllers 0 to 31 may have their lower 7 bits at 32 to 63.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_CHANNELS = 256
"""Channels of devices whose state is kept; above that, all is dropped."""
MAX_PARAMETERS = 1_024
"""Parameters of a channel whose value is kept."""
DATA_MSB, DATA_LSB, INCREMENT, DECREMENT = 6, 38, 96, 97
NRPN_LSB, NRPN_MSB, RPN_LSB, RPN_MSB = 98, 99, 100, 101
NO_PARAMETER = 127 << 7 | 127
LSB_OFFSET = 32
"""From the number of a controller to that of its lower 7 bits."""
MAX_14_BIT = 16_383
FIRST_MODE_MESSAGE = 120
"""Controllers from here on are messages about the channel's mode, such as "all notes off"."""

_CONTROLLER = re.compile(r"(/midi/[^/]+/\d{1,2})/cc/(\d{1,3})")
_COMPOSITE = re.compile(r"/midi/([^/]+)/(\d{1,2})/(cc14|nrpn|rpn)/(\d{1,5})")
PAIR = re.compile(r"(/midi/[^/]+/\d{1,2})/cc14/(\d{1,2})")


class Reading(NamedTuple):
    """Where a controller stands, or by how many steps it was turned."""

    address: str
    value: float
    """0..1; of an address that ends with /steps, a number of steps."""


@dataclass(slots=True)
class _Channel:
    """The state of one channel."""

    kind: str = ""
    """ "nrpn", "rpn", or empty for none."""
    numbers: dict[str, int] = field(default_factory=dict)
    """The selected number of each kind, 14 bits."""
    data: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """Upper and lower 7 bits of parameters, by address."""
    controllers: dict[int, int] = field(default_factory=dict)
    """Values of the controllers 0 to 63."""
    fine: set[int] = field(default_factory=set)
    """The pairs whose lower 7 bits are in use: a device of 7 bits may send 0 for them."""

    def select(self, controller: int, value: int) -> None:
        """Take one half of the number of a parameter."""
        self.kind = "nrpn" if controller in (NRPN_LSB, NRPN_MSB) else "rpn"
        number = self.numbers.get(self.kind, 0)
        upper = controller in (NRPN_MSB, RPN_MSB)
        self.numbers[self.kind] = value << 7 | number & 127 if upper else number & ~127 | value

    def parameter(self, channel: str) -> str:
        """The address of the selected parameter; empty for none."""
        number = self.numbers.get(self.kind, NO_PARAMETER)
        return "" if number == NO_PARAMETER else f"{channel}/{self.kind}/{number}"


class CompositeControllers:
    """Puts composite controllers together; a plain one comes out as it is."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}

    def readings(self, address: str, position: float) -> tuple[Reading, ...]:
        """What a message means: nothing for one that selects a parameter, two readings for one that may be half of a
        pair, the plain one first."""
        match = _CONTROLLER.fullmatch(address) if address.startswith("/midi/") else None
        if match is None:
            return (Reading(address, position),)
        at, number, value = match[1], int(match[2]), round(min(max(position, 0.0), 1.0) * 127)
        if at not in self._channels and len(self._channels) >= MAX_CHANNELS:
            self._channels.clear()
        channel = self._channels.setdefault(at, _Channel())
        if NRPN_LSB <= number <= RPN_MSB:
            channel.select(number, value)
            return ()
        if number in (DATA_MSB, DATA_LSB, INCREMENT, DECREMENT) and (parameter := channel.parameter(at)):
            return _data(channel, parameter, number, value)
        plain = Reading(address, position)
        if number >= 2 * LSB_OFFSET:
            return (plain,)
        channel.controllers[number] = value
        first = number % LSB_OFFSET
        upper, lower = channel.controllers.get(first), channel.controllers.get(first + LSB_OFFSET)
        if upper is None or lower is None:
            return (plain,)
        if lower:
            channel.fine.add(first)
        position = (upper << 7 | lower) / MAX_14_BIT if first in channel.fine else upper / 127
        return plain, Reading(f"{at}/cc14/{first}", position)


def _data(channel: _Channel, parameter: str, number: int, value: int) -> tuple[Reading, ...]:
    """The reading of a parameter's data."""
    if number in (INCREMENT, DECREMENT):
        return (Reading(f"{parameter}/steps", 1.0 if number == INCREMENT else -1.0),)
    if parameter not in channel.data and len(channel.data) >= MAX_PARAMETERS:
        channel.data.clear()
    upper, lower = channel.data.get(parameter, (-1, None))
    # A device that never sends the lower half, or 0 for it, has 128 positions, and reaches its end.
    if number == DATA_LSB and value == 0 and lower is None:
        return ()
    upper, lower = (value, lower) if number == DATA_MSB else (upper, value)
    channel.data[parameter] = upper, lower
    if upper < 0:
        return ()
    return (Reading(parameter, upper / 127 if lower is None else (upper << 7 | lower) / MAX_14_BIT),)


def is_composite(address: str) -> bool:
    """Whether an address is that of a pair or a parameter."""
    return _COMPOSITE.fullmatch(address) is not None


def encode_composite(address: str, position: float) -> tuple[str, tuple[tuple[int, int, int], ...]]:
    """Device name, and the messages that set a composite controller; none for another address."""
    match = _COMPOSITE.fullmatch(address)
    if match is None or not 1 <= int(match[2]) <= 16:
        return "", ()
    device, status, kind, number = match[1], 0xB0 | int(match[2]) - 1, match[3], int(match[4])
    value = round(min(max(position, 0.0), 1.0) * MAX_14_BIT)
    upper, lower = value >> 7, value & 127
    if kind == "cc14":
        return device, ((status, number, upper), (status, number + LSB_OFFSET, lower)) if number < LSB_OFFSET else ()
    msb, lsb = (NRPN_MSB, NRPN_LSB) if kind == "nrpn" else (RPN_MSB, RPN_LSB)
    if number > MAX_14_BIT:
        return "", ()
    return device, (
        (status, msb, number >> 7),
        (status, lsb, number & 127),
        (status, DATA_MSB, upper),
        (status, DATA_LSB, lower),
    )
