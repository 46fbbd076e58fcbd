"""Every key means one thing, goes the way of all messages, and stands in the help."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyglet
import pytest

from installation.control import control
from installation.control.cues import cue_book
from installation.control.keyboard import CONFIRM_SECONDS, Keyboard
from installation.docs.reference_pages import reference_knobs
from installation.interface.key_bindings import KEY_BINDINGS
from installation.show.playlist import COMMANDS as PROGRAMME

PRESSES = [press for row in KEY_BINDINGS for press in row.presses]


class Desk:
    """Collects what keys enter and say."""

    def __init__(self) -> None:
        self.entered: list[tuple[Any, ...]] = []
        self.said: list[str] = []
        self.helps = False
        self.t = 0.0
        self.keys = Keyboard(
            lambda *message: self.entered.append(message), self.said.append, lambda: self.helps, lambda: self.t
        )


@pytest.mark.process
def test_no_key_means_two_things_and_pyglet_knows_them_all() -> None:
    assert max(Counter(press.key for press in PRESSES).values()) == 1
    # Without this, looking names up would take a screen.
    pyglet.options["shadow_window"] = False
    from pyglet.window import key

    known = {name.removeprefix("_") for name in vars(key)}
    assert {press.key for press in PRESSES} <= known


def test_every_key_asks_for_what_everybody_may_ask_for() -> None:
    commands = {line.address for line in (*control.COMMANDS, *PROGRAMME, *cue_book.COMMANDS)}
    knobs = reference_knobs()
    for press in PRESSES:
        if press.address:
            assert press.address in commands or (press.address in knobs and knobs[press.address].kind == "switch")


def test_keys_enter_messages_whichever_row_they_stand_in() -> None:
    desk = Desk()
    for name in ("SPACE", "_3", "NUM_3", "B", "PAGEUP", "F12"):
        desk.keys.press(name)
    assert desk.entered == [
        ("/cue/go",),
        ("/scene/go", 3),
        ("/scene/go", 3),
        ("/master/blackout",),
        ("/knob/turn", 1, "/scene/fader"),
    ]


def test_the_show_ends_only_when_esc_is_pressed_twice() -> None:
    desk = Desk()
    desk.keys.press("ESCAPE")
    desk.t = CONFIRM_SECONDS + 0.1
    desk.keys.press("ESCAPE")
    assert desk.entered == [] and len(desk.said) == 2
    desk.t += 0.5 * CONFIRM_SECONDS
    desk.keys.press("ESCAPE")
    assert desk.entered == [("/visitant/shutdown",)]


def test_esc_closes_the_help_first() -> None:
    desk = Desk()
    desk.helps = True
    desk.keys.press("ESCAPE")
    assert desk.entered == [("/visitant/help", False)] and not desk.said
