"""What a controller sends turns knobs, what it asks is answered, and nothing it sends does harm."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_message_builder import build_msg
from pythonosc.udp_client import SimpleUDPClient

from installation.control.control import Actions, Control
from installation.control.controller_lock import ENGAGED
from installation.control.osc import codec
from installation.core.faults import FaultBoard
from installation.core.system_info import free_port
from installation.evaluate.control.packet_fuzzer import hostile_packets
from installation.interface.dancer import Dancer
from installation.interface.knobs import Knob, Knobs
from installation.interface.moment import Health, Moment, Programme
from installation.interface.visitor import State, crowd_of
from installation.venue.schema import ModulationSection, OscSection, OscTargetSection, ScenesSection, Venue
from motion.landmarks import LANDMARKS
from tests.bodies import a_body
from tests.installation.people import visitor

TIDE = (Knob("swell", 0.5, 0.0, 2.0), Knob("boats", 3, 1, 9), Knob("mood", "calm", choices=("calm", "storm", "ebb")))


class Desk:
    """A controller's side: sends, and reads what comes back."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(2.0)
        self.port: int = self.socket.getsockname()[1]
        self.control: Control

    def send(self, address: str, *arguments: Any) -> None:
        assert self.control.port
        self.socket.sendto(build_msg(address, arguments).dgram, ("127.0.0.1", self.control.port))

    def apply(self, *message: Any, t: float = 1.0) -> Actions:
        """Send one message, and let a frame begin."""
        self.send(*message)
        return self.control.apply(t)

    def read(self) -> list[tuple[str, tuple[Any, ...]]]:
        """The next datagram."""
        return [
            (address, arguments) for address, arguments, _ in codec.decode(self.socket.recv(65_536), self.control.drops)
        ]

    def silent(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.socket.recv(65_536)
        except BlockingIOError:
            return True
        finally:
            self.socket.settimeout(2.0)
        return False


Make = Callable[..., Desk]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    desks: list[Desk] = []

    def desk(*follows: ModulationSection, tell: bool = False, **keys: Any) -> Desk:
        made = Desk()
        targets = (OscTargetSection(host="127.0.0.1", port=made.port),) if tell else ()
        keys = {"port": free_port(), "targets": targets} | keys
        venue = Venue(osc=OscSection(**keys), scenes=ScenesSection(playlist=("tide", "loom")), modulation=follows)
        tree = Knobs()
        tree.add("/scene/tide", TIDE)
        made.control = Control(venue, tree, clock=lambda: 1.0, state=tmp_path)
        desks.append(made)
        return made

    yield desk
    for made in desks:
        made.control.close()
        made.socket.close()


def test_a_knob_turns_at_its_address_at_its_twin_and_by_pattern(make: Make) -> None:
    desk = make()
    desk.apply("/scene/tide/swell", 1.5)
    assert desk.control.tree.base("/scene/tide/swell") == 1.5
    desk.apply("/n/scene/tide/boats", 0.5)
    assert desk.control.tree.base("/scene/tide/boats") == 5
    desk.apply("/scene/*/mood", "ebb")
    assert desk.control.tree.base("/scene/tide/mood") == "ebb"
    desk.apply("/n//swell", 0.25)
    assert desk.control.tree.base("/scene/tide/swell") == 0.5
    assert not desk.control.drops


def test_get_is_answered_to_whoever_asks(make: Make) -> None:
    desk = make()
    desk.apply("/scene/tide/swell", 1.5)
    for asked, answer in (
        ("/scene/tide/swell/get", ("/scene/tide/swell", (1.5,))),
        ("/n/scene/tide/swell/get", ("/n/scene/tide/swell", (0.75,))),
        ("/scene/tide/mood/get", ("/scene/tide/mood", ("calm",))),
        ("/visitant/engaged/get", (ENGAGED, (1,))),
        ("/pulse/tempo/get", ("/pulse/tempo", (120.0,))),
        ("/health/dropped/get", ("/health/dropped", (0,))),
        ("/health/refused/get", ("/health/refused", ("",))),
        ("/scene/*/boats/get", ("/scene/tide/boats", (3,))),
    ):
        desk.apply(asked)
        assert desk.read() == [answer]
    assert desk.silent()


def test_a_controller_is_told_the_base_value_while_art_sees_the_modulated_one(make: Make) -> None:
    desk = make(ModulationSection(knob="/scene/tide/swell", signal="signal/fader"))
    desk.apply("/scene/tide/swell", 1.5)
    desk.apply("/signal/fader", 1.0)
    assert desk.control.update(Moment(1.0, 1, 0.1))["/scene/tide/swell"] == 2.0
    desk.apply("/scene/tide/swell/get")
    assert desk.read() == [("/scene/tide/swell", (1.5,))]


def test_what_is_not_understood_is_counted_by_reason(make: Make) -> None:
    desk = make()
    for message in (
        ("/nowhere", 1.0),
        ("/nowhere/get",),
        ("/nowhere/*", 1.0),
        ("/scene/tide/swell",),
        ("/scene/tide/swell", float("nan")),
        ("/scene/tide/mood", "rage"),
        ("/signal/unknown", 1.0),
        ("/visitant/shutdown", 1),
    ):
        assert desk.apply(*message) == Actions()
    assert desk.control.drops == {
        "no knob at this address": 3,
        "no value": 1,
        "not a finite number": 1,
        "not one of the knob's choices": 1,
        "no knob follows this signal": 1,
        "shutdown is not allowed by venue.toml": 1,
    }


def test_hostile_datagrams_turn_nothing_and_the_next_message_is_heard(make: Make) -> None:
    desk = make()
    before = desk.control.tree.values
    for data in hostile_packets():
        desk.socket.sendto(data[:65_000], ("127.0.0.1", desk.control.port))
        assert desk.control.apply(1.0) == Actions()
    assert desk.control.tree.values is before
    desk.apply("/scene/tide/swell", 1.5)
    assert desk.control.tree.base("/scene/tide/swell") == 1.5


def test_commands_come_out_as_plain_actions(make: Make) -> None:
    desk = make(shutdown=True)
    assert desk.apply("/visitant/shutdown", 0) == Actions(), "a button that is let go"
    assert desk.apply("/visitant/shutdown", 1) == Actions(shutdown=True)
    assert desk.control.apply(1.1) == Actions()


def test_the_pulse_follows_what_is_sent(make: Make) -> None:
    desk = make()
    desk.apply("/pulse/tempo", 90.0)
    assert desk.control.pulse(1.0).tempo == 90.0
    desk.apply("/pulse/resync")
    assert desk.control.pulse(1.0).bar == 1.0
    desk.apply("/pulse/tempo", float("inf"))
    desk.apply("/pulse/beat", 10**9)
    assert desk.control.pulse(1.0).tempo == 90.0
    assert desk.control.drops == {"not a finite number": 1, "no such beat": 1}


def test_shut_out_controllers_are_ignored_but_for_the_switch_and_gets(make: Make, faults: FaultBoard) -> None:
    desk = make()
    desk.apply(ENGAGED, 0)
    assert desk.apply("/scene/next", 1) == Actions()
    desk.apply("/scene/tide/swell", 1.5)
    desk.apply("//swell", 1.5)
    assert desk.control.tree.base("/scene/tide/swell") == 0.5
    assert desk.control.drops == {"controllers are shut out": 3}
    desk.apply("/scene/tide/swell/get")
    assert desk.read() == [("/scene/tide/swell", (0.5,))]
    assert faults.present == (f"controllers are shut out; {ENGAGED} 1 lets them in",)
    desk.apply(ENGAGED, 1)
    assert list(faults.present) == []
    desk.apply("/scene/tide/swell", 1.5)
    assert desk.control.tree.base("/scene/tide/swell") == 1.5


def test_the_switch_survives_a_restart(make: Make, faults: FaultBoard) -> None:
    port = free_port()
    desk = make(port=port)
    desk.apply(ENGAGED, 0)
    desk.control.close()
    assert list(faults.present) == []
    again = make(port=port)
    assert ENGAGED in faults.present[0]
    again.apply("/scene/tide/swell", 1.5)
    assert again.control.tree.base("/scene/tide/swell") == 0.5
    again.apply(ENGAGED, 1)
    again.control.close()
    assert make(port=port).control.dispatcher.engaged and faults.present == ()


def test_a_switch_that_was_garbled_lets_controllers_in_and_says_so(
    make: Make, tmp_path: Path, faults: FaultBoard
) -> None:
    port = free_port()
    (tmp_path / f"engaged-{port}").write_bytes(b"\xff\x00garbage")
    desk = make(port=port)
    assert "neither 0 nor 1" in faults.present[0]
    desk.apply("/scene/tide/swell", 1.5)
    assert desk.control.tree.base("/scene/tide/swell") == 1.5


def test_a_film_opens_no_port_and_has_pulse_and_modulation(tmp_path: Path) -> None:
    tree = Knobs()
    tree.add("/scene/tide", TIDE)
    venue = Venue(modulation=(ModulationSection(knob="/scene/tide/swell", signal="pulse/beat"),))
    control = Control(venue, tree, listen=False, state=tmp_path)
    assert control.apply(0.25) == Actions()
    moment = Moment(0.25, 1, 0.1, pulse=control.pulse(0.25))
    assert control.update(moment)["/scene/tide/swell"] == pytest.approx(1.0)
    control.send_feedback(moment)
    control.close()
    assert not list(tmp_path.iterdir())


def at(t: float, *ids: int, state: State = State.PRESENT) -> Moment:
    people = tuple(visitor(id, slot, state=state) for slot, id in enumerate(ids, 1))
    return Moment(t, 1, 0.1, visitors=people, crowd=crowd_of(people), programme=Programme("tide"))


def wait_for_target(desk: Desk) -> None:
    """Names are looked up beside the loop."""
    deadline = time.monotonic() + 5.0
    while desk.silent() and time.monotonic() < deadline:
        desk.control.send_feedback(at(0.0))
        time.sleep(0.01)
    while not desk.silent():
        pass


def next_told(desk: Desk, moment: Moment) -> list[tuple[str, tuple[Any, ...]]]:
    desk.control.send_feedback(moment)
    lines: list[tuple[str, tuple[Any, ...]]] = []
    while not lines or lines[-1][0] != "/health/unsent":
        lines += desk.read()
    return lines


def test_targets_are_told_of_visitors_joints_crowd_pulse_and_health(make: Make) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    moment = at(10.0, 7, 8)
    lines = next_told(desk, moment)
    assert [line for line in lines if line[0] == "/visitor/enter"] == [
        ("/visitor/enter", (7, 1)),
        ("/visitor/enter", (8, 2)),
    ]
    by_address = dict(lines)
    person = moment.visitors[1]
    assert by_address["/visitor/2/position"] == tuple(person.floor_m.tolist())
    assert by_address["/visitor/2/energy"] == pytest.approx((person.energy,))
    for index, name in enumerate(LANDMARKS):
        expected = (*person.landmarks_m[index].tolist(), *person.landmarks_screen[index].tolist())
        assert by_address[f"/visitor/2/joint/{name}"] == pytest.approx(expected)
    assert by_address["/crowd/count"] == (2,)
    assert by_address["/scene/current"] == ("tide",)
    assert {"/pulse/tempo", "/pulse/phase", "/health/frame_rate", "/health/source"} <= by_address.keys()


def test_present_faults_are_sent_and_answered_each_as_a_text(make: Make) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    faults = ("camera 1: no picture", "cues.toml:3: cues[0].fade: found it wrong")
    assert dict(next_told(desk, at(1.0)))["/health/faults"] == ()
    lines = dict(next_told(desk, Moment(2.0, 1, 0.1, health=Health(faults=faults))))
    assert lines["/health/faults"] == faults
    desk.apply("/health/faults/get")
    assert desk.read() == [("/health/faults", faults)]
    endless = Health(faults=tuple(f"{number}: " + "\N{GRINNING FACE}" * 10_000 for number in range(1_000)))
    lines = dict(next_told(desk, Moment(3.0, 1, 0.1, health=endless)))
    assert 8 < len(lines["/health/faults"]) < 1_000, "a message must fit a datagram"


def test_ignored_messages_are_logged(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="installation")
    desk = make()
    desk.apply("/nowhere", 1.0)
    desk.control.apply(2.0)
    desk.control.close()
    logged = [record.getMessage() for record in caplog.records]
    assert len(logged) == 1 and logged[0].startswith("refused /nowhere 1: no knob at this address (from 127.0.0.1:")


def test_a_visitor_comes_once_and_leaves_once(make: Make) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    assert ("/visitor/enter", (7, 1)) not in next_told(desk, at(1.0, 7, state=State.ENTERING))
    assert ("/visitor/enter", (7, 1)) in next_told(desk, at(2.0, 7))
    assert "/visitor/enter" not in dict(next_told(desk, at(3.0, 7, state=State.LOST)))
    left = next_told(desk, at(4.0, 7, state=State.LEFT))
    assert ("/visitor/leave", (7, 1)) in left
    assert "/visitor/1/energy" not in dict(left)
    assert "/visitor/leave" not in dict(next_told(desk, at(5.0)))


def test_a_turned_knob_is_told_once_at_both_addresses(make: Make) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    next_told(desk, at(1.0))
    desk.apply("/scene/tide/swell", 1.5)
    lines = dict(next_told(desk, at(2.0)))
    assert (lines["/scene/tide/swell"], lines["/n/scene/tide/swell"]) == ((1.5,), (0.75,))
    assert "/scene/tide/swell" not in dict(next_told(desk, at(3.0)))


def test_targets_are_told_at_the_set_rate(make: Make) -> None:
    desk = make(tell=True, rate=10.0)
    wait_for_target(desk)
    count = 0
    for frame in range(60):
        desk.control.send_feedback(at(5.0 + frame / 60))
        count += not desk.silent()
    assert count == 10


def test_a_target_that_nobody_listens_at_is_counted_and_harms_nothing(make: Make) -> None:
    desk = make(
        targets=(OscTargetSection(host="127.0.0.1", port=free_port()), OscTargetSection(host="nowhere.invalid", port=9))
    )
    deadline = time.monotonic() + 10.0
    t = 1.0
    while not desk.control.unsent and time.monotonic() < deadline:
        desk.control.send_feedback(at(t := t + 1.0))
        time.sleep(0.01)
    assert desk.control.unsent > 0


def test_python_osc_can_play_it(make: Make) -> None:
    desk = make(shutdown=True)
    assert desk.control.port is not None
    client = SimpleUDPClient("127.0.0.1", desk.control.port)
    client.send_message("/scene/tide/swell", 1.25)
    client.send_message("/scene/tide/mood", "storm")
    client.send_message("/visitant/shutdown", [])
    assert desk.control.apply(1.0) == Actions(shutdown=True)
    assert desk.control.tree.base("/scene/tide/swell") == 1.25
    assert desk.control.tree.base("/scene/tide/mood") == "storm"


@pytest.mark.skipif(shutil.which("oscsend") is None, reason="oscsend of liblo-tools is not installed")
def test_liblo_can_play_it(make: Make) -> None:
    desk = make(shutdown=True)
    for arguments in (["/scene/tide/swell", "d", "1.25"], ["/scene/tide/boats", "h", "7"], ["/visitant/shutdown", "I"]):
        subprocess.run(["oscsend", "127.0.0.1", str(desk.control.port), *arguments], check=True, timeout=10)
    assert desk.control.apply(1.0) == Actions(shutdown=True)
    assert desk.control.tree.base("/scene/tide/swell") == 1.25
    assert desk.control.tree.base("/scene/tide/boats") == 7


@pytest.mark.skipif(shutil.which("oscdump") is None, reason="oscdump of liblo-tools is not installed")
def test_liblo_reads_what_is_told(make: Make) -> None:
    port = free_port()
    desk = make(targets=(OscTargetSection(host="127.0.0.1", port=port),))
    with subprocess.Popen(["oscdump", "-L", str(port)], stdout=subprocess.PIPE, text=True) as dump:
        try:
            assert dump.stdout is not None
            deadline, t, lines = time.monotonic() + 10.0, 1.0, ""
            while "/visitor/1/joint/nose fffff" not in lines and time.monotonic() < deadline:
                desk.control.send_feedback(at(t := t + 1.0, 7))
                time.sleep(0.05)
                if t > 5.0:
                    lines += dump.stdout.readline()
        finally:
            dump.kill()
    assert "/visitor/1/joint/nose fffff" in lines


def test_targets_are_told_of_dancers_and_whom_they_answer(make: Make) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    lines = next_told(desk, Moment(1.0, 1, 0.0, dancers=(Dancer(9, 4, a_body(3), slot=2),)))
    told = dict(lines)
    assert told["/dancer/2/id"] == (9, 4)
    assert told["/dancer/count"] == (1,)
    assert told["/dancer/2/position"] == pytest.approx(a_body(3).hips_m[[0, 2]], abs=1e-5)
    assert told["/dancer/2/joint/hips"] == pytest.approx(a_body(3).hips_m, abs=1e-5)


def test_keys_act_even_when_controllers_are_shut_out_and_midi_does_not(make: Make) -> None:
    desk = make()
    desk.control.tree.add("/master", (Knob("blackout", False),))
    desk.apply(ENGAGED, 0)
    desk.control.dispatch("/master/blackout", sender="midi")
    desk.control.apply(1.0)
    assert desk.control.tree.base("/master/blackout") is False
    desk.control.dispatch("/master/blackout")
    desk.control.apply(1.0)
    assert desk.control.tree.base("/master/blackout") is True, "a switch that is sent nothing is turned over"


def test_the_key_that_ends_the_show_needs_no_leave_of_the_venue(make: Make) -> None:
    desk = make()
    assert not desk.apply("/visitant/shutdown", 1).shutdown
    desk.control.dispatch("/visitant/shutdown")
    assert desk.control.apply(1.0).shutdown


def test_who_presses_a_key_is_told_why_nothing_comes_of_it(make: Make) -> None:
    desk = make()
    desk.control.dispatch("/knob/turn", 1)
    desk.control.apply(1.0)
    grip = desk.control.selected_knob()
    assert grip is not None and grip.said == "no knob is picked"


def test_a_fader_nobody_knows_is_learned_by_the_knob_that_was_turned_and_told_where_it_stands(
    make: Make, tmp_path: Path
) -> None:
    desk = make(tell=True)
    wait_for_target(desk)
    desk.apply("/learn/on", 1)
    desk.apply("/n/scene/tide/swell", 0.5)
    for position in (0.6, 0.7, 0.8, 0.4, 0.75):
        desk.apply("/tablet/fader", position)
    assert desk.control.tree.base("/scene/tide/swell") == 1.5
    desk.apply("/scene/tide/swell", 0.5)
    told = []
    for t in (2.0, 3.0):
        desk.control.send_feedback(Moment(t, 1, 0.1))
        told += desk.read()
    assert ("/tablet/fader", (pytest.approx(0.25),)) in told
    desk.control.close()
    assert '"/tablet/fader"' in (tmp_path / "learned.toml").read_text()


@pytest.mark.parametrize("colour", [(255, 128, 0), (1, 0, 0), (0.5, 0, 1), (1.0, 0.25, 0.0, 1.0)])
def test_a_colour_comes_back_as_three_floats_whatever_numbers_it_was_sent_as(
    make: Make, colour: tuple[float, ...]
) -> None:
    desk = make()
    desk.control.tree.add("/scene/tide", (Knob("ink", (0.1, 0.2, 0.3)),))
    desk.apply("/scene/tide/ink", *colour)
    whole = max(colour) > 1
    right = tuple(channel / 255 if whole else float(channel) for channel in colour[:3])
    assert desk.control.tree.base("/scene/tide/ink") == pytest.approx(right)
    desk.apply("/scene/tide/ink/get")
    ((_, values),) = desk.read()
    assert [type(value) for value in values] == [float] * 3


def test_the_tempo_is_one_value_for_taps_knobs_and_commands(make: Make) -> None:
    desk = make()
    desk.apply("/n/pulse/tempo", 0.25)
    assert desk.control.pulse(1.0).tempo == 115.0
    desk.apply("/pulse/double", 1)
    assert desk.control.pulse(1.0).tempo == 230.0 == desk.control.tree.base("/pulse/tempo")
    desk.apply("/pulse/double", 1)
    assert desk.control.pulse(1.0).tempo == 230.0
    assert "460 beats a minute is not within 20 and 400" in desk.control.refusals.last
    desk.apply("/pulse/halve", 0)
    assert desk.control.pulse(1.0).tempo == 230.0, "the button is let go"
    desk.apply("/pulse/halve", 1)
    assert desk.control.pulse(1.0).tempo == 115.0
    desk.apply("/pulse/beats_a_bar", 7)
    assert desk.control.pulse(1.0).beats_a_bar == 7
    desk.apply("/pulse/beats_a_bar", 99)
    assert desk.control.pulse(1.0).beats_a_bar == 12
    desk.apply("/knob/turn", -1, "/pulse/beats_a_bar")
    assert desk.control.pulse(1.0).beats_a_bar == 11, "as the keys do it"


def test_a_controller_that_is_being_learned_is_not_refused(make: Make) -> None:
    desk = make()
    desk.apply("/learn/touch", "/scene/tide/swell")
    desk.apply("/tablet/fader", 0.5)
    assert not desk.control.drops
    desk.control.dispatch("/midi/desk/1/cc/9", 0.5, sender="midi")
    desk.apply("/learn/on", 0)
    desk.control.dispatch("/midi/desk/1/cc/9", 0.6, sender="midi")
    desk.control.apply(1.0)
    assert desk.control.drops == {"nothing has learned this controller": 1}
