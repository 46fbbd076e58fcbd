"""Each body goes to its own target, in bundles that fit a network, and others read the numbers that were meant."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle

from installation.control.osc import codec
from installation.control.osc.targets import RateLimiter, TargetSockets
from installation.control.vmc.sender import BodySender
from installation.interface.dancer import Dancer
from installation.interface.moment import Moment
from installation.interface.visitor import State
from installation.venue.schema import OscSection, OscTargetSection, TrackersSection, VmcSection
from motion import vmc
from tests.bodies import a_body, on_the_wire
from tests.installation.people import visitor

Message = tuple[str, tuple[Any, ...]]


def a_moment(t: float, *slots: int, **other: Any) -> Moment:
    people = tuple(visitor(slot, body=a_body(slot, 55), **other) for slot in slots)
    return Moment(t, 1, 0.02, visitors=people)


class Program:
    """A program that shows characters: it listens on some ports next to each other."""

    def __init__(self, ports: int) -> None:
        self.sockets: list[socket.socket] = []
        while len(self.sockets) < ports:
            self.close()
            self.sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(ports)]
            self.sockets[0].bind(("127.0.0.1", 0))
            self.port: int = self.sockets[0].getsockname()[1]
            try:
                for place, each in enumerate(self.sockets[1:], 1):
                    each.bind(("127.0.0.1", self.port + place))
            except (OSError, OverflowError):
                self.close()
        for each in self.sockets:
            each.settimeout(2.0)

    def datagrams(self, place: int = 0) -> list[bytes]:
        """All that waits at a port, once something does."""
        found = [self.sockets[place].recv(65_536)]
        self.sockets[place].setblocking(False)
        try:
            while True:
                found.append(self.sockets[place].recv(65_536))
        except BlockingIOError:
            return found
        finally:
            self.sockets[place].settimeout(2.0)

    def read(self, place: int = 0) -> list[Message]:
        drops: Counter[str] = Counter()
        told = [(m.address, m.arguments) for data in self.datagrams(place) for m in codec.decode(data, drops)]
        assert not drops
        return told

    def silent(self, place: int = 0) -> bool:
        self.sockets[place].setblocking(False)
        try:
            self.sockets[place].recv(65_536)
        except BlockingIOError:
            return True
        finally:
            self.sockets[place].settimeout(2.0)
        return False

    def close(self) -> None:
        for each in self.sockets:
            each.close()
        self.sockets = []


Make = Callable[..., tuple[Program, BodySender]]


@pytest.fixture
def make() -> Iterator[Make]:
    opened: list[Any] = []

    def made(ports: int = 1, vrs: bool = False, **keys: Any) -> tuple[Program, BodySender]:
        program = Program(ports)
        keys |= {"host": "127.0.0.1", "port": program.port}
        settings = OscSection(trackers=(TrackersSection(**keys),)) if vrs else OscSection(vmc=(VmcSection(**keys),))
        bodies = BodySender(settings, ports)
        opened.extend((bodies, program))
        deadline = time.monotonic() + 5.0
        while bodies.open_sockets < ports and time.monotonic() < deadline:
            time.sleep(0.005)
        return program, bodies

    yield made
    for each in opened:
        each.close()


def expected(t: float, slot: int, tracked: bool = True) -> list[Message]:
    """What should come, as 32 bits hold it."""
    return on_the_wire(vmc.body_messages(a_body(slot, 55), t, "vrm0", tracked))


def test_every_visitor_goes_to_the_port_of_their_slot(make: Make) -> None:
    program, bodies = make(3)
    bodies.send(a_moment(1.0, 1, 3))
    assert program.read(0) == expected(1.0, 1)
    assert program.read(2) == expected(1.0, 3)
    assert program.silent(1)


def test_a_target_of_one_slot_gets_that_slot_at_its_own_port(make: Make) -> None:
    program, bodies = make(1, slot=4)
    bodies.send(a_moment(1.0, 1, 4))
    assert program.read() == expected(1.0, 4)


def test_dancers_go_where_dancers_are_asked_for(make: Make) -> None:
    program, bodies = make(2, dancers=True)
    bodies.send(replace(a_moment(1.0, 1, 2), dancers=(Dancer(5, 1, a_body(7, 55), slot=2),)))
    assert program.silent(0)
    assert program.read(1) == expected(1.0, 7)


def test_no_bundle_is_too_long_for_a_network(make: Make) -> None:
    program, bodies = make()
    bodies.send(a_moment(1.0, 1))
    sizes = [len(data) for data in program.datagrams()]
    assert len(sizes) > 1 and max(sizes) <= 1_500


def test_a_body_that_is_gone_is_told_of_once(make: Make) -> None:
    program, bodies = make()
    bodies.send(a_moment(1.0, 1))
    program.read()
    bodies.send(a_moment(2.0))
    assert program.read() == [("/VMC/Ext/OK", (0, 3, 0, 0)), ("/VMC/Ext/T", (2.0,))]
    bodies.send(a_moment(3.0))
    assert program.silent()


def test_a_body_that_is_hidden_is_told_as_a_guess_and_one_that_is_unsure_not_at_all(make: Make) -> None:
    program, bodies = make()
    bodies.send(a_moment(1.0, 1, state=State.LOST))
    assert program.read() == expected(1.0, 1, tracked=False)
    bodies.send(a_moment(2.0, 1, state=State.ENTERING))
    assert program.read()[0] == ("/VMC/Ext/OK", (0, 3, 0, 0))


def test_bodies_come_at_their_own_rate(make: Make) -> None:
    program, bodies = make(1, rate=30.0)
    for frame in range(24):
        bodies.send(a_moment(10.0 + frame / 60, 1))
    assert sum(address == vmc.TIME_ADDRESS for address, _ in program.read()) == 12


def test_a_program_that_is_not_there_costs_nothing_but_a_count(make: Make) -> None:
    program, bodies = make()
    program.close()
    for frame in range(10):
        bodies.send(a_moment(float(frame), 1))
    assert bodies.unsent > 0


def test_trackers_go_to_the_vr_program(make: Make) -> None:
    program, bodies = make(1, vrs=True, parts=("hips", "head"))
    bodies.send(a_moment(1.0, 1, 2))
    names = ("head", "1")
    assert [address for address, _ in program.read()] == [
        f"/tracking/trackers/{name}/{kind}" for name in names for kind in ("position", "rotation")
    ]


def test_python_osc_reads_the_numbers_that_were_meant(make: Make) -> None:
    program, bodies = make()
    bodies.send(a_moment(1.5, 1))
    told = [(m.address, tuple(m.params)) for data in program.datagrams() for m in OscBundle(data)]
    assert told == expected(1.5, 1)


@pytest.mark.skipif(shutil.which("oscdump") is None, reason="oscdump (liblo-tools) is not on this machine")
def test_oscdump_reads_the_numbers_that_were_meant() -> None:
    program = Program(1)
    port = program.port
    program.close()
    dump = subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True)
    sockets = TargetSockets((OscTargetSection(host="127.0.0.1", port=port),))
    told = vmc.body_messages(a_body(1, 55), 2.5, "vrm1")
    lines: list[str] = []
    try:
        assert dump.stdout is not None
        time.sleep(0.5)  # it does not say when it listens
        sockets.send(
            OscTargetSection(host="127.0.0.1", port=port), codec.encode_bundles(codec.encode(*line) for line in told)
        )
        while not lines or vmc.TIME_ADDRESS not in lines[-1]:
            lines.append(dump.stdout.readline())
    finally:
        dump.terminate()
        dump.communicate()
        sockets.close()
    assert len(lines) == len(told)
    for line, (address, arguments) in zip(lines, told, strict=True):
        _, heard, tags, *values = line.split()
        assert heard == address
        for tag, value, meant in zip(tags, values, arguments, strict=True):
            if tag == "s":
                assert value.strip('"') == meant
            else:
                assert math.isclose(float(value), meant, abs_tol=1e-6)  # type: ignore[arg-type]


def test_a_pace_keeps_its_rate_through_uneven_frames() -> None:
    pace = RateLimiter(60.0)
    chance = np.random.default_rng(1)
    frames = [frame / 60 + chance.uniform(-0.001, 0.001) for frame in range(600)]
    assert sum(pace.due(t) for t in frames) == pytest.approx(600, abs=12)
