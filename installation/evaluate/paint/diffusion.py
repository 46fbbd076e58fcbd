"""Benchmark of pipelined denoising: pictures of a stream by our engine and by the pipeline's own call, in turns."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
from diffusers import AutoPipelineForImage2Image

from installation.evaluate.report import Figure
from installation.paint.engines.diffusion import guide_drawing, tiny_models
from installation.paint.engines.diffusion.engine import DiffusionEngine
from installation.paint.engines.diffusion.load import load
from installation.paint.guide.guide import CHANNEL_INDEX, CHANNELS
from installation.venue.diffusion_section import DiffusionSection
from motion.learning.threads import one_thread

SHAPE = tiny_models.ModelShape(widths=(32, 64, 96), layers=2, text=64, autoencoder=(16, 16, 16, 16), groups=8)
"""As few channels as let the processor compute about as long as it takes to dispatch the operations."""
GUIDE_PX = 128
"""Side of the guide; the picture has twice that."""
PROMPT = "reed pen"
TARGETS = {1: 1.0, 4: 1.3}
"""By steps: the target for our pictures a second over those of the pipeline's own call."""
TIMED_PAIRS = 30
"""Pairs of pictures that are timed."""
WARM_UP_PAIRS = 4
"""Pairs of pictures before these."""


def measure_diffusion(advance: Callable[[float], None] = lambda share: None) -> list[Figure]:
    """Time our stream on a model with random weights beside the pipeline's own image-to-image call.

    Both have the same weights, precision, memory layout, steps and pre-encoded prompt, and start from the same
    picture; neither has guidance, a safety checker or a progress bar. They alternate picture by picture on one thread:
    two threads would wait for each other whenever other processes run.
    """
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, one_thread():
        settings = DiffusionSection(model=str(tiny_models.save_turbo(Path(folder), SHAPE)), strength=1.0)
        model = load(settings, "cpu")
        for done, (steps, target) in enumerate(TARGETS.items(), 1):
            ours, theirs = _seconds(
                _paint_stream(DiffusionEngine(model, settings), steps), _paint_pipeline(model.pipeline, steps)
            )
            gain = median(b / a for a, b in zip(ours, theirs, strict=True))
            name = f"diffusers engine, {steps} step{'s' * (steps > 1)} at {2 * GUIDE_PX} px"
            found.append(Figure(f"{name}: a picture", 1e3 * median(ours), "ms", 1e3 * median(theirs)))
            found.append(Figure.at_least(f"{name}: pictures", gain, target, "times the pipeline's"))
            advance(done / len(TARGETS))
    return found


def _guides() -> list[np.ndarray]:
    """Return guides of a light disc that moves from left to right."""
    rows, columns = np.mgrid[:GUIDE_PX, :GUIDE_PX] / GUIDE_PX
    guides = np.zeros((8, GUIDE_PX, GUIDE_PX, len(CHANNELS)), np.float32)
    for step, guide in enumerate(guides):
        guide[..., CHANNEL_INDEX["light"]] = np.hypot(rows - 0.5, columns - 0.2 - 0.08 * step) < 0.2
    return list(guides)


def _paint_stream(engine: DiffusionEngine, steps: int) -> Callable[[int], object]:
    guides, prompt = _guides(), engine.style(PROMPT)
    return lambda turn: engine.paint(guides[turn % len(guides)], prompt, steps=steps)


def _paint_pipeline(pipeline: object, steps: int) -> Callable[[int], object]:
    image_to_image = AutoPipelineForImage2Image.from_pipe(pipeline)
    image_to_image.set_progress_bar_config(disable=True)
    embedding = image_to_image.encode_prompt(PROMPT, "cpu", 1, False)[0]
    pictures = [guide_drawing.picture(guide)[None] for guide in _guides()]
    options = {"prompt_embeds": embedding, "num_inference_steps": steps, "strength": 1.0, "guidance_scale": 1.0}
    return lambda turn: image_to_image(image=pictures[turn % len(pictures)], output_type="np", **options).images


def _seconds(*painters: Callable[[int], object]) -> tuple[list[float], ...]:
    """Return the seconds that each painter took at each turn."""
    spent: tuple[list[float], ...] = tuple([] for _ in painters)
    for turn in range(WARM_UP_PAIRS + TIMED_PAIRS):
        for paint, times in zip(painters, spent, strict=True):
            begin = time.perf_counter()
            paint(turn)
            times.append(time.perf_counter() - begin)
    return tuple(times[WARM_UP_PAIRS:] for times in spent)
