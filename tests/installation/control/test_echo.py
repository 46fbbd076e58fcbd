"""A peer that sends back all it is sent comes to rest, and a hand is never fought by what was sent before."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from installation.control.control import Control
from installation.control.osc import codec
from installation.core.system_info import free_port
from installation.interface.knobs import Knob, Knobs
from installation.interface.moment import Moment
from installation.venue.schema import OscSection, OscTargetSection, Venue

SWELL = "/scene/tide/swell"
KNOBS = (
    Knob("swell", 0.5, 0.1, 2.3),
    Knob("boats", 3, 1, 9),
    Knob("mood", "calm", choices=("calm", "storm", "ebb")),
    Knob("ink", (0.1, 0.2, 0.3)),
    Knob("lit", False),
)
RATE = 30.0


class Echo:
    """A show, and a peer that returns each message after `delay` frames."""

    def __init__(self, folder: Path, delay: int) -> None:
        self.peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.peer.bind(("127.0.0.1", 0))
        self.peer.settimeout(0.2)
        targets = (OscTargetSection(host="127.0.0.1", port=self.peer.getsockname()[1]),)
        venue = Venue(osc=OscSection(port=free_port(), targets=targets))
        self.tree = Knobs()
        self.tree.add("/scene/tide", KNOBS)
        self.t = 0.0
        self.control = Control(venue, self.tree, clock=lambda: self.t, state=folder)
        self.waiting: list[list[bytes]] = [[] for _ in range(delay)]
        self.sent: list[str] = []
        """The knobs that were sent in each frame."""

    def frame(self) -> None:
        self.t += 1 / RATE
        assert self.control.port
        for datagram in self.waiting.pop(0):
            self.peer.sendto(datagram, ("127.0.0.1", self.control.port))
        self.control.apply(self.t)
        pulse = self.control.pulse(self.t)
        self.control.send_feedback(Moment(self.t, 1, 1 / RATE, pulse=pulse))
        self.waiting.append([])
        while not self.waiting[-1] or b"/health/refused" not in self.waiting[-1][-1]:
            self.waiting[-1].append(self.peer.recv(65_536))
        drops = self.control.drops
        told = [a for d in self.waiting[-1] for a, _, _ in codec.decode(d, drops)]
        self.sent = [address for address in told if address.startswith(("/scene/tide", "/n/scene/tide"))]

    def close(self) -> None:
        self.control.close()
        self.peer.close()


@pytest.fixture(params=[1, 3, 20])
def echo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Echo]:
    made = Echo(tmp_path, request.param)
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        made.control.send_feedback(Moment(0.0, 1, 0.1))
        try:
            made.peer.recv(65_536)
            break
        except TimeoutError:
            continue
    yield made
    made.close()


def drain(echo: Echo) -> None:
    echo.peer.setblocking(False)
    try:
        while True:
            echo.peer.recv(65_536)
    except BlockingIOError:
        echo.peer.settimeout(1.0)


def test_an_echo_of_one_knob_comes_to_rest(echo: Echo) -> None:
    drain(echo)
    for _ in range(30):
        echo.frame()
    for address, value in ((SWELL, 1 / 3), ("/scene/tide/boats", 7), ("/scene/tide/mood", "ebb")):
        echo.tree.turn(address, value)
    echo.tree.turn("/scene/tide/ink", (0.123456789, 1 / 7, 0.9))
    echo.tree.turn("/scene/tide/lit", True)
    echo.frame()
    assert len(echo.sent) == 10
    for _ in range(60):
        echo.frame()
        assert echo.sent == []
    assert echo.tree.base(SWELL) == 1 / 3, "not even rounded"
    assert echo.tree.base("/scene/tide/ink") == (0.123456789, 1 / 7, 0.9)


def test_what_comes_back_late_does_not_fight_the_hand(echo: Echo) -> None:
    drain(echo)
    for _ in range(30):
        echo.frame()
    for step in range(25):
        echo.tree.turn(SWELL, value := 0.2 + step / 17)
        echo.frame()
        assert echo.tree.base(SWELL) == value
    for _ in range(60):
        echo.frame()
    assert echo.sent == [] and echo.tree.base(SWELL) == value


def test_a_hand_may_go_back_to_a_value_that_was_sent_before(tmp_path: Path) -> None:
    made = Echo(tmp_path, 1)
    made.control.dispatch(SWELL, 0.7, sender="desk")
    made.control.apply(1.0)
    made.t = 1.0
    made.control.dispatch(SWELL, 0.9, sender="desk")
    made.control.apply(1.0)
    made.t = 2.0
    made.control.dispatch(SWELL, 0.7, sender="desk")
    made.control.apply(2.0)
    assert made.tree.base(SWELL) == 0.7
    made.close()
