"""Levels: how much noise is in the picture at each of a few steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from installation.paint.engines.diffusion.load import Model


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Of all steps, from the noisiest to the last."""

    times: Tensor
    """(n,) time steps."""
    picture: Tensor
    """(n, 1, 1, 1) how much of the picture is in a latent."""
    noise: Tensor
    """(n, 1, 1, 1) how much noise of deviation 1; the squares of both sum to 1."""


def levels(model: Model, steps: int, strength: float) -> Levels:
    """Levels for so many steps, of which the first has `strength` (0..1) of the time that the model was taught."""
    times = torch.tensor(timesteps(len(model.kept), steps, strength, model.grid), device=model.device)
    kept = model.kept[times].view(-1, 1, 1, 1)
    return Levels(times, kept.sqrt(), (1.0 - kept).sqrt())


def timesteps(total: int, steps: int, strength: float, grid: int = 1) -> list[int]:
    """Even steps, each at the end of its share ("trailing" in Lin et al. 2024), on a grid that ends with the last."""
    shares = (strength * (steps - step) / steps for step in range(steps))
    return [grid * max(math.ceil(total * share / grid - 1e-6), 1) - 1 for share in shares]
