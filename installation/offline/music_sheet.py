"""A sheet of piano rolls, one of each genre, with its waveform."""

from __future__ import annotations

from PIL import Image

from installation.music.controls import GENRES
from installation.music.generator import Composer
from installation.music.model.store import ComposerModel
from installation.music.plot import draw_sheet
from installation.music.score import Score, ScoreSection
from installation.music.timeline import planned_bars
from installation.offline.composition import Advance, MixedPiece, compose, envelope_of

BARS = 8
TITLE = "Seven genres, eight bars each"


def genre_sheet(model: ComposerModel, seed: int, advance: Advance) -> Image.Image:
    """Compose BARS bars in each genre, and draw them. Raises KeyboardInterrupt."""
    rows = []
    for number, genre in enumerate(GENRES):
        score = Score(genre=genre, seed=seed, sections=(ScoreSection(bars=BARS),))
        done = compose(score, planned_bars(score), Composer(seed, model), lambda _: None)
        if not done.complete:
            raise KeyboardInterrupt
        mixed = MixedPiece(done.piece)
        try:
            mixed.set_level()
            facts = f"{genre.capitalize()}, {done.piece.bars[0].tempo:.0f} BPM"
            rows.append((facts, done.piece, envelope_of(mixed)))
        finally:
            mixed.close()
        advance((number + 1) / len(GENRES))
    return draw_sheet(rows, f"{TITLE}, seed {seed}")
