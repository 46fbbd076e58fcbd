"""Readiness of the sound: the source of the ear is heard for a second, and its level is shown. Nothing is recorded."""

from __future__ import annotations

import logging
import time
from typing import Any

from installation.core import json_process
from installation.core.audio_format import HOP_SAMPLES
from installation.core.errors import UserError
from installation.core.json_process import JsonProcessError
from installation.core.sound_cards import inputs
from installation.ear.analysis import SoundAnalyser
from installation.ear.levels import EMPTY_DB, MIN_GATE_DB
from installation.ear.no_beat import NoBeat
from installation.ear.sources.choice import resolved
from installation.ear.sources.kinds import open_source
from installation.ear.sources.source import NO_SAMPLES, Samples, SoundSource, SoundSourceError
from installation.evaluate.readiness.finding import Finding, Places
from installation.venue.schema import Venue
from installation.venue.sound_section import AUTO, DEVICE, MUSIC, SILENCE

TRIAL_SECONDS = 20.0
"""Time that a source may take in a process of its own."""
OPEN_SECONDS = 7.0
"""Time that a source may take for its first samples."""
LISTEN_SECONDS = 1.0
"""For how long it is heard."""
STEP_SECONDS = 0.02
"""Between two reads."""
LEVEL_SAMPLES = 5 * HOP_SAMPLES
"""Samples between two readings of the level."""
BAR_PLACES = 12
"""Characters of the bar of a level."""
BAR_DB = 60.0
"""Range of the bar: empty at so many decibels below full scale."""


def sound(venue: Venue, places: Places) -> Finding:
    """What the ear hears."""
    section = venue.sound
    if not section.enabled:
        return Finding("sound", "ok", "switched off in venue.toml")
    if section.source == MUSIC and not venue.music.enabled:
        said = f'{places.of("sound", "source")}: "music" is silence while nothing is composed'
        return Finding("sound", "warning", said, "set enabled = true in [music]")
    if section.source in (SILENCE, MUSIC):
        return Finding("sound", "ok", f'"{section.source}", as venue.toml says')
    where = places.of("sound", "source")
    try:
        found = json_process.call(
            "installation.evaluate.readiness.sound:try_ear",
            {"venue": venue.model_dump_json()},
            timeout_seconds=TRIAL_SECONDS,
        )
    except JsonProcessError as error:
        found = {"fault": error.reason, "key": "source", "devices": [], "absent": False}
    devices = ", ".join(f'{number} "{name}"' for number, name in enumerate(found["devices"])) or "none"
    if found["absent"]:
        todo = "connect one, or name another source in [sound]; until then scenes have silence"
        return Finding("sound", "warning", "no sound card with an input", todo)
    if fault := found["fault"]:
        is_device = section.source in (DEVICE, AUTO)
        key = "device" if is_device and found["key"] == "source" else found["key"]
        todo = f"connect it, or name another one; inputs here: {devices}" if is_device else "change it in [sound]"
        return Finding("sound", "error", f"{places.of('sound', key)}: {fault}", f"{todo}; see docs/sound.md")
    said = f"{found['heard']}: {level_bar(found['level_db'])}; inputs here: {devices}"
    if found["bad_input"]:
        return Finding("sound", "warning", f"{where}: {said}", found["bad_input"])
    if found["level_db"] <= MIN_GATE_DB and found["live"]:
        return Finding("sound", "warning", f"{where}: {said}", "it is silent: is it muted, or its gain at zero?")
    return Finding("sound", "ok", said)


def level_bar(level_db: float) -> str:
    """A level below full scale as a bar and a number."""
    full = round(BAR_PLACES * min(max(1.0 + level_db / BAR_DB, 0.0), 1.0))
    number = f"{level_db:.0f} dB" if level_db > MIN_GATE_DB else "silence"
    return f"{'▮' * full}{'▯' * (BAR_PLACES - full)} {number}"


def try_ear(venue: str) -> dict[str, Any]:
    """Open the source of the ear as a live show does, and hear it for a second; called through `json_process`.

    Returns the names of all `devices`; what is `heard`, in words, its highest `level_db`, and what is wrong with it as
    `bad_input`, or ""; whether it is `live`; the `fault` that prevents it, or "", and the `key` of [sound] at fault;
    and whether a sound card that is not asked for is `absent`.
    """
    logging.disable()
    whole = Venue.model_validate_json(venue)
    camera = whole.cameras[0].source
    source = resolved(whole.sound, camera, live=True)
    found: dict[str, Any] = {
        "devices": [device.name for device in inputs()],
        "heard": source,
        "level_db": EMPTY_DB,
        "live": source == DEVICE or "://" in source,
        "bad_input": "",
        "fault": "",
        "key": "source",
        "absent": False,
    }
    if source == DEVICE and whole.sound.source == AUTO and whole.sound.device is None and not found["devices"]:
        return found | {"absent": True}
    try:
        if found["live"]:
            opened = open_source(whole.sound, camera, True, time.perf_counter(), None)
            found |= _heard_live(opened)
        else:
            opened = open_source(whole.sound, camera, False, 0.0, None)
            samples, _ = opened.read(LISTEN_SECONDS, None)
            found |= _analysed([samples]) | {"fault": "" if opened.status == "ok" else opened.status}
        found["heard"] = opened.description
        opened.close()
    except SoundSourceError as error:
        found |= {"fault": str(error), "key": error.key}
    except UserError as error:
        found["fault"] = str(error)
    return found


def _heard_live(source: SoundSource) -> dict[str, Any]:
    """Level and fault of a live source, heard for LISTEN_SECONDS from its first samples on."""
    begin, blocks, first = time.perf_counter(), [NO_SAMPLES], None
    while (now := time.perf_counter() - begin) < OPEN_SECONDS and (first is None or now - first < LISTEN_SECONDS):
        samples, _ = source.read(now, None)
        if samples.size:
            first = now if first is None else first
            blocks.append(samples)
        elif source.status not in ("ok", "opening"):
            break
        time.sleep(STEP_SECONDS)
    fault = source.status if source.status not in ("ok", "opening") else ""
    if not fault and first is None:
        fault = f"{source.description}: opens, but gives no sound"
    return _analysed(blocks) | {"fault": fault}


def _analysed(blocks: list[Samples]) -> dict[str, Any]:
    """The highest level of blocks of samples, and what is wrong with them."""
    analyser = SoundAnalyser(NoBeat(60.0, 200.0))
    highest = EMPTY_DB
    for block in blocks:
        for begin in range(0, block.size, LEVEL_SAMPLES):
            analyser.push(block[begin : begin + LEVEL_SAMPLES])
            highest = max(highest, analyser.sound(0.0, "ok").loudness_db)
    status = analyser.sound(0.0, "ok").source
    return {"level_db": highest, "bad_input": "" if status == "ok" else status}
