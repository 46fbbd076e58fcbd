"""`visitant check` names the composer's weights and output, and what would keep it silent."""

from __future__ import annotations

from typing import Any

import pytest

from installation.core import json_process
from installation.evaluate.readiness.finding import Places
from installation.evaluate.readiness.music import composer
from installation.venue.music_section import MusicSection
from installation.venue.schema import Venue

FAULT = "no sound card has 'nonsense' in its name; there are: none"


@pytest.mark.parametrize(
    ("section", "state", "said"),
    [
        ({}, "ok", "switched off"),
        ({"play": True}, "warning", "nothing plays"),
        ({"enabled": True}, "ok", "plays to a card"),
        ({"enabled": True, "output": "none"}, "ok", "composer.safetensors"),
        ({"enabled": True, "output": "nonsense"}, "warning", FAULT),
    ],
)
def test_the_composer_is_checked(
    section: dict[str, Any], state: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(function: str, arguments: dict[str, Any], timeout_seconds: float) -> dict[str, str]:
        return {"card": "", "fault": FAULT} if arguments["name"] == "nonsense" else {"card": "a card", "fault": ""}

    monkeypatch.setattr(json_process, "call", call)
    venue = Venue(music=MusicSection(**section))
    finding = composer(venue, Places(venue))
    assert finding.state == state and said in finding.said
    assert bool(finding.todo) == (state != "ok")
