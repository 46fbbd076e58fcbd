"""Music of a film: its sound track, its pulse, and what its ear hears."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.errors import UsageError, UserError
from installation.music.generator import Composer
from installation.offline.film_music import FilmMusic, music_track, require_music
from installation.offline.render import FilmSettings, render_film
from installation.show.recording import MomentReader
from installation.venue.music_section import MusicSection
from installation.venue.schema import CanvasSection, Venue
from tests.installation.music.tiny_model import tiny_model


def test_the_sound_track_is_as_long_as_the_film_and_as_loud_as_all_files() -> None:
    with music_track(FilmMusic("funk", 3), 1.5, 0.1) as track:
        assert track.plan.seconds == 4.0
        rng = np.random.default_rng(1)
        track.mix.write_bytes((0.02 * rng.standard_normal((4 * 44_100, 2))).astype(np.float32).tobytes())
        sound = samples(track.sound(1.5))
    assert len(sound) == round(1.5 * 44_100)
    assert np.abs(sound[-100:]).max() < 0.01 * np.abs(sound).max()
    assert not track.mix.parent.exists()


def samples(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        return np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in file.decode(audio=0)])


def test_the_venue_of_such_a_film_plays_and_hears_it_and_nothing_else() -> None:
    section = MusicSection(genre="jazz", midi_port="Synth")
    with music_track(FilmMusic("funk", 3), 4.0, 0.1) as track:
        venue = track.played_in(Venue(music=section))
    assert (venue.music.genre, venue.music.play, venue.music.midi_port) == ("funk", True, None)
    assert venue.sound.source == "music"


def test_music_and_other_sound_exclude_each_other() -> None:
    with pytest.raises(UserError, match="names of artists"):
        require_music(FilmMusic("Queen"), "a.mp4", None)
    with pytest.raises(UserError, match="--audio"):
        require_music(FilmMusic("funk"), "a.mp4", Path("song.wav"))
    with pytest.raises(UserError, match="holds the beat"):
        require_music(FilmMusic("funk"), "a.moments", None)


@pytest.mark.parametrize(
    ("music", "words"),
    [
        (FilmMusic("fonk"), 'did you mean "funk"'),
        (FilmMusic("funk", -1), "--music-seed -1: give a whole number from 0"),
        (FilmMusic("funk", 1, 300.0), "--tempo 300: music is composed at 40 to 240"),
        (FilmMusic("funk", 1, 30.0), "--tempo 30"),
    ],
)
def test_what_music_can_not_be_is_named(music: FilmMusic, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        require_music(music, "a.mp4", None)


@pytest.mark.integration
@pytest.mark.gl
def test_a_film_moves_to_its_music_and_hears_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.music.live.film_composer.Composer", lambda seed: Composer(seed, tiny_model()))
    venue = Venue(canvas=CanvasSection(size=(64, 36)))
    settings = FilmSettings("tide", 10.0, 1.5, tmp_path / "a.moments", music=FilmMusic("funk", 3))

    assert render_film(venue, "ghost", tmp_path / "a.mkv", settings).complete

    moments = list(MomentReader(tmp_path / "a.moments"))
    assert all(moment.pulse.beat == pytest.approx(moment.time * moment.pulse.tempo / 60) for moment in moments)
    assert moments[0].pulse.tempo == pytest.approx(103.0, abs=8.0)
    assert {moment.music.genre for moment in moments} == {"funk"} and moments[-1].music.notes
    assert max(moment.sound.level for moment in moments) > 0.2
    with av.open(str(tmp_path / "a.mkv")) as film:
        # It is copied in whole packets.
        assert 0 <= sum(frame.samples for frame in film.decode(audio=0)) - 1.5 * 44_100 <= 4096
