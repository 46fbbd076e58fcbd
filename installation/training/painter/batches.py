"""Training batches of the painter: random crops of pictures, windows of people's guides, and their augmentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.paint.engines.network import PainterNetwork
from installation.paint.guide.guide import CHANNELS
from installation.paint.pictures.perceptual import PerceptualNetwork
from installation.paint.pictures.style import palette_of, statistics
from installation.training.painter.config import TrainingConfig
from installation.training.painter.samples import SampleBank, unpack_guides
from installation.training.painter.style_pictures import StylePicture, random_crop, transfer_colours

Array = NDArray[np.floating]
Pixels = NDArray[np.uint8]

DROP_ODDS = {"edge": 0.3, "near": 0.2, "light": 0.3, "colour": 0.35, "flow": 0.3, "parts": 0.1}
"""Probability that these channels of a guide are set to 0: a scene may leave them out."""
BLUR_ODDS = 0.35
"""Probability that edges and light of a picture's guide are blurred, so that the painter learns to invent detail."""
FLOW = [CHANNELS.index("flow_x"), CHANNELS.index("flow_y")]
PARTS = [CHANNELS.index(name) for name in ("head", "trunk", "arms", "legs")]
COLOURS = [CHANNELS.index("red_green"), CHANNELS.index("blue_yellow")]
SINGLE_CHANNELS = {name: [CHANNELS.index(name)] for name in ("edge", "near", "light")}


@dataclass(frozen=True)
class TrainingData:
    """What a painter learns from."""

    pictures: Sequence[StylePicture]
    people: SampleBank
    odds: NDArray[np.float64] | None = None
    """(n,) probability of each picture; all equal where it is None."""


@dataclass(frozen=True)
class TrainingBatch:
    """One step's input: rows of pictures with their own guides, then of people, then of pictures for transfer."""

    guides: Tensor
    """(n, GUIDE, h / 2, w / 2)"""
    later_guides: Tensor
    """(people, ...) guides of people a moment later."""
    flows: Tensor
    """(people, h / 2, w / 2, 2) motion of people until then; see `installation.paint.motion_warp`."""
    photographs: Tensor
    """(people, 2, 3, h, w) camera pictures of both moments, where they exist."""
    has_photographs: Tensor
    """(people,) whether they exist."""
    real: Tensor
    """(n, 3, h, w) crops in the requested styles."""
    stroke: Tensor
    """(n, s) strokes of the requested styles."""
    palette: Tensor
    """(n, PALETTE) palettes of the requested styles."""


@dataclass(frozen=True)
class _PeopleWindow:
    """A window of one of the people's guides."""

    guide: Array
    later_guide: Array
    flow: Array
    photographs: Pixels
    """(2, h, w, 3) of both moments, black where there are none."""
    has_photographs: bool


