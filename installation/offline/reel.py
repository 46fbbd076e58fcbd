"""The reel: four works in half a minute, rendered in lock-step from the film of people, and its poster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from installation.offline.render import FilmSettings, RenderedFilm, render_film
from installation.stage.outputs.recorder import pictures_at, save_poster
from installation.venue.schema import CanvasSection, OscSection, PainterSection, Venue

CUES = Path(__file__).with_name("reel.toml")
"""The cue sheet: which works, with which looks and transitions."""
SECONDS = 30.4
"""Length of the reel."""
RATE_HZ = 20.0
SIZE_PX = (1280, 720)
"""Width and height of the reel."""
POSTER_SECONDS = (4.0, 12.0, 17.4, 28.0)
"""Times of the reel's pictures on the poster: one of each work, with people in full movement."""
POSTER_WIDTH_PX = 1600
MARGIN_PX = 80
"""Around the poster's pictures."""
GAP_PX = 14
"""Between the poster's pictures."""
CAPTION_PX = 34
"""Height of the poster's letters."""
CROP_ASPECT = 2.0
"""Width over height of the poster's pictures."""
CROP_FROM_TOP = 0.4
"""Share of what is cut off that is cut off above."""
PAPER = (12, 14, 18)
INK = (196, 190, 178)

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Reel:
    """A reel that was rendered."""

    film: RenderedFilm
    path: Path
    poster: Path | None
    """None where the film was ended before its first picture, or could not be written to its end."""


def render_reel(
    people: Path, out: Path, size_px: tuple[int, int] = SIZE_PX, seconds: float = SECONDS, rate: float = RATE_HZ
) -> Reel:
    """Render the reel to `out`, with a progress bar on standard error, and its poster beside it as a PNG.

    `people` is the film of people that the works see. Ctrl-C ends the reel early: what was drawn plays, and is on the
    poster. Raises UserError.
    """
    # One thread: with more, the painter waits for cores on which the pictures are drawn.
    venue = Venue(canvas=CanvasSection(size=size_px), painter=PainterSection(threads=1), osc=OscSection(enabled=False))
    film = render_film(venue, str(people), out, FilmSettings(rate=rate, seconds=seconds, cues=CUES))
    if not film.frames or not film.complete:
        return Reel(film, out, None)
    times = [t for t in POSTER_SECONDS if t < film.seconds] or [film.seconds / 2]
    return Reel(film, out, save_poster(np.asarray(poster(pictures_at(out, times))), out))


def poster(pictures: Sequence[Picture]) -> Image.Image:
    """A sheet in portrait format with the pictures one below the other, and the name."""
    wide = POSTER_WIDTH_PX - 2 * MARGIN_PX
    high = round(wide / CROP_ASPECT)
    foot = 2 * MARGIN_PX + CAPTION_PX
    sheet = Image.new("RGB", (POSTER_WIDTH_PX, MARGIN_PX + len(pictures) * (high + GAP_PX) - GAP_PX + foot), PAPER)
    for index, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        height = min(image.height, round(image.width / CROP_ASPECT))
        top = round((image.height - height) * CROP_FROM_TOP)
        strip = image.crop((0, top, image.width, top + height)).resize((wide, high), Image.Resampling.LANCZOS)
        sheet.paste(strip, (MARGIN_PX, MARGIN_PX + index * (high + GAP_PX)))
    name = "   ".join("VISITANT")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(CAPTION_PX)
    draw.text((POSTER_WIDTH_PX / 2, sheet.height - foot / 2), name, INK, font, anchor="mm")
    return sheet
