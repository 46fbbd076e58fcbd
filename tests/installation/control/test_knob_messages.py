"""Knobs are found by pattern, also at earlier addresses."""

from __future__ import annotations

import pytest

from installation.control.knob_messages import KnobMessages
from installation.control.osc.receiver import ReceivedMessage
from installation.interface.knobs import InvalidMessageError, Knob, Knobs


@pytest.fixture
def tree() -> Knobs:
    tree = Knobs()
    tree.add("/master", (Knob("blackout", False, aliases=("/programme/blackout",)), Knob("freeze", False)))
    return tree


@pytest.mark.parametrize("pattern", ["/master/bla*", "/programme/bla*", "/n/programme/b*", "/*/blackout"])
def test_a_pattern_over_an_earlier_address_turns_the_knob_of_today_once(tree: Knobs, pattern: str) -> None:
    messages = KnobMessages(tree)
    messages.begin_frame()
    assert messages.matching(pattern) == ("/master/blackout",)
    messages.turn_matching(ReceivedMessage(pattern, (1,), 0.0, None))
    assert tree.base("/master/blackout") is True and tree.base("/master/freeze") is False


def test_a_pattern_without_a_knob_is_refused(tree: Knobs) -> None:
    messages = KnobMessages(tree)
    messages.begin_frame()
    with pytest.raises(InvalidMessageError, match="no knob"):
        messages.matching("/programme/x*")
