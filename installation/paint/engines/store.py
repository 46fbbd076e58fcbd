"""The painter in a file: safetensors, which can't run code, with settings, styles and card in its header."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors import torch as safetensors

from installation.paint.engines.network import Network, Settings
from installation.paint.style import Style, library, listed
from motion.atomic_file import atomic_write
from motion.dancer.store import StoreError, header

WEIGHTS = Path(__file__).parents[1] / "weights" / "painter.safetensors"
"""The painter that comes along."""
VERSION = 1
"""Of the form of the file."""
HEAD = "visitant painter"
"""The one key of the header."""
HOW = "`visitant train painter --data DIR --out FILE` makes one"
STROKES, PALETTES = "library.strokes", "library.palettes"


def save(path: Path, network: Network, styles: Mapping[str, Style], card: Mapping[str, Any]) -> None:
    """Write a network and its library of styles, whole or not at all, in 16 bits. Raises OSError."""
    strokes, palettes = listed(styles)
    tensors = {name: values.detach().to("cpu", torch.float16) for name, values in network.state_dict().items()}
    tensors |= {STROKES: torch.from_numpy(strokes), PALETTES: torch.from_numpy(palettes)}
    head = {
        "version": VERSION, "settings": asdict(network.settings), "styles": list(styles), "card": dict(card),
    }  # fmt: skip
    tensors = {name: values.contiguous() for name, values in tensors.items()}
    atomic_write(path, safetensors.save(tensors, {HEAD: json.dumps(head, ensure_ascii=False)}))


def load(path: str | Path | None = None) -> tuple[Network, dict[str, Style]]:
    """The network of a file and its library; of WEIGHTS where none is named.

    Raises StoreError where it is missing, damaged, of another form or of another size than its settings say.
    """
    path = Path(path or WEIGHTS)
    head = _head(path)
    try:
        plain: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in head["settings"].items()}
        network = Network(Settings(**plain))
    except (TypeError, RuntimeError, AttributeError, ValueError) as error:
        raise StoreError(f"{path}: its settings are not this version's ({error}); {HOW} that fits") from None
    try:
        state = safetensors.load_file(path)
    except (SafetensorError, OSError) as error:
        raise StoreError(f"{path}: damaged ({error}); {HOW} anew") from None
    try:
        strokes, palettes = (state.pop(name).float().numpy() for name in (STROKES, PALETTES))
        styles = library(head["styles"], strokes, palettes)
    except (KeyError, ValueError) as error:
        raise StoreError(f"{path}: its library of styles is damaged ({error}); {HOW} anew") from None
    broken = [name for name, values in state.items() if not math.isfinite(values.float().sum().item())]
    if broken:
        raise StoreError(f"{path}: {', '.join(broken[:3])} holds what is no number; {HOW} anew")
    try:
        network.load_state_dict({name: values.float() for name, values in state.items()})
    except RuntimeError as error:
        wrong = str(error).strip().splitlines()[-1].strip()
        raise StoreError(f"{path}: of another network: {wrong}; {HOW} that fits") from None
    return network.eval(), styles


def card(path: str | Path | None = None) -> dict[str, Any]:
    """What is said about the painter of a file, read without its weights. Raises StoreError."""
    return dict(_head(Path(path or WEIGHTS))["card"])


def names(path: str | Path | None = None) -> tuple[str, ...]:
    """The styles of its library, read without its weights. Raises StoreError."""
    return tuple(_head(Path(path or WEIGHTS))["styles"])


def _head(path: Path) -> dict[str, Any]:
    return header(path, HEAD, VERSION, WEIGHTS)
