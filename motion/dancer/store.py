"""The dancer's network in a file: safetensors, which can't run code, with its settings and its card in the header."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors import torch as safetensors

from motion.atomic_file import atomic_write
from motion.dancer.network import Network, Settings

BUNDLED_WEIGHTS = Path(__file__).with_name("weights") / "dancer.safetensors"
"""The network that comes along."""
VERSION = 1
"""Of the form of the file."""
HEAD = "visitant dancer"
"""The one key of the header: two would stand in another order each time, and the bytes with them."""
HOW = "`visitant train dancer --data DIR --out FILE` makes one"


class StoreError(ValueError):
    """A file that holds no network of its kind, or none that can be used; says why, and what would be right."""


def device(name: str | torch.device | None = None) -> torch.device:
    """Where networks run: a CUDA device where there is one, else the processor; or the one that is named.

    Raises StoreError where that one isn't there.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(name)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        there = ", ".join(["cpu", *(f"cuda:{n}" for n in range(torch.cuda.device_count()))])
        raise StoreError(f"device {name}: {str(error).splitlines()[0]}; here: {there}") from None
    return chosen


def save(path: Path, network: Network, card: Mapping[str, Any]) -> None:
    """Write a network and what is to be said about it, in plain values that JSON has; whole or not at all.

    What was learned is kept in 16 bits; what was counted from the data (means, components) in 32, whose span it needs.
    Raises OSError.
    """
    learned = dict(network.named_parameters())
    tensors = {
        name: values.detach().to("cpu", torch.float16 if name in learned else values.dtype).contiguous()
        for name, values in network.state_dict().items()
    }
    head = {"version": VERSION, "settings": asdict(network.settings), "card": dict(card)}
    atomic_write(path, safetensors.save(tensors, {HEAD: json.dumps(head, ensure_ascii=False)}))


def load(path: str | Path | None = None, device: torch.device | str | None = None) -> Network:
    """The network of a file, ready to answer; of WEIGHTS where none is named. On the processor where no device is.

    Raises StoreError where it is missing, damaged, of another form or of another size than its settings say.
    """
    path = Path(path or BUNDLED_WEIGHTS)
    head = _head(path)
    try:
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in head["settings"].items()}
        network = Network(Settings(**plain))
    except (TypeError, RuntimeError, AttributeError) as error:
        raise StoreError(f"{path}: its settings are not this version's ({error}); {HOW} that fits") from None
    wanted = {name: tuple(values.shape) for name, values in network.state_dict().items()}
    with safe_open(path, "pt") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        wrong = [
            f"{name} is {_shape(found.get(name))}, expected {_shape(wanted.get(name))}"
            for name in sorted(found.keys() | wanted.keys())
            if found.get(name) != wanted.get(name)
        ]
        if wrong:
            more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
            raise StoreError(f"{path}: of another network: {'; '.join(wrong[:3])}{more}; {HOW} that fits")
        state = {name: file.get_tensor(name).float() for name in found}
    broken = [name for name, values in state.items() if not math.isfinite(values.sum().item())]
    if broken:
        raise StoreError(f"{path}: {', '.join(broken)} holds what is no number; {HOW} anew")
    network.load_state_dict(state)
    return network.to(device or "cpu").eval()


def card(path: str | Path | None = None) -> dict[str, Any]:
    """What is said about the network of a file, read without its weights. Raises StoreError."""
    return dict(_head(Path(path or BUNDLED_WEIGHTS))["card"])


def header(path: Path, key: str, version: int, own: Path) -> dict[str, Any]:
    """What the header of a file says under its key, such as "visitant dancer"; `own` is the file that comes along.

    Raises StoreError where it is missing, damaged, something else or of another form.
    """
    kind = key.removeprefix("visitant ")
    how = f"`visitant train {kind} --data DIR --out FILE` makes one"
    if not path.is_file():
        which = f"the {kind}'s network" if path == own else "this network"
        raise StoreError(f"{path}: {which} isn't there; {how}")
    try:
        with safe_open(path, "pt") as file:
            text = (file.metadata() or {}).get(key)
    except (SafetensorError, OSError) as error:
        raise StoreError(f"{path}: damaged, or no safetensors file ({error}); {how} anew") from None
    if text is None:
        raise StoreError(f"{path}: a safetensors file, but no {kind} of Visitant; {how}")
    head = json.loads(text)
    if head["version"] != version:
        raise StoreError(f"{path}: of form {head['version']}, this Visitant reads form {version}; {how} of that form")
    return dict(head)


def _head(path: Path) -> dict[str, Any]:
    return header(path, HEAD, VERSION, BUNDLED_WEIGHTS)


def _shape(shape: tuple[int, ...] | None) -> str:
    return "missing" if shape is None else " x ".join(map(str, shape)) or "one number"
