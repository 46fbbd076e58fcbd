"""Whatever bytes arrive, the decoder gives what is sound in them, counts the rest, and never raises."""

from __future__ import annotations

import struct
from collections import Counter

import pytest
from pythonosc import osc_bundle_builder, osc_message, osc_message_builder

from installation.control.osc import codec
from installation.evaluate.control.packet_fuzzer import hostile_packets, mutated_packets, valid_packets

HEAD = b"#bundle\0" + codec.IMMEDIATELY


def element(data: bytes) -> bytes:
    return struct.pack(">i", len(data)) + data


def reasons(data: bytes) -> dict[str, int]:
    drops: Counter[str] = Counter()
    assert codec.decode(data, drops) == []
    return dict(drops)


def test_every_type_tag_is_read() -> None:
    drops: Counter[str] = Counter()
    (message,) = codec.decode(valid_packets()[0], drops)
    assert message.address == "/scene/s0/k0"
    assert message.arguments == (
        7,
        0.5,
        "swell",
        b"12345",
        -7,
        1 / 2**32 - codec.NTP_TO_UNIX,
        0.25,
        "symbol",
        "A",
        (1, 2, 3, 4),
        (5, 6, 7, 8),
        True,
        False,
        None,
        True,
        (1, (2.0,)),
    )
    assert not drops


def test_a_message_may_have_no_arguments_and_utf_8_in_its_text() -> None:
    drops: Counter[str] = Counter()
    assert codec.decode(b"/scene/next\0", drops) == [codec.OscMessage("/scene/next")]
    assert codec.decode(codec.encode("/scene/go", ("Flöße",)), drops) == [codec.OscMessage("/scene/go", ("Flöße",))]
    assert not drops


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty datagram"),
        (b"/scene", "length not a multiple of 4"),
        (bytes(70_000), "datagram too long"),
        (b"/\xff\0\0,f\0\0\0\0\0\0", "text that is not UTF-8"),
        (b"abcd" * 16_000, "text without an end"),
        (codec.encode_string("scene"), "address without a leading slash"),
        (codec.encode_string("/a") + struct.pack(">f", 1.0), "no type tags"),
        (codec.encode_string("/a") + codec.encode_string(",f"), "cut short"),
        (codec.encode_string("/a") + codec.encode_string(",d") + bytes(4), "cut short"),
        (codec.encode_string("/a") + codec.encode_string(",b") + struct.pack(">i", -8) + bytes(8), "cut short"),
        (codec.encode_string("/a") + codec.encode_string(",b") + struct.pack(">i", 400) + bytes(8), "cut short"),
        (codec.encode_string("/a") + codec.encode_string(",s") + b"open", "text without an end"),
        (codec.encode_string("/a") + codec.encode_string(",c") + b"\xff\xff\xff\xff", "character that does not exist"),
        (codec.encode_string("/a") + codec.encode_string(",q"), "unknown type tag"),
        (codec.encode_string("/a") + codec.encode_string(",["), "array never closed"),
        (codec.encode_string("/a") + codec.encode_string(",]"), "array closed that was never opened"),
        (codec.encode_string("/a") + codec.encode_string(",[[[[["), "arrays too deep"),
        (codec.encode_string("/a") + codec.encode_string("," + "T" * 5_000), "too many arguments in a datagram"),
        (HEAD + struct.pack(">i", -4) + codec.encode_string("/a"), "bundle element of an impossible size"),
        (HEAD + struct.pack(">i", 0) + codec.encode_string("/a"), "bundle element of an impossible size"),
        (HEAD + struct.pack(">i", 6) + codec.encode_string("/abcde"), "bundle element of an impossible size"),
        (HEAD + struct.pack(">i", 400) + codec.encode_string("/a"), "cut short"),
        (b"#bundle\0\0\0\0\0", "cut short"),
    ],
)
def test_what_is_wrong_is_counted_under_its_reason(data: bytes, reason: str) -> None:
    assert reasons(data) == {reason: 1}


def test_nine_hundred_nested_bundles_are_one_drop() -> None:
    deep = codec.encode("/a", (1,))
    for _ in range(900):
        deep = HEAD + element(deep)
    assert reasons(deep) == {"bundles too deep": 1}


def test_four_levels_of_bundles_are_read() -> None:
    deep = codec.encode("/a", (1,))
    for _ in range(4):
        deep = HEAD + element(deep)
    assert codec.decode(deep, Counter()) == [codec.OscMessage("/a", (1,))]


def test_a_bad_message_costs_its_neighbours_nothing() -> None:
    drops: Counter[str] = Counter()
    good = element(codec.encode("/a", (1.0,)))
    messages = codec.decode(HEAD + good + element(codec.encode_string("/b") + codec.encode_string(",q")) + good, drops)
    assert [message.address for message in messages] == ["/a", "/a"]
    assert drops == {"unknown type tag": 1}


def test_a_bundle_gives_at_most_so_many_messages() -> None:
    drops: Counter[str] = Counter()
    assert len(codec.decode(HEAD + element(b"/a\0\0") * 2_000, drops)) == codec.MAX_ELEMENTS
    assert drops == {"too many messages in a datagram": 1}


def test_a_timetag_becomes_unix_time_and_at_once_becomes_none() -> None:
    later = b"#bundle\0" + struct.pack(">II", codec.NTP_TO_UNIX + 1_000, 1 << 31) + element(b"/a\0\0")
    assert codec.decode(later, Counter())[0].due == 1_000.5
    assert codec.decode(HEAD + element(b"/a\0\0"), Counter())[0].due is None


def test_hostile_and_mutated_datagrams_raise_nothing() -> None:
    drops: Counter[str] = Counter()
    for data in (*hostile_packets(), *mutated_packets(20_000, seed=7)):
        for message in codec.decode(data, drops):
            assert message.address.startswith("/")
    assert len(drops) > 10


def test_python_osc_reads_what_we_encode() -> None:
    message = osc_message.OscMessage(codec.encode("/visitor/1/joint/nose", (1.5, -2, "ok", True)))
    assert message.address == "/visitor/1/joint/nose"
    assert message.params == [1.5, -2, "ok", 1]


def test_we_read_what_python_osc_encodes() -> None:
    builder = osc_message_builder.OscMessageBuilder("/a/b")
    for value in (1, 0.5, "text", True, False, None, b"blob", [1, [2]]):
        builder.add_arg(value)
    bundle = osc_bundle_builder.OscBundleBuilder(osc_bundle_builder.IMMEDIATELY)
    bundle.add_content(builder.build())
    ((address, arguments, due),) = codec.decode(bundle.build().dgram, Counter())
    assert (address, due) == ("/a/b", None)
    assert arguments == (1, 0.5, "text", True, False, None, b"blob", (1, (2,)))


def test_no_value_is_too_large_or_too_strange_to_send() -> None:
    data = codec.encode("/a", (2**40, -1e300, float("inf"), float("nan"), "broken \udcff name"))
    ((_, arguments, _),) = codec.decode(data, Counter())
    whole, low, high, nan, text = arguments
    assert (whole, low, high) == (2**31 - 1, float("-inf"), float("inf"))
    assert nan != nan
    assert text == "broken ? name"


def test_bundles_stay_within_an_ethernet_frame_and_keep_the_order() -> None:
    messages = [codec.encode(f"/joint/{index}", (0.5, 1.5, 2.5)) for index in range(200)]
    packed = codec.encode_bundles(messages)
    assert max(map(len, packed)) <= 1_400
    read = [message.address for data in packed for message in codec.decode(data, Counter())]
    assert read == [f"/joint/{index}" for index in range(200)]
    assert codec.encode_bundles([]) == []
