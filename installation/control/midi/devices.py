"""MIDI: every controller is an OSC address, its place a number 0..1; devices come and go as they are plugged in."""

from __future__ import annotations

import contextlib
import re
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from installation.control.osc.codec import Argument
from installation.control.osc.sender import OutgoingMessage

PREFIX = "/midi/"
LOOK = 2.0
"""Seconds between two looks for devices."""
WAITING = 1_024
"""Controllers of which something may wait to be sent; of each only the newest."""

NOTE_OFF, NOTE_ON, CONTROL, BEND = 0x8, 0x9, 0xB, 0xE
"""The upper half of a status byte; the lower is the channel. MIDI 1.0, table 1."""
_ADDRESS = re.compile(r"/midi/([^/]+)/(\d{1,2})/(?:(cc|note)/(\d{1,3})|(bend))")


def heard(device: str, message: Sequence[int]) -> tuple[str, float] | None:
    """The address and the place, 0..1, of a message's bytes; None for all but controllers, notes and pitch bend."""
    if len(message) != 3 or any(not 0 <= byte < 128 for byte in message[1:]):
        return None
    kind, channel, first, second = message[0] >> 4, (message[0] & 0xF) + 1, message[1], message[2]
    at = f"{PREFIX}{device}/{channel}"
    if kind == CONTROL:
        return f"{at}/cc/{first}", second / 127
    if kind in (NOTE_ON, NOTE_OFF):
        return f"{at}/note/{first}", second / 127 if kind == NOTE_ON else 0.0
    if kind == BEND:
        return f"{at}/bend", (first + 128 * second) / 16383
    return None


def spoken(address: str, place: float) -> tuple[str, tuple[int, int, int]] | None:
    """The device and the bytes that bring one of its controllers to a place, 0..1; None for any other address."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    device, channel, kind, number, bend = found.groups()
    low, place = int(channel) - 1, min(max(place, 0.0), 1.0)
    if not 0 <= low < 16 or (number is not None and int(number) > 127):
        return None
    if bend:
        value = round(place * 16383)
        return device, (BEND << 4 | low, value & 127, value >> 7)
    return device, ((CONTROL if kind == "cc" else NOTE_ON) << 4 | low, int(number), round(place * 127))


def device(port: str) -> str:
    """A port's name as part of an address: what each system adds of its own is left out.

    "nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTR 20:0" of Linux and "nanoKONTROL2 0" of Windows are nanokontrol2; two
    devices of one kind are one.
    """
    bare = re.sub(r"\s+\d+(:\d+)?$", "", port).partition(":")[0]
    return re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_") or "device"


class MidiPorts:
    """Owns the open ports, and the thread that looks for devices and sends to them."""

    def __init__(self, wanted: Sequence[str], enter: Callable[[str, Argument], None], rtmidi: Any = None) -> None:
        """Open every port whose name holds one of `wanted`, all where there is none; what they send goes to `enter`
        from a thread of theirs. `rtmidi` is what opens ports as mido does, mido itself when left out."""
        self._wanted = [name.lower() for name in wanted]
        self._enter = enter
        self._backend = rtmidi
        self._inputs: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}
        self._waiting: dict[str, float] = {}
        self._lock = threading.Lock()
        self._shown: dict[str, tuple[int, ...]] = {}
        """Where each controller stands, as it said or was told last; some thousands for each device."""
        self._awake = threading.Event()
        self._closing = False
        self.arrivals = 0
        """Grows when an output is opened, which must then be told everything."""
        self.note = ""
        """Why there is no MIDI, in words for whoever asked for it."""
        self._thread = threading.Thread(target=self._work, name="midi", daemon=True)
        self._thread.start()

    @property
    def ports(self) -> tuple[str, ...]:
        """The names of the ports that are listened to."""
        return tuple(self._inputs)

    def tell(self, lines: Sequence[OutgoingMessage]) -> None:
        """Bring controllers to where their knobs stand, soon."""
        for address, arguments in lines:
            place = arguments[0]
            with self._lock:
                if isinstance(place, (int, float)) and (address in self._waiting or len(self._waiting) < WAITING):
                    self._waiting[address] = place
        if lines:
            self._awake.set()

    def close(self) -> None:
        """Close all ports."""
        self._closing = True
        self._awake.set()
        self._thread.join(LOOK)

    def _work(self) -> None:
        if self._backend is None and not self._find_backend():
            return
        look = 0.0
        while not self._closing:
            try:
                if time.monotonic() >= look:
                    look = time.monotonic() + LOOK
                    self._look()
                self._send()
            except Exception as error:
                # Each system's backend has errors of its own, and none of them may end the show.
                self.note = f"MIDI: {error}; tried again"
            self._awake.wait(LOOK)
            self._awake.clear()
        for port in (*self._inputs.values(), *self._outputs.values()):
            with contextlib.suppress(Exception):
                port.close()

    def _find_backend(self) -> bool:
        asked = bool(self._wanted)
        try:
            import mido

            self._backend = mido.Backend("mido.backends.rtmidi", load=True)
        except ImportError:
            if asked:
                self.note = "midi.ports: MIDI needs two packages more: pip install 'visitant[midi]'"
            return False
        # Without a sequencer ALSA writes to the terminal at every look.
        if sys.platform == "linux" and not Path("/dev/snd/seq").exists():
            if asked:
                self.note = "midi.ports: this machine has no MIDI (/dev/snd/seq); `modprobe snd-seq` may bring it"
            return False
        return True

    def _look(self) -> None:
        """Open what was plugged in, close what is gone."""
        kinds = (
            (self._inputs, self._backend.get_input_names(), self._open_input),
            (self._outputs, self._backend.get_output_names(), self._open_output),
        )
        for opened, names, open_port in kinds:
            there = {name for name in names if self._wants(name)}
            for name in [name for name in opened if name not in there]:
                opened.pop(name).close()
            for name in there - opened.keys():
                opened[name] = open_port(name)
        self.note = ""

    def _wants(self, name: str) -> bool:
        return not self._wanted or any(part in name.lower() for part in self._wanted)

    def _open_input(self, name: str) -> Any:
        who = device(name)
        return self._backend.open_input(name, callback=lambda message: self._hear(who, message.bytes()))

    def _open_output(self, name: str) -> Any:
        port = self._backend.open_output(name)
        at = f"{PREFIX}{device(name)}/"
        self._shown = {address: steps for address, steps in self._shown.items() if not address.startswith(at)}
        self.arrivals += 1
        return port

    def _hear(self, who: str, message: Sequence[int]) -> None:
        found = heard(who, message)
        if found is not None:
            if (said := spoken(*found)) is not None:
                self._shown[found[0]] = said[1]
            self._enter(*found)

    def _send(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        for address, place in waiting.items():
            found = spoken(address, place)
            if found is None:
                continue
            who, message = found
            # A motor fader that is told what it has just said would fight the hand that moves it.
            if self._shown.get(address) == message:
                continue
            self._shown[address] = message
            for name, port in self._outputs.items():
                if device(name) == who:
                    port.send(self._message(message))

    def _message(self, message: tuple[int, int, int]) -> Any:
        import mido

        return mido.Message.from_bytes(message)
