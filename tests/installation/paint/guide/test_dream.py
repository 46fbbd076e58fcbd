"""What the network begins to see in a picture grows in it, step by step, and never past what was asked."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from installation.interface.painter_knobs import DREAM_LAYERS
from installation.paint.guide.dream import FIRST_DREAM_LAYER, DeepDream
from installation.paint.pictures.perceptual import CHANNELS, PerceptualNetwork


@pytest.fixture(scope="module")
def network() -> PerceptualNetwork:
    """A perceptual network that has learned nothing."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    return PerceptualNetwork()


def scene(high: int = 64, wide: int = 96) -> np.ndarray:
    """Something to dream over."""
    return np.random.default_rng(1).integers(60, 190, (high, wide, 3)).astype(np.uint8)


def strength(network: PerceptualNetwork, picture: np.ndarray, depth: str) -> float:
    shown = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 255.0
    return float(network(shown)[FIRST_DREAM_LAYER + DREAM_LAYERS.index(depth) - 1].square().mean())


def test_every_depth_from_the_shallowest_on_has_a_name() -> None:
    assert FIRST_DREAM_LAYER + len(set(DREAM_LAYERS)) - 1 == len(CHANNELS)


@pytest.mark.parametrize("depth", DREAM_LAYERS)
def test_what_a_depth_sees_grows_stronger(depth: str, network: PerceptualNetwork) -> None:
    dream, picture = DeepDream(network), scene(96, 144)
    before = strength(network, picture, depth)
    for _ in range(6):
        picture = dream.step(picture, depth)
    assert picture.shape == (96, 144, 3) and picture.dtype == np.uint8
    assert strength(network, picture, depth) > before


def test_more_appetite_changes_more_and_none_changes_nothing(network: PerceptualNetwork) -> None:
    picture = scene()
    little, much = (
        np.abs(DeepDream(network).step(picture, "scales", appetite).astype(int) - picture).mean()
        for appetite in (0.25, 1.0)
    )
    assert 0 < little < much < 20
    assert DeepDream(network).step(picture, "scales", 0.0) is picture


def test_a_film_dreams_the_same_each_time(network: PerceptualNetwork) -> None:
    def dreamt(seed: int) -> np.ndarray:
        dream, picture = DeepDream(network, seed), scene()
        for _ in range(3):
            picture = dream.step(picture, "strokes")
        return picture

    assert np.array_equal(dreamt(1), dreamt(1))
    assert not np.array_equal(dreamt(1), dreamt(2))


def test_who_has_no_time_dreams_over_a_part(network: PerceptualNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    forward = PerceptualNetwork.forward

    def noted(self: PerceptualNetwork, pictures: torch.Tensor, last: int) -> list[torch.Tensor]:
        seen.append(tuple(pictures.shape[2:]))
        return forward(self, pictures, last)

    monkeypatch.setattr(PerceptualNetwork, "forward", noted)
    dream = DeepDream(network)
    for _ in range(4):
        dream.step(scene(192, 256), "eyes", budget_s=1e-6)
    assert set(seen[1:]) == {(48, 48)}
    seen.clear()
    dream = DeepDream(network)
    for _ in range(2):
        dream.step(scene(192, 256), "eyes", budget_s=1e6)
    assert max(seen) == (192, 256)


def test_over_parts_all_of_the_picture_is_dreamt_in_time(network: PerceptualNetwork) -> None:
    dream, picture = DeepDream(network), scene(96, 96)
    before = picture.copy()
    for _ in range(40):
        picture = dream.step(picture, "strokes", budget_s=1e-6)
    changed = np.abs(picture.astype(int) - before).max(axis=-1)
    assert (changed > 2).mean() > 0.95


def test_a_grey_wall_dreams_without_a_fault(network: PerceptualNetwork) -> None:
    assert DeepDream(network).step(np.full((64, 64, 3), 128, np.uint8), "feathers").shape == (64, 64, 3)
