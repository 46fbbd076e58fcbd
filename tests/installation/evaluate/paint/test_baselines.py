"""The baselines beside the painter do what they are named after."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from installation.core.errors import UserError
from installation.evaluate.paint import adain, gatys
from installation.evaluate.paint.transfer import colour_moments, transfer_moments
from installation.paint.pictures.perceptual import PerceptualNetwork
from tests.installation.evaluate.paint.made import texture


def test_a_transfer_has_the_others_colours() -> None:
    one, two, three = (texture(n) // 4 + 96 for n in (1, 2, 3))  # so pale that nothing is cut off
    to = colour_moments([one, two])
    found = colour_moments([transfer_moments(three, to)])
    assert np.allclose(found[0], to[0], atol=1.0)
    assert np.allclose(found[1], to[1], atol=1.0)


@pytest.mark.slow
def test_optimising_brings_gram_matrices_nearer() -> None:
    torch.manual_seed(0)
    perceptual = PerceptualNetwork()
    small = (64, 64)
    target = gatys.mean_gram_matrices(perceptual, [texture(1, small, 1.0)])
    start = texture(2, small, 6.0)
    made = gatys.optimise_picture(perceptual, start, start, target, 3.0)
    assert made.shape == start.shape

    def away(picture: np.ndarray) -> float:
        return sum(
            float((a - b).square().sum() / b.square().sum())
            for a, b in zip(gatys.mean_gram_matrices(perceptual, [picture]), target, strict=True)
        )

    assert away(made) < away(start)


@pytest.mark.slow
def test_an_adain_that_is_kept_paints_as_before(tmp_path: Path) -> None:
    torch.manual_seed(0)
    perceptual = PerceptualNetwork()
    shares: list[float] = []
    pictures = [texture(n, (adain.CROP_PX, adain.CROP_PX + 8)) for n in range(2)]
    trained = adain.train_adain(perceptual, pictures, pictures, 0.0001, shares.append)
    assert shares[-1] == 1.0
    trained.save(tmp_path / "adain.safetensors")
    kept = adain.load(tmp_path / "adain.safetensors", perceptual)
    assert kept.minutes == 0.0001
    style = kept.style(pictures)
    assert np.array_equal(kept.paint(pictures[0], style), trained.paint(pictures[0], style))
    assert kept.paint(pictures[0], style).shape == pictures[0].shape


def test_what_is_no_adain_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.safetensors").write_bytes(b"nothing")
    for name in ("x.safetensors", "none.safetensors"):
        with pytest.raises(UserError, match="no AdaIN"):
            adain.load(tmp_path / name, PerceptualNetwork())
