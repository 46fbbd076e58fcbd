"""`visitant check` names what a clock of the venue lacks, with its place and what brings it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from installation.core import json_process
from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.evaluate.clocks.ltc_signal import square_wave
from installation.evaluate.readiness import clocks
from installation.evaluate.readiness.finding import Finding, Places
from installation.venue.loader import VenueError, load
from tests.installation.ear.sounds import tone, write_wav

Look = Callable[..., dict[str, Finding]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """The findings by subject for lines of [pulse], on a machine with these devices."""

    def findings(pulse: str, missing: str = "", more: str = "", **devices: Any) -> dict[str, Finding]:
        path = tmp_path / "venue.toml"
        path.write_text(f"[pulse]\n{pulse}\n{more}")
        venue = load(path)
        here = {"inputs": [], "outputs": [], "devices": [], "fault": ""} | devices

        def call(target: str, arguments: dict[str, Any], timeout_seconds: float) -> dict[str, Any]:
            return clocks.try_track(**arguments) if target.endswith("try_track") else here

        monkeypatch.setattr(json_process, "call", call)
        monkeypatch.setattr(clocks, "find_spec", lambda name: None if name == missing else name)
        return {finding.subject: finding for finding in clocks.clocks(venue, Places(venue))}

    return findings


def test_a_venue_without_clocks_has_nothing_to_check(look: Look) -> None:
    assert look("") == {}


def test_link_without_its_package_names_the_line_of_pip(look: Look) -> None:
    finding = look("link = true", missing="link")["Link"]
    assert finding.state == "error" and "venue.toml:2 pulse.link" in finding.said
    assert finding.todo == "pip install 'visitant[link]'"
    assert look("link = true")["Link"].state == "ok"


def test_a_midi_device_that_is_not_there_is_named_with_those_that_are(look: Look) -> None:
    finding = look('midi_clock_in = ["Digitakt"]', inputs=["nanoKONTROL2 20:0"])["MIDI clock"]
    assert (
        finding.state == "warning" and 'pulse.midi_clock_in: no device whose name contains "Digitakt"' in finding.said
    )
    assert '"nanoKONTROL2 20:0"' in finding.todo
    assert look('midi_clock_out = ["digi"]', outputs=["Digitakt 24:0"])["MIDI clock"].state == "ok"


def test_a_midi_device_that_the_venue_does_not_open_is_an_error(look: Look) -> None:
    ports = '[midi]\ndevices = ["nano"]\n'
    finding = look('midi_clock_in = ["Digi"]', more=ports, inputs=["nanoKONTROL2", "Digitakt"])["MIDI clock"]
    assert finding.state == "error" and 'add "Digi" to devices of [midi]' in finding.todo


def test_a_clock_of_midi_needs_midi(look: Look) -> None:
    finding = look('midi_clock_out = ["Digi"]', more="[midi]\nenabled = false\n", outputs=["Digitakt"])["MIDI clock"]
    assert finding.state == "error" and "venue.toml:4 midi.enabled" in finding.said


def test_a_machine_without_midi_says_so(look: Look) -> None:
    finding = look('midi_clock_in = ["Digi"]', fault="MIDI needs a package more")["MIDI clock"]
    assert (finding.state, finding.todo) == ("error", "pip install 'visitant[midi]'")


def test_the_input_of_ltc_is_checked(look: Look, tmp_path: Path) -> None:
    with pytest.raises(VenueError, match=r'venue.toml:2: pulse.ltc: no file "none.wav"'):
        look('ltc = "none.wav"')
    (tmp_path / "text.wav").write_text("no sound")
    damaged = look('ltc = "text.wav"')["LTC"]
    assert damaged.state == "error" and "pulse.ltc" in damaged.said
    absent = look('ltc = "device"\nltc_device = "Scarlett"', devices=["HDA Intel"])["LTC"]
    assert absent.state == "error" and "pulse.ltc_device" in absent.said and '0 "HDA Intel"' in absent.todo
    assert look('ltc = "device"\nltc_device = "hda"', devices=["HDA Intel"])["LTC"].state == "ok"
    assert look('ltc = "device"')["LTC"].state == "error"


def test_a_file_of_ltc_is_looked_into(look: Look, tmp_path: Path) -> None:
    silent = write_wav(tmp_path / "tone.wav", tone(1_000.0, 0.1))
    found = look(f'ltc = "{silent.name}"')["LTC"]
    assert found.state == "warning" and "no timecode" in found.said
    wave = square_wave([(1, 2, 3, frame) for frame in range(20)], 25.0, SAMPLE_RATE_HZ)
    file = write_wav(tmp_path / "ltc.wav", 0.5 * wave)
    found = look(f'ltc = "{file.name}"')["LTC"]
    assert found.state == "ok" and "from 01:02:03:" in found.said
    wrong = look(f'ltc = "{file.name}"\nltc_channel = 3')["LTC"]
    assert wrong.state == "error" and "venue.toml:3 pulse.ltc_channel" in wrong.said and "1 to 1" in wrong.said


@pytest.mark.parametrize("source", ["link", "mtc", "ltc", "composer"])
def test_a_clock_that_can_never_lead_is_named(look: Look, source: str) -> None:
    finding = look(f'source = "{source}"')["pulse"]
    assert finding.state == "warning" and "venue.toml:2 pulse.source" in finding.said
    more = "[music]\nenabled = true\n" if source == "composer" else ""
    ltc = 'ltc = "device"\n' if source == "ltc" else ""
    assert "pulse" not in look(f'source = "{source}"\nlink = true\ntimecode_tempo = 90.0\n{ltc}', more=more)
