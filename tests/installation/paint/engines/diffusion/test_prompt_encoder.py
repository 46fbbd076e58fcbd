"""Prompts are read once, and mixed on the sphere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from installation.interface.prompt import read, slerp
from installation.paint.engines.diffusion.load import load
from installation.paint.engines.diffusion.prompt_encoder import PromptEncoder, spherical_mean
from installation.paint.pictures.style import slerp_arrays
from installation.venue.diffusion_section import DiffusionSection


def test_the_mean_of_two_is_their_slerp() -> None:
    one, other = torch.randn(2, 16, generator=torch.Generator().manual_seed(0)) * torch.tensor([[1.0], [3.0]])
    for share in (0.0, 0.2, 0.5, 0.9, 1.0):
        expected = slerp_arrays(one.numpy(), other.numpy(), share)
        assert np.allclose(spherical_mean([one, other], [1.0 - share, share]), expected, atol=1e-4)


def test_the_mean_of_several_has_no_order() -> None:
    vectors = list(torch.randn(3, 5, 16, generator=torch.Generator().manual_seed(1)))
    turned = spherical_mean([vectors[2], vectors[0], vectors[1]], [0.5, 0.2, 0.3])
    assert torch.allclose(spherical_mean(vectors, [0.2, 0.3, 0.5]), turned, atol=1e-3)


def test_opposites_have_a_mean_all_the_same() -> None:
    one = torch.ones(4)
    assert torch.isfinite(spherical_mean([one, -one], [0.5, 0.5])).all()


def test_a_text_is_read_once_however_it_is_mixed(models: Path) -> None:
    model = load(DiffusionSection(model=str(models / "large")), "cpu")
    encoder, read_texts = PromptEncoder(model), []
    encode = model.pipeline.encode_prompt

    def counted(**options: Any) -> Any:
        read_texts.append(options["prompt"])
        return encode(**options)

    model.pipeline.encode_prompt = counted
    for share in np.linspace(0.0, 1.0, 12):
        words = encoder.encode(slerp(read("ink"), read("gold"), float(share)).texts)
        assert words.tokens.shape == (1, 16, 32)
        assert words.pooled is not None and words.pooled.shape == (1, 16)
    assert sorted(read_texts) == ["gold", "ink"]


def test_one_text_means_what_the_pipeline_understands(models: Path) -> None:
    model = load(DiffusionSection(model=str(models / "turbo")), "cpu")
    own = model.pipeline.encode_prompt("reed pen", "cpu", 1, False)[0]
    assert torch.equal(PromptEncoder(model).encode(read("reed pen: 3").texts).tokens, own)
