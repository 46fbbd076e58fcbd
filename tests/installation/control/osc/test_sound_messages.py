"""The sound of the room is sent under documented addresses; a show without an ear sends that it has none."""

from __future__ import annotations

from installation.control.osc.sender import SENT_ADDRESSES, sound_messages, world_messages
from installation.interface.moment import Moment
from installation.interface.sound import BeatEstimate, Sound, SoundBand

SOUND = Sound(
    level=0.5,
    loudness_db=-20.0,
    bands=(SoundBand(0.25, 1.0, 3), *(SoundBand(),) * 3),
    onsets=7,
    beat=BeatEstimate(tempo=124.0, confidence=0.75),
    source="ok",
)


def test_what_is_heard_is_sent() -> None:
    sent = dict(sound_messages(SOUND))
    assert sent["/sound/level"] == (0.5,)
    assert sent["/sound/bass"] == (0.25,)
    assert sent["/sound/bass_hit"] == (1.0,)
    assert sent["/sound/hits"] == (3, 0, 0, 0)
    assert sent["/sound/onsets"] == (7,)
    assert sent["/sound/tempo"] == (124.0, 0.75)
    assert sent["/sound/loudness"] == (-20.0,)


def test_every_message_is_documented() -> None:
    documented = {each.address for each in SENT_ADDRESSES}
    assert {address for address, _ in world_messages(Moment(0.0, 0, 0.0, sound=SOUND))} <= documented


def test_without_an_ear_its_absence_alone_is_sent() -> None:
    assert [*sound_messages(Sound())] == [("/sound/source", ("none",))]
