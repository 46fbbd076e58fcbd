"""The painter: guide, style and seed in, a picture out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.paint import perceptual
from installation.paint.engines import store
from installation.paint.engines.network import GRAIN, MULTIPLE, Network, Settings
from installation.paint.guide.noise import SeedBlend, noise
from installation.paint.perceptual import placed
from installation.paint.style import PALETTE, Style, blend, measured
from motion.dancer.store import device as chosen

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

AGAIN = 0.5
"""How far a step trusts what the step before it painted."""
GRAPHS = 4
"""Sizes for which a captured graph is kept."""


class Painter:
    """A network, where it runs, and its library of styles."""

    def __init__(
        self,
        network: Network,
        styles: Mapping[str, Style],
        device: torch.device,
        number: torch.dtype | None = None,
    ) -> None:
        """`number` is what it computes in: what the device is quick with, when left out."""
        self.styles = dict(styles)
        """By name, in the order of the file."""
        self.device = device
        self._type = number or _number(device)
        # Before the network goes over to halves, which are too coarse for them.
        self._components = network.components.float().cpu(), network.centre.float().cpu()
        self._network = placed(network, device).to(self._type).eval().requires_grad_(False)
        self._graphs: dict[tuple[int, ...], Callable[[Sequence[Tensor]], Tensor]] = {}

    @torch.inference_mode()
    def paint(
        self,
        guide: Array,
        style: Style,
        *,
        seed: int | SeedBlend = 0,
        steps: int = 1,
        canvas: Pixels | None = None,
        keep: Array | None = None,
    ) -> Pixels:
        """A painting (2 h, 2 w, 3) of a guide (h, w, GUIDE).

        `canvas` (2 h, 2 w, 3) is what is painted over, `keep` (h, w) how far each place of it is to be trusted, 0..1;
        each further step paints over the one before. Raises torch.OutOfMemoryError where it is too large.
        """
        height, width = guide.shape[:2]
        tall, wide = (-(-2 * size // MULTIPLE) * MULTIPLE for size in (height, width))
        trust = np.zeros((height, width), np.float32) if keep is None or canvas is None else keep
        shown = np.zeros((2 * height, 2 * width, 3), np.uint8) if canvas is None else canvas
        more = tall // 2 - height, wide // 2 - width
        told = [
            self._sent(_widened(guide, *more)),
            self._sent(style.stroke),
            self._sent(style.palette),
            self._sent(noise(seed, tall // GRAIN, wide // GRAIN), last=False),
            self._sent(_widened(shown, 2 * more[0], 2 * more[1]), 1.0 / 255.0),
            self._sent(_widened(trust[..., None], *more)),
        ]
        for step in range(steps):
            painted = self._run(told)
            if step + 1 < steps:
                told[4] = painted.to(self._type)
                told[5] = torch.full_like(told[5], AGAIN)
        picture = painted[0, :, : 2 * height, : 2 * width].permute(1, 2, 0)
        return np.ascontiguousarray((picture * 255.0 + 0.5).to(torch.uint8).cpu().numpy())

    def style_of(self, pictures: Sequence[Pixels]) -> Style:
        """The style of pictures (h, w, 3) taken together. Raises AssetError where the perceptual network is missing."""
        network = perceptual.load()
        components, centre = self._components
        found = []
        for picture in pictures:
            statistics, palette = measured(network, picture)
            found.append(Style(((statistics - centre) @ components).numpy(), palette))
        return blend(found, [1.0] * len(found))

    def _sent(self, values: NDArray[np.generic], scale: float = 1.0, last: bool = True) -> Tensor:
        """Values on the device as a batch of one, what is (h, w, c) as (1, c, h, w)."""
        tensor = torch.from_numpy(np.ascontiguousarray(values))[None].to(self.device).to(self._type)
        if tensor.ndim == 4 and last:
            tensor = tensor.permute(0, 3, 1, 2)
        return tensor * scale if scale != 1.0 else tensor

    def _run(self, told: Sequence[Tensor]) -> Tensor:
        """One step of the network; on CUDA as a graph that is captured once for each size."""
        if self.device.type != "cuda":
            return self._network(*told)
        shape = tuple(told[0].shape)
        if shape not in self._graphs:
            if len(self._graphs) == GRAPHS:
                self._graphs.pop(next(iter(self._graphs)))
            self._graphs[shape] = _captured(self._network, told)
        return self._graphs[shape](told)


def load(path: str | Path | None = None, device: torch.device | str | None = None) -> Painter:
    """The painter of a file, or the one that comes along; on a CUDA device where there is one and none is named.

    Raises StoreError where it can't be used.
    """
    network, styles = store.load(path)
    return Painter(network, styles, chosen(device))


def tiny(seed: int = 0, device: torch.device | str | None = "cpu") -> Painter:
    """A small painter that has learned nothing and knows the styles "one", "two" and "three"."""
    torch.manual_seed(seed)
    settings = Settings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, told=8, fine=4)
    network = Network(settings)
    chance = np.random.default_rng(seed)
    styles = {
        name: Style(chance.standard_normal(4, np.float32), chance.standard_normal(PALETTE, np.float32))
        for name in ("one", "two", "three")
    }
    return Painter(network, styles, chosen(device))


def _number(device: torch.device) -> torch.dtype:
    """Halves where the device multiplies them fast."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    asked = (getattr(torch.cpu, name, None) for name in ("_is_amx_tile_supported", "_is_avx512_bf16_supported"))
    quick = any(ask is not None and ask() for ask in asked)
    return torch.bfloat16 if quick else torch.float32


def _widened(values: NDArray[np.generic], down: int, right: int) -> NDArray[np.generic]:
    """(h, w, c) with its last rows and columns repeated."""
    return np.pad(values, ((0, down), (0, right), (0, 0)), "edge") if down or right else values


def _captured(network: Network, told: Sequence[Tensor]) -> Callable[[Sequence[Tensor]], Tensor]:
    """The network on inputs of these sizes as a CUDA graph: one launch instead of some hundred."""
    places = [tensor.clone() for tensor in told]
    warm = torch.cuda.Stream()
    warm.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(warm):
        for _ in range(3):
            network(*places)
    torch.cuda.current_stream().wait_stream(warm)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = network(*places)

    def run(values: Sequence[Tensor]) -> Tensor:
        for place, value in zip(places, values, strict=True):
            place.copy_(value)
        graph.replay()
        return out.clone()

    return run
