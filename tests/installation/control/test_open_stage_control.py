"""The layout for a control surface reaches every knob and command, hears what it sends, and says nothing unknown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from installation.commands import main
from installation.control import control
from installation.control.control import Control
from installation.control.cues import cue_book
from installation.control.cues.cue import Cue
from installation.control.knob_messages import KnobMessages
from installation.control.open_stage_control import REFRESH, Widget, session
from installation.control.osc.receiver import ReceivedMessage
from installation.control.osc.sender import SENT_ADDRESSES
from installation.docs import reference_pages
from installation.interface.knobs import NORMALISED_PREFIX, Knobs
from installation.show.playlist import COMMANDS as PROGRAMME
from installation.stage.scene_loader import BUILT_IN_SCENES, scene_names
from installation.venue.schema import OscSection, Venue

COMMON = {
    "type",
    "id",
    "comments",
    "width",
    "height",
    "expand",
    "colorText",
    "colorWidget",
    "alphaStroke",
    "padding",
    "value",
    "default",
    "address",
    "typeTags",
    "decimals",
    "onCreate",
    "bypass",
}
BOX = {"colorBg", "layout", "contain", "scroll", "innerPadding", "widgets", "tabs"}
PROPERTIES = {
    "root": COMMON | BOX,
    "tab": COMMON | BOX | {"label"},
    "panel": COMMON | BOX,
    "fader": COMMON | {"design", "horizontal", "doubleTap", "range", "steps"},
    "button": COMMON | {"label", "on", "off", "mode"},
    "switch": COMMON | {"layout", "values"},
    "dropdown": COMMON | {"values"},
    "rgb": COMMON | {"range"},
    "text": COMMON | {"align"},
}
"""What the reference of Open Stage Control lists for each kind of widget, as far as it is used."""
VENUE = Venue(osc=OscSection(enabled=False))
SCENES = tuple(scene_names((BUILT_IN_SCENES,)))


@pytest.fixture(scope="module")
def tree() -> Knobs:
    return reference_pages.reference_knobs()


@pytest.fixture(scope="module")
def widgets(tree: Knobs) -> list[Widget]:
    cues = (Cue(number=(1,), name="doors"), Cue(number=(1, 2)))
    layout = session(tree, SCENES, ("tide/dusk", "safe"), cues)
    return list(_all(json.loads(json.dumps(layout))["content"]))


def _all(widget: Widget) -> Iterator[Widget]:
    yield widget
    for inner in (*widget.get("tabs", ()), *widget.get("widgets", ())):
        yield from _all(inner)


def test_every_knob_has_its_widget_and_hears_what_is_told_of_it(tree: Knobs, widgets: list[Widget]) -> None:
    messages = KnobMessages(tree)
    told = {address: arguments for knob in tree for address, arguments in messages.values(knob)}
    by = {widget["address"]: widget for widget in widgets if "address" in widget}
    for address in tree:
        widget = by.get(address) or by[NORMALISED_PREFIX + address]
        values = told[widget["address"]]
        if widget["type"] == "fader":
            assert widget["range"]["min"] <= values[0] <= widget["range"]["max"]
        elif widget["type"] == "button":
            assert values[0] in (widget["on"], widget["off"])
        elif widget["type"] == "rgb":
            assert len(values) == 3
        else:
            assert values[0] in widget["values"]


def test_whatever_a_widget_sends_is_understood(tree: Knobs, widgets: list[Widget], tmp_path: Path) -> None:
    owned = Control(VENUE, tree, state=tmp_path)
    commands = {line.address for line in (*control.COMMANDS, *PROGRAMME, *cue_book.COMMANDS)}
    heard = {line.address for line in (*SENT_ADDRESSES, *cue_book.SENT_ADDRESSES)}
    for widget in widgets:
        address = widget.get("address")
        if widget["type"] == "text" and address:
            assert address in heard
        elif address and address not in commands:
            value: Any = widget.get("on", widget.get("default"))
            owned.dispatcher.act(
                ReceivedMessage(address, tuple(value) if isinstance(value, list) else (value,), 0.0, "surface")
            )
    owned.close()


def test_when_it_opens_it_asks_for_every_knob(tree: Knobs) -> None:
    messages = KnobMessages(tree)
    messages.begin_frame()
    for pattern in REFRESH:
        assert pattern.endswith("/get")
        assert set(messages.matching(pattern.removesuffix("/get"))) == set(tree)


def test_every_widget_has_an_id_of_its_own_and_names_only_those_that_are_there(widgets: list[Widget]) -> None:
    ids = [widget["id"] for widget in widgets]
    assert len(set(ids)) == len(ids)
    for widget in widgets:
        assert set(re.findall(r"@\{([^}.]+)\}", str(widget.get("value", "")))) <= set(ids)


def test_no_widget_has_a_property_that_the_reference_lacks(widgets: list[Widget]) -> None:
    for widget in widgets:
        assert set(widget) <= PROPERTIES[widget["type"]], widget["id"]


def test_looks_and_cues_have_their_buttons(widgets: list[Widget]) -> None:
    sent = {(w["address"], w["on"]) for w in widgets if w["type"] == "button"}
    assert {
        ("/preset/recall", "tide/dusk"),
        ("/preset/recall", "safe"),
        ("/cue/jump", "1"),
        ("/cue/jump", "1.2"),
        ("/scene/go", "pas_de_deux"),
        ("/cue/go", 1),
        ("/cue/panic", 1),
        (NORMALISED_PREFIX + "/master/blackout", 1),
    } <= sent


def test_the_command_writes_it_and_overwrites_nothing_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "venue.toml").write_text('[scenes]\nplaylist = ["loom"]\n[osc]\nport = 7711\n')
    words = ["surface", "--venue", str(tmp_path / "venue.toml"), "--out", str(tmp_path / "desk.json")]
    assert main(words) == 0
    assert json.loads((tmp_path / "desk.json").read_text())["type"] == "session"
    told = capsys.readouterr().out
    assert "--send 127.0.0.1:7711" in told and "[[osc.targets]]" in told
    assert main(words) != 0 and "--overwrite" in capsys.readouterr().err
    assert main([*words, "--overwrite"]) == 0
