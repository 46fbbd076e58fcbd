"""The painter's file: safetensors, which cannot run code, with settings, styles and model card in its header."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors

from installation.paint.engines.network import NetworkSettings, PainterNetwork
from installation.paint.engines.weights import BUNDLED_WEIGHTS, HEADER_KEY
from installation.paint.pictures.style import Style, library_from_arrays, library_to_arrays
from motion.learning import checkpoint
from motion.learning.checkpoint import WeightsError

FORMAT_VERSION = 1
"""Version of the file's format."""
REMEDY = checkpoint.remedy("painter")
STROKES_KEY = "library.strokes"
"""Tensor of the library's strokes, (n, s)."""
PALETTES_KEY = "library.palettes"
"""Tensor of the library's palettes, (n, PALETTE_SIZE)."""


def save(path: Path, network: PainterNetwork, styles: Mapping[str, Style], card: Mapping[str, Any]) -> None:
    """Write a network in 16 bits and its library of styles, atomically. Raises OSError."""
    strokes, palettes = library_to_arrays(styles)
    tensors = {name: values.detach().to("cpu", torch.float16) for name, values in network.state_dict().items()}
    tensors |= {STROKES_KEY: torch.from_numpy(strokes), PALETTES_KEY: torch.from_numpy(palettes)}
    head = {
        "version": FORMAT_VERSION,
        "settings": network.settings.to_header(),
        "styles": list(styles),
        "card": dict(card),
    }
    tensors = {name: values.contiguous() for name, values in tensors.items()}
    checkpoint.write_weights(path, HEADER_KEY, head, tensors)


def load(path: str | Path | None = None) -> tuple[PainterNetwork, dict[str, Style]]:
    """Read the network and the library of a file, by default the bundled one.

    Raises WeightsError if it is missing, damaged, of another format, or of another size than its settings say.
    """
    path = Path(path or BUNDLED_WEIGHTS)
    head = _read_header(path)
    try:
        network = PainterNetwork(NetworkSettings.from_header(head["settings"]))
    except (TypeError, RuntimeError, AttributeError, ValueError) as error:
        raise WeightsError(f"{path}: its settings do not fit this version ({error}); {REMEDY} that fits") from None
    try:
        state = safetensors.load_file(path)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path}: damaged ({error}); {REMEDY} anew") from None
    try:
        strokes, palettes = (state.pop(name).float().numpy() for name in (STROKES_KEY, PALETTES_KEY))
        styles = library_from_arrays(head["styles"], strokes, palettes)
    except (KeyError, ValueError) as error:
        raise WeightsError(f"{path}: its library of styles is damaged ({error}); {REMEDY} anew") from None
    checkpoint.require_finite(path, state, REMEDY)
    try:
        network.load_state_dict({name: values.float() for name, values in state.items()})
    except RuntimeError as error:
        wrong = str(error).strip().splitlines()[-1].strip()
        raise WeightsError(f"{path}: of another network: {wrong}; {REMEDY} that fits") from None
    return network.eval(), styles


def card(path: str | Path | None = None) -> dict[str, Any]:
    """Return the model card of a file, read without its weights. Raises WeightsError."""
    return dict(_read_header(Path(path or BUNDLED_WEIGHTS))["card"])


def style_names(path: str | Path | None = None) -> tuple[str, ...]:
    """Return the names of the library's styles, read without its weights. Raises WeightsError."""
    return tuple(_read_header(Path(path or BUNDLED_WEIGHTS))["styles"])


def _read_header(path: Path) -> dict[str, Any]:
    return checkpoint.read_header(path, HEADER_KEY, FORMAT_VERSION, BUNDLED_WEIGHTS)
