"""MIDI devices, opened as they are plugged in; every controller is an OSC address with a position 0..1."""

from __future__ import annotations

import contextlib
import logging
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from installation.control.midi.composites import encode_composite
from installation.control.osc.codec import Argument
from installation.control.osc.sender import OutgoingMessage
from installation.core.faults import Fault

MIDI_PREFIX = "/midi/"
SCAN_SECONDS = 2.0
"""Time between two scans for devices."""
MAX_PENDING_CONTROLLERS = 1_024
"""Controllers whose newest position may wait to be sent."""

NOTE_OFF = 0x8
"""Upper half of a status byte, as those below; the lower half is the channel. MIDI 1.0, table 1."""
NOTE_ON = 0x9
CONTROL_CHANGE = 0xB
PITCH_BEND = 0xE
SYSTEM = 0xF0
"""Status bytes from here on belong to no channel."""
_ADDRESS = re.compile(r"/midi/([^/]+)/(\d{1,2})/(?:(cc|note)/(\d{1,3})|(bend))")

logger = logging.getLogger(__name__)


def decode_midi(device: str, message: Sequence[int]) -> tuple[str, float] | None:
    """Decode a message's bytes to address and position, 0..1; None for all but controllers, notes and pitch bend."""
    if len(message) != 3 or any(not 0 <= byte < 128 for byte in message[1:]):
        return None
    kind, channel, first, second = message[0] >> 4, (message[0] & 0xF) + 1, message[1], message[2]
    at = f"{MIDI_PREFIX}{device}/{channel}"
    if kind == CONTROL_CHANGE:
        return f"{at}/cc/{first}", second / 127
    if kind in (NOTE_ON, NOTE_OFF):
        return f"{at}/note/{first}", second / 127 if kind == NOTE_ON else 0.0
    if kind == PITCH_BEND:
        return f"{at}/bend", (first + 128 * second) / 16383
    return None


def encode_midi(address: str, position: float) -> tuple[str, tuple[int, int, int]] | None:
    """Encode a controller's position, 0..1, as device name and message bytes; None for an address that is not MIDI."""
    match = _ADDRESS.fullmatch(address)
    if match is None:
        return None
    device, channel, kind, number, bend = match.groups()
    channel_bits, position = int(channel) - 1, min(max(position, 0.0), 1.0)
    if not 0 <= channel_bits < 16 or (number is not None and int(number) > 127):
        return None
    if bend:
        value = round(position * 16383)
        return device, (PITCH_BEND << 4 | channel_bits, value & 127, value >> 7)
    return device, (
        (CONTROL_CHANGE if kind == "cc" else NOTE_ON) << 4 | channel_bits,
        int(number),
        round(position * 127),
    )


def device_name(port: str) -> str:
    """A port's name as a part of an address, without what the operating system adds to it.

    "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTR 20:0" of Linux and "nanoKONTROL2 0" of Windows become nanokontrol2;
    two devices of one kind share a name.
    """
    bare = re.sub(r"\s+\d+(:\d+)?$", "", port).partition(":")[0]
    return re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_") or "device"


