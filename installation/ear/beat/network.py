"""The beat network in NumPy, one frame at a time: what the ear's process runs, without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from installation.core.errors import UserError
from installation.ear.beat.features import BANDS, network_input
from motion.learning.weights_header import HeaderError, read_metadata

Array = NDArray[np.float32]

BUNDLED_WEIGHTS = Path(__file__).with_name("weights") / "ear.safetensors"
"""The weights that come with Visitant."""
HEADER_KEY = "visitant ear"
"""The one key of the header's metadata."""
FORMAT_VERSION = 1
"""Version of the file's format."""
TARGET_DELAY_SECONDS = 0.06
"""Time after a beat at which the network is trained to report it: the input then contains its attack."""
REMEDY = "`visitant train ear --data DIR --out FILE` makes one"


@dataclass(frozen=True, slots=True)
class BeatNetworkSettings:
    """Sizes of the network."""

    channels: tuple[int, int] = (12, 24)
    """Of the two convolutions."""
    reduced: int = 96
    hidden: int = 128


class _Convolution:
    """A causal convolution of stride 2 over bands and its rectifier, one frame at a time."""

    def __init__(self, weight: Array, bias: Array, shape: tuple[int, int]) -> None:
        """`weight` (maps, channels, frames, width); `shape` is that of a frame, (channels, bands)."""
        maps, channels, frames, width = weight.shape
        self._kernel, self._bias = weight.reshape(maps, -1).copy(), bias[:, None]
        self._history = np.zeros((channels, frames, shape[1] + 2 * (width // 2)), np.float32)
        self._newest = self._history[:, -1, width // 2 : width // 2 + shape[1]]
        # A view of the history, which changes with it.
        windows = np.lib.stride_tricks.sliding_window_view(self._history, width, axis=2)[:, :, ::2]
        self._patches = windows.transpose(0, 1, 3, 2)
        self._begun = False

    def push(self, frame: Array) -> Array:
        """The newest column (maps, bands / 2) after a frame (channels, bands); the first one stands for all before."""
        self._history[:, :-1] = self._history[:, 1:]
        self._newest[:] = frame
        if not self._begun:
            self._history[:] = self._history[:, -1:]
            self._begun = True
        columns = self._patches.reshape(len(self._kernel[0]), -1)
        return np.asarray(np.maximum(0.0, self._kernel @ columns + self._bias))


class BeatNetwork:
    """Causal convolutions over bands, two gated recurrent layers (Cho et al. 2014), and the odds of beat and downbeat.

    The reset gate multiplies the recurrent product, as in cuDNN and torch.
    """

    def __init__(self, settings: BeatNetworkSettings, tensors: Mapping[str, Array]) -> None:
        """Raises ValueError where the tensors have other shapes than the settings say."""
        self._tensors = {name: np.ascontiguousarray(values, np.float32) for name, values in tensors.items()}
        expected = _shapes(settings)
        if found := {n for n in expected if n not in tensors or tensors[n].shape != expected[n]}:
            raise ValueError(f"{', '.join(sorted(found)[:3])}: missing or of another size")
        self._convolutions = [
            _Convolution(self._tensors["conv1.weight"], self._tensors["conv1.bias"], (2, BANDS)),
            _Convolution(
                self._tensors["conv2.weight"], self._tensors["conv2.bias"], (settings.channels[0], BANDS // 2)
            ),
        ]
        self._settings = settings
        self._previous: Array | None = None
        self._states = [np.zeros(settings.hidden, np.float32) for _ in range(2)]

    def push(self, powers: Array) -> tuple[float, float]:
        """Probabilities of beat and downbeat TARGET_DELAY_SECONDS before the end of this frame of powers (BANDS,)."""
        frame = network_input(powers[None], self._previous)[0]
        self._previous = powers
        for convolution in self._convolutions:
            frame = convolution.push(frame)
        x = np.maximum(0.0, self._tensors["reduce.weight"] @ frame.ravel() + self._tensors["reduce.bias"])
        for layer in range(2):
            x = self._recur(layer, x)
        logits = self._tensors["head.weight"] @ x + self._tensors["head.bias"]
        beat, downbeat = _logistic(logits)
        return float(beat), float(downbeat)

    def _recur(self, layer: int, x: Array) -> Array:
        """One step of a gated recurrent layer; gates are in the order reset, update, new."""
        t, size = self._tensors, self._settings.hidden
        state = self._states[layer]
        of_input = t[f"gru.weight_ih_l{layer}"] @ x + t[f"gru.bias_ih_l{layer}"]
        of_state = t[f"gru.weight_hh_l{layer}"] @ state + t[f"gru.bias_hh_l{layer}"]
        gates = _logistic(of_input[: 2 * size] + of_state[: 2 * size])
        new = np.tanh(of_input[2 * size :] + gates[:size] * of_state[2 * size :])
        update = gates[size:]
        self._states[layer] = (1.0 - update) * new + update * state
        return self._states[layer]


def _logistic(x: Array) -> Array:
    """The logistic function, which does not overflow in this form."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)


def _shapes(settings: BeatNetworkSettings) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of a network."""
    first, second = settings.channels
    shapes: dict[str, tuple[int, ...]] = {
        "conv1.weight": (first, 2, 3, 5),
        "conv1.bias": (first,),
        "conv2.weight": (second, first, 3, 3),
        "conv2.bias": (second,),
        "reduce.weight": (settings.reduced, second * (BANDS // 4)),
        "reduce.bias": (settings.reduced,),
        "head.weight": (2, settings.hidden),
        "head.bias": (2,),
    }
    for layer, width in enumerate((settings.reduced, settings.hidden)):
        shapes[f"gru.weight_ih_l{layer}"] = (3 * settings.hidden, width)
        shapes[f"gru.weight_hh_l{layer}"] = (3 * settings.hidden, settings.hidden)
        shapes[f"gru.bias_ih_l{layer}"] = shapes[f"gru.bias_hh_l{layer}"] = (3 * settings.hidden,)
    return shapes


def load(path: Path | None = None) -> BeatNetwork:
    """The network of a file, by default of BUNDLED_WEIGHTS.

    Raises UserError where it is missing, damaged, something else or of another version.
    """
    path = path or BUNDLED_WEIGHTS
    head = _read_head(path)
    try:
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in head["settings"].items()}
        settings = BeatNetworkSettings(**plain)
        tensors = load_file(path)
        if broken := [name for name, values in tensors.items() if not np.isfinite(values).all()]:
            raise ValueError(f"{broken[0]} holds values that are not finite")
        return BeatNetwork(settings, tensors)
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path}: damaged, or of another network ({error}); {REMEDY} anew") from None


def card(path: Path | None = None) -> dict[str, Any]:
    """The model card in a file's header. Raises UserError."""
    return dict(_read_head(path or BUNDLED_WEIGHTS)["card"])


def _read_head(path: Path) -> dict[str, Any]:
    try:
        head = dict(json.loads(read_metadata(path)[HEADER_KEY]))
    except FileNotFoundError:
        raise UserError(f"{path}: the ear's network isn't there; {REMEDY}") from None
    except (HeaderError, OSError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise UserError(f"{path}: damaged, or no ear of Visitant ({error}); {REMEDY}") from None
    if head.get("version") != FORMAT_VERSION:
        raise UserError(f"{path}: of form {head.get('version')}, this Visitant reads form {FORMAT_VERSION}; {REMEDY}")
    return head
