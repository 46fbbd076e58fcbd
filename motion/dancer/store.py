"""The weights file of the dancer's network: safetensors with its settings and its model card in the header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from motion.dancer.network import Network, Settings
from motion.learning import checkpoint
from motion.learning.checkpoint import WeightsError

BUNDLED_WEIGHTS = Path(__file__).with_name("weights") / "dancer.safetensors"
"""The weights that come with Visitant."""
FORMAT_VERSION = 1
"""Version of the file's format."""
HEADER_KEY = "visitant dancer"
"""The one key of the header's metadata."""
REMEDY = checkpoint.remedy("dancer")


def save(path: Path, network: Network, card: Mapping[str, Any]) -> None:
    """Write a network and its model card, a JSON object, atomically.

    Parameters are stored in 16 bits; statistics of the data (means, components) in 32, whose range they need. Raises
    OSError.
    """
    parameters = dict(network.named_parameters())
    tensors = {
        name: values.detach().to("cpu", torch.float16 if name in parameters else values.dtype).contiguous()
        for name, values in network.state_dict().items()
    }
    head = {"version": FORMAT_VERSION, "settings": asdict(network.settings), "card": dict(card)}
    checkpoint.write_weights(path, HEADER_KEY, head, tensors)


def load(path: str | Path | None = None, device: torch.device | str | None = None) -> Network:
    """The network of a file, by default of BUNDLED_WEIGHTS, in evaluation mode; by default on the CPU.

    Raises WeightsError where it is missing, damaged, of another version or of another size than its settings say.
    """
    path = Path(path or BUNDLED_WEIGHTS)
    head = _read_header(path)
    try:
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in head["settings"].items()}
        network = Network(Settings(**plain))
    except (TypeError, RuntimeError, AttributeError) as error:
        raise WeightsError(f"{path}: its settings do not fit this version ({error}); {REMEDY} that fits") from None
    expected = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    try:
        with safe_open(path, "pt") as file:
            found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            _require_shapes(path, found, expected)
            state = {name: file.get_tensor(name).float() for name in found}
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path}: damaged ({error}); {REMEDY} anew") from None
    checkpoint.require_finite(path, state, REMEDY)
    network.load_state_dict(state)
    return network.to(device or "cpu").eval()


def card(path: str | Path | None = None) -> dict[str, Any]:
    """The model card of a file, by default of BUNDLED_WEIGHTS, read without the weights. Raises WeightsError."""
    return dict(_read_header(Path(path or BUNDLED_WEIGHTS))["card"])


def _read_header(path: Path) -> dict[str, Any]:
    return checkpoint.read_header(path, HEADER_KEY, FORMAT_VERSION, BUNDLED_WEIGHTS)


def _require_shapes(path: Path, found: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]]) -> None:
    wrong = [
        f"{name} is {_shape_text(found.get(name))}, expected {_shape_text(expected.get(name))}"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]
    if wrong:
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise WeightsError(f"{path}: of another network: {'; '.join(wrong[:3])}{more}; {REMEDY} that fits")


def _shape_text(shape: tuple[int, ...] | None) -> str:
    return "missing" if shape is None else " x ".join(map(str, shape)) or "one number"
