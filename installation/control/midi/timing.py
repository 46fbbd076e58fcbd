"""MIDI clock and timecode of all devices, received by the threads of the ports and read once a frame."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from installation.ear.clocks.chase import TimecodeChase
from installation.ear.clocks.clock import MTC, BeatReading
from installation.ear.clocks.midi_clock import MidiClock
from installation.ear.clocks.mtc import MtcDecoder

MAX_QUEUED = 2_048
"""Messages that wait for a frame; above that the oldest are dropped."""
MAX_DEVICES = 16
"""Devices whose clocks are read."""
SILENT_SECONDS = 1.0
"""Time without a tick after which another device may lead."""
MTC_CONFIRMATIONS = 3
"""Positions that make a jump; each takes two frames to arrive."""


class MidiTiming:
    """Clock and timecode; the device that leads does so until it is silent."""

    def __init__(self, clock: Callable[[], float], wanted: Sequence[str] = (), offset_seconds: float = 0.0) -> None:
        """`clock` returns show time. Devices whose names contain one of `wanted` count, or all when it is empty."""
        self._clock = clock
        self._wanted = tuple(part.lower() for part in wanted)
        self._queue: deque[tuple[float, str, tuple[int, ...]]] = deque(maxlen=MAX_QUEUED)
        self._clocks: dict[str, MidiClock] = {}
        self._decoders: dict[str, MtcDecoder] = {}
        self._leader = self._timecode_leader = ""
        self.chase = TimecodeChase(MTC, MTC_CONFIRMATIONS, offset_seconds)
        """Position of the transport of the device that sends MTC."""

    def receive(self, device: str, message: Sequence[int]) -> None:
        """From any thread: take a system message."""
        if not self._wanted or any(part in device.lower() for part in self._wanted):
            self._queue.append((self._clock(), device, tuple(message)))

    def step(self, t: float) -> tuple[BeatReading, float] | None:
        """Read the queue; the leading device's clock and the time of its newest tick, None where no device has one."""
        for _ in range(len(self._queue)):
            self._read(*self._queue.popleft())
        order = sorted(self._clocks, key=lambda device: device != self._leader)
        for device in order:
            clock = self._clocks[device]
            if t - clock.last_tick_time <= SILENT_SECONDS and (reading := clock.reading()) is not None:
                self._leader = device
                return reading, clock.last_tick_time
        return None

    def close(self) -> None:
        """End the reports about clocks."""
        for clock in self._clocks.values():
            clock.close()

    def _read(self, t: float, device: str, message: tuple[int, ...]) -> None:
        if device not in self._clocks:
            if len(self._clocks) >= MAX_DEVICES:
                return
            self._clocks[device], self._decoders[device] = MidiClock(), MtcDecoder()
        self._clocks[device].receive(message, t)
        frame = self._decoders[device].receive(message, t)
        if frame is not None:
            if device != self._timecode_leader and t - self.chase.last_frame_time <= SILENT_SECONDS:
                return
            self._timecode_leader = device
            self.chase.update(frame)
