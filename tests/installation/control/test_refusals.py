"""A message that nothing comes of is refused with its reason and what is right, and no flood hides that."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.control.control import Control
from installation.control.cues.cue_book import CueBook, SceneLinks
from installation.control.osc.receiver import ReceivedMessage
from installation.control.refusals import MAX_BURST_LINES, Refusals
from installation.interface.knobs import InvalidMessageError, Knob, Knobs
from installation.venue.schema import OscSection, ScenesSection, Venue

SWELL = "/scene/tide/swell"


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    venue = Venue(osc=OscSection(enabled=False), scenes=ScenesSection(playlist=("tide",)))
    tree = Knobs()
    tree.add(
        "/scene/tide",
        (
            Knob("swell", 0.5, 0.0, 2.0, unit="m"),
            Knob("mood", "calm", choices=("calm", "storm")),
            Knob("ink", (0.0, 0.0, 0.0)),
        ),
    )
    opened = Control(venue, tree, clock=lambda: 1.0, state=tmp_path)
    yield opened
    opened.close()


def refused(control: Control, address: str, *arguments: Any) -> str:
    control.dispatch(address, *arguments, sender="tablet")
    control.apply(1.0)
    return control.refusals.last


@pytest.mark.parametrize(
    ("address", "arguments", "said"),
    [
        (f"{SWELL}/", (0.5,), f'{SWELL}/ 0.5: no knob at this address; did you mean "{SWELL}"?'),
        ("/Scene/Tide/Swell", (0.5,), f'/Scene/Tide/Swell 0.5: no knob at this address; did you mean "{SWELL}"?'),
        ("/scene/tide/swel", (0.5,), f'/scene/tide/swel 0.5: no knob at this address; did you mean "{SWELL}"?'),
        ("/n/scene/tide/swel", (0.5,), f'did you mean "/n{SWELL}"?'),
        ("/Pulse/Tap", (), '/Pulse/Tap: no knob at this address; did you mean "/pulse/tap"?'),
        (SWELL, ("loud",), f'{SWELL} "loud": not a number; give one number from 0 to 2 m'),
        (SWELL, (0.5, 0.7), f"{SWELL} 0.5 0.7: several values for one knob; give one number from 0 to 2 m"),
        (SWELL, (), f"{SWELL}: no value; give one"),
        ("/scene/tide/mood", ("rage",), 'not one of the knob\'s choices; give one of "calm", "storm"'),
        ("/scene/tide/ink", (0.5,), "a colour needs three numbers; give three numbers from 0 to 1"),
        ("/pulse/tempo", (0,), "/pulse/tempo 0: no such tempo; give 20 to 400 beats a minute"),
        ("/pulse/tempo", ("fast",), "not a finite number; give a number"),
        ("/learn/forget", ("/1/fader1",), "nothing is learned of this"),
        ("/visitant/shutdown", (1,), "shutdown is not allowed by venue.toml; [osc] shutdown = true allows it"),
    ],
)
def test_the_last_refusal_names_message_reason_and_remedy(
    control: Control, address: str, arguments: tuple[Any, ...], said: str
) -> None:
    assert said in refused(control, address, *arguments)


def test_a_refused_tempo_leaves_the_tempo_as_it_is(control: Control) -> None:
    control.dispatch("/pulse/tempo", 90.0, sender="tablet")
    control.dispatch("/pulse/tempo", 0, sender="tablet")
    control.apply(1.0)
    assert control.pulse(1.0).tempo == 90.0 == control.tree.base("/pulse/tempo")


def test_a_stream_that_nobody_uses_does_not_hide_a_refusal(control: Control) -> None:
    for frame in range(30):
        control.dispatch("/accxyz", 0.1, 0.2, 9.8, sender="phone")
        if frame == 10:
            control.dispatch(f"{SWELL}/", 0.5, sender="tablet")
        control.apply(1.0 + frame / 30)
    assert control.refusals.last.startswith(f"{SWELL}/ 0.5")
    assert control.drops["no knob at this address"] == 31


OUTPUTS = (
    ("/pulse/bar", 0.5),
    ("/scene/current", "tide"),
    ("/scene/mix", 0.0),
    ("/cue/drives", 1),
    ("/cue/now", "1 Low water"),
    ("/preset/now", "dusk"),
    ("/health/frame_rate", 60.0),
    ("/health/refused", "no"),
    ("/visitor/3/joint/nose", 0.1),
    ("/visitor/enter", 3),
    ("/dancer/0/id", 4),
)


def test_what_the_show_itself_sends_is_ignored_when_it_comes_back_and_hides_no_refusal(
    control: Control, tmp_path: Path
) -> None:
    book = CueBook(control.tree, tmp_path, None, SceneLinks((), lambda *_: None, {}))
    control.register_commands(book.commands())
    for frame in range(30):
        for _ in range(4):
            for message in OUTPUTS:
                control.dispatch(*message, sender="peer")
        if frame == 10:
            control.dispatch("/preset/recall", "safe", sender="tablet")
        control.apply(1.0 + frame / 30)
    book.close()
    assert control.refusals.last == '/preset/recall "safe": no such preset; there are none'
    assert control.drops == {"no such preset": 1}


def test_a_controller_at_an_address_that_the_show_sends_is_not_learned(control: Control) -> None:
    control.dispatch("/learn/touch", SWELL)
    for step in range(20):
        control.dispatch("/pulse/phase", step / 20, sender="peer")
        control.dispatch("/1/fader", step / 20, sender="tablet")
    control.apply(1.0)
    assert control.dispatcher.controllers is not None
    assert "learned /1/fader" in str(control.selected_knob())


def test_the_log_has_each_refusal_once_a_minute_and_a_flood_costs_few_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    counts = Counter[str]()
    refusals = Refusals(logging.getLogger("test"), counts, tuple)
    for frame in range(60):
        for each in range(40):
            message = ReceivedMessage(f"/flood/{each}", (1.0,), frame / 60, ("127.0.0.1", 9))
            refusals.refuse(message, InvalidMessageError("no knob at this address"), frame / 60)
    assert counts == {"no knob at this address": 2_400}
    assert len(caplog.records) == MAX_BURST_LINES
    assert caplog.records[0].getMessage() == "refused /flood/0 1: no knob at this address (from 127.0.0.1:9)"


def test_nothing_that_comes_makes_an_endless_or_unreadable_line(control: Control) -> None:
    hostile = ("x" * 60_000, b"\0" * 500, "line\nbreak", None, 2**60, (1.0, (2.0,)), 1.0)
    said = refused(control, "/" + "é\n" * 500, *hostile)
    assert len(said) < 400 and said.isprintable()
