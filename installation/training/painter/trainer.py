"""Trainer of the painter: adversarial training with style, structure and stability losses, resumable from checkpoints.

Each step paints from three kinds of guides. Those of pictures in their own style: the result is known. Those of
people, and of pictures in another style: only strokes, colours and structure are known. People are painted twice, the
second time over the first painting moved along the flow, so that paint learns to stick.
"""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from installation.paint.engines.network import GRAIN_PX, NetworkSettings, PainterNetwork
from installation.paint.guide.guide import CHANNELS
from installation.paint.guide.noise import COARSE_CELLS, NOISE_CHANNELS
from installation.paint.pictures.perceptual import PerceptualNetwork, to_channels_last
from installation.paint.pictures.style import Style, luma
from installation.training.painter import losses
from installation.training.painter.batches import BatchSampler, TrainingBatch, TrainingData
from installation.training.painter.config import TrainingConfig
from installation.training.painter.discriminator import Discriminator, discriminator_loss
from installation.training.painter.style_pictures import principal_components
from motion.learning.precision import mixed_precision
from motion.learning.training_loop import DivergedError

WARM_UP_STEPS = 100
"""Steps in which the learning rate rises linearly."""
FINAL_RATE_SHARE = 0.05
"""Share of the learning rate that is left at the end of its cosine decay."""
ADAM_BETAS = 0.5, 0.98
"""Betas of AdamW."""
MAX_GRADIENT_NORM = 1.0
"""Norm at which gradients of the painter are clipped."""
AVERAGE_EVERY_STEPS = 4
"""Steps between two updates of the averaged weights."""
MAX_AVERAGE_DECAY = 0.992
"""Greatest share of the averaged weights that an update keeps."""
STYLE_GAINS = {"stroke": 4.0, "critic": 2.0}
"""Final factors on the weights of these losses: structure is learned first, style afterwards. A strong stroke loss at
the beginning fills the canvas with one stroke, and the figure never comes back."""
STYLE_RISE = 0.08, 0.35
"""Shares of the training between which these factors rise from 1."""
STRUCTURE_GAINS = {"light": 2.5, "shape": 2.5}
"""The same of the losses that restore faces and hands under the strokes."""
STRUCTURE_RISE = 0.5, 0.68
"""When they rise."""
FIGURE_GRADIENT_CUT = 0.4, 0.8
"""Share of the gradients of stroke and critic that is stopped on figures, before and after STRUCTURE_RISE."""
HEAD_GRADIENT_CUT = 0.4, 0.15
"""Share that is stopped on heads in addition."""
FIGURE, HEAD = CHANNELS.index("figure"), CHANNELS.index("head")


@dataclass(frozen=True)
class PreviousModel:
    """A trained painter that is to learn another style."""

    network: PainterNetwork
    """Not changed by the training."""
    styles: Sequence[Style]
    """Styles that it must not forget."""


@dataclass(frozen=True)
class _Forward:
    """Paintings of one step and their losses."""

    losses: dict[str, Tensor]
    painted: Tensor
    """(m, 3, h, w) first and second paintings."""
    features: Sequence[Tensor]
    """Perceptual features of the paintings."""
    real_features: Sequence[Tensor]
    """Perceptual features of the real crops."""
    rows: Tensor
    """(m,) row of the batch whose style each painting has."""


