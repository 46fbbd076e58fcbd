"""Words: what a model understands of a prompt, read once and mixed by weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from installation.interface.prompt import Texts
from installation.paint.engines.diffusion.load import Model

TEXTS = 64
"""Texts whose meaning is kept."""
MIXES = 8
"""Mixes of them that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One prompt, as the network takes it."""

    tokens: Tensor
    """(1, n, d)."""
    pooled: Tensor | None
    """(1, p) of the whole prompt, for models of SDXL's form."""


class Reader:
    """Reads prompts with a model's own text encoders."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._one = lru_cache(TEXTS)(self._read)
        self.words = lru_cache(MIXES)(self._words)
        """The meaning of weighted texts."""

    def _words(self, texts: Texts) -> Words:
        read = [self._one(text) for text, _ in texts]
        if len(read) == 1:
            return read[0]
        weights = [weight for _, weight in texts]
        pooled = [words.pooled for words in read if words.pooled is not None]
        tokens = mean([words.tokens for words in read], weights)
        return Words(tokens, mean(pooled, weights) if pooled else None)

    def _read(self, text: str) -> Words:
        found = self._model.pipeline.encode_prompt(
            prompt=text, device=self._model.device, num_images_per_prompt=1, do_classifier_free_guidance=False
        )
        return Words(found[0], found[2] if len(found) > 2 else None)


def mean(vectors: Sequence[Tensor], weights: Sequence[float], rounds: int = 3) -> Tensor:
    """The mean of vectors (..., d): its length is that of their lengths, its direction theirs on the sphere.

    Of two it is their slerp (Shoemake 1985), of more the Karcher mean, whatever their order: after the direction of
    the plain mean, so many `rounds` of Newton's steps, of which two vectors need one.
    """
    share = torch.tensor(weights, dtype=torch.float32, device=vectors[0].device)
    share = (share / share.sum()).view(-1, *[1] * vectors[0].ndim)
    all = torch.stack([vector.float() for vector in vectors])
    lengths = all.norm(dim=-1, keepdim=True)
    units = all / lengths.clamp(min=1e-9)
    middle = torch.nn.functional.normalize((share * units).sum(dim=0), dim=-1)
    for _ in range(rounds):
        cosine = (units * middle).sum(dim=-1, keepdim=True).clamp(-1.0, 1.0)
        tangent = units - cosine * middle
        size = tangent.norm(dim=-1, keepdim=True)
        step = (share * tangent * (torch.atan2(size, cosine) / size.clamp(min=1e-9))).sum(dim=0)
        far = step.norm(dim=-1, keepdim=True)
        middle = torch.cos(far) * middle + torch.sin(far) * step / far.clamp(min=1e-9)
    return (middle * (share * lengths).sum(dim=0)).to(vectors[0].dtype)
