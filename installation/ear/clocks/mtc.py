"""MIDI timecode: quarter frames and full frames to positions of the transport."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from installation.interface.timecode import RATES, is_label, seconds_of

QUARTER_FRAME = 0xF1
FULL_FRAME = (0xF0, 0x7F)
"""Begin of a full-frame message; a device number and 1 1 follow, then hours to frames. MMA, MIDI Time Code."""
PIECES = 8
"""Quarter frames in a position; they take two frames to arrive."""
MAX_PIECE_SECONDS = 0.2
"""Time between two quarter frames after which they belong to different positions; one lasts about 10 ms."""
_QUARTER = 0.25
_DROP_FRAME_CODE = 2


@dataclass(frozen=True, slots=True)
class TimecodeFrame:
    """One position of a transport."""

    time: float
    """Show time at which it held, s."""
    seconds: float
    """The position, s since 00:00:00:00."""
    rate: float
    """Frames a second, one of RATES."""
    drop_frame: bool = False
    direction: int = 1
    """1 forwards, -1 backwards, 0 where the transport stands, as after a full-frame message."""


class MtcDecoder:
    """Assembles the messages of one device."""

    def __init__(self) -> None:
        self._nibbles = [0] * PIECES
        self._last = -1
        """The piece that came last, -1 for none."""
        self._run = 0
        """How many pieces came in order."""
        self._direction = 1
        self._last_seconds = float("-inf")

    def receive(self, message: Sequence[int], t: float) -> TimecodeFrame | None:
        """Take a message that arrived at show time `t`; a position once it is whole. Others are passed over."""
        if len(message) == 2 and message[0] == QUARTER_FRAME and 0 <= message[1] < 128:
            return self._quarter_frame(message[1] >> 4, message[1] & 15, t)
        if len(message) == 10 and tuple(message[:2]) == FULL_FRAME and tuple(message[3:5]) == (1, 1):
            self._run, self._last = 0, -1
            return _frame(message[5], message[6:9], t, direction=0)
        return None

    def _quarter_frame(self, piece: int, nibble: int, t: float) -> TimecodeFrame | None:
        step = 1 if piece == (self._last + 1) % PIECES else -1 if piece == (self._last - 1) % PIECES else 0
        late = t - self._last_seconds > MAX_PIECE_SECONDS
        self._last_seconds = t
        if step == 0 or self._last < 0 or late:
            self._run = 0
        elif step != self._direction:
            self._run, self._direction = 1, step
        self._last = piece
        self._run += 1
        self._nibbles[piece] = nibble
        last_piece = PIECES - 1 if self._direction > 0 else 0
        if piece != last_piece or self._run < PIECES:
            return None
        low, high = self._nibbles[0::2], self._nibbles[1::2]
        frames, seconds, minutes, hours = (a | b << 4 for a, b in zip(low, high, strict=True))
        frame = _frame(hours, (minutes, seconds, frames & 31), t, self._direction)
        if frame is None:
            return None
        # Piece 0 is sent at the position itself, and piece k k quarters of a frame after it.
        position = frame.seconds + piece * _QUARTER / frame.rate
        return TimecodeFrame(t, position, frame.rate, frame.drop_frame, self._direction)


def _frame(hours: int, rest: Sequence[int], t: float, direction: int) -> TimecodeFrame | None:
    """A position from its numbers; the hours carry the rate in bits 5 and 6. None for a time that does not exist."""
    code = hours >> 5 & 3
    rate, drop_frame = RATES[code], code == _DROP_FRAME_CODE
    minutes, seconds, frames = rest
    label = (hours & 31, minutes, seconds, frames)
    if not is_label(label, rate):
        return None
    return TimecodeFrame(t, seconds_of(label, rate, drop_frame), rate, drop_frame, direction)