class BatchSampler:
    """Draws random batches; `rng` and `generator` are shared with the trainer, whose checkpoints store them."""

    def __init__(
        self,
        data: TrainingData,
        perceptual: PerceptualNetwork,
        config: TrainingConfig,
        rng: np.random.Generator,
        generator: torch.Generator,
        device: torch.device,
    ) -> None:
        self._data, self._perceptual, self._config = data, perceptual, config
        self._rng, self._generator, self._device = rng, generator, device

    def draw(self, network: PainterNetwork, strokes: Tensor) -> TrainingBatch:
        """A random batch. `strokes` (pictures, s) are those of whole pictures; `network` encodes those of crops."""
        config, rng, pictures = self._config, self._rng, self._data.pictures
        count = config.row_count
        rows = rng.choice(len(pictures), count, p=self._data.odds)
        real, guides, palettes = [], [], []
        for row, index in enumerate(rows):
            pixels, guide, palette = self._style_crop(pictures[index])
            real.append(pixels)
            palettes.append(palette)
            if row < config.reconstructions:
                guides.append(_randomly_blurred(guide, rng))
        people = rng.integers(0, len(self._data.people.guides), config.people)
        windows = [self._people_window(int(index)) for index in people]
        guides += [window.guide for window in windows]
        for index in rng.choice(len(pictures), config.transfers):
            guides.append(_randomly_blurred(random_crop(pictures[index], config.size_px, rng, config.zoom)[1], rng))
        crops = self._pixels_to_tensor(np.stack(real))
        shares = np.minimum(2.0 * rng.random((count, 1)), 1.0).astype(np.float32)
        whole = strokes[rows].to(self._device)
        stroke = whole + torch.from_numpy(shares).to(self._device) * (
            network.stroke(statistics(self._perceptual, crops)) - whole
        )
        stroke = stroke + 0.1 * torch.randn(stroke.shape, generator=self._generator).to(self._device)
        first = self._guides_to_tensor(np.stack(guides))
        later = self._guides_to_tensor(np.stack([window.later_guide for window in windows]))
        mask = _channel_mask(rng, count).to(self._device)
        return TrainingBatch(
            first * mask,
            later * mask[config.people_rows],
            torch.from_numpy(np.stack([window.flow for window in windows])).to(self._device),
            self._pixels_to_tensor(np.stack([window.photographs for window in windows])),
            torch.tensor([window.has_photographs for window in windows], device=self._device),
            crops,
            stroke,
            torch.from_numpy(np.stack(palettes).astype(np.float32)).to(self._device),
        )

    def _style_crop(self, picture: StylePicture) -> tuple[Pixels, Array, Array]:
        """A random crop, its guide and its palette, at times in another picture's colours."""
        config, rng, pictures = self._config, self._rng, self._data.pictures
        pixels, guide = random_crop(picture, config.size_px, rng, config.zoom)
        palette: Array | None = picture.palette
        if rng.random() < config.recolour_odds:
            reference = pictures[rng.choice(len(pictures), p=self._data.odds)]
            pixels, palette = transfer_colours(pixels, reference.pixels), None
        return pixels, guide, palette_of(pixels) if palette is None or rng.random() < 0.5 else palette

    def _people_window(self, index: int) -> _PeopleWindow:
        """A random, at times mirrored window of one of the people's samples."""
        config, rng, bank = self._config, self._rng, self._data.people
        height, width = bank.guides.shape[2:4]
        span = int(rng.integers(config.window_cells[0], min(config.window_cells[1], height, width) + 1)) // 2 * 2
        figure = bank.guides[index, 0, ..., 0].astype(np.float32)
        top, left = _figure_window(figure, span, rng)
        window = slice(top, top + span), slice(left, left + span)
        columns = slice(None, None, -1) if rng.random() < 0.5 else slice(None)
        side = config.size_px // 2

        def fit(values: Array) -> Array:
            cut = values[window][:, columns].astype(np.float32)
            return np.asarray(cv2.resize(cut, (side, side), interpolation=cv2.INTER_LINEAR), np.float32)

        now, later = (fit(unpack_guides(bank.guides[index, moment])) for moment in (0, 1))
        flow = fit(bank.flows[index]) * (height / span)
        for guide in (now, later):
            guide[..., FLOW] *= height / span
            if columns.step:
                guide[..., FLOW[0]] *= -1.0
        if columns.step:
            flow[..., 0] *= -1.0
        photographs = np.zeros((2, config.size_px, config.size_px, 3), np.uint8)
        picture = int(bank.picture[index])
        if picture >= 0:
            pixels = slice(2 * top, 2 * (top + span)), slice(2 * left, 2 * (left + span))
            for moment in (0, 1):
                photograph = np.ascontiguousarray(bank.pictures[picture, moment][pixels][:, columns])
                photographs[moment] = cv2.resize(
                    photograph, (config.size_px, config.size_px), interpolation=cv2.INTER_AREA
                )
        return _PeopleWindow(now, later, flow, photographs, picture >= 0)

    def _guides_to_tensor(self, guides: Array) -> Tensor:
        """Guides (n, h, w, c) as (n, c, h, w)."""
        return torch.from_numpy(guides.astype(np.float32)).to(self._device).permute(0, 3, 1, 2)

    def _pixels_to_tensor(self, pixels: Pixels) -> Tensor:
        """Pictures (..., h, w, 3) as (..., 3, h, w) of 0..1."""
        return torch.from_numpy(pixels).to(self._device).movedim(-1, -3).float() / 255.0


def _figure_window(figure: Array, span: int, rng: np.random.Generator) -> tuple[int, int]:
    """Top and left of that one of three random windows that shows most of the figure (h, w)."""
    height, width = figure.shape
    corners = [(int(rng.integers(0, height - span + 1)), int(rng.integers(0, width - span + 1))) for _ in range(3)]
    return max(corners, key=lambda at: float(figure[at[0] : at[0] + span, at[1] : at[1] + span].sum()))


def _randomly_blurred(guide: Array, rng: np.random.Generator) -> Array:
    """A copy of the guide, with edges and light blurred at a probability of BLUR_ODDS."""
    guide = guide.copy()
    if rng.random() < BLUR_ODDS:
        for name in ("edge", "light"):
            channel = SINGLE_CHANNELS[name][0]
            guide[..., channel] = cv2.GaussianBlur(guide[..., channel], (0, 0), float(rng.uniform(1.0, 4.0)))
    return guide


def _channel_mask(rng: np.random.Generator, count: int) -> Tensor:
    """(count, GUIDE, 1, 1) of 1, or 0 for channels that are dropped."""
    mask = torch.ones(count, len(CHANNELS), 1, 1)
    for name, channels in (SINGLE_CHANNELS | {"colour": COLOURS, "flow": FLOW, "parts": PARTS}).items():
        dropped = torch.from_numpy(rng.random(count) < DROP_ODDS[name])
        for channel in channels:
            mask[dropped, channel] = 0.0
    return mask
