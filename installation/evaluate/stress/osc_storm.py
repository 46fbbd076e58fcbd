"""OSC load: thousands of messages a second, some of them malformed; in a process of its own."""

from __future__ import annotations

import random
import select
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from pythonosc.osc_message_builder import build_msg

from installation.evaluate.control.packet_fuzzer import mutated_packets
from installation.interface.knobs import NORMALISED_PREFIX

RATE_HZ = 2000
"""Messages a second."""
NONSENSE_SHARE = 0.2
"""Share of the messages that are malformed or hostile."""
BURST_SECONDS = 0.01
"""Time between two bursts."""
MAX_PACKET_BYTES = 60_000
"""The largest datagram that UDP allows is more than some systems take."""
RESERVED_KNOBS = "/visitant/", "/playlist/", "/master/", "/scene/hold", "/scene/manual_fade", "/scene/fader"
"""Prefixes of knobs that only the script turns."""
COMMANDS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("/pulse/tap", (1,)),
    ("/pulse/beat", (1,)),
    ("/pulse/nudge", (5.0,)),
    ("/pulse/tempo", (96.0,)),
    ("/signal/hall", (0.5,)),
    ("/visitant/engaged/get", ()),
    ("/crowd/count/get", ()),
    ("/n/scene/*/glow", (0.5,)),
    ("/cue/back", (0,)),
    ("/scene/next", (0,)),
)
"""Messages beside those that turn knobs; a button with 0 is not pressed."""


def messages(knobs: Sequence[str], seed: int) -> Iterator[bytes]:
    """Yield datagrams without end, for a show with these knobs."""
    dice = random.Random(seed)
    knobs = [knob for knob in knobs if not knob.startswith(RESERVED_KNOBS)]
    nonsense: Iterator[bytes] = iter(())
    while True:
        if dice.random() < NONSENSE_SHARE:
            packet = next(nonsense, b"")
            if not packet:
                nonsense = mutated_packets(4096, dice.randrange(1 << 30))
                packet = next(nonsense)
            yield packet
        elif not knobs or dice.random() < 0.05:
            address, values = dice.choice(COMMANDS)
            yield build_msg(address, values).dgram
        else:
            yield build_msg(NORMALISED_PREFIX + dice.choice(knobs), dice.random()).dgram


def send(port: int, knobs: Sequence[str], seed: int) -> int:
    """Send to a port of this machine until standard input ends; return the number of messages."""
    packets, sent = messages(knobs, seed), 0
    begin = time.perf_counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while not select.select([sys.stdin], [], [], BURST_SECONDS)[0]:
            due = min(int((time.perf_counter() - begin) * RATE_HZ) - sent, RATE_HZ)
            for _ in range(due):
                out.sendto(next(packets)[:MAX_PACKET_BYTES], ("127.0.0.1", port))
            sent += due
    return sent
