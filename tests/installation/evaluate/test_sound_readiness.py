"""`visitant check` hears the source of the ear, and says with its place and its remedy what is wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.core import json_process
from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.ear.sources import capture
from installation.evaluate.readiness import sound as readiness
from installation.evaluate.readiness.finding import Finding, Places
from installation.venue.loader import load
from tests.installation.ear.sounds import silence, tone, write_wav

Look = Callable[..., Finding]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """The finding for lines of [sound] and some samples in "sound.wav", on a machine without a sound card."""

    def finding(section: str, samples: np.ndarray | None = None) -> Finding:
        if samples is not None:
            write_wav(tmp_path / "sound.wav", samples)
        path = tmp_path / "venue.toml"
        path.write_text(f'[[cameras]]\nsource = "ghost"\n[sound]\n{section}\n')
        venue = load(path)
        return readiness.sound(venue, Places(venue))

    def call(target: str, arguments: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
        return readiness.try_ear(**arguments)

    monkeypatch.setattr(json_process, "call", call)
    monkeypatch.setattr(logging, "disable", lambda: None)
    monkeypatch.setattr(readiness, "inputs", list)
    monkeypatch.setattr(capture, "inputs", list)
    return finding


def test_a_file_is_heard_and_its_level_shown(look: Look) -> None:
    found = look('source = "sound.wav"', tone(440.0, 1.0, -12.0))
    assert found.state == "ok" and "-15 dB" in found.said and not found.todo


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (np.clip(4.0 * tone(200.0, 1.0, 0.0), -1.0, 1.0), "clips"),
        (0.3 + tone(200.0, 1.0, -20.0), "offset (DC)"),
    ],
)
def test_what_is_wrong_with_its_samples_is_a_warning(look: Look, samples: np.ndarray, said: str) -> None:
    found = look('source = "sound.wav"', samples)
    assert found.state == "warning" and "venue.toml:4 sound.source" in found.said and said in found.todo


def test_a_channel_that_is_not_there_is_named_with_those_that_are(look: Look) -> None:
    found = look('source = "sound.wav"\nchannel = 9', np.zeros((SAMPLE_RATE_HZ, 2)))
    assert found.state == "error" and "venue.toml:5 sound.channel" in found.said and "1 to 2" in found.said
    assert "connect" not in found.todo, "a file is no device"


def test_a_file_without_a_sample_is_an_error(look: Look) -> None:
    found = look('source = "sound.wav"', silence(0.0))
    assert found.state == "error" and "is empty" in found.said


def test_a_sound_card_that_is_asked_for_and_missing_names_its_key(look: Look) -> None:
    found = look('source = "device"\ndevice = "USB"')
    assert found.state == "error" and "venue.toml:5 sound.device" in found.said and "inputs here: none" in found.todo
    assert look("").state == "warning", "one that is not asked for is no error"


def test_music_that_is_never_composed_is_a_warning(look: Look) -> None:
    found = look('source = "music"')
    assert found.state == "warning" and "venue.toml:4 sound.source" in found.said and "[music]" in found.todo
    assert look('source = "music"\n[music]\nenabled = true').state == "ok"
