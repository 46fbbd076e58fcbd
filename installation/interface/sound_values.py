"""The values of a sound by name, as uniforms, as signals that knobs follow, and as OSC messages have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from installation.interface.sound import BAND_NAMES, Sound, SoundBand

SILENCE_SECONDS = 10.0
"""Seconds of silence in which `silence` goes from 0 to 1."""
_BANDS = (
    ("", lambda band: band.level, "how strong {band} is now, beside what it was lately"),
    ("_hit", lambda band: band.hit, "1 at a sudden rise of {band}, then it falls to 0 in a quarter of a second"),
    ("_phase", lambda band: band.time % 1.0, "a turn for each second that {band} sounds fully, slower when it is soft"),
    ("_presence", lambda band: band.presence, "whether {band} has sounded in the last seconds, slow"),
)
_SPOKEN = {
    "bass": "the bass (20 to 150 Hz)",
    "low_mid": "the low-mid (150 to 800 Hz)",
    "high_mid": "the high-mid (800 Hz to 4 kHz)",
    "high": "the high (4 to 16 kHz)",
}


class SoundValue(NamedTuple):
    """One value of a sound, 0..1."""

    read: Callable[[Sound], float]
    help: str


def _band_values() -> Iterator[tuple[str, SoundValue]]:
    def reader(index: int, read: Callable[[SoundBand], float]) -> Callable[[Sound], float]:
        return lambda sound: read(sound.bands[index])

    for suffix, read, text in _BANDS:
        for index, name in enumerate(BAND_NAMES):
            yield f"{name}{suffix}", SoundValue(reader(index, read), f"0..1, {text.format(band=_SPOKEN[name])}")


SOUND_VALUES: Mapping[str, SoundValue] = {
    "level": SoundValue(lambda sound: sound.level, "0..1, how loud it is, beside what the room has lately"),
    **dict(_band_values()),
    "onset": SoundValue(lambda sound: sound.onset, "1 when a note or a blow begins, then it falls to 0"),
    "brightness": SoundValue(lambda sound: sound.brightness, "0..1, from dull to bright"),
    "presence": SoundValue(lambda sound: sound.presence, "0..1, whether there is any sound, slow"),
    "silence": SoundValue(
        lambda sound: min(1.0, sound.silent_seconds / SILENCE_SECONDS), "0 while it sounds, 1 after ten silent seconds"
    ),
}
"""By name."""
