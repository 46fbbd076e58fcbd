"""Distances are about 0 between pictures of one kind, and large between kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.evaluate.paint import judge as judged
from installation.evaluate.paint.distance import (
    frechet_distance,
    gram_matrices,
    kernel_distance,
    nearest_style,
    sliced_wasserstein,
    window_features,
)
from tests.installation.evaluate.paint.made import judge, texture


def test_a_shift_is_seen_by_every_distance_and_a_resample_by_none() -> None:
    chance = np.random.default_rng(0)
    one, same, other = (chance.normal(m, 1.0, (400, 12)).astype(np.float32) for m in (0.0, 0.0, 0.7))
    for distance in (frechet_distance, kernel_distance, sliced_wasserstein):
        assert distance(one, other) > 5.0 * abs(distance(one, same))
    assert sliced_wasserstein(one, one) == 0.0
    assert abs(frechet_distance(one, one)) < 1e-4


def test_a_picture_is_nearest_to_the_texture_that_it_has(tmp_path: Path) -> None:
    network = judged.load(judge(tmp_path / "judge.safetensors"))
    grains = (1.0, 4.0, 12.0)
    styles = [gram_matrices(network, texture(7, grain=grain)) for grain in grains]
    pictures = [gram_matrices(network, texture(7, grain=grain)[::-1]) for grain in grains]
    assert [nearest_style(one, styles) for one in pictures] == [0, 1, 2]
    assert window_features(network, texture(0)).shape == (49, 384)
