"""Distances are nothing between pictures of one kind, and tell kinds apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from installation.evaluate.paint import judge as judged
from installation.evaluate.paint.distance import frechet_distance, gram, kernel, nearest, sliced, windows
from tests.installation.evaluate.paint.made import judge, texture


def test_a_shift_is_seen_by_every_distance_and_a_resample_by_none() -> None:
    chance = np.random.default_rng(0)
    one, same, other = (chance.normal(m, 1.0, (400, 12)).astype(np.float32) for m in (0.0, 0.0, 0.7))
    for distance in (frechet_distance, kernel, sliced):
        assert distance(one, other) > 5.0 * abs(distance(one, same))
    assert sliced(one, one) == 0.0
    assert abs(frechet_distance(one, one)) < 1e-4


def test_a_picture_is_nearest_to_the_texture_that_it_has(tmp_path: Path) -> None:
    network = judged.load(judge(tmp_path / "judge.safetensors"))
    grains = (1.0, 4.0, 12.0)
    styles = [gram(network, texture(7, grain=grain)) for grain in grains]
    asked = [gram(network, texture(7, grain=grain)[::-1]) for grain in grains]
    assert [nearest(one, styles) for one in asked] == [0, 1, 2]
    assert windows(network, texture(0)).shape == (49, 384)
