"""The storm: thousands of OSC messages a second, some of them nonsense; a process of its own."""

from __future__ import annotations

import json
import random
import select
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from installation.control.osc import codec
from installation.evaluate.control.packet_fuzzer import mutated_packets
from installation.interface.knobs import NORMALISED_PREFIX

RATE = 2000
"""Messages a second."""
NONSENSE = 0.2
"""Share of them that no good program would send."""
BURST = 0.01
"""Seconds between two handfuls."""
KEPT = "/visitant/", "/playlist/", "/master/", "/scene/hold", "/scene/manual_fade", "/scene/fader"
"""Knobs that the script turns, and nobody else."""
COMMANDS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("/pulse/tap", (1,)), ("/pulse/beat", (1,)), ("/pulse/nudge", (5.0,)), ("/pulse/tempo", (96.0,)),
    ("/signal/hall", (0.5,)), ("/visitant/engaged/get", ()), ("/crowd/count/get", ()), ("/n/scene/*/glow", (0.5,)),
    ("/cue/back", (0,)), ("/scene/next", (0,)),
)  # fmt: skip
"""What is sent beside turns of knobs; a press with 0 is none."""


def messages(knobs: Sequence[str], seed: int) -> Iterator[bytes]:
    """Datagrams without an end, for a show with these knobs."""
    dice = random.Random(seed)
    knobs = [knob for knob in knobs if not knob.startswith(KEPT)]
    nonsense: Iterator[bytes] = iter(())
    while True:
        if dice.random() < NONSENSE:
            packet = next(nonsense, b"")
            if not packet:
                nonsense = mutated_packets(4096, dice.randrange(1 << 30))
                packet = next(nonsense)
            yield packet
        elif not knobs or dice.random() < 0.05:
            yield codec.encode(*dice.choice(COMMANDS))
        else:
            yield codec.encode(NORMALISED_PREFIX + dice.choice(knobs), (dice.random(),))


def _blow(port: int, knobs: Sequence[str], seed: int) -> Mapping[str, int]:
    """Send until standard input ends."""
    packets, sent = messages(knobs, seed), 0
    begin = time.perf_counter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        while not select.select([sys.stdin], [], [], BURST)[0]:
            due = min(int((time.perf_counter() - begin) * RATE) - sent, RATE)
            for _ in range(due):
                # The largest that a datagram can be is more than some systems take.
                out.sendto(next(packets)[:60_000], ("127.0.0.1", port))
            sent += due
    return {"sent": sent}


if __name__ == "__main__":
    print(json.dumps(_blow(**json.loads(sys.stdin.readline()))))
