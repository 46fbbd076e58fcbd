"""Readiness of the clocks: Ableton Link, the MIDI devices whose clock is read or sent, and the input of LTC."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from installation.core import json_process
from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.json_process import JsonProcessError
from installation.core.sound_cards import inputs
from installation.ear.clocks.clock import COMPOSER, EAR, LINK, LTC, MIDI, MTC
from installation.ear.clocks.ltc import LtcDecoder
from installation.ear.sources.source import SoundSourceError
from installation.ear.sources.track import SoundTrack
from installation.evaluate.readiness.finding import Finding, Places
from installation.interface.timecode import format_label
from installation.venue.schema import Venue
from installation.venue.sound_section import DEVICE

TRIAL_SECONDS = 10.0
"""Time that a list of devices or a file may take in a process of its own."""
LTC_SECONDS = 10.0
"""Beginning of a file in which timecode is looked for."""


def clocks(venue: Venue, places: Places) -> Iterator[Finding]:
    """The clocks that [pulse] names; nothing where it names none."""
    if venue.pulse.link:
        yield _link(places)
    yield from _midi(venue, places)
    if venue.pulse.ltc is not None:
        yield _ltc(venue, places)
    if lack := _lack(venue):
        where = places.of("pulse", "source")
        yield Finding("pulse", "warning", f'{where}: "{venue.pulse.source}" never leads without {lack}', f"set {lack}")


def _lack(venue: Venue) -> str:
    """The settings without which the clock of /pulse/source never leads; empty where nothing is missing."""
    pulse = venue.pulse
    needs = {
        LINK: (("link = true", pulse.link),),
        MIDI: (("enabled = true in [midi]", venue.midi.enabled),),
        MTC: (("timecode_tempo", pulse.timecode_tempo), ("enabled = true in [midi]", venue.midi.enabled)),
        LTC: (("ltc", pulse.ltc), ("timecode_tempo", pulse.timecode_tempo)),
        COMPOSER: (("enabled = true in [music]", venue.music.enabled),),
        EAR: (("enabled = true in [sound]", venue.sound.enabled),),
    }
    return " and ".join(setting for setting, value in needs.get(pulse.source, ()) if not value)


def _link(places: Places) -> Finding:
    if find_spec("link") is None:
        said = f"{places.of('pulse', 'link')}: Ableton Link needs a package more"
        return Finding("Link", "error", said, "pip install 'visitant[link]'")
    return Finding("Link", "ok", "shares the tempo with programs on the network")


def _midi(venue: Venue, places: Places) -> Iterator[Finding]:
    """Whether a device is there for each name of a clock; without a name, any device's clock is followed."""
    wanted = (
        ("midi_clock_in", "inputs", venue.pulse.midi_clock_in),
        ("midi_clock_out", "outputs", venue.pulse.midi_clock_out),
    )
    if not any(names for _, _, names in wanted):
        return
    if not venue.midi.enabled:
        where = places.of("midi", "enabled")
        yield Finding(
            "MIDI clock", "error", f"{where}: MIDI is switched off, and [pulse] names a clock", "set it to true"
        )
        return
    found = _call("list_midi", inputs=[], outputs=[])
    for key, kind, names in wanted:
        if names:
            yield _midi_clock(places.of("pulse", key), names, found[kind], (found["fault"], venue.midi.devices))


def _midi_clock(where: str, names: Sequence[str], here: Sequence[str], limits: tuple[str, Sequence[str]]) -> Finding:
    """`limits` is the fault of MIDI as a whole, or "", and the parts of names that [midi] opens, all when empty."""
    fault, allowed = limits
    if fault:
        todo = "pip install 'visitant[midi]'" if "package" in fault else "modprobe snd-seq may bring it"
        return Finding("MIDI clock", "error", f"{where}: {fault}", todo)
    opened = [name for name in here if not allowed or _matches(allowed, name)]
    absent = [name for name in names if not any(_matches((name,), device) for device in opened)]
    closed = [name for name in absent if any(_matches((name,), device) for device in here)]
    devices = ", ".join(f'"{name}"' for name in here) or "none"
    if closed:
        todo = f'add "{closed[0]}" to devices of [midi], which opens only what it names'
        return Finding("MIDI clock", "error", f'{where}: "{closed[0]}" is not opened', todo)
    if absent:
        said = f"{where}: no device whose name contains " + ", ".join(f'"{name}"' for name in absent)
        return Finding("MIDI clock", "warning", said, f"connect it, or name another one; devices here: {devices}")
    return Finding("MIDI clock", "ok", f"{where}: " + ", ".join(name for name in opened if _matches(names, name)))


