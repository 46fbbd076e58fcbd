"""A sound card that vanishes: time goes on without it, and the music is heard again when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import pytest

from installation.music.live import sound_output
from installation.music.live.sound_output import SoundOutput


class Device:
    """Asks for samples every two milliseconds until it is closed or pulled out."""

    def __init__(self) -> None:
        self.connected = True
        self.heard = 0.0

    def start(self, callback: Generator[Any, int, None]) -> None:
        threading.Thread(target=self._run, args=(callback,), daemon=True).start()

    def _run(self, callback: Generator[Any, int, None]) -> None:
        while self.connected:
            self.heard += float(np.abs(callback.send(88)).sum())
            time.sleep(0.002)

    def close(self) -> None:
        self.connected = False


class Machine:
    """A machine with one sound card, or without."""

    def __init__(self) -> None:
        self.card: Device | None = Device()

    def open_card(self, name: str) -> tuple[Device | None, str]:
        return (self.card, "ok") if self.card is not None else (None, "no sound card")

    def clock(self, identity: None, null: bool) -> Device:
        assert null
        return Device()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(sound_output, "open_card", machine.open_card)
    monkeypatch.setattr(sound_output, "_device", machine.clock)
    for name, seconds in (("STALL_SECONDS", 0.1), ("WATCH_SECONDS", 0.01), ("RETRY_SECONDS", 0.1)):
        monkeypatch.setattr(sound_output, name, seconds)
    return machine


def until(holds: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.005)
    return holds()


def is_heard(output: SoundOutput, device: Device) -> bool:
    """Whether a device plays samples that are written now."""
    before = device.heard
    output.ring.skip_to(output.ring.played)
    output.write(0.0, np.ones((4_410, 2), np.float32))
    return until(lambda: device.heard > before)


@pytest.mark.process
def test_without_its_sound_card_time_goes_on_and_the_card_is_heard_again_when_it_is_back(machine: Machine) -> None:
    output, first = SoundOutput("auto", 0.0, time.perf_counter()), machine.card
    assert first is not None and is_heard(output, first) and output.status == "ok"
    machine.card, first.connected = None, False
    assert until(lambda: output.status == "no sound card")
    played = output.ring.played
    assert until(lambda: output.ring.played > played + 1_000)
    again = machine.card = Device()
    assert until(lambda: output.status == "ok") and is_heard(output, again)
    output.close()


@pytest.mark.process
def test_a_driver_that_hangs_ends_the_worker_so_that_a_new_one_is_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()

    def hang(name: str) -> tuple[None, str]:
        released.wait(10.0)
        return None, "it was let go"

    monkeypatch.setattr(sound_output, "open_card", hang)
    monkeypatch.setattr(sound_output, "HANG_SECONDS", 0.02)
    output = SoundOutput("auto", 0.0, time.perf_counter())
    time.sleep(0.05)
    with pytest.raises(RuntimeError, match="does not answer"):
        output.check()
    released.set()
    output.close()
