"""Inference of the painter's network: guide, style and seed in, picture out; on CUDA as captured graphs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from installation.paint.engines import store
from installation.paint.engines.network import GRAIN_PX, SIZE_MULTIPLE_PX, NetworkSettings, PainterNetwork
from installation.paint.guide.noise import SeedBlend, noise
from installation.paint.pictures import perceptual
from installation.paint.pictures.perceptual import to_channels_last
from installation.paint.pictures.style import PALETTE_SIZE, Style, blend, measure_style
from motion.learning.checkpoint import choose_device
from motion.learning.precision import cpu_has_fast_bfloat16

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

NEXT_STEP_TRUST = 0.5
"""Trust of a step in the painting of the step before it."""
MAX_GRAPHS = 4
"""Number of input sizes whose captured graphs are kept."""


class NetworkPainter:
    """A network on its device, with its library of styles."""

    def __init__(
        self,
        network: PainterNetwork,
        styles: Mapping[str, Style],
        device: torch.device,
        dtype: torch.dtype | None = None,
    ) -> None:
        """`dtype` is that of the computation; by default the device's fastest."""
        self.styles = dict(styles)
        """By name, in the order of the file."""
        self.device = device
        self._dtype = dtype or _fast_dtype(device)
        # Taken before the network is converted: 16 bits are too coarse for these.
        self._components = network.components.float().cpu(), network.centre.float().cpu()
        self._network = to_channels_last(network, device).to(self._dtype).eval().requires_grad_(False)
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
        """Return a painting (2 h, 2 w, 3) of a guide (h, w, 12).

        `canvas` (2 h, 2 w, 3) is painted over, `keep` (h, w) is the trust in each place of it, 0..1; each further step
        paints over the one before. Raises torch.OutOfMemoryError if the painting is too large.
        """
        height, width = guide.shape[:2]
        padded_height, padded_width = (-(-2 * side // SIZE_MULTIPLE_PX) * SIZE_MULTIPLE_PX for side in (height, width))
        trust = np.zeros((height, width), np.float32) if keep is None or canvas is None else keep
        shown = np.zeros((2 * height, 2 * width, 3), np.uint8) if canvas is None else canvas
        padding = padded_height // 2 - height, padded_width // 2 - width
        inputs = [
            self._to_tensor(_pad_edges(guide, *padding)),
            self._to_tensor(style.stroke),
            self._to_tensor(style.palette),
            self._to_tensor(noise(seed, padded_height // GRAIN_PX, padded_width // GRAIN_PX), channels_last=False),
            self._to_tensor(_pad_edges(shown, 2 * padding[0], 2 * padding[1]), 1.0 / 255.0),
            self._to_tensor(_pad_edges(trust[..., None], *padding)),
        ]
        for step in range(steps):
            painted = self._run(inputs)
            if step + 1 < steps:
                inputs[4] = painted.to(self._dtype)
                inputs[5] = torch.full_like(inputs[5], NEXT_STEP_TRUST)
        picture = painted[0, :, : 2 * height, : 2 * width].permute(1, 2, 0)
        return np.ascontiguousarray((picture * 255.0 + 0.5).to(torch.uint8).cpu().numpy())

    def style_of(self, pictures: Sequence[Pixels]) -> Style:
        """Return the mean style of pictures (h, w, 3). Raises AssetError if the perceptual network is missing."""
        network = perceptual.load()
        components, centre = self._components
        found = []
        for picture in pictures:
            statistics, palette = measure_style(network, picture)
            found.append(Style(((statistics - centre) @ components).numpy(), palette))
        return blend(found, [1.0] * len(found))

    def _to_tensor(self, values: NDArray[np.generic], scale: float = 1.0, channels_last: bool = True) -> Tensor:
        """Copy values to the device as a batch of one; (h, w, c) becomes (1, c, h, w)."""
        tensor = torch.from_numpy(np.ascontiguousarray(values))[None].to(self.device).to(self._dtype)
        if tensor.ndim == 4 and channels_last:
            tensor = tensor.permute(0, 3, 1, 2)
        return tensor * scale if scale != 1.0 else tensor

    def _run(self, inputs: Sequence[Tensor]) -> Tensor:
        """Run the network once; on CUDA as a graph, captured once for each size."""
        if self.device.type != "cuda":
            painted: Tensor = self._network(*inputs)
            return painted
        shape = tuple(inputs[0].shape)
        if shape not in self._graphs:
            if len(self._graphs) == MAX_GRAPHS:
                self._graphs.pop(next(iter(self._graphs)))
            self._graphs[shape] = _capture(self._network, inputs)
        return self._graphs[shape](inputs)


def load(path: str | Path | None = None, device: torch.device | str | None = None) -> NetworkPainter:
    """Load the painter of a file, by default the bundled one; by default onto a CUDA device if there is one.

    Raises WeightsError if it cannot be used.
    """
    network, styles = store.load(path)
    return NetworkPainter(network, styles, choose_device(device))


def tiny_painter(seed: int = 0, device: torch.device | str | None = "cpu") -> NetworkPainter:
    """Return a small untrained painter with the styles "one", "two" and "three", for tests and benchmarks."""
    torch.manual_seed(seed)
    settings = NetworkSettings(widths=(8, 8, 8), blocks=(1, 1, 1), stroke=4, style_width=8, fine=4)
    network = PainterNetwork(settings)
    rng = np.random.default_rng(seed)
    styles = {
        name: Style(rng.standard_normal(4, np.float32), rng.standard_normal(PALETTE_SIZE, np.float32))
        for name in ("one", "two", "three")
    }
    return NetworkPainter(network, styles, choose_device(device))


def _fast_dtype(device: torch.device) -> torch.dtype:
    """Return a 16-bit type if the device multiplies it fast, else float32."""
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.bfloat16 if cpu_has_fast_bfloat16() else torch.float32


def _pad_edges(values: NDArray[np.generic], down: int, right: int) -> NDArray[np.generic]:
    """Repeat the last rows and columns of (h, w, c)."""
    return np.pad(values, ((0, down), (0, right), (0, 0)), "edge") if down or right else values


def _capture(network: PainterNetwork, inputs: Sequence[Tensor]) -> Callable[[Sequence[Tensor]], Tensor]:
    """Capture the network on inputs of these sizes as a CUDA graph: one launch instead of some hundred."""
    buffers = [tensor.clone() for tensor in inputs]
    warm_up = torch.cuda.Stream()
    warm_up.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(warm_up):
        for _ in range(3):
            network(*buffers)
    torch.cuda.current_stream().wait_stream(warm_up)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        out = network(*buffers)

    def run(values: Sequence[Tensor]) -> Tensor:
        for buffer, value in zip(buffers, values, strict=True):
            buffer.copy_(value)
        graph.replay()
        painted: Tensor = out.clone()
        return painted

    return run
