"""The prompt encoder: text embeddings of a diffusion model, cached, and their weighted mean on the sphere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from installation.interface.prompt import Texts
from installation.paint.engines.diffusion.load import DiffusionModel

TEXT_CACHE_SIZE = 64
"""Texts whose embedding is kept."""
MIX_CACHE_SIZE = 8
"""Mixes of texts whose embedding is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class PromptEmbedding:
    """The embedding of one prompt."""

    tokens: Tensor
    """(1, n, d)."""
    pooled: Tensor | None
    """(1, p) of the whole prompt, for models in the format of SDXL."""


class PromptEncoder:
    """Encodes prompts with a model's own text encoders."""

    def __init__(self, model: DiffusionModel) -> None:
        self._model = model
        self._encode_text = lru_cache(TEXT_CACHE_SIZE)(self._encode_one)
        self.encode = lru_cache(MIX_CACHE_SIZE)(self._encode_mix)
        """Texts with weights -> PromptEmbedding."""

    def _encode_mix(self, texts: Texts) -> PromptEmbedding:
        embeddings = [self._encode_text(text) for text, _ in texts]
        if len(embeddings) == 1:
            return embeddings[0]
        weights = [weight for _, weight in texts]
        pooled = [each.pooled for each in embeddings if each.pooled is not None]
        tokens = spherical_mean([each.tokens for each in embeddings], weights)
        return PromptEmbedding(tokens, spherical_mean(pooled, weights) if pooled else None)

    def _encode_one(self, text: str) -> PromptEmbedding:
        found = self._model.pipeline.encode_prompt(
            prompt=text, device=self._model.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        return PromptEmbedding(found[0], found[2] if len(found) > 2 else None)


def spherical_mean(vectors: Sequence[Tensor], weights: Sequence[float], rounds: int = 3) -> Tensor:
    """Return the weighted mean of vectors (..., d): the mean of their lengths times the mean of their directions.

    For two it is their slerp (Shoemake 1985), for more the Karcher mean, in any order: `rounds` Newton steps from the
    direction of the linear mean; two vectors need one.
    """
    share = torch.tensor(weights, dtype=torch.float32, device=vectors[0].device)
    share = (share / share.sum()).view(-1, *[1] * vectors[0].ndim)
    stacked = torch.stack([vector.float() for vector in vectors])
    lengths = stacked.norm(dim=-1, keepdim=True)
    units = stacked / lengths.clamp(min=1e-9)
    mean = torch.nn.functional.normalize((share * units).sum(dim=0), dim=-1)
    for _ in range(rounds):
        cosine = (units * mean).sum(dim=-1, keepdim=True).clamp(-1.0, 1.0)
        tangent = units - cosine * mean
        size = tangent.norm(dim=-1, keepdim=True)
        step = (share * tangent * (torch.atan2(size, cosine) / size.clamp(min=1e-9))).sum(dim=0)
        angle = step.norm(dim=-1, keepdim=True)
        mean = torch.cos(angle) * mean + torch.sin(angle) * step / angle.clamp(min=1e-9)
    scaled: Tensor = (mean * (share * lengths).sum(dim=0)).to(vectors[0].dtype)
    return scaled
