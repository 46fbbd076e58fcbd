"""Encoders and faders are distinguished by what they send, and an encoder by the way in which it sends its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.installation.control.midi.desk import SWELL, Desk
from tests.installation.control.midi.test_learn_controllers import CC, learn, parameter


def bits(encoding: str, steps: Iterable[int]) -> list[tuple[int, int, int]]:
    encode: dict[str, Callable[[int], int]] = {
        "twos-complement": lambda step: step % 128,
        "offset-binary": lambda step: 64 + step,
        "sign-magnitude": lambda step: step if step >= 0 else 64 - step,
    }
    return [(CC, 16, encode[encoding](step)) for step in steps]


@pytest.mark.parametrize("encoding", ["twos-complement", "offset-binary", "sign-magnitude"])
@pytest.mark.parametrize(
    "turned",
    [
        (1, 1, 1, 1, -1, -1, -1),
        (-1, -1, -1, -1, 1, 1, 1),
        (1, 1, 2, 3, 2, 1, 1, -1, -2, -2, -1, -1),
        (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1),
    ],
)
def test_an_encoder_is_known_by_how_it_sends_and_turns_the_knob_by_steps(
    desk: Desk, encoding: str, turned: tuple[int, ...]
) -> None:
    learn(desk)
    desk.midi(*bits(encoding, turned))
    (mapping,) = desk.store.mappings
    assert (mapping.controller, mapping.relative) == ("/midi/desk/1/cc/16", encoding)
    desk.tree.turn(SWELL, 1.0)
    desk.midi(*bits(encoding, [1] * 10))
    assert desk.swell() == pytest.approx(1.0 + 10 * 2.0 / 127), "no leap between the ends"
    desk.midi(*bits(encoding, [-3] * 10))
    assert desk.swell() == pytest.approx(1.0 - 20 * 2.0 / 127)
    desk.midi(*bits(encoding, [5] * 60))
    assert desk.swell() == 2.0, "it stops at the end"


def test_an_encoder_steps_through_choices_and_switches(desk: Desk) -> None:
    desk.give("/learn/touch", "/scene/tide/mood")
    desk.midi(*bits("twos-complement", (1, 1, 1, 1, -1, -1)))
    desk.tree.turn("/scene/tide/mood", "calm")
    desk.midi(*bits("twos-complement", (1,)))
    assert desk.tree.base("/scene/tide/mood") == "storm"
    desk.midi(*bits("twos-complement", (1, 1, 1, -1)))
    assert desk.tree.base("/scene/tide/mood") == "storm", "from the last one back"


CLOCKWISE = {"twos-complement": 1, "offset-binary": 65, "sign-magnitude": 1}


@pytest.mark.parametrize(
    ("first", "pause", "then", "encoding"),
    [
        ([1] * 12, 0.0, [65] * 4, "sign-magnitude"),
        ([1] * 12, 5.0, [65] * 4, "sign-magnitude"),
        ([65] * 12, 5.0, [1] * 4, "sign-magnitude"),
        ([65] * 12, 0.0, [1] * 4, "sign-magnitude"),
        ([65] * 12, 5.0, [63] * 4, "offset-binary"),
        ([1] * 12, 5.0, [127] * 4, "twos-complement"),
        ([127] * 12, 5.0, [1] * 4, "twos-complement"),
        ([63] * 12, 5.0, [65] * 4, "offset-binary"),
    ],
)
def test_an_encoder_that_was_turned_one_way_is_known_once_it_turns_the_other_and_never_leaps(
    desk: Desk, first: list[int], pause: float, then: list[int], encoding: str
) -> None:
    learn(desk)
    desk.midi(*[(CC, 16, value) for value in first])
    assert desk.learned == [("/midi/desk/1/cc/16", SWELL)]
    desk.t += pause
    desk.tree.turn(SWELL, 1.0)
    for value in then:
        before = desk.swell()
        desk.midi((CC, 16, value))
        assert abs(desk.swell() - before) <= 2.0 / 127 + 1e-9
    (mapping,) = desk.store.mappings
    assert mapping.relative == encoding
    desk.tree.turn(SWELL, 1.0)
    desk.midi((CC, 16, CLOCKWISE[encoding]))
    assert desk.swell() == pytest.approx(1.0 + 2.0 / 127)


def test_a_wrong_encoding_of_an_earlier_show_is_corrected_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "learned.toml"
    table = f'[[learned]]\ncontroller = "/midi/desk/1/cc/16"\nturns = "{SWELL}"\n# mine\nrelative = "twos-complement"\n'
    file.write_text(table)
    desk = Desk(tmp_path)
    desk.tree.turn(SWELL, 1.0)
    desk.midi(*bits("sign-magnitude", [-1] * 4))
    assert desk.swell() == pytest.approx(1.0 - 4 * 2.0 / 127)
    desk.store.close()
    desk.writer.close()
    assert file.read_text() == table.replace("twos-complement", "sign-magnitude")


def test_one_stray_value_changes_no_encoding_that_is_known(desk: Desk) -> None:
    learn(desk)
    desk.midi(*bits("twos-complement", (1, 1, 1, 1, -1, -1, -1, -1)))
    before = desk.swell()
    desk.midi((CC, 16, 65))
    assert desk.swell() == before
    desk.midi(*bits("twos-complement", (1,)))
    assert desk.store.mappings[0].relative == "twos-complement"


@pytest.mark.parametrize(
    ("encoding", "values"),
    [
        ("sign-magnitude", [3, 9, 15, 20, 12, 5, 68, 76, 84, 73, 67]),
        ("sign-magnitude", [67, 74, 85, 72, 66, 3, 11, 19, 8, 2]),
        ("offset-binary", [65, 66, 68, 70, 71, 69, 67, 65, 63, 61, 58, 57, 60, 63]),
        ("offset-binary", [62, 63, 62, 63, 63, 65, 65, 66, 65, 65, 63, 62]),
        ("offset-binary", [62, 58, 51, 47, 55, 61, 66, 71, 79, 70, 66]),
        ("twos-complement", [2, 5, 9, 14, 8, 3, 126, 121, 114, 120, 125]),
        ("twos-complement", [2, 4, 8, 12, 15, 19, 15, 12, 9, 5, 1, 127, 118, 118, 127]),
        ("twos-complement", [126, 121, 114, 120, 125, 2, 5, 9, 14, 8, 3]),
    ],
)
def test_an_encoder_that_accelerates_is_known_by_both_ways(desk: Desk, encoding: str, values: list[int]) -> None:
    learn(desk)
    desk.midi(*[(CC, 16, value) for value in values])
    (mapping,) = desk.store.mappings
    assert (mapping.controller, mapping.relative) == ("/midi/desk/1/cc/16", encoding)


def test_an_encoder_that_was_taken_for_a_fader_is_corrected_when_it_repeats_a_step(desk: Desk) -> None:
    learn(desk)
    desk.midi(*[(CC, 16, value) for value in (66, 72, 80, 90, 80, 71, 66, 57, 48, 40, 51, 62)])
    assert desk.store.mappings[0].relative == ""
    desk.t += 10.0
    desk.midi(*[(CC, 16, value) for value in (65, 65, 65, 65)])
    assert desk.store.mappings[0].relative == "offset-binary"


DOWN_AND_UP = [127, 125, 122, 119, 116, 113, 110, 112, 115, 118, 121, 123, 127]


@pytest.mark.parametrize(
    "values",
    [
        DOWN_AND_UP * 3,
        [value for value in range(1, 40) for _ in range(2)],
        [value for value in range(126, 60, -2) for _ in range(2)],
        [value for value in range(50, 90, 3) for _ in range(2)],
        [value for value in range(20, 60) for _ in range(3)],
        [each for value in (*range(110, 127), *range(126, 60, -1)) for each in (value, value)],
        [each for value in (*range(60, 28, -1), *range(29, 80)) for each in (value, value)],
        [*range(1, 30), *range(30, 0, -1)] * 2,
        [*range(97, 128), *range(127, 96, -1)] * 2,
        [*range(60, 100), 100, *range(100, 30, -1), 30],
        [5, 12, 22, 35, 50, 66, 83, 100, 115, 127],
        [127, 127, 120, 112, 101, 90, 90, 70, 55],
    ],
)
def test_a_fader_that_repeats_values_is_no_encoder(desk: Desk, values: list[int]) -> None:
    learn(desk)
    for value in values:
        desk.midi((CC, 20, value))
        assert not any(mapping.relative for mapping in desk.store.mappings)
    assert desk.learned == [("/midi/desk/1/cc/20", SWELL)]


def test_a_fader_that_was_taken_for_an_encoder_is_corrected_when_it_moves_on(desk: Desk) -> None:
    learn(desk)
    desk.midi(*[(CC, 20, value) for value in range(1, 60) for _ in range(4)])
    assert [mapping.relative for mapping in desk.store.mappings] == [""]


@pytest.mark.parametrize("values", [(1, 1, -1, -1, 1), (-1, -1, -1), (1.0, 2.0, 3.0, 1.0, -1.0, -2.0)])
def test_an_encoder_of_a_surface_is_learned_by_its_steps(desk: Desk, values: tuple[float, ...]) -> None:
    learn(desk)
    for value in values:
        desk.move("/encoder/1", value)
    (mapping,) = desk.store.mappings
    assert (mapping.controller, mapping.relative) == ("/encoder/1", "steps")
    desk.tree.turn(SWELL, 1.0)
    for value in (1, 1, -1, 2):
        desk.move("/encoder/1", value)
    assert desk.swell() == pytest.approx(1.0 + 3 * 2.0 / 127)


@pytest.mark.parametrize(
    ("encoding", "one", "back"), [("twos-complement", 1, 127), ("offset-binary", 65, 63), ("sign-magnitude", 1, 65)]
)
@pytest.mark.parametrize("with_lower", [False, True])
def test_a_parameter_may_be_an_encoder(desk: Desk, encoding: str, one: int, back: int, with_lower: bool) -> None:
    def turn(value: int) -> None:
        desk.midi((CC, 6, value), *([(CC, 38, 0)] if with_lower else ()))

    learn(desk)
    desk.midi(*parameter(0, 9))
    for value in [one] * 5 + [back] * 5:
        turn(value)
    (mapping,) = desk.store.mappings
    assert (mapping.controller, mapping.relative) == ("/midi/desk/1/nrpn/9", encoding)
    desk.tree.turn(SWELL, 1.0)
    for value in (one, one, back):
        turn(value)
    assert desk.swell() == pytest.approx(1.0 + 2.0 / 127)


@pytest.mark.parametrize("values", [range(128), range(127, -1, -1), range(1, 60, 2), range(64, 100), range(64, 30, -1)])
def test_a_fader_is_no_encoder(desk: Desk, values: Iterable[int]) -> None:
    learn(desk)
    desk.midi(*[(CC, 20, value) for value in values])
    (mapping,) = desk.store.mappings
    assert (mapping.controller, mapping.relative) == ("/midi/desk/1/cc/20", "")
