"""The loop: the steps of successive pictures in one batch, and guidance that needs no second look.

Both are ideas of StreamDiffusion (Kodaira et al. 2023). While the newest picture takes its first step, the one
before takes its second, and so on: each call of the network ends one picture. What is under way is kept as a guess of
the clean picture and the noise that belongs to it, so that prompt, strength and noise may change at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from installation.paint.engines.diffusion.load import Model
from installation.paint.engines.diffusion.noise_schedule import Levels
from installation.paint.engines.diffusion.prompt_encoder import Words


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Pictures under way; one row each."""

    clean: Tensor
    """(n, c, h, w) what they are guessed to become."""
    noise: Tensor
    """(n, c, h, w) what they are noised with."""
    plain: Tensor
    """(n, c, h, w) what they would become without the prompt."""
    control: Tensor | None = None
    """(n, 3, H, W) what the ControlNet is shown, 0..1."""

    def rows(self, wanted: slice) -> Batch:
        """Some of them."""
        return Batch(*(None if part is None else part[wanted] for part in self._parts()))  # type: ignore[arg-type]

    def _parts(self) -> list[Tensor | None]:
        return [getattr(self, field.name) for field in fields(self)]


def joined(batches: Sequence[Batch]) -> Batch:
    """The rows of all."""
    parts = zip(*(batch._parts() for batch in batches), strict=True)
    return Batch(*(None if part[0] is None else torch.cat(part) for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is wanted of all that are under way."""

    levels: Levels
    noise: Tensor
    """(n, c, h, w) of deviation 1, for each level."""
    words: Words
    without: Words | None = None
    """What guidance leads away from."""


class Stream:
    """Takes pictures in at the first level and gives them back after the last."""

    def __init__(self, model: Model, guidance: float = 1.0, residual: str = "input", held: float = 1.0) -> None:
        self._model, self._held = model, held
        told = model.pipeline.unet.config.time_cond_proj_dim
        self._told = None
        if told:
            # Such a network was taught what guidance does, and needs none from outside.
            scale = torch.tensor([guidance - 1.0], dtype=torch.float32)
            self._told = model.pipeline.get_guidance_scale_embedding(scale, embedding_dim=told)
            self._told = self._told.to(model.device, model.precision)
        self._guidance = 1.0 if told else guidance
        self._residual = residual
        self._under_way: Batch | None = None
        self._age = 0

    @property
    def behind(self) -> int:
        """How many pictures before the one that it takes in next its answer will belong to, by as many steps."""
        return 0 if self._under_way is None else min(self._age + 1, len(self._under_way.clean))

    def flush(self) -> None:
        """Forget what is under way."""
        self._under_way = None

    def step(self, fresh: Batch, asked: Asked) -> Tensor:
        """The clean latent (1, c, h, w) that is done after this step, with one row of `fresh` taken in.

        The first picture after a flush, or at another size or number of steps, takes all its steps at once.
        """
        steps, under_way = len(asked.levels.times), self._under_way
        if steps == 1 or under_way is None or under_way.clean.shape != (steps - 1, *fresh.clean.shape[1:]):
            return self.whole(fresh, asked)
        done = self._stepped(joined((fresh, under_way)), 0, asked)
        self._under_way, self._age = done.rows(slice(0, -1)), self._age + 1
        return done.clean[-1:]

    def whole(self, fresh: Batch, asked: Asked) -> Tensor:
        """All steps of one row, one after the other; from then on it is what is under way."""
        passed = []
        for level in range(len(asked.levels.times)):
            fresh = self._stepped(fresh, level, asked)
            passed.append(fresh)
        self._under_way, self._age = joined(passed[:-1]) if len(passed) > 1 else None, 0
        return fresh.clean

    def _stepped(self, batch: Batch, first: int, asked: Asked) -> Batch:
        """Rows that are at the level `first` and those below it, one level further."""
        count = len(batch.clean)
        here = slice(first, first + count)
        times, picture, noise = (part[here] for part in (asked.levels.times, asked.levels.picture, asked.levels.noise))
        noisy = picture * batch.clean + noise * batch.noise
        bare = self._bare(first, count)
        control = None if batch.control is None else _again(batch.control, bare)
        told = self._predicted(_again(noisy, bare), _again(times, bare), asked, count, control)
        guess = self._guessed(told, *(_again(part, bare) for part in (noisy, picture, noise)))
        clean, plain = guess[:count], batch.plain
        if self._guidance != 1.0:
            if bare:
                plain = torch.cat([guess[count:], plain[bare:]])
            clean = plain + self._guidance * (clean - plain)
        # The last level's has no use, whatever it is.
        fresh, found = asked.noise.roll(-1, 0)[here], (noisy - picture * clean) / noise
        following = fresh if self._model.fresh else found
        return Batch(clean, following, plain, batch.control)

    def _guessed(self, told: Tensor, noisy: Tensor, picture: Tensor, noise: Tensor) -> Tensor:
        """The clean latents that the network's answer stands for."""
        if self._model.predicts == "v_prediction":
            return picture * noisy - noise * told
        return told if self._model.predicts == "sample" else (noisy - noise * told) / picture

    def _bare(self, first: int, count: int) -> int:
        """How many of the rows, from the first on, are to be seen without the prompt too."""
        if self._guidance == 1.0 or self._residual == "input":
            return 0
        return count if self._residual == "each" else int(first == 0)

    def _predicted(self, noisy: Tensor, times: Tensor, asked: Asked, prompted: int, control: Tensor | None) -> Tensor:
        """What the network says about noisy latents, of which all but the first `prompted` are seen without prompt."""
        parts = [(asked.words, prompted)]
        if asked.without is not None and len(noisy) > prompted:
            parts.append((asked.without, len(noisy) - prompted))
        tokens = torch.cat([words.tokens.expand(rows, -1, -1) for words, rows in parts])
        told = {"encoder_hidden_states": tokens, "added_cond_kwargs": self._added(parts, noisy), "return_dict": False}
        latents = noisy.to(self._model.precision, memory_format=torch.channels_last)
        more = {}
        if self._model.control is not None:
            shown = {"controlnet_cond": control, "conditioning_scale": self._held}
            down, middle = self._model.control(latents, times, **shown, **told)
            more = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        cond = None if self._told is None else self._told.expand(len(noisy), -1)
        return self._model.network(latents, times, timestep_cond=cond, **told, **more)[0].float()

    def _added(self, parts: Sequence[tuple[Words, int]], noisy: Tensor) -> dict[str, Tensor] | None:
        """What models of SDXL's form are told besides: the whole prompt, the picture's size, and that nothing was
        cut off."""
        if parts[0][0].pooled is None:
            return None
        pooled = torch.cat([words.pooled.expand(rows, -1) for words, rows in parts if words.pooled is not None])
        high, wide = (self._model.size * side for side in noisy.shape[-2:])
        sizes = torch.tensor([[high, wide, 0, 0, high, wide]], device=noisy.device, dtype=pooled.dtype)
        return {"text_embeds": pooled, "time_ids": sizes.expand(len(noisy), -1)}


def _again(rows: Tensor, count: int) -> Tensor:
    """Rows, and the first `count` of them once more."""
    return torch.cat([rows, rows[:count]]) if count else rows
