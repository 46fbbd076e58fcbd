"""The diffusion engine: paints guides by text prompts with a few-step diffusion model (image to image)."""

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
from installation.paint.engines.diffusion.frame_skip import SimilarFrameFilter
from installation.paint.engines.diffusion.load import DiffusionModel, load
from installation.paint.engines.diffusion.noise_schedule import noise_schedule
from installation.paint.engines.diffusion.prompt_encoder import PromptEncoder
from installation.paint.engines.diffusion.stream import DenoisingInputs, DenoisingStream, LatentBatch
from installation.paint.guide.noise import SeedBlend
from installation.paint.pictures.style import slerp_arrays
from installation.venue.diffusion_section import DiffusionSection

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

CONTROL_DRAWINGS = {"edges": guide_drawing.edges, "depth": guide_drawing.depth, "parts": guide_drawing.parts}
"""Drawings for the ControlNet, by the value of the setting `shows`."""
EMPTY_PROMPT = (("", 1.0),)
NOISE_CACHE_SIZE = 8
"""Noise fields that are kept."""


def open_diffusion(settings: DiffusionSection, device: str | None = None) -> DiffusionEngine:
    """Open the engine of a model on this machine. Raises UserError if it cannot be used."""
    return DiffusionEngine(load(settings, device), settings)


class DiffusionEngine:
    """An `Engine` whose styles are prompts."""

    def __init__(self, model: DiffusionModel, settings: DiffusionSection, encoder: PromptEncoder | None = None) -> None:
        """`encoder` shares the cache of another engine of the same model. Raises PromptError for an invalid style."""
        self.styles: Mapping[str, Prompt] = MappingProxyType(
            {name: prompts.read(text) for name, text in settings.prompts.items()}
        )
        self._model, self._settings = model, settings
        self._encoder = encoder or PromptEncoder(model)
        self._stream = DenoisingStream(model, settings.guidance, settings.residual, settings.held)
        self._filter = SimilarFrameFilter(settings.still)
        self._painted: Pixels | None = None

    @property
    def latency_frames(self) -> int:
        """How many guides before the one that it is given next its picture will show."""
        return self._stream.latency_frames if self._settings.stream else 0

    def style(self, text: str) -> Prompt:
        """Return the style of that name, else the text as a prompt. Raises PromptError."""
        return self.styles[text] if text in self.styles else prompts.read(text)

    def blend(self, styles: Sequence[Prompt], weights: Sequence[float]) -> Prompt:
        """Return the weighted mix of prompts."""
        return prompts.blend(styles, weights)

    def slerp(self, first: Prompt, second: Prompt, share: float) -> Prompt:
        """Interpolate from `first` (0) to `second` (1)."""
        return prompts.slerp(first, second, share)

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
        """Return a painting (2 h, 2 w, 3) of a guide (h, w, 12) in that many denoising steps.

        In a stream it shows the guide `latency_frames` before this one. If the guide hardly changed, the last array
        itself is returned. Raises torch.OutOfMemoryError if the painting is too large.
        """
        drawing = guide_drawing.picture(guide)
        can_skip = self._filter.can_skip(drawing, (style, seed, steps, drawing.shape), steps)
        if can_skip and self._painted is not None:
            return self._painted
        # With latency the canvas is older than this guide, and would pull the picture back.
        feedback = 0.0 if self.latency_frames else self._settings.feedback
        start = self._encode(_with_canvas(drawing, canvas, keep, feedback))
        field = torch.from_numpy(gaussian_noise(seed, (steps, *start.shape[1:]))).to(start.device)
        negative = style.without or EMPTY_PROMPT if self._settings.guidance != 1.0 else None
        inputs = DenoisingInputs(
            noise_schedule(self._model, steps, self._settings.strength),
            field,
            self._encoder.encode(style.texts),
            None if negative is None else self._encoder.encode(negative),
        )
        fresh = LatentBatch(start, field[:1], start, self._control_picture(guide))
        step = self._stream.step if self._settings.stream else self._stream.run_all
        self._painted = self._decode(step(fresh, inputs), drawing.shape[:2])
        return self._painted

    def clone(self) -> DiffusionEngine:
        """Return an engine of the same model with a stream of its own."""
        return DiffusionEngine(self._model, self._settings, self._encoder)

    def flush(self) -> None:
        """Discard work in progress."""
        self._stream.flush()
        self._painted = None

    def close(self) -> None:
        """Discard all state; the device's memory is freed with the last reference to the model."""
        self.flush()

    def _control_picture(self, guide: Array) -> Tensor | None:
        if self._model.controlnet is None:
            return None
        return self._to_tensor(CONTROL_DRAWINGS[self._settings.shows](guide)).to(self._model.dtype)

    def _to_tensor(self, drawing: Array) -> Tensor:
        """Return a drawing as (1, 3, H, W), its last rows and columns repeated to whole latents."""
        down, right = (-side % self._model.latent_px for side in drawing.shape[:2])
        padded = np.pad(drawing, ((0, down), (0, right), (0, 0)), "edge") if down or right else drawing
        return torch.from_numpy(padded).to(self._model.device).permute(2, 0, 1)[None]

    def _encode(self, drawing: Array) -> Tensor:
        """Return the latents (1, c, h, w) of a drawing, float32."""
        autoencoder = self._model.autoencoder
        found = autoencoder.encode((2.0 * self._to_tensor(drawing) - 1.0).to(autoencoder.dtype))
        latents = found.latents if hasattr(found, "latents") else found.latent_dist.mode()
        scaled: Tensor = latents.float() * autoencoder.config.scaling_factor
        return scaled

    def _decode(self, latents: Tensor, size: tuple[int, int]) -> Pixels:
        autoencoder = self._model.autoencoder
        scaled = (latents / autoencoder.config.scaling_factor).to(autoencoder.dtype)
        found = autoencoder.decode(scaled, return_dict=False)[0]
        picture = found[0, :, : size[0], : size[1]].float().permute(1, 2, 0)
        pixels: Pixels = (picture * 127.5 + 128.0).clamp(0.0, 255.0).to(torch.uint8).cpu().contiguous().numpy()
        return pixels


def gaussian_noise(seed: int | SeedBlend, shape: tuple[int, ...]) -> Array:
    """Return noise of deviation 1, the same on every machine; blended seeds interpolate spherically."""
    seeds = SeedBlend(seed) if isinstance(seed, int) else seed
    if seeds.share <= 0.0 or seeds.first == seeds.second:
        return _field(seeds.first, shape)
    return slerp_arrays(_field(seeds.first, shape), _field(seeds.second, shape), min(seeds.share, 1.0))


@lru_cache(NOISE_CACHE_SIZE)
def _field(seed: int, shape: tuple[int, ...]) -> Array:
    generator = torch.Generator().manual_seed(seed)
    # One step at a time, so that the first has the same noise for any number of steps.
    return torch.stack([torch.randn(shape[1:], generator=generator) for _ in range(shape[0])]).numpy()


def _with_canvas(drawing: Array, canvas: Pixels | None, keep: Array | None, feedback: float) -> Array:
    """Blend the last painting into the drawing, weighted by trust and feedback."""
    if canvas is None or keep is None or feedback <= 0.0:
        return drawing
    height, width = drawing.shape[:2]
    trust = feedback * cv2.resize(keep, (width, height), interpolation=cv2.INTER_LINEAR)[..., None]
    return np.asarray(drawing + trust * (canvas * np.float32(1.0 / 255.0) - drawing), np.float32)
