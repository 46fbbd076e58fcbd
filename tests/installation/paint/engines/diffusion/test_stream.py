"""The loop paints what the pipeline's own call paints, with one call of the network a picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoPipelineForImage2Image, LatentConsistencyModelImg2ImgPipeline

from installation.paint.engines.diffusion import guide_drawing
from installation.paint.engines.diffusion.engine import DiffusionEngine
from tests.installation.paint.engines.diffusion.opened import opened

pytestmark = pytest.mark.integration

Disc = Callable[[float], np.ndarray]


def called(engine: DiffusionEngine, guide: np.ndarray, steps: int, **options: Any) -> np.ndarray:
    """What the pipeline itself paints, as 0..255."""
    own = AutoPipelineForImage2Image.from_pipe(engine._model.pipeline)
    own.set_progress_bar_config(disable=True)
    # Latent consistency pipelines take all the steps at any strength, others the last of them.
    steps = steps if isinstance(own, LatentConsistencyModelImg2ImgPipeline) else 2 * steps
    options = {"prompt": "reed pen", "guidance_scale": 1.0, "strength": 0.5, "num_inference_steps": steps} | options
    picture, chance = guide_drawing.picture(guide)[None], torch.Generator().manual_seed(7)
    painted: np.ndarray = 255.0 * own(image=picture, generator=chance, output_type="np", **options).images[0]
    return painted


def last(engine: DiffusionEngine, guide: np.ndarray, steps: int, pictures: int = 6) -> np.ndarray:
    """The last of some pictures of a guide that stands still."""
    style = engine.style("reed pen")
    return [engine.paint(guide, style, seed=7, steps=steps) for _ in range(pictures)][-1]


@contextmanager
def looks(engine: DiffusionEngine) -> Iterator[list[int]]:
    """How many rows the network is given at each call."""
    seen: list[int] = []
    watch = engine._model.network.register_forward_pre_hook(lambda net, given: seen.append(len(given[0])))
    yield seen
    watch.remove()


@pytest.mark.parametrize("form", ["turbo", "lcm"])
@pytest.mark.parametrize("steps", [1, 2, 4])
def test_of_a_still_guide_it_paints_what_the_pipeline_paints(models: Path, disc: Disc, form: str, steps: int) -> None:
    engine, guide = opened(models / form), disc(0.5)
    assert np.abs(last(engine, guide, steps) - called(engine, guide, steps)).max() < 1.5


def test_at_full_strength_it_begins_where_the_pipeline_begins(models: Path, disc: Disc) -> None:
    engine, guide = opened(models / "turbo", strength=1.0), disc(0.5)
    whole = called(engine, guide, 4, strength=1.0, num_inference_steps=4)
    assert np.abs(last(engine, guide, 4) - whole).max() < 1.5
    assert np.abs(last(opened(models / "turbo"), guide, 4) - whole).max() > 10.0


@pytest.mark.parametrize("form", ["full", "large"])
def test_so_it_does_with_velocities_and_with_the_form_of_sdxl(
    models: Path, disc: Disc, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, guide = opened(models / form), disc(0.5)
    # The pipeline draws from what its autoencoder thinks possible; we take what it thinks most likely.
    kind = type(engine._model.autoencoder.encode(torch.zeros(1, 3, 16, 16)).latent_dist)
    monkeypatch.setattr(kind, "sample", lambda likely, generator=None: likely.mode())
    assert np.abs(last(engine, guide, 4) - called(engine, guide, 4)).max() < 1.5


def test_guidance_from_each_step_is_the_pipelines_own(models: Path, disc: Disc) -> None:
    engine, guide = opened(models / "turbo", guidance=2.0, residual="each"), disc(0.5)
    assert np.abs(last(engine, guide, 4) - called(engine, guide, 4, guidance_scale=2.0)).max() < 1.5
    assert np.abs(last(engine, guide, 4) - called(engine, guide, 4)).max() > 1.5


def test_a_model_that_knows_guidance_is_told_it_and_looks_once(models: Path, disc: Disc) -> None:
    engine, guide = opened(models / "lcm", guidance=6.0, residual="each"), disc(0.5)
    with looks(engine) as seen:
        painted = last(engine, guide, 2, 3)
    assert seen == [1, 1, 2, 2]
    assert np.abs(painted - called(engine, guide, 2, guidance_scale=6.0)).max() < 1.5


@pytest.mark.parametrize(("residual", "rows"), [("input", 4), ("first", 5), ("each", 8)])
def test_the_network_is_called_once_a_picture_whatever_the_steps(
    models: Path, disc: Disc, residual: str, rows: int
) -> None:
    engine = opened(models / "turbo", guidance=1.5, residual=residual)
    last(engine, disc(0.5), 4, 1)
    with looks(engine) as seen:
        last(engine, disc(0.5), 4, 3)
    assert seen == [rows] * 3


def test_the_kept_residual_is_that_of_the_first_step(models: Path, disc: Disc) -> None:
    first, each = (opened(models / "turbo", guidance=2.0, residual=residual) for residual in ("first", "each"))
    assert np.array_equal(last(first, disc(0.5), 1), last(each, disc(0.5), 1))
    assert not np.array_equal(last(first, disc(0.5), 4), last(each, disc(0.5), 4))


def test_every_picture_is_that_of_the_guide_which_it_says(models: Path, disc: Disc) -> None:
    engine, whole = opened(models / "turbo"), opened(models / "turbo", stream=False)
    style, guides = engine.style("reed pen"), [disc(0.1 * place) for place in range(9)]
    expected = [whole.paint(guide, style, steps=4).astype(int) for guide in guides]
    assert np.abs(expected[0] - expected[1]).max() > 10
    behinds = []
    for newest, guide in enumerate(guides):
        behinds.append(engine.latency_frames)
        painted = engine.paint(guide, style, steps=4).astype(int)
        assert np.abs(painted - expected[newest - behinds[-1]]).max() <= 1
    assert behinds == [0, 1, 2, 3, 3, 3, 3, 3, 3]


def test_after_a_flush_the_first_picture_is_whole_and_new(models: Path, disc: Disc) -> None:
    engine = opened(models / "turbo")
    style = engine.style("reed pen")
    for _ in range(5):
        engine.paint(disc(0.2), style, steps=4)
    engine.flush()
    assert engine.latency_frames == 0
    fresh = opened(models / "turbo").paint(disc(0.9), style, steps=4)
    assert np.array_equal(engine.paint(disc(0.9), style, steps=4), fresh)


def test_steps_and_size_may_change_at_any_time(models: Path, disc: Disc) -> None:
    engine = opened(models / "turbo")
    style = engine.style("reed pen")
    for steps, side in ((1, 32), (4, 32), (2, 32), (2, 24), (4, 24), (1, 32)):
        guide = disc(0.5)[:side]
        painted = engine.paint(guide, style, steps=steps)
        assert np.array_equal(painted, opened(models / "turbo").paint(guide, style, steps=steps))


def test_two_pictures_of_one_model_do_not_mix(models: Path, disc: Disc) -> None:
    one = opened(models / "turbo")
    other, style = one.clone(), one.style("reed pen")
    alone = last(opened(models / "turbo"), disc(0.2), 4)
    for _ in range(6):
        mine = one.paint(disc(0.2), style, seed=7, steps=4)
        other.paint(disc(0.9), style, seed=7, steps=4)
    assert np.array_equal(mine, alone)


@pytest.mark.parametrize("shows", ["edges", "depth", "parts"])
def test_a_controlnet_sees_the_guide(models: Path, disc: Disc, shows: str) -> None:
    options = {"control": str(models / "control"), "shows": shows, "stream": False}
    held, loose = opened(models / "turbo", held=1.0, **options), opened(models / "turbo", held=0.0, **options)
    free, style = opened(models / "turbo", stream=False), held.style("reed pen")
    guide = disc(0.5)
    guide[8:24, 8:24, 1:5] = 1.0
    assert np.abs(held.paint(guide, style).astype(int) - free.paint(guide, style)).max() > 2
    assert np.abs(loose.paint(guide, style).astype(int) - free.paint(guide, style)).max() <= 1
    streamed = opened(models / "turbo", held=1.0, **options | {"stream": True})
    assert np.abs(last(streamed, guide, 4).astype(int) - last(held, guide, 4)).max() <= 1