class MidiPorts:
    """Owns the open ports, and the thread that scans for devices and sends to them."""

    def __init__(self, wanted: Sequence[str], dispatch: Callable[[str, Argument], None], rtmidi: Any = None) -> None:
        """Open every port whose name contains one of `wanted`, or all ports when it is empty.

        `dispatch` gets address and position of each message, from a thread of the port. `rtmidi` is a backend with
        mido's interface, mido's own when left out.
        """
        self._wanted = [name.lower() for name in wanted]
        self._dispatch = dispatch
        self._backend = rtmidi
        self._inputs: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        self._pending: dict[str, float] = {}
        self._lock = threading.Lock()
        self._last_messages: dict[str, tuple[tuple[int, ...], ...]] = {}
        """What was last received from or sent to each controller; some thousands for each device."""
        self._awake = threading.Event()
        self._closing = False
        self.arrivals = 0
        """Grows when an output is opened; all positions must then be sent again."""
        self.on_timing: Callable[[str, Sequence[int]], None] | None = None
        """Takes a port's name and the bytes of a system message, such as clock or timecode, from the port's thread."""
        self._fault = Fault(logger)
        """Why there is no MIDI."""
        self._thread = threading.Thread(target=self._run, name="midi", daemon=True)
        self._thread.start()

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the open inputs."""
        return tuple(self._inputs)

    def send(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send positions to controllers soon, such as to the motors of faders."""
        for address, arguments in messages:
            position = arguments[0]
            with self._lock:
                room = address in self._pending or len(self._pending) < MAX_PENDING_CONTROLLERS
                if room and isinstance(position, (int, float)):
                    self._pending[address] = position
        if messages:
            self._awake.set()

    def send_now(self, wanted: Sequence[str], message: Sequence[int]) -> None:
        """Send bytes at once, in the calling thread, to the outputs whose names contain one of `wanted`."""
        for name, port in tuple(self._outputs.items()):
            if any(part.lower() in name.lower() for part in wanted):
                with contextlib.suppress(Exception):
                    port.send(self._message(message))

    def close(self) -> None:
        """Close all ports."""
        self._closing = True
        self._awake.set()
        self._thread.join(SCAN_SECONDS)
        self._fault.withdraw()

    def _run(self) -> None:
        if self._backend is None and not self._find_backend():
            return
        next_scan = 0.0
        failed = False
        while not self._closing:
            try:
                if time.monotonic() >= next_scan:
                    next_scan = time.monotonic() + SCAN_SECONDS
                    self._scan()
                    # A device that takes no messages can still be found: the fault ends after a scan without errors.
                    if not failed:
                        self._fault.clear()
                    failed = False
                self._send_pending()
            except Exception as error:
                # The errors depend on the system's backend; none of them may end the show.
                failed = True
                self._fault.set(f"MIDI: {error}; it is tried again", error)
            self._awake.wait(SCAN_SECONDS)
            self._awake.clear()
        for port in (*self._inputs.values(), *self._outputs.values()):
            with contextlib.suppress(Exception):
                port.close()

    def _find_backend(self) -> bool:
        requested = bool(self._wanted)
        try:
            import mido  # an optional package

            self._backend = mido.Backend("mido.backends.rtmidi", load=True)
        except ImportError as error:
            if requested:
                self._fault.set("midi.ports: MIDI needs two packages more: pip install 'visitant[midi]'", error)
            return False
        # Without a sequencer ALSA writes to the terminal at every scan.
        if sys.platform == "linux" and not Path("/dev/snd/seq").exists():
            if requested:
                self._fault.set("midi.ports: this machine has no MIDI (/dev/snd/seq); `modprobe snd-seq` may bring it")
            return False
        return True

    def _scan(self) -> None:
        """Open the ports of devices that were plugged in, close those of devices that were unplugged."""
        kinds = (
            (self._inputs, self._backend.get_input_names(), self._open_input),
            (self._outputs, self._backend.get_output_names(), self._open_output),
        )
        for opened, names, open_port in kinds:
            present = {name for name in names if self._is_wanted(name)}
            for name in [name for name in opened if name not in present]:
                opened.pop(name).close()
            for name in present - opened.keys():
                opened[name] = open_port(name)

    def _is_wanted(self, name: str) -> bool:
        return not self._wanted or any(part in name.lower() for part in self._wanted)

    def _open_input(self, name: str) -> Any:
        device = device_name(name)
        return self._backend.open_input(name, callback=lambda message: self._receive(name, device, message.bytes()))

    def _open_output(self, name: str) -> Any:
        port = self._backend.open_output(name)
        at = f"{MIDI_PREFIX}{device_name(name)}/"
        self._last_messages = {
            address: sent for address, sent in self._last_messages.items() if not address.startswith(at)
        }
        self.arrivals += 1
        return port

    def _receive(self, name: str, device: str, message: Sequence[int]) -> None:
        if message and message[0] >= SYSTEM:
            if self.on_timing is not None:
                self.on_timing(name, message)
            return
        decoded = decode_midi(device, message)
        if decoded is not None:
            if (encoded := encode_midi(*decoded)) is not None:
                self._last_messages[decoded[0]] = (encoded[1],)
            self._dispatch(*decoded)

    def _send_pending(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, {}
        for address, position in pending.items():
            encoded = encode_midi(address, position)
            messages: tuple[tuple[int, int, int], ...]
            device, messages = (encoded[0], encoded[1:]) if encoded is not None else encode_composite(address, position)
            # A motor fader that gets its own position back would fight the hand that moves it.
            if not messages or self._last_messages.get(address) == messages:
                continue
            self._last_messages[address] = messages
            for name, port in self._outputs.items():
                if device_name(name) == device:
                    for message in messages:
                        port.send(self._message(message))

    def _message(self, message: Sequence[int]) -> Any:
        import mido  # an optional package

        return mido.Message.from_bytes(message)
