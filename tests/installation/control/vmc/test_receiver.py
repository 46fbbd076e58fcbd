"""Each sender is one body, whatever else comes in at the port, and only allowed networks are heard."""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable, Iterator
from ipaddress import ip_network

import numpy as np
import pytest

from installation.control.osc import codec
from installation.control.vmc import receiver
from installation.control.vmc.receiver import PerformerReceiver
from installation.core.errors import UserError
from installation.evaluate.control.packet_fuzzer import hostile_packets, mutated_packets
from motion import vmc
from motion.body import Body
from motion.vmc import VmcDecoder
from tests.bodies import a_body, on_the_wire

HOME = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def listening() -> Iterator[PerformerReceiver]:
    opened = PerformerReceiver("127.0.0.1", 0, HOME, lambda: 10.0)
    yield opened
    opened.close()


Play = Callable[..., None]


@pytest.fixture
def sender(listening: PerformerReceiver) -> Iterator[Callable[[], socket.socket]]:
    opened: list[socket.socket] = []

    def made() -> socket.socket:
        new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        new.connect(("127.0.0.1", listening.port))
        opened.append(new)
        return new

    yield made
    for each in opened:
        each.close()


def play(sender: socket.socket, body: Body, t: float = 0.0) -> None:
    """Send a frame, as bundles."""
    for datagram in codec.encode_bundles(codec.encode(*line) for line in vmc.body_messages(body, t)):
        sender.send(datagram)


def bodies(heard: dict[Hashable, tuple[float, Body]]) -> list[Body]:
    return [body for _, body in heard.values()]


def test_every_sender_is_a_body_of_its_own(listening: PerformerReceiver, sender: Callable[[], socket.socket]) -> None:
    one, two = sender(), sender()
    play(one, a_body(1))
    play(two, a_body(2))
    heard = listening.newest_bodies(10.0)
    assert {*heard} == {one.getsockname(), two.getsockname()}
    for body, seed in zip(bodies(heard), (1, 2), strict=True):
        np.testing.assert_allclose(body.hips_m, a_body(seed).hips_m, atol=1e-5)
    assert [time for time, _ in heard.values()] == [10.0, 10.0]
    assert listening.status(10.0) == "ok"


def test_only_the_newest_body_of_a_sender_is_told(
    listening: PerformerReceiver, sender: Callable[[], socket.socket]
) -> None:
    one = sender()
    for seed in range(8):
        play(one, a_body(seed))
    (body,) = bodies(listening.newest_bodies(10.0))
    np.testing.assert_allclose(body.hips_m, a_body(7).hips_m, atol=1e-5)
    assert listening.newest_bodies(10.1) == {}


def test_a_sender_from_another_network_is_not_heard_and_the_technician_is_told() -> None:
    closed = PerformerReceiver("127.0.0.1", 0, (ip_network("10.0.0.0/8"),), lambda: 1.0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("127.0.0.1", closed.port))
        play(one, a_body(1))
    assert closed.newest_bodies(1.0) == {}
    assert "osc.allow" in closed.status(1.0)
    closed.close()


def test_silence_is_told(listening: PerformerReceiver, sender: Callable[[], socket.socket]) -> None:
    assert "no VMC" in listening.status(10.0)
    play(sender(), a_body(1))
    listening.newest_bodies(10.0)
    assert listening.status(10.0 + receiver.SILENT_SECONDS + 1.0) != "ok"


def test_senders_are_bounded_and_who_plays_stays(
    listening: PerformerReceiver, sender: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "MAX_SENDERS", 3)
    player = sender()
    for _ in range(5):
        play(player, a_body(1))
        sender().send(codec.encode(vmc.OK_ADDRESS, (1,)))
        assert player.getsockname() in listening.newest_bodies(10.0)
    assert len(listening._performers) == 3


def test_hostile_datagrams_do_not_stop_the_play(
    listening: PerformerReceiver, sender: Callable[[], socket.socket]
) -> None:
    attacker, player = sender(), sender()
    for data in hostile_packets():
        attacker.send(data[:65_000])
    play(player, a_body(1))
    found: dict[Hashable, tuple[float, Body]] = {}
    for _ in range(8):
        found |= listening.newest_bodies(10.0)
    assert {*found} == {player.getsockname()}
    assert listening.drops


def test_rejected_messages_are_logged_but_for_those_that_most_programs_send(
    listening: PerformerReceiver, sender: Callable[[], socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="installation")
    player = sender()
    player.send(codec.encode("/VMC/Ext/Blend/Val", ("Joy", 1.0)))
    player.send(codec.encode(vmc.BONE_ADDRESS, ("Tail", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)))
    listening.newest_bodies(10.0)
    listening.newest_bodies(12.0)
    (record,) = caplog.records
    assert record.getMessage().startswith(f"port {listening.port}: ignored 1 message: unknown bone (since ")
    assert listening.drops.total() == 2


@pytest.mark.integration
def test_mutated_frames_raise_nothing_and_give_no_body_that_is_not_finite() -> None:
    stock = [
        datagram
        for seed in range(4)
        for datagram in codec.encode_bundles(
            codec.encode(*line) for line in vmc.body_messages(a_body(seed, 55), float(seed))
        )
    ]
    performer = VmcDecoder()
    frames = 0
    for data in mutated_packets(6_000, 7, stock):
        for address, arguments, _ in codec.decode(data, performer.drops):
            if performer.decode(address, arguments):
                frames += 1
                body = performer.body
                assert body is not None
                for numbers in (body.hips_m, body.turns, body.offsets_m, body.trust):
                    assert np.isfinite(numbers).all()
                assert np.allclose(np.linalg.norm(body.turns, axis=-1), 1.0)
    assert frames > 300
    assert performer.drops


def test_a_port_that_is_taken_is_said_with_the_source_that_named_it(listening: PerformerReceiver) -> None:
    with pytest.raises(UserError, match=rf"vmc://127\.0\.0\.1:{listening.port}.*free port"):
        PerformerReceiver("127.0.0.1", listening.port, HOME, lambda: 0.0)


def test_a_body_is_what_was_sent_to_the_last_bit(
    listening: PerformerReceiver, sender: Callable[[], socket.socket]
) -> None:
    play(sender(), a_body(3), 4.0)
    (body,) = bodies(listening.newest_bodies(10.0))
    here = VmcDecoder()
    for message in on_the_wire(vmc.body_messages(a_body(3), 4.0)):
        here.decode(*message)
    assert here.body is not None
    np.testing.assert_array_equal(body.turns, here.body.turns)
