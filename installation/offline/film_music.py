"""Music of a film: composed while it is drawn, to the movement in it, heard by its ear, and in the end its sound."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from installation.core.audio_format import SAMPLE_RATE_HZ
from installation.core.errors import UsageError, UserError
from installation.music.controls import TEMPO_RANGE
from installation.music.live.film_composer import FilmMusicPlan
from installation.music.moods import genre_problem
from installation.music.score import MAX_SECONDS, MAX_SEED, TEMPO_RULE
from installation.offline.composition import Mix, write_sound
from installation.show.worker_specs import COMPOSER_RATE_HZ
from installation.venue.schema import Venue
from installation.venue.sound_section import MUSIC

STEP_SECONDS = 1.0 / COMPOSER_RATE_HZ
"""Between two steps of the composer."""
MIN_SECONDS = 4.0
"""Length of the shortest piece; the film's sound track ends with the film."""


@dataclass(frozen=True, slots=True)
class FilmMusic:
    """What is asked for with `--music`."""

    genre: str
    seed: int = 1
    tempo: float | None = None
    """Beats a minute; None lets the genre choose."""


@dataclass(frozen=True, slots=True)
class MusicTrack:
    """Music that is composed while a film is drawn. Its first downbeat is the first frame."""

    plan: FilmMusicPlan
    mix: Path
    """The raw samples, as they are composed."""

    @property
    def tempo(self) -> float:
        """Beats a minute, from the first frame to the last."""
        tempo = self.plan.bars[0].controls.tempo
        assert tempo is not None
        return tempo

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of `installation.music.live.film_composer:open_film_composer`, but for its ring."""
        return {"plan": asdict(self.plan), "mix": str(self.mix)}

    def played_in(self, venue: Venue) -> Venue:
        """The venue whose composer plays this music, and whose ear hears it."""
        music = {"enabled": True, "play": True, "genre": self.plan.genre, "output": "none", "midi_port": None}
        changes = {
            "music": venue.music.model_copy(update=music),
            "sound": venue.sound.model_copy(update={"source": MUSIC}),
        }
        return venue.model_copy(update=changes)

    def sound(self, seconds: float) -> Path:
        """The finished sound track of a film of this length, at the loudness of all files, faded out at its end. It is
        deleted with the track. Raises UserError."""
        path = self.mix.with_suffix(".wav")
        rate = SAMPLE_RATE_HZ
        try:
            composed = self.mix.stat().st_size // 8
            mixed = Mix(self.mix.open("rb"), rate, min(round(seconds * rate), composed))
        except OSError as error:
            raise UserError(f"{self.mix}: {error.strerror or error}") from error
        try:
            mixed.set_level()
            write_sound(mixed, path)
        finally:
            mixed.close()
        return path


def require_music(music: FilmMusic, source: str, audio: Path | None) -> None:
    """Raise UsageError where a film can't have this music."""
    if right := genre_problem(music.genre):
        raise UsageError(f'--music "{music.genre}": {right}')
    if not 0 <= music.seed <= MAX_SEED:
        raise UsageError(f"--music-seed {music.seed}: give a whole number from 0 to {MAX_SEED}")
    slowest, fastest = TEMPO_RANGE
    if music.tempo is not None and not slowest <= music.tempo <= fastest:
        raise UsageError(f"--tempo {music.tempo:g}: music is composed at {TEMPO_RULE}")
    if audio is not None:
        raise UsageError(f"--music {music.genre}: --audio {audio} is the film's sound already; give one of them")
    if source.endswith(".moments"):
        raise UsageError(f"--music {music.genre}: {source} holds the beat that was played; give --audio with its music")


@contextmanager
def music_track(music: FilmMusic, seconds: float, frame_seconds: float) -> Iterator[MusicTrack]:
    """The music of a film of this length, frame by frame; its files are deleted when the block ends."""
    length = min(max(seconds, MIN_SECONDS), MAX_SECONDS)
    # A sample is heard up to a frame after the composer's step before it.
    lead = frame_seconds + STEP_SECONDS
    with tempfile.TemporaryDirectory(prefix="visitant-music-") as folder:
        plan = FilmMusicPlan(music.genre, music.seed, length, music.tempo, lead)
        yield MusicTrack(plan, Path(folder) / "music.raw")
