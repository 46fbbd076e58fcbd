"""Pipelined denoising: the steps of successive pictures in one batch, with guidance without a second evaluation.

Both are ideas of StreamDiffusion (Kodaira et al. 2023). While the newest picture takes its first step, the one before
takes its second, and so on: each call of the network completes one picture. The state of a picture is its predicted
clean latent and the noise that belongs to it, so that prompt, strength and noise may change at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from installation.paint.engines.diffusion.load import DiffusionModel
from installation.paint.engines.diffusion.noise_schedule import NoiseSchedule
from installation.paint.engines.diffusion.prompt_encoder import PromptEmbedding


@dataclass(frozen=True, slots=True, eq=False)
class LatentBatch:
    """Pictures in progress, one row each."""

    clean: Tensor
    """(n, c, h, w) predicted clean latents."""
    noise: Tensor
    """(n, c, h, w) the noise that belongs to them."""
    unprompted: Tensor
    """(n, c, h, w) clean latents predicted with the negative prompt."""
    control: Tensor | None = None
    """(n, 3, H, W) inputs of the ControlNet, 0..1."""

    def rows(self, selection: slice) -> LatentBatch:
        """Return a slice of the rows."""
        return LatentBatch(*(None if part is None else part[selection] for part in self._parts()))  # type: ignore[arg-type]

    def _parts(self) -> list[Tensor | None]:
        return [getattr(self, field.name) for field in fields(self)]


def concatenate(batches: Sequence[LatentBatch]) -> LatentBatch:
    """Return the rows of all batches."""
    parts = zip(*(batch._parts() for batch in batches), strict=True)
    return LatentBatch(*(None if part[0] is None else torch.cat(part) for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class DenoisingInputs:
    """Schedule, noise and prompts for all pictures in progress."""

    schedule: NoiseSchedule
    noise: Tensor
    """(n, c, h, w) of deviation 1, for each step of the schedule."""
    prompt: PromptEmbedding
    negative_prompt: PromptEmbedding | None = None
    """What guidance leads away from."""


class DenoisingStream:
    """A pipeline of pictures: each call takes one in at the first step and returns one after the last."""

    def __init__(
        self, model: DiffusionModel, guidance: float = 1.0, residual: str = "input", control_scale: float = 1.0
    ) -> None:
        self._model, self._control_scale = model, control_scale
        width = model.pipeline.unet.config.time_cond_proj_dim
        self._guidance_embedding = None
        if width:
            # Guidance was distilled into such a network, which takes its scale as an input.
            scale = torch.tensor([guidance - 1.0], dtype=torch.float32)
            embedding = model.pipeline.get_guidance_scale_embedding(scale, embedding_dim=width)
            self._guidance_embedding = embedding.to(model.device, model.dtype)
        self._guidance = 1.0 if width else guidance
        self._residual = residual
        self._in_progress: LatentBatch | None = None
        self._age = 0
        """Steps since the last call of `run_all`."""

    @property
    def latency_frames(self) -> int:
        """How many pictures before the next input its output will belong to, at the same number of steps."""
        return 0 if self._in_progress is None else min(self._age + 1, len(self._in_progress.clean))

    def flush(self) -> None:
        """Discard pictures in progress."""
        self._in_progress = None

    def step(self, fresh: LatentBatch, inputs: DenoisingInputs) -> Tensor:
        """Take in one row and return the clean latent (1, c, h, w) that is complete after this step.

        The first picture after a flush, or at another size or number of steps, takes all its steps at once.
        """
        steps, in_progress = len(inputs.schedule.timesteps), self._in_progress
        if steps == 1 or in_progress is None or in_progress.clean.shape != (steps - 1, *fresh.clean.shape[1:]):
            return self.run_all(fresh, inputs)
        done = self._denoise(concatenate((fresh, in_progress)), 0, inputs)
        self._in_progress, self._age = done.rows(slice(0, -1)), self._age + 1
        return done.clean[-1:]

    def run_all(self, fresh: LatentBatch, inputs: DenoisingInputs) -> Tensor:
        """Run all steps of one row in sequence; its intermediate states then fill the pipeline."""
        states = []
        for level in range(len(inputs.schedule.timesteps)):
            fresh = self._denoise(fresh, level, inputs)
            states.append(fresh)
        self._in_progress, self._age = concatenate(states[:-1]) if len(states) > 1 else None, 0
        return fresh.clean

    def _denoise(self, batch: LatentBatch, first: int, inputs: DenoisingInputs) -> LatentBatch:
        """Advance rows, of which the first is at step `first` and each next one a step further, by one step."""
        count = len(batch.clean)
        here = slice(first, first + count)
        schedule = inputs.schedule
        times, signal, noise = (part[here] for part in (schedule.timesteps, schedule.signal, schedule.noise))
        noisy = signal * batch.clean + noise * batch.noise
        repeated = self._rows_without_prompt(first, count)
        control = None if batch.control is None else _with_repeats(batch.control, repeated)
        predicted = self._predict(
            _with_repeats(noisy, repeated), _with_repeats(times, repeated), inputs, count, control
        )
        estimate = self._to_clean(predicted, *(_with_repeats(part, repeated) for part in (noisy, signal, noise)))
        clean, unprompted = estimate[:count], batch.unprompted
        if self._guidance != 1.0:
            if repeated:
                unprompted = torch.cat([estimate[count:], unprompted[repeated:]])
            clean = unprompted + self._guidance * (clean - unprompted)
        # The noise after the last step is never used.
        fresh, found = inputs.noise.roll(-1, 0)[here], (noisy - signal * clean) / noise
        following = fresh if self._model.is_stochastic else found
        return LatentBatch(clean, following, unprompted, batch.control)

    def _to_clean(self, predicted: Tensor, noisy: Tensor, signal: Tensor, noise: Tensor) -> Tensor:
        """Convert the network's output to clean latents, by its type of prediction."""
        if self._model.prediction_type == "v_prediction":
            return signal * noisy - noise * predicted
        return predicted if self._model.prediction_type == "sample" else (noisy - noise * predicted) / signal

    def _rows_without_prompt(self, first: int, count: int) -> int:
        """How many of the rows, from the first on, are evaluated with the negative prompt too."""
        if self._guidance == 1.0 or self._residual == "input":
            return 0
        return count if self._residual == "each" else int(first == 0)

    def _predict(
        self, noisy: Tensor, times: Tensor, inputs: DenoisingInputs, prompted: int, control: Tensor | None
    ) -> Tensor:
        """Evaluate the network: the first `prompted` rows with the prompt, the others with the negative prompt."""
        parts = [(inputs.prompt, prompted)]
        if inputs.negative_prompt is not None and len(noisy) > prompted:
            parts.append((inputs.negative_prompt, len(noisy) - prompted))
        tokens = torch.cat([embedding.tokens.expand(rows, -1, -1) for embedding, rows in parts])
        common = {
            "encoder_hidden_states": tokens,
            "added_cond_kwargs": self._added_conditions(parts, noisy),
            "return_dict": False,
        }
        latents = noisy.to(self._model.dtype, memory_format=torch.channels_last)
        residuals = {}
        if self._model.controlnet is not None:
            shown = {"controlnet_cond": control, "conditioning_scale": self._control_scale}
            down, middle = self._model.controlnet(latents, times, **shown, **common)
            residuals = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        embedding = None if self._guidance_embedding is None else self._guidance_embedding.expand(len(noisy), -1)
        noise: Tensor = self._model.network(latents, times, timestep_cond=embedding, **common, **residuals)[0].float()
        return noise

    def _added_conditions(
        self, parts: Sequence[tuple[PromptEmbedding, int]], noisy: Tensor
    ) -> dict[str, Tensor] | None:
        """Return the further inputs of SDXL: the pooled prompt, the picture's size, and a crop offset of 0."""
        if parts[0][0].pooled is None:
            return None
        pooled = torch.cat([part.pooled.expand(rows, -1) for part, rows in parts if part.pooled is not None])
        height, width = (self._model.latent_px * side for side in noisy.shape[-2:])
        sizes = torch.tensor([[height, width, 0, 0, height, width]], device=noisy.device, dtype=pooled.dtype)
        return {"text_embeds": pooled, "time_ids": sizes.expand(len(noisy), -1)}


def _with_repeats(rows: Tensor, count: int) -> Tensor:
    """Return the rows, followed by the first `count` of them again."""
    return torch.cat([rows, rows[:count]]) if count else rows
