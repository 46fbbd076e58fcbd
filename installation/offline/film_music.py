"""Music of a film: composed before its first frame, heard by its ear, and its sound track in the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from installation.core.errors import UsageError
from installation.music.controls import TEMPO_RANGE
from installation.music.generator import Composer
from installation.music.moods import genre_problem
from installation.music.piece import ComposedPiece
from installation.music.score import MAX_SEED, TEMPO_RULE, Score, ScoreSection
from installation.music.timeline import planned_bars
from installation.offline.composition import ComposesBars, MixedPiece, compose, write_sound
from installation.venue.schema import Venue

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
    """Music that was composed for a film."""

    piece: ComposedPiece
    sound: Path
    """A .wav that is as long as the piece; the first downbeat is its first sample."""

    @property
    def tempo(self) -> float:
        """Beats a minute, from the first frame to the last."""
        return self.piece.bars[0].tempo

    def heard_in(self, venue: Venue) -> Venue:
        """The venue whose ear hears this music."""
        return venue.model_copy(update={"sound": venue.sound.model_copy(update={"source": str(self.sound)})})


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
def composed_music(music: FilmMusic, seconds: float, composer: ComposesBars | None = None) -> Iterator[MusicTrack]:
    """Compose music of this length; its file is deleted when the block ends. The same seed gives the same samples."""
    length = min(max(seconds, MIN_SECONDS), 3600.0)
    score = Score(genre=music.genre, seed=music.seed, tempo=music.tempo, sections=(ScoreSection(seconds=length),))
    planned = planned_bars(score)
    done = compose(score, planned, composer or Composer(music.seed), lambda _: None)
    if not done.complete:
        raise KeyboardInterrupt
    with tempfile.TemporaryDirectory(prefix="visitant-music-") as folder:
        sound = Path(folder) / "music.wav"
        mixed = MixedPiece(done.piece)
        try:
            mixed.set_level()
            write_sound(mixed, sound)
        finally:
            mixed.close()
        yield MusicTrack(done.piece, sound)
