"""A diffusion model paints live as our own painter does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.paint.worker import open_painter
from installation.venue.diffusion_settings import Settings
from tests.installation.paint.sitting import SIZE, order, sitter


def test_it_paints_whoever_moves_in_the_styles_of_the_venue(models: Path) -> None:
    diffusion = Settings(model=str(models / "turbo"), prompts={"ink": "reed pen", "gold": "gold leaf"}).model_dump()
    worker = open_painter("diffusers", None, "cpu", 1, min(SIZE), SIZE[1] / SIZE[0], 4, None, diffusion)
    letters = []
    for step in range(8):
        style = "ink" if step < 4 else "gold"
        told = order(step / 10, sitter(0.05 * step), styles=((style, 1.0),), steps=4)
        letters.append(worker.step(told, step / 10))
    worker.close()
    pictures = [letter.pixels for letter in letters if letter is not None and letter.pixels is not None]
    # What was under way when somebody began to move is of when nobody did.
    assert len(pictures) >= 6
    assert all(picture.shape == (*SIZE, 3) for picture in pictures)
    assert not np.array_equal(pictures[2], pictures[-1])
    assert not any(letter.body.note for letter in letters if letter is not None and letter.body is not None)
