"""A knob that is touched learns the controller that moves, takes no leaps, and knows it again after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.core.faults import FaultBoard
from installation.interface.knobs import InvalidMessageError, Knob
from tests.installation.control.midi.desk import FADER, PAD, SWELL, Desk


def test_the_next_knob_that_is_turned_learns_the_next_controller_that_moves(desk: Desk) -> None:
    assert not desk.move(FADER, 0.5), "nothing has learned it"
    desk.give("/learn/on", 1)
    assert not desk.move(FADER, 0.5), "and nothing waits for it"
    desk.learn.knob_turned(SWELL)
    desk.sweep(FADER)
    assert desk.learned == [(FADER, SWELL)]
    desk.sweep("/1/fader2")
    assert desk.learned == [(FADER, SWELL)], "a knob learns one controller at a time"


def test_a_controller_takes_hold_only_where_the_knob_stands(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    desk.move(FADER, 0.9)
    desk.move(FADER, 0.6)
    assert desk.swell() == 0.5, "the knob stands at a quarter of its range"
    desk.move(FADER, 0.2)
    assert desk.swell() == pytest.approx(0.4), "it was passed"
    desk.move(FADER, 0.8)
    assert desk.swell() == pytest.approx(1.6)
    desk.tree.turn(SWELL, 0.2)
    desk.move(FADER, 0.85)
    assert desk.swell() == 0.2, "somebody else has turned the knob, so the controller must find it again"
    desk.move(FADER, 0.05)
    assert desk.swell() == pytest.approx(0.1)


def test_a_choice_and_a_whole_number_are_found_where_they_stand(desk: Desk) -> None:
    desk.teach("/scene/tide/boats", FADER)
    desk.move(FADER, 0.22)
    desk.move(FADER, 1.0)
    assert desk.tree.base("/scene/tide/boats") == 9
    desk.teach("/scene/tide/mood", FADER)
    desk.move(FADER, 0.9)
    assert desk.tree.base("/scene/tide/mood") == "calm"
    desk.move(FADER, 0.1)
    desk.move(FADER, 0.5)
    assert desk.tree.base("/scene/tide/mood") == "storm"


def test_a_pad_turns_switches_over_and_gives_commands_once_a_press(desk: Desk) -> None:
    desk.teach("/master/blackout", PAD)
    desk.move(PAD, 0.7)
    desk.move(PAD, 0.0)
    assert desk.tree.base("/master/blackout") is True
    desk.move(PAD, 0.2)
    assert desk.tree.base("/master/blackout") is False
    desk.teach("/preset/recall", PAD, "dusk", 2.0)
    desk.move(PAD, 0.9)
    desk.move(PAD, 0.0)
    assert desk.given == [("/preset/recall", ("dusk", 2.0))]


def test_a_button_of_a_fader_bank_gives_a_command_when_it_goes_down(desk: Desk) -> None:
    desk.give("/learn/touch", "/cue/go")
    desk.move(FADER, 1.0)
    desk.give("/learn/on", 0)
    desk.move(FADER, 0.0)
    desk.t += 3.0
    for value in (0.0, 1.0, 1.0, 0.0, 1.0):
        desk.move(FADER, value)
    assert desk.given == [("/cue/go", ())] * 2


def test_a_morph_between_two_presets_follows_a_fader(desk: Desk) -> None:
    desk.teach("/preset/morph", FADER, "dusk", "dawn")
    desk.move(FADER, 0.25)
    desk.move(FADER, 0.5)
    assert desk.given == [("/preset/morph", ("dusk", "dawn", 0.25)), ("/preset/morph", ("dusk", "dawn", 0.5))]


def test_a_colour_learns_from_three_numbers(desk: Desk) -> None:
    desk.give("/learn/touch", "/scene/tide/ink")
    desk.sweep(FADER)
    for red in (0.1, 0.15, 0.2):
        desk.move("/tablet/pad", red, 0.4, 0.6)
    assert desk.learned == [("/tablet/pad", "/scene/tide/ink")]
    desk.move("/tablet/pad", 0.3, 0.4, 0.6)
    assert desk.tree.base("/scene/tide/ink") == (0.3, 0.4, 0.6)


def test_nonsense_is_not_learned(desk: Desk) -> None:
    desk.give("/learn/touch", SWELL)
    for address, values in ((FADER, ()), (FADER, ("x",)), (FADER, (float("nan"),)), ("/a b", (1.0,)), (PAD, (0.0,))):
        desk.move(address, *values)
    for arguments in ((), ("/nowhere",), (SWELL, b"blob"), (SWELL, "line\nbreak"), (SWELL, *range(9)), (3,)):
        with pytest.raises(InvalidMessageError):
            desk.give("/learn/touch", *arguments)
    assert desk.store.mappings == ()


def test_what_is_learned_survives_a_restart_and_what_is_forgotten_does_not(
    desk: Desk, tmp_path: Path, faults: FaultBoard
) -> None:
    desk.teach(SWELL, FADER)
    desk.teach("/preset/recall", PAD, "dusk", 2.0)
    desk.give("/learn/touch", "/master/blackout")
    desk.move("/tablet/toggle", 1.0)
    assert desk.store.find("/tablet/toggle") is not None
    desk.give("/learn/forget", "/tablet/toggle")
    desk.writer.close()
    again = Desk(tmp_path)
    assert again.store.mappings == desk.store.mappings and len(again.store.mappings) == 2
    again.store.report_problems()
    assert faults.present == ()
    again.store.close()
    again.writer.close()


def test_a_mistake_in_the_file_is_told_with_its_line_and_the_rest_still_works(
    tmp_path: Path, faults: FaultBoard
) -> None:
    (tmp_path / "learned.toml").write_text(
        f'[[learned]]\ncontroller = "{FADER}"\nturns = "{SWELL}"\nspan = [0, 127]\n\n'
        '[[learned]]\ncontroller = "fader"\nturns = "/cue/go"\n\n'
        '[[learned]]\ncontroller = "/1/a"\nturn = "/cue/go"\n\n'
        '[[learned]]\ncontroller = "/1/b"\nturns = "/scene/tide/swel"\n\n'
        '[[learned]]\ncontroller = "/1/c"\nturns = "/scene/elsewhere/swell"\nspan = [1, 1]\n\n'
        '[[learned]]\ncontroller = "/1/d"\nturns = "/scene/elsewhere/swell"\n'
    )
    desk = Desk(tmp_path)
    desk.store.report_problems()
    told = "\n".join(faults.present)
    for words in (
        'learned.toml:7: learned[1].controller: found "fader" (text)',
        'learned.toml:12: learned[2].turn: unknown key; did you mean "turns"?',
        'learned.toml:16: learned[3].turns: found "/scene/tide/swel" (text); no knob or command',
        "learned.toml:21: learned[4].span: found [1, 1] (a list); give two numbers that differ",
    ):
        assert words in told
    assert len(faults.present) == 5, "a scene that does not play today is no mistake"
    desk.move(FADER, 31.75)
    desk.move(FADER, 127.0)
    assert desk.swell() == 2.0
    before = desk.file.read_text()
    desk.teach("/cue/go", PAD)
    desk.writer.close()
    assert desk.file.read_text().startswith(before), "nothing that was written by hand is lost"
    desk.store.close()
    again = Desk(tmp_path)
    again.store.report_problems()
    assert len(again.store.mappings) == 4 and len(faults.present) == 5
    again.tree.add("/scene/tide", (Knob("swel", 0.5),))
    again.store.report_problems()
    assert len(faults.present) == 4, "knobs and commands may still be added"
    again.store.close()
    again.writer.close()


def test_controllers_are_told_where_their_knobs_stand(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    desk.tree.turn(SWELL, 1.5)
    assert desk.store.feedback([SWELL]) == [(FADER, (0.75,))]
    assert desk.store.feedback(["/master/blackout"]) == []


def test_where_a_controller_stands_is_shown_until_it_has_hold(desk: Desk) -> None:
    desk.give("/knob/pick", 1)
    desk.give("/learn/on")
    desk.sweep(FADER, 0.6, 0.9)
    seen = []
    for place in (0.9, 0.6, 0.2):
        desk.move(FADER, place)
        grip = desk.learn.snapshot(desk.t)
        assert grip is not None
        seen.append(grip.reach)
    assert seen == [0.9, 0.6, None]


def test_learning_by_keys_takes_the_knob_that_is_shown(desk: Desk) -> None:
    desk.give("/knob/pick", 1)
    desk.give("/learn/on")
    grip = desk.learn.snapshot(desk.t)
    assert grip is not None and grip.said == "move a controller over its range"
    desk.move(FADER, 0.5)
    grip = desk.learn.snapshot(desk.t)
    assert grip is not None and grip.said.endswith(f"{FADER} was heard, move it further")
    desk.sweep(FADER)
    assert desk.store.mappings[0].turns == SWELL
    grip = desk.learn.snapshot(desk.t)
    assert grip is not None and grip.said == f"learned {FADER}"
    desk.give("/learn/forget")
    assert desk.store.mappings == ()


def test_what_was_forgotten_does_not_hide_what_is_learned(desk: Desk) -> None:
    desk.teach(SWELL, FADER)
    desk.give("/learn/forget", FADER)
    said = desk.learn.snapshot(desk.t)
    assert said is not None and said.said == f"forgot {FADER}"
    desk.give("/learn/touch", SWELL)
    desk.sweep("/1/fader2")
    said = desk.learn.snapshot(desk.t)
    assert said is not None and said.said == "learned /1/fader2"
    desk.give("/learn/forget", SWELL)
    said = desk.learn.snapshot(desk.t)
    assert said is not None and said.said == "forgot /1/fader2"
