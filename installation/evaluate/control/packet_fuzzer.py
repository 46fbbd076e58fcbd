"""Packet fuzzer for OSC: valid datagrams, hostile ones, and mutations of both."""

from __future__ import annotations

import itertools
import random
import struct
from collections.abc import Iterator, Sequence

from installation.control.osc import codec


def mutated_packets(count: int, seed: int, corpus: Sequence[bytes] = ()) -> Iterator[bytes]:
    """Yield mutations of packets of `corpus`: bytes changed, cut, doubled and joined; large packets are drawn rarely.

    The corpus consists of valid and hostile packets when left out.
    """
    generator = random.Random(seed)
    corpus = corpus or [*valid_packets(), *hostile_packets()]
    weights = list(itertools.accumulate(1 / (1 + len(data) / 500) for data in corpus))
    boundary_sizes = [struct.pack(">i", size) for size in (-1, 0, 1, 3, 4, 2**31 - 1, -(2**31), -4)]
    for _ in range(count):
        data = bytearray(*generator.choices(corpus, cum_weights=weights))
        for _ in range(generator.randint(0, 4)):
            at = generator.randrange(0, max(4, len(data)), 4)
            match generator.randrange(6):
                case 0 if data:
                    data[generator.randrange(len(data))] = generator.randrange(256)
                case 1:
                    data[at : at + 4] = generator.choice(boundary_sizes)
                case 2:
                    del data[at:]
                case 3:
                    data[at:at] = data[at : at + 4 * generator.randint(1, 8)]
                case 4:
                    data += generator.choices(corpus, cum_weights=weights)[0][:4096]
                case _:
                    data[at : at + 4] = generator.randbytes(4)
        yield bytes(data[: codec.MAX_DATAGRAM_BYTES])


def valid_packets() -> list[bytes]:
    """Packets with every type tag, patterns and bundles, as well-behaved programs send them."""
    tags = codec.encode_string(",ifsbhtdScrmTFNI[i[f]]")
    body = struct.pack(">if", 7, 0.5) + codec.encode_string("swell") + struct.pack(">i", 5) + b"12345\0\0\0"
    body += (
        struct.pack(">qQd", -7, 1, 0.25)
        + codec.encode_string("symbol")
        + struct.pack(">i4B4B", 65, 1, 2, 3, 4, 5, 6, 7, 8)
    )
    every = codec.encode_string("/scene/s0/k0") + tags + body + struct.pack(">if", 1, 2.0)
    plain = [codec.encode(f"/scene/s{index}/k1", (0.5,)) for index in range(4)]
    patterns = [codec.encode(address, (0.5,)) for address in ("/scene/*/k1", "//k2", "/scene/s[0-9]/{k1,k2}", "/n//k?")]
    return [every, *plain, *patterns, *codec.encode_bundles(plain), *codec.encode_bundles([every, *patterns])]


def hostile_packets() -> list[bytes]:
    """Hostile packets: endless loops, long delays, deep nesting, invalid text, exponential patterns, and large ones."""
    deep = codec.encode("/scene/s0/k0", (1.0,))
    for _ in range(900):
        deep = _bundle(codec.IMMEDIATELY, len(deep), deep)
    return [
        b"",
        b"/scene",
        _bundle(codec.IMMEDIATELY, -4, codec.encode("/a", (1,))),
        _bundle(struct.pack(">II", 0xFFFFFFF0, 0), 12, codec.encode("/a", (1.0,))),
        deep,
        b"/\xff\0\0,f\0\0\0\0\0\0",
        codec.encode("/layer/" + "*a" * 60 + "c", (1.0,)),
        codec.encode("//" + "*?" * 120 + "~", (1.0,)),
        codec.encode("/scene/" + "[!x]" * 60, (1.0,)),
        codec.encode("/" + "{s,sc,sce,/scene,scene}" * 10, (1.0,)),
        codec.encode_string("/scene/s0/k0") + codec.encode_string(",I"),
        codec.encode("/scene/s0/k0", (float("nan"),)),
        codec.encode("/scene/s0/k0", (float("inf"),)),
        codec.encode_string("/scene/s0/k0") + codec.encode_string("," + "T" * 60_000),
        codec.encode_string("/scene/s0/k0") + codec.encode_string("," + "[" * 60_000),
        codec.encode_string("/" + "a" * 65_000),
        _bundle(codec.IMMEDIATELY, 4, b"/\0\0\0", 8_000),
        _bundle(codec.IMMEDIATELY, 16, codec.encode("//*?*~", (1.0,)), 2_000),
        bytes(65_532),
    ]


def _bundle(timetag: bytes, size: int, element: bytes, times: int = 1) -> bytes:
    """A bundle whose elements claim this size."""
    return b"#bundle\0" + timetag + (struct.pack(">i", size) + element) * times
