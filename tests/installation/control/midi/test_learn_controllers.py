"""Learning takes the controller that a hand moves, whatever else sends, and in the form in which it sends."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest

from tests.installation.control.midi.desk import FADER, PAD, SWELL, Desk

CC = 0xB0
STRENGTH = "/scene/loom/warp"


def learn(desk: Desk, turns: str = SWELL) -> None:
    desk.give("/learn/touch", turns)


def test_a_stream_that_ran_before_is_passed_over_and_the_fader_is_taken(desk: Desk) -> None:
    def sensor(step: int) -> None:
        desk.move("/accx", 0.5 + 0.4 * math.sin(step))
        desk.move("/accxyz", math.sin(step), math.cos(step), 9.8)

    for step in range(40):
        sensor(step)
    learn(desk)
    for step in range(40):
        sensor(step)
    assert desk.learned == []
    for step in range(8):
        sensor(step)
        desk.move(FADER, 0.3 + step / 20)
    assert desk.learned == [(FADER, SWELL)]


def test_a_slow_sensor_is_a_stream_too(desk: Desk) -> None:
    for step in range(8):
        desk.t += 1.0
        desk.move("/battery", 0.9 - step / 20)
    learn(desk)
    for step in range(8):
        desk.t += 1.0
        desk.move("/battery", 0.5 - step / 20)
    assert desk.learned == []


def test_a_sensor_that_starts_to_send_while_a_knob_learns_is_not_taken_for_a_fader(desk: Desk) -> None:
    learn(desk)
    for step in range(40):
        desk.move("/accxyz", math.sin(step), math.cos(step), 9.8)
    assert desk.learned == []


def test_a_fader_that_was_moved_before_may_be_learned_after_a_pause(desk: Desk) -> None:
    desk.sweep(FADER, 0.0, 1.0)
    desk.t += 1.0
    learn(desk)
    desk.sweep(FADER, 1.0, 0.2)
    assert desk.learned == [(FADER, SWELL)]


def test_the_touch_of_a_fader_is_never_learned(desk: Desk) -> None:
    learn(desk)
    for touch in ("/1/fader1/z", "/midi/mcu/1/note/104", "/midi/x_touch/1/cc/101", "/1/fader2/touch"):
        for value in (1.0, 0.0, 1.0, 0.0):
            desk.move(touch, value)
    assert desk.learned == []
    desk.sweep("/1/fader1")
    assert desk.learned == [("/1/fader1", SWELL)]
    learn(desk, "/cue/go")
    for touch in ("/1/fader1/z", "/midi/mcu/1/note/104", "/1/fader2/touch"):
        desk.move(touch, 1.0)
        desk.move(touch, 0.0)
    assert len(desk.learned) == 1
    desk.move(PAD, 0.6)
    assert desk.learned[-1] == (PAD, "/cue/go")


def test_a_mackie_fader_is_learned_by_its_bend(desk: Desk) -> None:
    learn(desk)
    desk.midi((0x90, 104, 127))
    for value in range(4_000, 9_000, 300):
        desk.midi((0xE0, value & 127, value >> 7))
    desk.midi((0x90, 104, 0))
    assert desk.learned == [("/midi/desk/1/bend", SWELL)]
    for value in range(9_000, 0, -1_000):
        desk.midi((0xE0, value & 127, value >> 7))
    desk.midi((0xE0, 127, 127))
    assert desk.swell() == 2.0


@pytest.mark.parametrize("jitter", [(0.5, 0.504, 0.5, 0.504) * 8, (0.5,) * 30, (0.0, 1.0) * 10, (1.0,)])
def test_what_does_not_sweep_is_passed_over(desk: Desk, jitter: tuple[float, ...]) -> None:
    learn(desk)
    for value in jitter:
        desk.move("/1/thing", value)
    assert desk.learned == []


@pytest.mark.parametrize("turns", ["/cue/go", "/master/blackout", "/scene/tide/mood"])
def test_a_pad_is_learned_at_its_first_press_by_what_it_can_trigger(desk: Desk, turns: str) -> None:
    learn(desk, turns)
    desk.move(PAD, 0.3)
    assert desk.learned == [(PAD, turns)]


def test_a_pad_is_not_learned_by_a_number(desk: Desk) -> None:
    learn(desk)
    for velocity in (0.5, 0.0, 0.9, 0.0, 0.2, 0.0):
        desk.move(PAD, velocity)
    assert desk.learned == []


@pytest.mark.parametrize("address", ["/1/push1", "/midi/nano/1/cc/41"])
def test_a_button_is_learned_at_its_press_and_not_at_its_release(desk: Desk, address: str) -> None:
    learn(desk, "/cue/go")
    desk.move(address, 0.0)
    assert desk.learned == []
    desk.move(address, 1.0)
    assert desk.learned == [(address, "/cue/go")]


def test_messages_about_the_mode_of_a_channel_are_no_buttons(desk: Desk) -> None:
    learn(desk, "/cue/go")
    desk.midi((CC, 123, 127), (CC, 120, 127))
    assert desk.learned == []


def parameter(msb: int, lsb: int, registered: bool = False) -> list[tuple[int, int, int]]:
    upper, lower = (101, 100) if registered else (99, 98)
    return [(CC, upper, msb), (CC, lower, lsb)]


def data(value: int) -> list[tuple[int, int, int]]:
    return [(CC, 6, value >> 7), (CC, 38, value & 127)]


@pytest.mark.parametrize("registered", [False, True])
@pytest.mark.parametrize("lower_first", [False, True])
@pytest.mark.parametrize("every_time", [False, True])
def test_a_parameter_is_learned_with_its_number_and_turns_with_14_bits(
    desk: Desk, registered: bool, lower_first: bool, every_time: bool
) -> None:
    learn(desk)
    desk.midi(*parameter(2, 5, registered))
    for value in range(6_000, 9_000, 250):
        desk.midi(*(parameter(2, 5, registered) if every_time else ()))
        desk.midi(*(reversed(data(value)) if lower_first else data(value)))
    name = "rpn" if registered else "nrpn"
    assert desk.learned == [(f"/midi/desk/1/{name}/{2 << 7 | 5}", SWELL)]
    for value in (*range(9_000, 3_000, -500), 3_333):
        desk.midi(*(reversed(data(value)) if lower_first else data(value)))
    assert desk.swell() == pytest.approx(2.0 * 3_333 / 16_383)
    desk.midi(*parameter(2, 6, registered), *data(16_000))
    assert desk.swell() == pytest.approx(2.0 * 3_333 / 16_383), "another parameter"


def test_a_parameter_of_7_bits_reaches_its_end(desk: Desk) -> None:
    learn(desk)
    desk.midi(*parameter(0, 1))
    for value in (*range(60, 20, -5), *range(20, 128)):
        desk.midi((CC, 6, value))
    assert desk.learned == [("/midi/desk/1/nrpn/1", SWELL)] and desk.swell() == 2.0


def test_steps_of_a_parameter_turn_a_knob(desk: Desk) -> None:
    learn(desk)
    desk.midi(*parameter(0, 9), *[(CC, 96, 0)] * 3)
    assert desk.learned == [("/midi/desk/1/nrpn/9/steps", SWELL)]
    before = desk.swell()
    desk.midi((CC, 97, 0), (CC, 97, 0))
    assert desk.swell() == pytest.approx(before - 2 * 2.0 / 127)


def test_without_a_parameter_the_controllers_of_its_data_are_faders(desk: Desk) -> None:
    desk.midi(*parameter(1, 1), *parameter(127, 127))
    desk.t += 3.0
    learn(desk)
    desk.midi(*[(CC, 6, value) for value in range(40, 90, 4)])
    assert desk.learned == [("/midi/desk/1/cc/6", SWELL)]


def pair(values: Iterable[int], lower_first: bool, only_changed: bool = False) -> list[tuple[int, int, int]]:
    messages: list[tuple[int, int, int]] = []
    before = -1
    for value in values:
        upper, lower = (CC, 7, value >> 7), (CC, 39, value & 127)
        if only_changed and before == value >> 7:
            messages.append(lower)
        else:
            messages += (lower, upper) if lower_first else (upper, lower)
        before = value >> 7
    return messages


@pytest.mark.parametrize("lower_first", [False, True])
@pytest.mark.parametrize("step", [3, 37, 411])
@pytest.mark.parametrize("only_changed", [False, True])
def test_a_pair_is_learned_as_one_controller_whichever_byte_comes_first(
    desk: Desk, lower_first: bool, step: int, only_changed: bool
) -> None:
    learn(desk)
    desk.midi(*pair(range(5_000, 9_000, step), lower_first, only_changed))
    assert desk.learned == [("/midi/desk/1/cc14/7", SWELL)]
    desk.midi(*pair(range(9_000, 3_000, -411), lower_first), *pair([3_333], lower_first))
    assert desk.swell() == pytest.approx(2.0 * 3_333 / 16_383)


def test_a_slow_pair_whose_lower_byte_moves_alone_at_first_is_known_in_the_end(desk: Desk) -> None:
    learn(desk)
    desk.midi(*[(CC, 39, value) for value in range(10, 128, 3)])
    desk.midi((CC, 7, 41), (CC, 39, 2), *pair(range(41 << 7 | 3, 46 << 7, 20), lower_first=False))
    assert desk.learned == [("/midi/desk/1/cc14/7", SWELL)]


def test_two_faders_whose_numbers_are_those_of_a_pair_stay_two(desk: Desk) -> None:
    first, second = "/midi/nano/1/cc/7", "/midi/nano/1/cc/39"
    learn(desk)
    desk.sweep(first)
    desk.give("/learn/touch", STRENGTH)
    desk.t += 2.0
    desk.sweep(second)
    assert desk.learned == [(first, SWELL), (second, STRENGTH)]


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ((0.1, 0.4, 0.9), (0.0, 1.0)),
        ((-0.5, 0.1, 0.8), (-1.0, 1.0)),
        ((10.0, 40.0, 90.0), (0.0, 100.0)),
        ((10, 40, 90, 100, 127), (0.0, 127.0)),
        ((10, 500, 1000), (0.0, 1023.0)),
        ((-60.0, -41.5, -20.0, -3.0, 0.0), (-60.0, 0.0)),
        ((0.0, -3.0, -20.0, -41.5, -60.0), (-60.0, 0.0)),
        ((-30.0, -10.0, 6.0, -60.0), (-60.0, 6.0)),
        ((0, 45, 90, 180, 270, 360), (0.0, 360.0)),
        ((360, 270, 180, 90, 45, 0), (0.0, 360.0)),
        ((2700, 3000, 4200, 6500), (2700.0, 6500.0)),
        ((-180, -90, 0, 90, 180), (-180.0, 180.0)),
    ],
)
def test_what_a_surface_sends_at_its_ends_is_learned_too(
    desk: Desk, values: tuple[float, ...], span: tuple[float, float]
) -> None:
    learn(desk)
    for value in values:
        desk.move("/1/fader1", value)
    (mapping,) = desk.store.mappings
    assert mapping.span == span


def test_ends_beyond_those_that_were_seen_hold_also_after_a_pause(desk: Desk) -> None:
    learn(desk)
    for value in (-60.0, -50.0, -40.0):
        desk.move("/strip/1", value)
    desk.t += 5.0
    for value in (-30.0, -10.0, 0.0, -30.0):
        desk.move("/strip/1", value)
    assert desk.store.mappings[0].span == (-60.0, 0.0)


@pytest.mark.parametrize(("member", "name"), [("left", "left"), (3, "3"), (3.0, "3")])
def test_a_controller_that_says_by_a_first_argument_which_it_is_is_learned_alone(
    desk: Desk, member: object, name: str
) -> None:
    learn(desk)
    for step in range(9):
        desk.move("/fader", member, step / 10)
    assert desk.learned == [(f"/fader {name}", SWELL)]
    desk.move("/fader", member, 0.1)
    desk.move("/fader", member, 1.0)
    assert desk.swell() == 2.0
    for other in ("right", 4):
        for step in range(9):
            desk.move("/fader", other, step / 10)
    assert desk.swell() == 2.0
    desk.tree.turn(SWELL, 1.0)
    ((address, arguments),) = desk.store.feedback([SWELL])
    assert (address, arguments) == ("/fader", (3 if name == "3" else name, 0.5))


def test_two_controllers_of_one_address_are_learned_as_two(desk: Desk) -> None:
    for name, turns in (("left", SWELL), ("right", STRENGTH)):
        learn(desk, turns)
        for step in range(9):
            desk.move("/fader", name, step / 10)
    assert desk.learned == [("/fader left", SWELL), ("/fader right", STRENGTH)]


@pytest.mark.parametrize("lower_first", [False, True])
def test_a_device_of_7_bits_that_sends_0_for_the_lower_ones_reaches_its_end(desk: Desk, lower_first: bool) -> None:
    learn(desk)
    desk.midi(*parameter(0, 1))
    for value in (*range(90, 20, -5), *range(20, 127, 5), 127):
        messages = [(CC, 6, value), (CC, 38, 0)]
        desk.midi(*(reversed(messages) if lower_first else messages))
    assert desk.learned == [("/midi/desk/1/nrpn/1", SWELL)] and desk.swell() == 2.0
    desk.midi(*parameter(127, 127))
    desk.t += 3.0
    learn(desk, STRENGTH)
    desk.midi(*pair((value << 7 for value in (*range(90, 20, -5), *range(20, 127, 5), 127)), lower_first))
    assert desk.learned[-1] == ("/midi/desk/1/cc14/7", STRENGTH) and desk.tree.base(STRENGTH) == 1.0


def test_a_learned_fader_that_learns_anew_does_not_turn_its_former_knob_and_keeps_its_span(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    desk.sweep(FADER, 1.0, 0.25)
    before = desk.swell()
    learn(desk, STRENGTH)
    desk.t += 3.0
    desk.sweep(FADER, 0.25, 0.26 + 0.0)
    assert desk.swell() == before
    desk.sweep(FADER, 0.3, 0.9)
    assert desk.learned == [(FADER, STRENGTH)]


def test_a_mapped_pad_acts_while_something_else_is_learned(desk: Desk) -> None:
    desk.teach("/cue/go", PAD)
    learn(desk)
    desk.move(PAD, 1.0)
    assert desk.given == [("/cue/go", ())]


def test_the_prompt_says_what_is_looked_for(desk: Desk) -> None:
    said = {}
    for turns in (SWELL, "/cue/go", "/scene/tide/mood", "/scene/tide/ink", "/preset/morph"):
        learn(desk, turns)
        said[turns] = desk.learn.prompt
    assert said == {
        SWELL: "move a controller over its range",
        "/cue/go": "move a controller that is a button",
        "/scene/tide/mood": "move a controller over its range, or press a pad",
        "/scene/tide/ink": "move a controller that sends three numbers",
        "/preset/morph": "move a controller over its range",
    }
