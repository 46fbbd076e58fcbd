"""A wrong [sound] says its line and what would be right; files are those of the venue's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.venue.loader import load
from installation.venue.sound_section import GENRE_TEMPI_BPM, SoundSection
from tests.installation.venue.test_loader import problems


@pytest.mark.parametrize(
    ("line", "key", "right"),
    [
        ('source = "gone.wav"', "sound.source", '"device" for the sound card'),
        ("channel = 0", "sound.channel", "1"),
        ("gain_db = 90.0", "sound.gain_db", "40"),
        ("low_bpm = 120.0\nhigh_bpm = 121.0", "sound", "at least 1.2 times low_bpm"),
        ("devise = 1", "sound.devise", "device"),
        ('genre = "polka"', "sound.genre", "house"),
    ],
)
def test_a_wrong_value_is_answered_with_what_would_be_right(tmp_path: Path, line: str, key: str, right: str) -> None:
    found = problems(tmp_path, f"[sound]\n{line}\n")
    assert right in f"{found[key].found} {found[key].right}"
    assert found[key].line in (1, 2)


@pytest.mark.parametrize("genre", GENRE_TEMPI_BPM)
def test_a_genre_sets_the_tempo_that_is_expected(genre: str) -> None:
    low, high = GENRE_TEMPI_BPM[genre]
    section = SoundSection.model_validate({"genre": genre})
    assert (section.low_bpm, section.high_bpm) == (low, high)
    assert SoundSection.model_validate({"genre": genre, "high_bpm": 240.0}).high_bpm == 240.0
    assert SoundSection.model_validate(section.model_dump()) == section


def test_a_file_is_relative_to_the_venue_and_other_sources_stay_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "song.wav").touch()
    for source, expected in (
        ("song.wav", str(tmp_path / "song.wav")),
        ("device", "device"),
        ("rtsp://10.0.0.2/stream", "rtsp://10.0.0.2/stream"),
        ("music", "music"),
    ):
        (tmp_path / "venue.toml").write_text(f'[sound]\nsource = "{source}"\ndevice = 1\n')
        assert load(tmp_path / "venue.toml").sound.source == expected


def test_a_password_of_a_stream_is_not_shown(tmp_path: Path) -> None:
    found = problems(tmp_path, '[sound]\nsource = "http://me:opensesame@10.0.0.2/a"\nchannel = 0\n')
    assert "opensesame" not in str(found)
