"""A diffusion model paints live as our own painter does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.paint.worker import open_painter
from installation.venue.diffusion_section import DiffusionSection
from tests.installation.paint.sitting import SIZE, request, sitter


def test_it_paints_whoever_moves_in_the_styles_of_the_venue(models: Path) -> None:
    diffusion = DiffusionSection(
        model=str(models / "turbo"), prompts={"ink": "reed pen", "gold": "gold leaf"}
    ).model_dump()
    engine = {"name": "diffusers", "weights": None, "device": "cpu", "diffusion": diffusion}
    worker = open_painter(engine, 1, min(SIZE), SIZE[1] / SIZE[0], 4, None)
    messages = []
    for step in range(8):
        style = "ink" if step < 4 else "gold"
        step_request = request(step / 10, sitter(0.05 * step), styles=((style, 1.0),), steps=4)
        messages.append(worker.step(step_request, step / 10))
    worker.close()
    pictures = [message.pixels for message in messages if message is not None and message.pixels is not None]
    # Pictures in progress when the person began to move show them at rest.
    assert len(pictures) >= 6
    assert all(picture.shape == (*SIZE, 3) for picture in pictures)
    assert not np.array_equal(pictures[2], pictures[-1])
    assert not any(message.body.note for message in messages if message is not None and message.body is not None)
