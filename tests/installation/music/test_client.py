"""The loop's view of the composer: what it plays, counts that go on, a beat of its own, and its commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from installation.control.osc.receiver import ReceivedMessage
from installation.interface.knobs import InvalidMessageError, Knobs
from installation.interface.music import Music, PlayedNote
from installation.interface.music_knobs import KNOBS, PREFIX
from installation.interface.pulse import Pulse
from installation.music.client import ComposerClient
from installation.show import music_commands
from installation.workers.worker import Message


class Host:
    """A worker that answers what it is given."""

    name, status, restarts, restart_reason, pid = "composer", "ok", 0, "", None

    def __init__(self) -> None:
        self.request: Mapping[str, Any] = {}
        self.answer: Music | None = None

    def send(self, request: Mapping[str, Any]) -> None:
        self.request = request

    def newest(self, t: float) -> Message | None:
        return Message(t, self.answer) if self.answer is not None else None

    def flush(self) -> None: ...
    def close(self) -> None: ...


def note(number: int) -> PlayedNote:
    return PlayedNote(number, 1.0, 0.2, "bass", 40, 90)


def test_counts_go_on_after_a_restart() -> None:
    host = Host()
    client = ComposerClient(host)
    host.answer = Music(True, bar=5, notes=(note(17),))
    client.play(1.0, {}, Pulse(), ())
    host.restarts, host.answer = 1, Music(True, bar=1, notes=(note(2),))
    music = client.play(2.0, {}, Pulse(), ())
    assert music.bar == 6 and music.notes[0].number == 19


def test_the_composer_has_a_beat_of_its_own_that_begins_where_the_pulse_is() -> None:
    host = Host()
    client = ComposerClient(host)
    assert client.beat(0.0, Pulse(bar=1.0)) is None  # it does not play
    host.answer = Music(True, tempo=90.0)
    client.play(1.0, {}, Pulse(), ())
    assert client.beat(1.0, Pulse(tempo=120.0, bar=2.25, source="taps")) == (90.0, 9.0)
    assert client.beat(3.0, Pulse(tempo=90.0, bar=2.99, source="composer")) == (90.0, 12.0)
    assert client.beat(4.0, Pulse(tempo=120.0, bar=3.6, source="link")) == (90.0, 14.4)


def received(address: str, *arguments: Any) -> ReceivedMessage:
    return ReceivedMessage(address, arguments, 5.0, ("127.0.0.1", 9))


def test_commands_turn_presets_play_notes_and_refuse_others() -> None:
    host = Host()
    client, tree = ComposerClient(host), Knobs()
    tree.add(PREFIX, KNOBS)
    act = music_commands.commands(client, tree)
    act["/music/preset"](received("/music/preset", "jazz/club"))
    assert tree.base("/music/genre") == "jazz" and tree.base("/music/tempo") == 132.0
    with pytest.raises(InvalidMessageError) as unknown:
        act["/music/preset"](received("/music/preset", "polka"))
    assert "funk/tight" in unknown.value.remedy
    act["/music/note"](received("/music/note", 60, 100))
    with pytest.raises(InvalidMessageError, match="no such note"):
        act["/music/note"](received("/music/note", 200, 100))
    act["/music/now"](received("/music/now", 1))
    client.play(6.0, {}, Pulse(), ())
    assert host.request["keyboard"] == [[1, 5.0, 60, 100]] and host.request["now"] == 1


def test_the_named_keyboard_plays_and_other_controllers_do_not() -> None:
    client = ComposerClient(host := Host())
    take = music_commands.keyboard(client, "Key Station")
    assert take(received("/midi/keystation_61/1/note/64", 0.5)) is False
    assert take(received("/midi/my_key_station_61/1/note/64", 0.5)) is True
    assert take(received("/midi/my_key_station_61/1/note/64", 0.0)) is True  # the key is released
    assert take(received("/midi/my_key_station_61/1/cc/64", 0.5)) is False
    client.play(6.0, {}, Pulse(), ())
    assert host.request["keyboard"] == [[1, 5.0, 64, 64]]
