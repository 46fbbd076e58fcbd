"""Readiness of the composer: its weights, and the sound card that its music goes to."""

from __future__ import annotations

from typing import Any

from installation.core import json_process
from installation.core.errors import UserError
from installation.core.json_process import JsonProcessError
from installation.evaluate.readiness.finding import Finding, Places
from installation.music.live.sound_output import AUTO, NO_OUTPUT, find_card, open_card
from installation.music.model.store import BUNDLED_WEIGHTS, load
from installation.venue.schema import Venue

TRIAL_SECONDS = 20.0
"""Time that the list of sound cards may take in a process of its own."""


def composer(venue: Venue, places: Places) -> Finding:
    """The composer with its weights and its output."""
    section = venue.music
    if not section.enabled:
        if section.play:
            said = f"{places.of('music', 'play')}: play = true, and the composer is not enabled: nothing plays"
            return Finding("composer", "warning", said, "add enabled = true, or leave play out")
        return Finding("composer", "ok", "switched off in venue.toml")
    try:
        load(BUNDLED_WEIGHTS)
    except UserError as error:
        return Finding("composer", "error", str(error), "install Visitant again, or leave [music] enabled out")
    said = f"{BUNDLED_WEIGHTS}, {BUNDLED_WEIGHTS.stat().st_size / 1e6:.1f} MB"
    if section.output == NO_OUTPUT:
        return Finding("composer", "ok", f"{said}; no sound card, as venue.toml says")
    try:
        found = json_process.call(f"{__name__}:try_output", {"name": section.output}, timeout_seconds=TRIAL_SECONDS)
    except JsonProcessError as error:
        found = {"card": "", "fault": error.reason}
    if fault := found["fault"]:
        where = f"{places.of('music', 'output')}: " if section.output != AUTO else ""
        todo = 'connect one, or name another one in [music] output, or "none"; notes go to MIDI and OSC all the same'
        return Finding("composer", "warning", f"{where}{fault}", todo)
    return Finding("composer", "ok", f"{said}; plays to {found['card']}")


def try_output(name: str) -> dict[str, Any]:
    """The name of the sound `card` that a show would open, or the `fault` that prevents it; by `json_process`."""
    card, fault = find_card(name)
    if card is None:
        return {"card": "", "fault": fault}
    device, status = open_card(name)
    if device is None:
        return {"card": "", "fault": status}
    device.close()
    return {"card": card.name, "fault": ""}
