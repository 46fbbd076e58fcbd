"""The engine: a diffusion model that paints guides by prompts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.interface import prompt as prompts
from installation.interface.prompt import Prompt
from installation.paint.engines.diffusion import guide_drawing
from installation.paint.engines.diffusion.frame_skip import Similar
from installation.paint.engines.diffusion.load import Model, load
from installation.paint.engines.diffusion.noise_schedule import levels
from installation.paint.engines.diffusion.prompt_encoder import Reader
from installation.paint.engines.diffusion.stream import Asked, Batch, Stream
from installation.paint.guide.noise import SeedBlend
from installation.paint.style import sphere
from installation.venue.diffusion_section import DiffusionSection

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

SHOWN = {"edges": guide_drawing.edges, "depth": guide_drawing.depth, "parts": guide_drawing.parts}
NOTHING = (("", 1.0),)
FIELDS = 8
"""Fields of noise that are kept."""


def open_diffusion(settings: DiffusionSection, device: str | None = None) -> Diffusion:
    """The engine of a model on this machine. Raises Trouble where it can't be used."""
    return Diffusion(load(settings, device), settings)


class Diffusion:
    """An `Engine` whose styles are prompts."""

    def __init__(self, model: Model, settings: DiffusionSection, reader: Reader | None = None) -> None:
        """`reader` is one of the same model. Raises PromptError where a style of the settings is none."""
        self.styles: Mapping[str, Prompt] = MappingProxyType(
            {name: prompts.read(text) for name, text in settings.prompts.items()}
        )
        self._model, self._settings = model, settings
        self._reader = reader or Reader(model)
        self._stream = Stream(model, settings.guidance, settings.residual, settings.held)
        self._similar = Similar(settings.still)
        self._painted: Pixels | None = None

    @property
    def behind(self) -> int:
        """How many guides before the one that it is given next its picture will be painted from."""
        return self._stream.behind if self._settings.stream else 0

    def style(self, text: str) -> Prompt:
        """The style of that name, else these words as a prompt. Raises PromptError."""
        return self.styles[text] if text in self.styles else prompts.read(text)

    def blend(self, styles: Sequence[Prompt], weights: Sequence[float]) -> Prompt:
        """Prompts by weights."""
        return prompts.blend(styles, weights)

    def slerp(self, one: Prompt, other: Prompt, share: float) -> Prompt:
        """From `one` (0) to `other` (1)."""
        return prompts.slerp(one, other, share)

    @torch.inference_mode()
    def paint(
        self,
        guide: Array,
        style: Prompt,
        *,
        seed: int | SeedBlend = 0,
        steps: int = 1,
        canvas: Pixels | None = None,
        keep: Array | None = None,
    ) -> Pixels:
        """A painting (2 h, 2 w, 3) of a guide (h, w, 12), by as many steps as it is.

        In a stream it is that of the guide `behind` this one. The very array of last time comes back where the guide
        is as good as the same. Raises torch.OutOfMemoryError where it is too large.
        """
        drawn = guide_drawing.picture(guide)
        if self._similar.passes(drawn, (style, seed, steps, drawn.shape), steps) and self._painted is not None:
            return self._painted
        # A stream that is behind has on its canvas what is older than this guide.
        feedback = 0.0 if self.behind else self._settings.feedback
        start = self._encoded(_over(drawn, canvas, keep, feedback))
        field = torch.from_numpy(noise(seed, (steps, *start.shape[1:]))).to(start.device)
        unwanted = style.without or NOTHING if self._settings.guidance != 1.0 else None
        asked = Asked(
            levels(self._model, steps, self._settings.strength),
            field,
            self._reader.words(style.texts),
            None if unwanted is None else self._reader.words(unwanted),
        )
        fresh = Batch(start, field[:1], start, self._shown(guide))
        step = self._stream.step if self._settings.stream else self._stream.whole
        self._painted = self._decoded(step(fresh, asked), drawn.shape[:2])
        return self._painted

    def another(self) -> Diffusion:
        """The same model for another picture, with a stream of its own."""
        return Diffusion(self._model, self._settings, self._reader)

    def flush(self) -> None:
        """Forget what is under way."""
        self._stream.flush()
        self._painted = None

    def close(self) -> None:
        """Forget everything; the card's memory goes with the last reference."""
        self.flush()

    def _shown(self, guide: Array) -> Tensor | None:
        if self._model.control is None:
            return None
        return self._sent(SHOWN[self._settings.shows](guide)).to(self._model.precision)

    def _sent(self, drawn: Array) -> Tensor:
        """(1, 3, H, W) of a drawing, its last rows and columns repeated to whole latents."""
        down, right = (-side % self._model.size for side in drawn.shape[:2])
        wide = np.pad(drawn, ((0, down), (0, right), (0, 0)), "edge") if down or right else drawn
        return torch.from_numpy(wide).to(self._model.device).permute(2, 0, 1)[None]

    def _encoded(self, drawn: Array) -> Tensor:
        """(1, c, h, w) float32 latents of a drawing."""
        coder = self._model.coder
        found = coder.encode((2.0 * self._sent(drawn) - 1.0).to(coder.dtype))
        latents = found.latents if hasattr(found, "latents") else found.latent_dist.mode()
        return latents.float() * coder.config.scaling_factor

    def _decoded(self, latents: Tensor, size: tuple[int, int]) -> Pixels:
        coder = self._model.coder
        found = coder.decode((latents / coder.config.scaling_factor).to(coder.dtype), return_dict=False)[0]
        picture = found[0, :, : size[0], : size[1]].float().permute(1, 2, 0)
        return (picture * 127.5 + 128.0).clamp(0.0, 255.0).to(torch.uint8).cpu().contiguous().numpy()


def noise(seed: int | SeedBlend, shape: tuple[int, ...]) -> Array:
    """Noise of deviation 1, the same on every machine; between two seeds it turns from the one's to the other's."""
    seeds = SeedBlend(seed) if isinstance(seed, int) else seed
    if seeds.share <= 0.0 or seeds.first == seeds.second:
        return _field(seeds.first, shape)
    return sphere(_field(seeds.first, shape), _field(seeds.second, shape), min(seeds.share, 1.0))


@lru_cache(FIELDS)
def _field(seed: int, shape: tuple[int, ...]) -> Array:
    chance = torch.Generator().manual_seed(seed)
    # One level at a time, so that the first has the same noise however many follow.
    return torch.stack([torch.randn(shape[1:], generator=chance) for _ in range(shape[0])]).numpy()


def _over(drawn: Array, canvas: Pixels | None, keep: Array | None, feedback: float) -> Array:
    """The drawing, with what was painted before where that may be trusted."""
    if canvas is None or keep is None or feedback <= 0.0:
        return drawn
    height, width = drawn.shape[:2]
    trust = feedback * cv2.resize(keep, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    return np.asarray(drawn + trust * (canvas * np.float32(1.0 / 255.0) - drawn), np.float32)