class PainterTrainer:
    """Trains a painter step by step on the same data."""

    def __init__(
        self,
        data: TrainingData,
        perceptual: PerceptualNetwork,
        start: NetworkSettings | PreviousModel,
        config: TrainingConfig,
        seed: int,
        device: torch.device,
    ) -> None:
        """`start` holds the settings of a new network, or a trained one that learns more and keeps what it knows."""
        torch.manual_seed(seed)
        self.config, self.device, self.steps = config, device, 0
        self._perceptual = perceptual
        self._rng = np.random.default_rng(seed)
        self._generator = torch.Generator().manual_seed(seed)
        self._previous: PreviousModel | None = None
        if isinstance(start, PreviousModel):
            network = copy.deepcopy(start.network)
            self._previous = replace(start, network=to_channels_last(start.network, device))
        else:
            network = PainterNetwork(start)
            network.components, network.centre = principal_components(data.pictures, start.stroke)
        self.strokes = network.stroke(torch.stack([picture.statistics[0] for picture in data.pictures]))
        """(pictures, s) of whole pictures."""
        self._sampler = BatchSampler(data, perceptual, config, self._rng, self._generator, device)
        self.network = to_channels_last(network, device).train()
        self.discriminator = to_channels_last(Discriminator(network.settings.stroke), device)
        self.figure_reader = to_channels_last(losses.FigureReader(), device)
        self.average = copy.deepcopy(self.network).eval().requires_grad_(False)
        """Moving average of the weights, which paints more steadily than those of any step."""
        rate = config.learning_rate
        painting = [*self.network.parameters(), *self.figure_reader.parameters()]
        self._optimiser = torch.optim.AdamW(painting, lr=rate, betas=ADAM_BETAS, weight_decay=1e-4, fused=True)
        self._discriminator_optimiser = torch.optim.AdamW(
            self.discriminator.parameters(), lr=rate, betas=ADAM_BETAS, fused=True
        )

    def step(self, done: float) -> dict[str, float]:
        """Train on one batch, at share `done` (0..1) of the training; return the losses by name.

        Raises DivergedError.
        """
        self._set_learning_rate(done)
        batch = self._sampler.draw(self.network, self.strokes)
        structure_rise = _ramp(done, STRUCTURE_RISE)
        with mixed_precision(self.device):
            forward = self._forward(batch, structure_rise)
        weighted = forward.losses
        for gains, rise in ((STYLE_GAINS, _ramp(done, STYLE_RISE)), (STRUCTURE_GAINS, structure_rise)):
            weighted |= {name: weighted[name] * (1.0 + (gain - 1.0) * rise) for name, gain in gains.items()}
        total = sum(weighted.values(), torch.zeros((), device=self.device))
        if not math.isfinite(total.item()):
            raise DivergedError(f"step {self.steps}: the loss is not finite; begin anew with a lower learning rate")
        self._optimiser.zero_grad(set_to_none=True)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
        self._optimiser.step()
        discriminator_total = self._train_discriminator(batch, forward)
        self.steps += 1
        if self.steps % AVERAGE_EVERY_STEPS == 0:
            share = 1.0 - min(MAX_AVERAGE_DECAY, (self.steps + 1) / (self.steps + 40))
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), share)
        return {name: value.item() for name, value in weighted.items()} | {
            "the critic's own": discriminator_total.item()
        }

    def _set_learning_rate(self, done: float) -> None:
        """Linear warm-up, then cosine decay."""
        share = FINAL_RATE_SHARE + (1.0 - FINAL_RATE_SHARE) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
        for optimiser in (self._optimiser, self._discriminator_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = self.config.learning_rate * min(1.0, (self.steps + 1) / WARM_UP_STEPS) * share

    def _train_discriminator(self, batch: TrainingBatch, forward: _Forward) -> Tensor:
        """One step of the discriminator; returns its loss."""
        with mixed_precision(self.device):
            style = batch.stroke, batch.palette
            real = self.discriminator(batch.real, forward.real_features, *style)
            features = [feature.detach() for feature in forward.features]
            fake = self.discriminator(forward.painted.detach(), features, *(t[forward.rows] for t in style))
            loss = discriminator_loss(real, fake)
        self._discriminator_optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._discriminator_optimiser.step()
        return loss

    def _forward(self, batch: TrainingBatch, structure_rise: float) -> _Forward:
        """Paint a batch and compute all losses of the painter."""
        config, weights, generator = self.config, self.config.weights, self._generator
        with torch.no_grad():
            real_features = self._perceptual(batch.real)
        noise = self._noise(len(batch.guides))
        blank = torch.zeros_like(batch.real)
        no_trust = torch.zeros_like(batch.guides[:, :1])
        first = self.network(batch.guides, batch.stroke, batch.palette, noise, blank, no_trust)
        people = torch.arange(config.people_rows.start, config.people_rows.stop, device=self.device)
        warped, valid = self._warp(first[people].detach(), batch)
        strength = torch.rand(len(people), 1, 1, 1, generator=generator).to(self.device)
        trust = valid * (0.25 + 0.7 * strength)
        worn = warped + 0.06 * torch.randn(warped.shape, generator=generator).to(self.device) * strength
        style = batch.stroke[people], batch.palette[people]
        second = self.network(batch.later_guides, *style, noise[people], worn.clamp(0.0, 1.0), trust)
        painted = torch.cat([first, second])
        rows = torch.cat([torch.arange(len(first), device=self.device), people])
        guides = torch.cat([batch.guides, batch.later_guides])
        eased = _ease_on_figures(painted, guides, structure_rise)
        features = self._perceptual(eased)
        target = [feature[rows] for feature in real_features]
        logits = self.discriminator(painted, features, batch.stroke[rows], batch.palette[rows])
        own = slice(0, config.reconstructions)
        rebuilt = (first[own] - batch.real[own]).abs().mean()
        for feature, wanted in zip(features[:4], real_features[:4], strict=True):
            scale = wanted[own].abs().mean().clamp_min(1e-3)
            rebuilt = rebuilt + 0.5 * (feature[own] - wanted[own]).abs().mean() / scale
        structured, structure_guides = painted[config.reconstructions :], guides[config.reconstructions :]
        computed = {
            "stroke": weights.stroke * losses.stroke_loss(features, target).mean(),
            "colour": weights.colour * losses.colour_loss(painted, batch.real[rows], generator).mean(),
            "contrast": weights.contrast * losses.contrast_loss(eased, batch.real[rows]).mean(),
            "critic": -weights.critic * logits.mean(),
            "light": weights.light * losses.light_loss(structured, structure_guides).mean(),
            "reader": weights.reader * self.figure_reader(structured, structure_guides, generator).mean(),
            "rebuilt": weights.rebuilt * rebuilt,
            "steady": weights.steady * ((second - warped).abs() * F.interpolate(trust, scale_factor=2.0)).mean(),
        }
        computed["shape"] = painted.new_zeros(())
        if batch.has_photographs.any():
            with torch.no_grad():
                photographed = self._perceptual(luma(batch.photographs[:, 0][batch.has_photographs]))
            grey = self._perceptual(luma(first[people][batch.has_photographs]))
            figure = batch.guides[people, :1][batch.has_photographs]
            computed["shape"] = weights.shape * losses.shape_loss(grey, photographed, figure).mean()
        if self._previous is not None:
            inputs = noise[people], blank[people], no_trust[people]
            computed["kept"] = weights.kept * self._forgetting(self._previous, batch, *inputs)
        return _Forward(computed, painted, features, real_features, rows)

    def _forgetting(self, previous: PreviousModel, batch: TrainingBatch, *inputs: Tensor) -> Tensor:
        """Mean difference from the previous model's paintings of people, in random styles of it."""
        chosen = [previous.styles[i] for i in self._rng.integers(0, len(previous.styles), self.config.people)]
        stroke = torch.from_numpy(np.stack([style.stroke for style in chosen])).to(self.device)
        palette = torch.from_numpy(np.stack([style.palette for style in chosen])).to(self.device)
        arguments = batch.guides[self.config.people_rows], stroke, palette, *inputs
        with torch.no_grad():
            before = previous.network(*arguments)
        drift: Tensor = (self.network(*arguments) - before).abs().mean()
        return drift

    def _warp(self, painted: Tensor, batch: TrainingBatch) -> tuple[Tensor, Tensor]:
        """Paintings of people moved along the flow, and (n, 1, h / 2, w / 2) where they remain valid, 0..1."""
        height, width = batch.flows.shape[1:3]
        rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
        centres = torch.stack([(columns + 0.5) / width, (rows + 0.5) / height], dim=-1).to(self.device)
        # Flows are in canvas heights with y up, and a pixel's content comes from against its flow.
        back = torch.stack([-batch.flows[..., 0] * height / width, batch.flows[..., 1]], dim=-1)
        source = 2.0 * (centres + back) - 1.0
        before = batch.guides[self.config.people_rows, :1].float()
        figure = F.grid_sample(before, source, padding_mode="border", align_corners=False)
        valid = 1.0 - (2.0 * (figure - batch.later_guides[:, :1].float()).abs()).clamp(0.0, 1.0)
        fine = F.interpolate(source.permute(0, 3, 1, 2), scale_factor=2.0, mode="bilinear").permute(0, 2, 3, 1)
        warped = F.grid_sample(painted.float(), fine, padding_mode="border", align_corners=False)
        return warped, valid

    def _noise(self, count: int) -> Tensor:
        """(count, NOISE_CHANNELS, h, w) as `installation.paint.guide.noise`, from the trainer's own generator."""
        side = self.config.size_px // GRAIN_PX
        fine = torch.randn(count, NOISE_CHANNELS // 2, side, side, generator=self._generator)
        coarse_side, coarse_channels = side // COARSE_CELLS + 2, NOISE_CHANNELS - NOISE_CHANNELS // 2
        grid = torch.randn(count, coarse_channels, coarse_side, coarse_side, generator=self._generator)
        inner = slice(COARSE_CELLS, COARSE_CELLS + side)
        coarse = F.interpolate(grid, scale_factor=COARSE_CELLS, mode="bicubic")[..., inner, inner]
        return torch.cat([fine, coarse / coarse.std()], dim=1).to(self.device)

    def state(self) -> dict[str, Any]:
        """All that `restore` needs to continue exactly; the names are those of checkpoint files."""
        return {
            "network": self.network.state_dict(),
            "mean": self.average.state_dict(),
            "critic": self.discriminator.state_dict(),
            "reader": self.figure_reader.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "judging": self._discriminator_optimiser.state_dict(),
            "steps": self.steps,
            "chance": self._generator.get_state(),
            "dice": json.dumps(self._rng.bit_generator.state),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from a state."""
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["mean"])
        self.discriminator.load_state_dict(state["critic"])
        self.figure_reader.load_state_dict(state["reader"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._discriminator_optimiser.load_state_dict(state["judging"])
        self.steps = state["steps"]
        self._generator.set_state(state["chance"])
        self._rng.bit_generator.state = json.loads(state["dice"])


def _ramp(done: float, span: tuple[float, float]) -> float:
    """0 before the span, 1 after it, linear within."""
    return min(max((done - span[0]) / (span[1] - span[0]), 0.0), 1.0)


def _ease_on_figures(painted: Tensor, guides: Tensor, rise: float) -> Tensor:
    """The same paintings with weaker gradients on figures and heads, so that style losses spare faces, not skies."""
    figure, head = (guides[:, channel : channel + 1].float() for channel in (FIGURE, HEAD))
    on_figure, on_head = (
        before + rise * (after - before) for before, after in (FIGURE_GRADIENT_CUT, HEAD_GRADIENT_CUT)
    )
    free = F.interpolate(1.0 - on_figure * figure - on_head * head, scale_factor=2.0).clamp(0.0, 1.0)
    return free * painted + (1.0 - free) * painted.detach()
