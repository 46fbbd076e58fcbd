"""MIDI output of the composer's notes: each is sent when it is heard, by a thread of its own."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from typing import Any, Protocol

from installation.core.faults import Fault
from installation.interface.music import PlayedNote

CHANNELS = {"drums": 9, "bass": 0, "chords": 1, "lead": 2}
"""MIDI channel of each stem, from 0; drums have General MIDI's tenth."""
MAX_PENDING = 4_096
"""Messages that wait for their time; more are dropped."""
RETRY_SECONDS = 3.0
"""Between two looks for the port."""
LONGEST_WAIT_SECONDS = 0.05

logger = logging.getLogger(__name__)


class MidiPort(Protocol):
    """An open output of `mido`."""

    def send(self, message: Any) -> None:
        """Send a message."""

    def close(self) -> None:
        """Close it."""


class MidiOutput:
    """Sends notes to the first port whose name contains `name`, as soon as there is one."""

    def __init__(self, name: str, epoch: float, backend: Any = None) -> None:
        """`epoch` is the machine's `time.perf_counter` at show time 0; `backend` has mido's interface, mido's own when
        left out."""
        self._name, self._epoch, self._backend = name, epoch, backend
        self._pending: list[tuple[float, int, str, int, int, int]] = []
        self._count = 0
        self._lock = threading.Lock()
        self._awake = threading.Event()
        self._closing = False
        self._fault = Fault(logger)
        self._thread = threading.Thread(target=self._run, name="midi output", daemon=True)
        self._thread.start()

    def play(self, note: PlayedNote) -> None:
        """Send a note at its time, and its end."""
        channel = CHANNELS[note.stem]
        ends = ((note.time, "note_on", note.velocity), (note.time + note.seconds, "note_off", 0))
        with self._lock:
            if len(self._pending) < MAX_PENDING:
                for at, kind, velocity in ends:
                    self._count += 1
                    heapq.heappush(self._pending, (at, self._count, kind, channel, note.pitch, velocity))
        self._awake.set()

    def close(self) -> None:
        """End every note and close the port."""
        self._closing = True
        self._awake.set()
        self._thread.join(2.0)
        self._fault.withdraw()

    def _run(self) -> None:
        port: MidiPort | None = None
        tried = float("-inf")
        while not self._closing:
            now = time.perf_counter()
            if port is None and now - tried > RETRY_SECONDS:
                tried, port = now, self._open()
            try:
                wait = self._send_due(port, now - self._epoch)
            except Exception as error:  # a backend's own: the port has gone
                self._fault.set(f"MIDI output: {error}")
                port, wait = None, LONGEST_WAIT_SECONDS
            self._awake.wait(min(max(wait, 0.0005), LONGEST_WAIT_SECONDS))
            self._awake.clear()
        if port is not None:
            self._end_all(port)

    def _send_due(self, port: MidiPort | None, t: float) -> float:
        """Send what is due at show time `t`; returns the seconds until something is."""
        due = []
        with self._lock:
            while self._pending and self._pending[0][0] <= t:
                due.append(heapq.heappop(self._pending))
            wait = self._pending[0][0] - t if self._pending else LONGEST_WAIT_SECONDS
        if port is not None and due:
            from mido import Message

            for _, _, kind, channel, pitch, velocity in due:
                port.send(Message(kind, channel=channel, note=pitch, velocity=velocity))
        return wait

    def _open(self) -> MidiPort | None:
        try:
            import mido

            backend = self._backend or mido
            names = [name for name in backend.get_output_names() if self._name.lower() in name.lower()]
            if not names:
                self._fault.set(f"no MIDI output has {self._name!r} in its name")
                return None
            port: MidiPort = backend.open_output(names[0])
        except Exception as error:
            self._fault.set(f"MIDI output: {error}; visitant[midi] brings what it needs")
            return None
        self._fault.clear()
        return port

    def _end_all(self, port: MidiPort) -> None:
        from mido import Message

        try:
            for channel in CHANNELS.values():
                port.send(Message("control_change", channel=channel, control=123, value=0))
            port.close()
        except Exception as error:
            logger.debug("MIDI output: %s", error)
