"""The noise schedule: time steps, and the scales of signal and noise at each of a few denoising steps."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from installation.paint.engines.diffusion.load import DiffusionModel


@dataclass(frozen=True, slots=True, eq=False)
class NoiseSchedule:
    """Time steps and scales of all denoising steps, from the noisiest to the last."""

    timesteps: Tensor
    """(n,)."""
    signal: Tensor
    """(n, 1, 1, 1) scale of the clean latent in the noisy one: sqrt(alphas_cumprod)."""
    noise: Tensor
    """(n, 1, 1, 1) scale of noise of deviation 1; the squares of both sum to 1."""


def noise_schedule(model: DiffusionModel, steps: int, strength: float) -> NoiseSchedule:
    """Return the schedule of that many steps; the first is at `strength` (0..1) of the model's training time steps."""
    timesteps = torch.tensor(
        trailing_timesteps(len(model.alphas_cumprod), steps, strength, model.timestep_grid), device=model.device
    )
    alphas = model.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
    return NoiseSchedule(timesteps, alphas.sqrt(), (1.0 - alphas).sqrt())


def trailing_timesteps(total: int, steps: int, strength: float, grid: int = 1) -> list[int]:
    """Return even time steps, each at the end of its share ("trailing" in Lin et al. 2024).

    They lie on a grid of every `grid`-th time step, which ends with the last of `total`.
    """
    shares = (strength * (steps - step) / steps for step in range(steps))
    return [grid * max(math.ceil(total * share / grid - 1e-6), 1) - 1 for share in shares]
