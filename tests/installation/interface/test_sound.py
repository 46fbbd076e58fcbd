"""A sound is saved with its Moment and its samples are not; Moments from before there was an ear can be read."""

from __future__ import annotations

import msgpack
import pytest

from installation.interface.moment import Moment
from installation.interface.sound import NO_EAR, AudioFrame, BeatEstimate, Sound, SoundBand
from installation.interface.sound_values import SOUND_VALUES
from installation.workers.codec import RECORD, pack, unpack

MOMENT = Moment(
    1.0,
    30,
    1 / 30,
    sound=Sound(1.0, 0.5, bands=(SoundBand(hits=3, time=2.5),) * 4, beat=BeatEstimate(1.0, 124.0), source="ok"),
    audio=AudioFrame(),
)


def test_a_moment_is_saved_with_its_sound_and_without_its_samples() -> None:
    saved = unpack(pack(MOMENT))
    assert saved.sound == MOMENT.sound
    assert saved.audio is None


def test_a_moment_that_was_saved_without_sound_is_silent() -> None:
    outer = msgpack.unpackb(pack(MOMENT))
    name, fields = msgpack.unpackb(outer.data, strict_map_key=False)
    del fields["sound"]
    old = unpack(msgpack.packb(msgpack.ExtType(RECORD, msgpack.packb([name, fields]))))
    assert old.time == 1.0
    assert old.sound == Sound()
    assert old.sound.source == NO_EAR


@pytest.mark.parametrize("name", SOUND_VALUES)
def test_every_value_lies_between_0_and_1_whatever_is_heard(name: str) -> None:
    loud = SoundBand(1.0, 1.0, 10**6, 1e7 + 0.75, 1.0)
    sounds = (Sound(), Sound(level=1.0, bands=(loud,) * 4, onset=1.0, brightness=1.0, presence=1.0, silent_seconds=1e6))
    for sound in sounds:
        assert 0.0 <= SOUND_VALUES[name].read(sound) <= 1.0
