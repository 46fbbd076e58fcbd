"""The socket takes what allowed senders send, in order and in time, and tells what it left out."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from installation.control.osc import codec, receiver
from installation.control.osc.receiver import ListenError, ReceivedMessage, Receiver
from installation.evaluate.control.packet_fuzzer import hostile_packets

DESCRIPTORS = Path("/proc/self/fd")
HOME = (ip_network("127.0.0.0/8"),)


class Clock:
    """Show time that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 10.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def listening(clock: Clock) -> Iterator[Receiver]:
    opened = Receiver("127.0.0.1", 0, HOME, unmerged={"/pulse/tap"}, clock=clock)
    yield opened
    opened.close()


Send = Callable[[bytes], object]


@pytest.fixture
def send(listening: Receiver) -> Iterator[Send]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.connect(("127.0.0.1", listening.port))
        yield opened.send


def ahead(seconds: float, *messages: bytes) -> bytes:
    """A bundle whose timetag lies so far from now."""
    due = time.time() + codec.NTP_TO_UNIX + seconds
    head = b"#bundle\0" + struct.pack(">II", int(due), int(due % 1 * 2**32))
    return head + b"".join(struct.pack(">i", len(message)) + message for message in messages)


def values(messages: list[ReceivedMessage]) -> list[tuple[str, tuple[object, ...]]]:
    return [(message.address, message.arguments) for message in messages]


def test_the_last_value_of_a_frame_wins_and_every_tap_counts(listening: Receiver, send: Send) -> None:
    for value in (1, 2, 3):
        send(codec.encode("/swell", (value,)))
        send(codec.encode("/pulse/tap", (value,)))
    assert values(listening.drain(10.0)) == [
        ("/pulse/tap", (1,)),
        ("/pulse/tap", (2,)),
        ("/swell", (3,)),
        ("/pulse/tap", (3,)),
    ]
    assert listening.drain(10.1) == []


def test_a_tap_keeps_the_time_at_which_it_arrived(listening: Receiver, send: Send, clock: Clock) -> None:
    send(codec.encode("/pulse/tap", (1,)))
    deadline = time.monotonic() + 5.0
    while not listening._queue and time.monotonic() < deadline:
        time.sleep(0.001)
    clock.now = 10.4
    assert [message.time for message in listening.drain(10.4)] == [10.0]


def test_a_timetag_ahead_waits_for_its_time_and_one_far_ahead_is_dropped(listening: Receiver, send: Send) -> None:
    send(ahead(1.0, codec.encode("/later", (1,))))
    send(ahead(60.0, codec.encode("/never", (1,))))
    send(ahead(-60.0, codec.encode("/late", (1,))))
    assert values(listening.drain(10.0)) == [("/late", (1,))]
    assert listening.drain(10.5) == []
    assert values(listening.drain(11.1)) == [("/later", (1,))]
    assert listening.drops == {"timetag too far ahead": 1}


def test_what_waits_for_its_timetag_is_bounded(listening: Receiver, send: Send) -> None:
    for _ in range(4):
        send(ahead(1.0, *[codec.encode("/a", (1,))] * 500))
    listening.drain(10.0)
    assert listening.drops["too many messages planned"] == 2_000 - receiver.MAX_SCHEDULED_MESSAGES


def test_a_sender_outside_the_allowed_networks_is_counted_and_not_heard() -> None:
    closed = Receiver("127.0.0.1", 0, (ip_network("10.0.0.0/8"),))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.sendto(codec.encode("/a", (1,)), ("127.0.0.1", closed.port))
    assert closed.drain(0.0) == []
    assert closed.drops == {"sender not in osc.allow": 1}
    closed.close()


def test_a_frame_takes_no_more_than_its_share_and_the_rest_comes_after(listening: Receiver, send: Send) -> None:
    for start in range(0, 3_000, 500):
        parts = [codec.encode(f"/k/{index}", (1,)) for index in range(start, start + 500)]
        send(b"#bundle\0" + codec.IMMEDIATELY + b"".join(struct.pack(">i", len(part)) + part for part in parts))
    assert len(listening.drain(10.0)) == receiver.MAX_MESSAGES_PER_FRAME
    assert len(listening.drain(10.1)) == 3_000 - receiver.MAX_MESSAGES_PER_FRAME


def test_more_datagrams_than_it_keeps_drop_the_oldest(
    listening: Receiver, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver, "MAX_QUEUED_DATAGRAMS", 8)
    for value in range(20):
        send(codec.encode("/pulse/tap", (value,)))
    assert [message.arguments[0] for message in listening.drain(10.0)] == list(range(12, 20))
    assert listening.drops == {"too many datagrams": 12}


def test_hostile_datagrams_leave_the_socket_listening(listening: Receiver, send: Send) -> None:
    for data in hostile_packets():
        send(data[:65_000])
    send(codec.encode("/alive", (1,)))
    heard = [message.address for _ in range(8) for message in listening.drain(10.0)]
    assert "/alive" in heard


def test_a_taken_port_names_the_key_and_what_to_do(listening: Receiver) -> None:
    with pytest.raises(ListenError, match=rf"osc\.port: 127\.0\.0\.1:{listening.port} is in use.*port = "):
        Receiver("127.0.0.1", listening.port, HOME)


def test_an_address_of_another_machine_names_the_key() -> None:
    with pytest.raises(ListenError, match=r"osc\.bind: .*192\.0\.2\.1"):
        Receiver("192.0.2.1", 0, HOME)


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="this system has no /proc that lists descriptors")
def test_closing_gives_back_the_port_the_thread_and_every_descriptor() -> None:
    before = len(list(DESCRIPTORS.iterdir()))
    opened = Receiver("127.0.0.1", 0, HOME)
    port = opened.port
    opened.close()
    assert len(list(DESCRIPTORS.iterdir())) == before
    Receiver("127.0.0.1", port, HOME).close()
