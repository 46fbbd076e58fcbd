"""A MIDI controller is an address, devices may come and go, and without any the show goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from installation.control.midi import devices
from installation.control.midi.devices import MidiPorts, decode_midi, device_name, encode_midi
from installation.control.midi.timing import MidiTiming
from installation.core.faults import FaultBoard


def test_controllers_notes_and_bends_are_addresses_and_come_back_as_bytes() -> None:
    for message, address, place in (
        ((0xB0, 7, 127), "/midi/desk/1/cc/7", 1.0),
        ((0xB9, 20, 0), "/midi/desk/10/cc/20", 0.0),
        ((0x9F, 36, 64), "/midi/desk/16/note/36", 64 / 127),
        ((0xE0, 127, 127), "/midi/desk/1/bend", 1.0),
    ):
        found = decode_midi("desk", message)
        assert found is not None and found[0] == address and found[1] == pytest.approx(place)
        assert encode_midi(address, place) == ("desk", message)
    assert decode_midi("desk", (0x80, 36, 64)) == ("/midi/desk/1/note/36", 0.0), "letting go"


def test_what_is_no_controller_is_not_heard() -> None:
    for message in ((0xF8,), (0xC0, 5), (0xF0, 1, 2), (0xB0, 200, 1), ()):
        assert decode_midi("desk", message) is None
    for address in ("/scene/tide/swell", "/midi/desk/17/cc/1", "/midi/desk/0/cc/1", "/midi/desk/1/cc/128"):
        assert encode_midi(address, 0.5) is None


def test_a_device_has_one_name_on_every_system() -> None:
    names = ("nanoKONTROL2:nanoKONTROL2 nanoKONTROL2 _ CTR 20:0", "nanoKONTROL2 0", "nanoKONTROL2")
    assert {device_name(name) for name in names} == {"nanokontrol2"}
    assert device_name("...") == "device"


class Plugs:
    """In the place of mido: devices that are plugged in by hand."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.calls: dict[str, Callable[[Any], None]] = {}
        self.sent: list[tuple[str, list[int]]] = []
        self.closed: list[str] = []

    def get_input_names(self) -> list[str]:
        return list(self.names)

    get_output_names = get_input_names

    def open_input(self, name: str, callback: Callable[[Any], None]) -> Any:
        self.calls[name] = callback
        return SimpleNamespace(close=lambda: self.closed.append(name))

    def open_output(self, name: str) -> Any:
        return SimpleNamespace(
            close=lambda: self.closed.append(name), send=lambda message: self.sent.append((name, message.bytes()))
        )

    def move(self, name: str, *message: int) -> None:
        self.calls[name](SimpleNamespace(bytes=lambda: list(message)))


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 20.0
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


def test_devices_come_and_go_and_are_told_only_what_they_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("mido")
    monkeypatch.setattr(devices, "SCAN_SECONDS", 0.02)
    plugs, entered = Plugs(), list[tuple[Any, ...]]()
    owned = MidiPorts(("kontrol",), lambda *message: entered.append(message), plugs)
    plugs.names = ["nanoKONTROL2 0", "MPK mini 1"]
    until(lambda: owned.arrivals == 1)
    assert owned.ports == ("nanoKONTROL2 0",)
    plugs.move("nanoKONTROL2 0", 0xB0, 7, 127)
    plugs.move("nanoKONTROL2 0", 0xF8)
    assert entered == [("/midi/nanokontrol2/1/cc/7", 1.0)]
    owned.send([("/midi/nanokontrol2/1/cc/7", (0.999,)), ("/midi/nanokontrol2/1/cc/8", (0.5,))])
    until(lambda: plugs.sent)
    assert plugs.sent == [("nanoKONTROL2 0", [0xB0, 8, 64])], "it stands at 127 already"
    plugs.names = []
    until(lambda: not owned.ports)
    plugs.names = ["nanoKONTROL2 3"]
    until(lambda: owned.arrivals == 2)
    owned.send([("/midi/nanokontrol2/1/cc/7", (1.0,))])
    until(lambda: len(plugs.sent) == 2)
    owned.close()
    assert "nanoKONTROL2 3" in plugs.closed


@pytest.mark.parametrize(("wanted", "follows"), [("TR-8S", True), ("roland tr", True), ("TR-808", False)])
def test_the_clock_of_a_device_is_followed_by_a_part_of_its_name(
    wanted: str, follows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mido")
    monkeypatch.setattr(devices, "SCAN_SECONDS", 0.02)
    plugs, t = Plugs(), [0.0]
    timing = MidiTiming(lambda: t[0], [wanted])
    plugs.names = ["Roland TR-8S:Roland TR-8S MIDI 1 20:0"]
    ports = MidiPorts((), lambda *_: None, plugs)
    ports.on_timing = timing.receive
    until(lambda: plugs.calls)
    for tick in range(48):
        t[0] = tick / 48
        plugs.move(plugs.names[0], 0xF8)
    ports.close()
    reading = timing.step(t[0])
    assert (reading is not None) == follows
    assert reading is None or reading[0].tempo == pytest.approx(120.0)


def test_a_backend_that_fails_is_told_of_and_tried_again(monkeypatch: pytest.MonkeyPatch, faults: FaultBoard) -> None:
    monkeypatch.setattr(devices, "SCAN_SECONDS", 0.02)

    class Broken(Plugs):
        def get_input_names(self) -> list[str]:
            if not self.names:
                raise RuntimeError("no sequencer")
            return list(self.names)

    plugs = Broken()
    owned = MidiPorts((), lambda *_: None, plugs)
    until(lambda: faults.present == ("MIDI: no sequencer; it is tried again",))
    plugs.names = ["desk"]
    until(lambda: owned.ports == ("desk",))
    until(lambda: not faults.present)
    owned.close()


def test_a_device_that_takes_no_messages_is_one_fault_although_it_is_found_at_every_scan(
    monkeypatch: pytest.MonkeyPatch, faults: FaultBoard, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("mido")
    monkeypatch.setattr(devices, "SCAN_SECONDS", 0.02)

    class Deaf(Plugs):
        def open_output(self, name: str) -> Any:
            def send(message: Any) -> None:
                self.sent.append((name, message.bytes()))
                raise OSError("no room")

            return SimpleNamespace(close=lambda: None, send=send)

    plugs = Deaf()
    plugs.names = ["desk"]
    owned = MidiPorts((), lambda *_: None, plugs)
    until(lambda: owned.arrivals == 1)

    def sent() -> bool:
        owned.send([("/midi/desk/1/cc/7", (len(plugs.sent) % 100 / 100,))])
        return len(plugs.sent) > 20

    until(sent)
    assert faults.present == ("MIDI: no room; it is tried again",)
    assert [record.getMessage() for record in caplog.records] == [*faults.present]
    until(lambda: not faults.present)
    owned.close()


def test_without_mido_only_who_asked_for_a_device_is_told(monkeypatch: pytest.MonkeyPatch, faults: FaultBoard) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "mido", None)
    asked, quiet = MidiPorts(("desk",), lambda *_: None), MidiPorts((), lambda *_: None)
    until(lambda: faults.present)
    assert len(faults.present) == 1 and "visitant[midi]" in faults.present[0]
    for owned in (asked, quiet):
        owned.close()
    assert list(faults.present) == []
