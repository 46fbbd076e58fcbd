"""All parameters of a diffusion engine may change at any time; equal parameters give equal pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from installation.interface.prompt import PromptError
from installation.paint.engines.diffusion import engine as engines
from installation.paint.engines.diffusion.engine import gaussian_noise
from installation.paint.guide.noise import SeedBlend
from installation.venue.diffusion_section import DiffusionSection
from tests.installation.paint.engines.diffusion.opened import opened

Disc = Callable[[float], np.ndarray]


def apart(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - other).max())


def test_the_same_is_painted_again(models: Path, disc: Disc) -> None:
    pictures = [
        opened(models / "turbo").paint(disc(0.5), opened(models / "turbo").styles["gold"], seed=3, steps=2)
        for _ in range(2)
    ]
    assert np.array_equal(pictures[0], pictures[1])


def test_another_prompt_is_heard_in_the_next_picture_without_a_rebuild(
    models: Path, disc: Disc, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(models / "turbo")
    before = [engine.paint(disc(0.5), engine.styles["ink"], steps=4) for _ in range(5)][-1]
    monkeypatch.setattr(engines, "load", None)
    after = engine.paint(disc(0.5), engine.style("9 x 9 . 9 z"), steps=4)
    assert apart(before, after) > 1


def test_a_style_is_a_name_or_the_words_themselves(models: Path) -> None:
    engine = opened(models / "turbo")
    assert engine.style("ink").texts == (("reed pen on paper", 1.0),)
    assert engine.style("gold").without == (("grey", 1.0),)
    assert engine.style("ink : 1 | snow : 3").texts == (("ink", 1.0), ("snow", 3.0))
    with pytest.raises(PromptError, match="no weight"):
        engine.style("ink : 0")


def test_the_way_from_one_style_to_another_is_steady(models: Path, disc: Disc) -> None:
    engine = opened(models / "turbo", stream=False)
    ends = [engine.style(name) for name in ("aaaa aaa", "9.9.9 z")]
    shares = (0.0, 0.25, 0.5, 0.75, 1.0)
    way = [engine.paint(disc(0.5), engine.slerp(ends[0], ends[1], share)).astype(float) for share in shares]
    assert np.array_equal(way[0], engine.paint(disc(0.5), ends[0]))
    assert np.array_equal(way[-1], engine.paint(disc(0.5), ends[1]))
    far = [np.abs(picture - way[0]).mean() for picture in way]
    assert far == sorted(far) and far[2] < far[-1]


def test_a_seed_is_another_picture_and_seeds_turn_into_each_other(models: Path, disc: Disc) -> None:
    engine, style = opened(models / "turbo"), opened(models / "turbo").styles["ink"]
    one, other = (engine.paint(disc(0.5), style, seed=seed) for seed in (1, 2))
    assert apart(one, other) > 10
    assert np.array_equal(engine.paint(disc(0.5), style, seed=SeedBlend(1, 2, 0.0)), one)
    assert np.array_equal(engine.paint(disc(0.5), style, seed=SeedBlend(1, 2, 1.0)), other)


def test_noise_between_seeds_is_as_strong_as_noise() -> None:
    between = gaussian_noise(SeedBlend(1, 2, 0.5), (2, 4, 32, 32))
    assert abs(float(between.std()) - 1.0) < 0.03
    assert np.array_equal(gaussian_noise(1, (1, 4, 8, 8))[0], gaussian_noise(1, (4, 4, 8, 8))[0])


@pytest.mark.parametrize("size", [(16, 16), (17, 30), (40, 23)])
def test_any_size_is_painted(models: Path, size: tuple[int, int]) -> None:
    engine = opened(models / "turbo")
    guide = np.zeros((*size, 12), np.float32)
    for steps in (1, 2, 2, 2):
        assert engine.paint(guide, engine.styles["ink"], steps=steps).shape == (2 * size[0], 2 * size[1], 3)


def test_the_last_picture_comes_in_only_where_it_may_be_trusted(models: Path, disc: Disc) -> None:
    engine, style = opened(models / "turbo", feedback=1.0, strength=0.3), opened(models / "turbo").styles["ink"]
    guide, canvas = disc(0.5), np.full((64, 80, 3), 250, np.uint8)
    alone = engine.paint(guide, style)
    nowhere = engine.paint(guide, style, canvas=canvas, keep=np.zeros((32, 40), np.float32))
    everywhere = engine.paint(guide, style, canvas=canvas, keep=np.ones((32, 40), np.float32))
    assert np.array_equal(alone, nowhere)
    assert apart(alone, everywhere) > 10


def test_a_still_guide_is_passed_over_and_a_flush_forgets_it(models: Path, disc: Disc) -> None:
    engine = opened(models / "turbo", still=0.02)
    style = engine.styles["ink"]
    painted = engine.paint(disc(0.5), style)
    assert engine.paint(disc(0.5), style) is painted
    assert engine.paint(disc(0.9), style) is not painted
    engine.flush()
    assert np.array_equal(engine.paint(disc(0.5), style), painted)


@pytest.mark.parametrize("wrong", [{"shows": "pose"}, {"strength": 0.0}, {"prompts": {}}, {"prompts": {"x": "- grey"}}])
def test_settings_that_can_not_be_are_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DiffusionSection(**wrong)
