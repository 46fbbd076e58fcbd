"""Sound cards of this machine through miniaudio: what is connected, for the ear and for the composer."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import miniaudio

REAL_BACKENDS = {
    "win32": ("WASAPI", "DSOUND", "WINMM"),
    "darwin": ("COREAUDIO",),
}
"""The systems' own interfaces; miniaudio's default list ends with one that only makes silence up."""
LINUX_BACKENDS = ("PULSEAUDIO", "ALSA", "JACK")
ALSA_NULL = b"null\0"
"""Identity of the device of ALSA that discards everything and makes silence up."""
ALSA_LIBRARY = "libasound.so.2"
DEFAULT_CHANNELS = 2
"""Channels of a sound card that does not say how many it has."""
_ALSA_HANDLER = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)


@dataclass(frozen=True, slots=True)
class SoundCard:
    """An input or an output of a sound card."""

    number: int
    """Its place in the list, from 0."""
    name: str
    channels: int
    identity: Any = None
    """The library's own."""


def inputs(null: bool = False) -> list[SoundCard]:
    """The inputs of all sound cards; empty where there are none. With `null` those of the library's silent one."""
    return _found("get_captures", null)


def outputs(null: bool = False) -> list[SoundCard]:
    """The outputs of all sound cards; empty where there are none. With `null` those of the library's silent one."""
    return _found("get_playbacks", null)


def backends(null: bool = False) -> list[miniaudio.Backend]:
    """The interfaces to the sound cards of this system; with `null` the silent one alone."""
    _silence_alsa()
    names: Sequence[str] = ("NULL",) if null else REAL_BACKENDS.get(sys.platform, LINUX_BACKENDS)
    return [miniaudio.Backend[name] for name in names]


def reason(error: Exception) -> str:
    """The words of an error; miniaudio's have a pair of words and number."""
    first = error.args[0] if error.args else error
    return str(first[0] if isinstance(first, tuple) and first else first)


def _found(kind: str, null: bool) -> list[SoundCard]:
    try:
        devices = miniaudio.Devices(backends(null))
        found = getattr(devices, kind)()
    except miniaudio.MiniaudioError:
        return []
    if devices.backend == "ALSA":
        found = [each for each in found if not bytes(miniaudio.ffi.buffer(each["id"])).startswith(ALSA_NULL)]
    return [SoundCard(number, str(each["name"]), _channels(each), each["id"]) for number, each in enumerate(found)]


def _channels(device: Any) -> int:
    counts = [int(each["channels"]) for each in device.get("formats", ()) if each.get("channels")]
    return max(counts, default=DEFAULT_CHANNELS)


@cache
def _silence_alsa() -> object:
    """Keep ALSA from writing twenty lines to standard error whenever a sound card is looked for and is not there:
    what matters of them is in the error that miniaudio returns. Returns what must not be freed."""
    if sys.platform != "linux":
        return None
    try:
        library = ctypes.CDLL(ALSA_LIBRARY)
    except OSError:  # without ALSA there are no lines
        return None
    handler = _ALSA_HANDLER(lambda file, line, function, code, text: None)
    library.snd_lib_error_set_handler(handler)
    return handler
