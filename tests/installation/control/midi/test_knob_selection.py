"""Who has no fader picks a knob, sees it, and turns it in steps."""

from __future__ import annotations

from typing import Any

import pytest

from installation.control.midi.knob_selection import DISPLAY_SECONDS, KnobSelection
from installation.control.osc.receiver import LOCAL_SENDER, ReceivedMessage
from installation.interface.knobs import InvalidMessageError, Knob, Knobs, SelectedKnob

SWELL = "/scene/tide/swell"


class Desk:
    """A player's keys."""

    def __init__(self) -> None:
        self.tree = Knobs()
        self.tree.add("/scene/loom", (Knob("warp", 0.5),))
        self.tree.add(
            "/scene/tide",
            (
                Knob("swell", 0.5, 0.0, 2.0, unit="m"),
                Knob("boats", 3, 1, 9),
                Knob("ink", (0.1, 0.2, 0.3)),
                Knob("mood", "calm", choices=("calm", "storm", "ebb")),
            ),
        )
        self.tree.add("/scene", (Knob("fader", 0.0),))
        self.tree.add("/master", (Knob("blackout", False),))
        self.pick = KnobSelection(self.tree)
        self.pick.scene = "tide"

    def give(self, address: str, *arguments: Any, t: float = 1.0) -> SelectedKnob | None:
        self.pick.commands()[address](ReceivedMessage(address, arguments, t, LOCAL_SENDER))
        return self.pick.snapshot(t, "")


def test_the_knobs_of_the_scene_come_first_and_the_first_key_only_shows_one() -> None:
    desk = Desk()
    seen = [desk.give("/knob/pick", 1) for _ in range(6)]
    assert [grip.address for grip in seen if grip] == [
        SWELL,
        "/scene/tide/boats",
        "/scene/tide/mood",
        "/scene/fader",
        "/master/blackout",
        SWELL,
    ]
    assert desk.pick.snapshot(1.0 + DISPLAY_SECONDS + 0.1, "") is None
    again = desk.give("/knob/pick", 1, t=20.0)
    assert again is not None and again.address == SWELL, "what is out of sight is shown before another is picked"


def test_each_kind_of_knob_turns_in_its_own_steps_and_no_further_than_its_ends() -> None:
    desk = Desk()
    desk.give("/knob/pick", 1)
    turned = desk.give("/knob/turn", 5)
    assert turned is not None and turned.part == pytest.approx(0.35)
    assert turned == SelectedKnob(SWELL, "0.7 m", turned.part)
    desk.give("/knob/turn", -1000)
    assert desk.tree.base(SWELL) == 0.0
    desk.give("/knob/reset", 1)
    assert desk.tree.base(SWELL) == 0.5
    for address, steps, value in (
        ("/scene/tide/boats", 2, 5),
        ("/scene/tide/mood", 1, "storm"),
        ("/scene/tide/mood", 9, "ebb"),
        ("/master/blackout", 1, True),
        ("/master/blackout", -1, False),
    ):
        grip = desk.give("/knob/turn", steps, address)
        assert desk.tree.base(address) == value
        assert grip is not None and grip.address == address, "a knob that is named is in hand"


def test_nothing_is_turned_while_nothing_is_picked() -> None:
    desk = Desk()
    with pytest.raises(InvalidMessageError):
        desk.give("/knob/turn", 1)
    with pytest.raises(InvalidMessageError):
        desk.give("/knob/reset")


def test_words_are_shown_alone_while_no_knob_is() -> None:
    desk = Desk()
    desk.pick.announce("Esc again ends the show", 1.0)
    assert desk.pick.snapshot(1.0, "") == SelectedKnob("", said="Esc again ends the show")
    assert desk.pick.snapshot(1.0 + DISPLAY_SECONDS + 0.1, "") is None
