"""Music of a film: in sync to the sample with the pulse, and the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from installation.core.errors import UserError
from installation.ear.pulse_tracker import PulseTracker
from installation.music.generator import Composer
from installation.music.synth.synth import Synth
from installation.offline.film_music import FilmMusic, composed_music, require_music
from installation.offline.render import FilmSettings, render_film
from installation.show.recording import MomentReader
from installation.venue.schema import CanvasSection, Venue
from tests.installation.music.tiny_model import tiny_model


def test_the_music_is_in_sync_with_the_pulse_to_the_sample() -> None:
    with composed_music(FilmMusic("funk", 3), 4.0, Composer(3, tiny_model())) as track:
        with av.open(str(track.sound)) as file:
            sound = np.concatenate([frame.to_ndarray().reshape(-1, 2)[:, 0] for frame in file.decode(audio=0)])
        events, tempo = track.piece.events(), track.tempo
        assert Path(track.heard_in(Venue()).sound.source) == track.sound
    pulse = PulseTracker(tempo=tempo)
    pulse.set_tempo(tempo, 0.0)

    # The last bar ends the piece with a kick exactly on its bar line.
    closing = [event for event in events if (event.stem, event.pitch) == ("drums", 36)][-1]
    bar = pulse.step(closing.sample / 44_100).bar
    assert abs(bar - round(bar)) * 4 * 60 / tempo * 44_100 <= 0.5 + 1e-6
    # It is the first sample that differs from music without it.
    rendered = Synth().mix(events, len(sound))
    without = Synth().mix([event for event in events if event != closing], len(sound))
    assert np.flatnonzero(np.any(rendered != without, axis=1))[0] == closing.sample
    # And the file is that music, not a sample earlier or later.
    heard, made = sound[30_000:90_000].astype(float), rendered[:, 0]
    matches = [float(heard @ made[30_000 + lag : 90_000 + lag]) for lag in range(-3, 4)]
    assert int(np.argmax(matches)) == 3


def test_the_same_seed_gives_the_same_file() -> None:
    def track_bytes(seed: int) -> bytes:
        with composed_music(FilmMusic("ballad", seed), 4.0, Composer(seed, tiny_model())) as track:
            return track.sound.read_bytes()

    assert track_bytes(3) == track_bytes(3)
    assert track_bytes(4) != track_bytes(3)


def test_music_and_other_sound_exclude_each_other() -> None:
    with pytest.raises(UserError, match="names of artists"):
        require_music(FilmMusic("Queen"), "a.mp4", None)
    with pytest.raises(UserError, match="--audio"):
        require_music(FilmMusic("funk"), "a.mp4", Path("song.wav"))
    with pytest.raises(UserError, match="holds the beat"):
        require_music(FilmMusic("funk"), "a.moments", None)


@pytest.mark.integration
@pytest.mark.gl
def test_a_film_moves_to_its_music_and_hears_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("installation.offline.film_music.Composer", lambda seed: Composer(seed, tiny_model()))
    venue = Venue(canvas=CanvasSection(size=(64, 36)))
    settings = FilmSettings("tide", 10.0, 1.5, tmp_path / "a.moments", music=FilmMusic("funk", 3))

    assert render_film(venue, "ghost", tmp_path / "a.mkv", settings).complete

    moments = list(MomentReader(tmp_path / "a.moments"))
    assert all(moment.pulse.beat == pytest.approx(moment.time * moment.pulse.tempo / 60) for moment in moments)
    assert moments[0].pulse.tempo == pytest.approx(103.0, abs=6.0)
    assert max(moment.sound.level for moment in moments) > 0.2
    with av.open(str(tmp_path / "a.mkv")) as film:
        # It is copied in whole packets.
        assert 0 <= sum(frame.samples for frame in film.decode(audio=0)) - 1.5 * 44_100 <= 4096
