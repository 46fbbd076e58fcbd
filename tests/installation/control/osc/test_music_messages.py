"""Notes of the composer are sent once each, when they are heard; what plays is sent under documented addresses."""

from __future__ import annotations

import socket

from installation.control.osc import codec
from installation.control.osc.sender import SENT_ADDRESSES, Sender, music_messages
from installation.interface.moment import Moment
from installation.interface.music import Music, PlayedNote
from installation.venue.schema import OscTargetSection

NOTES = (PlayedNote(1, 1.0, 0.25, "bass", 40, 90), PlayedNote(2, 1.5, 0.125, "drums", 36, 110))


def received(port: socket.socket) -> list[bytes]:
    """All datagrams that are there."""
    found = []
    try:
        while True:
            found.append(port.recv(65_536))
    except TimeoutError:
        return found


def test_each_note_is_sent_once_when_it_is_heard() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.settimeout(0.1)
        sender = Sender((OscTargetSection(host="127.0.0.1", port=port.getsockname()[1]),), 30.0)
        while not received(port):  # names of targets are looked up by a thread
            sender.send(Moment(0.0, 0, 0.0))
        received(port)
        for t in (0.9, 1.01, 1.02, 1.49):
            sender.send_notes(Music(True, notes=NOTES), t)
        first = received(port)
        sender.send_notes(Music(True, notes=NOTES), 1.5)
        second = received(port)
        sender.close()
    assert len(first) == len(second) == 1
    assert codec.encode("/music/note/bass", (40, 90, 0.25)) in first[0]
    assert codec.encode("/music/note/drums", (36, 110, 0.125)) in second[0]


def test_what_plays_is_sent_and_documented() -> None:
    sent = dict(music_messages(Music(True, "jazz", "B", "Dm7", 12, output="no sound card")))
    assert sent["/music/now-playing"] == ("jazz", "Dm7", "B")
    assert (sent["/music/playing"], sent["/music/bars"], sent["/music/output"]) == ((1,), (12,), ("no sound card",))
    assert sent.keys() <= {each.address for each in SENT_ADDRESSES}
