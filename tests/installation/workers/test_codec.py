"""What is written comes back the same, and bytes from elsewhere can do no more than be refused."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import msgpack
import numpy as np
import pytest

from installation.interface.dancer import Dancer
from installation.interface.moment import Moment, Picture
from installation.interface.painting import Painting
from installation.interface.visitor import STATE, Observation, State
from installation.workers.codec import ARRAY, RECORD, WireError, pack, unpack
from tests.bodies import a_body
from tests.installation.people import visitor

ROOT = Path(__file__).parents[3]


def test_a_moment_comes_back_equal_but_for_its_pixels() -> None:
    picture = Picture(1, np.zeros((2, 2, 3), np.uint8))
    painting = Painting(1, 1.4, "a", 1.3, np.zeros((1, 1, 2), np.float32), picture.pixels)
    moment = Moment(
        1.5,
        45,
        1 / 30,
        visitors=(visitor(1), visitor(2)),
        dancers=(Dancer(3, 2, a_body(1), voice=1, slot=2),),
        knobs={"/a": 0.5, "/c": (0.1, 0.2, 0.3)},
        picture=picture,
        painting=painting,
    )
    back = unpack(pack(moment))
    assert back.picture is None and back.painting is None
    assert back.visitors[0].state is State.PRESENT
    assert (back.dancers[0].partner, back.dancers[0].slot) == (2, 2)
    np.testing.assert_array_equal(back.visitors[1].landmarks_m, moment.visitors[1].landmarks_m)
    assert back.visitors[1].landmarks_m.dtype == np.float32
    assert back.knobs["/c"] == (0.1, 0.2, 0.3)
    assert pack(back) == pack(moment)


def test_what_is_no_plain_value_is_refused_when_written() -> None:
    with pytest.raises(TypeError):
        pack({"a": object()})


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        msgpack.packb(msgpack.ExtType(9, b"")),
        msgpack.packb(msgpack.ExtType(ARRAY, msgpack.packb(["object", [1], b"12345678"]))),
        msgpack.packb(msgpack.ExtType(ARRAY, msgpack.packb(["float32", [1 << 40], b"1234"]))),
        msgpack.packb(msgpack.ExtType(RECORD, pack(["Popen", {}]))),
        msgpack.packb(msgpack.ExtType(RECORD, pack(["Visitor", {"id": 1}]))),
        pack(visitor(1, landmarks_px=np.zeros((3, 2), np.float32))),
        pack(visitor(1, floor_m=np.array([np.nan, 1], np.float32))),
        pack(Dancer(1, 0, None)),  # type: ignore[arg-type] # the mistake that is tested
        pack(Dancer(1, 0, replace(a_body(1), hips_m=np.full(3, np.nan)))),
        pack(Moment(0.0, 0, 0.0, dancers=(a_body(1),))),  # type: ignore[arg-type] # as above
        msgpack.packb(msgpack.ExtType(STATE, b"flying")),
        b"\x91" * 3000 + b"\x90",
    ],
    ids=[
        "empty",
        "reserved",
        "extension",
        "dtype",
        "shape",
        "record",
        "fields",
        "landmarks",
        "nan",
        "nobody",
        "nowhere",
        "no dancer",
        "state",
        "deep",
    ],
)
def test_bytes_from_elsewhere_are_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        unpack(data)


def test_mutated_bytes_raise_nothing_but_a_wire_error() -> None:
    whole = pack(Observation(1.0, 3, (640, 480), (visitor(1),)))
    chance = random.Random(1)
    refused = 0
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            unpack(bytes(data[: chance.randint(0, len(data))]))
        except WireError:
            refused += 1
    assert refused > 1000


@pytest.mark.process
@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("installation.eye.eye", ("Body", "Observation", "Visitor")),
        ("installation.show.vmc_eye", ("Body", "Observation", "Visitor")),
        ("installation.dance.worker", ("Body", "Cast", "Dance", "Order", "Pulse", "Wishes")),
        ("installation.paint.worker", ("paint.Order", "paint.Sky", "paint.Figure", "paint.Wishes", "Pulse")),
    ],
)
def test_a_child_knows_the_records_that_its_worker_is_sent(module: str, names: tuple[str, ...]) -> None:
    program = f"import {module}\nfrom installation.core import records\nprint(all(records.named(n) for n in {names!r}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
