"""Chase of timecode: a steady position out of frames that jitter, are lost, or are wrong."""

from __future__ import annotations

from collections import deque

from installation.ear.clocks.mtc import TimecodeFrame
from installation.interface.timecode import DAY_SECONDS, Timecode

FREEWHEEL_SECONDS = 2.0
"""How long the position runs on when no frame comes; then it stands."""
SILENT_SECONDS = 0.25
"""Time without a frame from which on it freewheels: eight frames and MTC's two at a time are no gap."""
MAX_DRIFT_FRAMES = 2.0
"""How far a frame may be off; those farther off are counted before they are believed."""
MAX_SPEED = 2.5
"""Fastest transport that is followed, forwards or backwards, times real time."""
NOMINAL_SPEED_TOLERANCE = 0.03
"""A speed this near to 1 is corrected slowly, one farther off quickly."""
_POSITION_GAIN, _SPEED_GAIN = 0.12, 0.008


class TimecodeChase:
    """Where one source's transport stands.

    A frame that is off by more than MAX_DRIFT_FRAMES is believed only when enough of them in a row agree with each
    other: a wrong frame moves nothing, a locate of the transport does. The same holds for the first frames, so that
    noise does not begin a chase. A full-frame message of MTC locates at once.
    """

    def __init__(self, source: str, confirmations: int = 5, offset_seconds: float = 0.0) -> None:
        """`confirmations` frames that agree make a jump; `offset_seconds` is added to every position."""
        self._source = source
        self._offset = offset_seconds
        self._doubted: deque[TimecodeFrame] = deque(maxlen=confirmations)
        """Frames in a row that the position disagrees with."""
        self._frame: TimecodeFrame | None = None
        """The newest frame that was believed; None before the first."""
        self._time = self._position = 0.0
        self._speed = 0.0
        self.jumps = 0
        """Counts the locates, the first one included."""

    @property
    def last_frame_time(self) -> float:
        """Show time of the newest frame that was believed; minus infinity before the first."""
        return self._frame.time if self._frame is not None else float("-inf")

    @property
    def speed(self) -> float:
        """Speed of the transport, times real time; 0 where it stands."""
        return self._speed

    def update(self, frame: TimecodeFrame) -> None:
        """Take a frame; they come in the order of their times."""
        if frame.direction == 0:
            self._jump(frame, 0.0)
            return
        if self._frame is None or self._is_far(frame):
            self._doubt(frame)
            return
        self._doubted.clear()
        error = _around(frame.seconds - self._at(frame.time))
        self._position = self._at(frame.time) + _POSITION_GAIN * error
        passed = max(frame.time - self._time, 1e-3)
        self._speed += _SPEED_GAIN * error / passed
        self._speed = min(max(self._speed, -MAX_SPEED), MAX_SPEED)
        self._time, self._frame = frame.time, frame

    def timecode(self, t: float) -> Timecode:
        """The position at show time `t`."""
        if self._frame is None:
            return Timecode()
        age = max(0.0, t - self._frame.time)
        if self._speed == 0.0:
            state, position = "stopped", self._position
        elif age <= FREEWHEEL_SECONDS:
            state, position = "running" if age <= SILENT_SECONDS else "freewheel", self._at(t)
        else:
            state, position = "stopped", self._at(self._frame.time + FREEWHEEL_SECONDS)
        seconds = (position + self._offset) % DAY_SECONDS
        return Timecode(seconds, self._frame.rate, self._frame.drop_frame, state, self._source, age)

    def _at(self, t: float) -> float:
        return self._position + (t - self._time) * self._speed

    def _is_far(self, frame: TimecodeFrame) -> bool:
        """Whether a frame is too far off, or the position no longer runs."""
        late = frame.time - self.last_frame_time > FREEWHEEL_SECONDS
        return late or self._speed == 0.0 or abs(_around(frame.seconds - self._at(frame.time))) > self._drift(frame)

    def _doubt(self, frame: TimecodeFrame) -> None:
        """Count a frame that is off; jump when enough of them are a transport that runs."""
        doubted = self._doubted
        if doubted and not self._follows(doubted[-1], frame):
            doubted.clear()
        doubted.append(frame)
        if len(doubted) < (doubted.maxlen or 1):
            return
        first = doubted[0]
        passed = frame.time - first.time
        speed = _around(frame.seconds - first.seconds) / passed if passed > 0 else 0.0
        if abs(abs(speed) - 1.0) < NOMINAL_SPEED_TOLERANCE:
            speed = 1.0 if speed > 0 else -1.0
        if 0.0 < abs(speed) <= MAX_SPEED:
            self._jump(frame, speed)

    def _follows(self, before: TimecodeFrame, frame: TimecodeFrame) -> bool:
        """Whether a transport can go from one frame to the next."""
        passed, moved = frame.time - before.time, _around(frame.seconds - before.seconds)
        return 0.0 < passed <= 1.0 and moved * frame.direction > 0 and abs(moved) <= MAX_SPEED * passed + 1 / frame.rate

    def _jump(self, frame: TimecodeFrame, speed: float) -> None:
        self._time, self._position, self._speed, self._frame = frame.time, frame.seconds, speed, frame
        self._doubted.clear()
        self.jumps += 1

    def _drift(self, frame: TimecodeFrame) -> float:
        return MAX_DRIFT_FRAMES / frame.rate


def _around(seconds: float) -> float:
    """A difference of two positions, with midnight between them or not."""
    return (seconds + DAY_SECONDS / 2) % DAY_SECONDS - DAY_SECONDS / 2