def _matches(parts: Sequence[str], name: str) -> bool:
    return any(part.lower() in name.lower() for part in parts)


def _ltc(venue: Venue, places: Places) -> Finding:
    """The sound card or the file that LTC comes from; not listened to: the machine may be off until the show."""
    pulse = venue.pulse
    if pulse.ltc != DEVICE:
        found = _call("try_track", source=pulse.ltc, channel=pulse.ltc_channel)
        if fault := found["fault"]:
            return Finding("LTC", "error", f"{places.of('pulse', found['key'])}: {fault}", "see docs/sound.md")
        if found["label"] == "":
            said = f"{places.of('pulse', 'ltc')}: {found['heard']}: no timecode in its first {LTC_SECONDS:g} seconds"
            return Finding("LTC", "warning", said, "is it this file, and which of its channels is ltc_channel?")
        return Finding("LTC", "ok", f"{found['heard']}, from {found['label']}" if found["label"] else found["heard"])
    found = _call("list_inputs", devices=[])
    devices = found["devices"]
    listed = ", ".join(f'{number} "{name}"' for number, name in enumerate(devices)) or "none"
    if found["fault"]:
        return Finding("LTC", "error", f"{places.of('pulse', 'ltc')}: {found['fault']}", "see docs/sound.md")
    wanted = pulse.ltc_device
    chosen = [
        name
        for number, name in enumerate(devices)
        if wanted is None or number == wanted or (isinstance(wanted, str) and _matches((wanted,), name))
    ]
    if not chosen:
        where = places.of("pulse", "ltc" if wanted is None else "ltc_device")
        said = f"{where}: no sound card with an input" + (f" is {wanted!r}" if wanted is not None else "")
        return Finding("LTC", "error", said, f"connect one, or name another one in ltc_device; inputs here: {listed}")
    return Finding("LTC", "ok", f"sound card {chosen[0] if wanted is not None else 'of the system'}")


def _call(function: str, **given: Any) -> dict[str, Any]:
    """A function of this module in a process of its own; where that fails, `given` and the fault."""
    arguments = given if function == "try_track" else {}
    try:
        found: dict[str, Any] = json_process.call(f"{__name__}:{function}", arguments, timeout_seconds=TRIAL_SECONDS)
    except JsonProcessError as error:
        return {**given, "key": "ltc", "fault": error.reason}
    return found


def list_midi() -> dict[str, Any]:
    """The names of MIDI `inputs` and `outputs`, or the `fault` that prevents MIDI; called through `json_process`."""
    nothing: dict[str, Any] = {"inputs": [], "outputs": [], "fault": ""}
    if find_spec("rtmidi") is None:
        return nothing | {"fault": "MIDI needs a package more"}
    if sys.platform == "linux" and not Path("/dev/snd/seq").exists():
        return nothing | {"fault": "this machine has no MIDI (/dev/snd/seq)"}
    import mido  # a slow import

    backend = mido.Backend("mido.backends.rtmidi", load=True)
    return nothing | {"inputs": backend.get_input_names(), "outputs": backend.get_output_names()}


def list_inputs() -> dict[str, Any]:
    """The names of the sound `devices` with an input; called through `json_process`."""
    return {"devices": [device.name for device in inputs()], "fault": ""}


def try_track(source: str, channel: int | None) -> dict[str, Any]:
    """What a file or stream gives, as `heard`, and the first `label` of a file, "" where it has no timecode; or its
    `fault`, and the `key` of [pulse] at fault. Called through `json_process`."""
    try:
        track = SoundTrack(source, channel)
        label = None if track.is_stream else _first_label(track)
    except SoundSourceError as error:
        return {"fault": str(error), "key": "ltc_channel" if error.key == "channel" else "ltc"}
    return {"heard": track.description, "label": label, "fault": ""}


def _first_label(track: SoundTrack) -> str:
    """The first timecode in the beginning of a file; empty where there is none."""
    decoder = LtcDecoder(SAMPLE_RATE_HZ)
    for index, samples in track.blocks():
        if found := decoder.push(samples):
            return format_label(found[0].label, found[0].drop_frame)
        if index > LTC_SECONDS * SAMPLE_RATE_HZ:
            break
    return ""
