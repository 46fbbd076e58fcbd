"""Weights files: safetensors, which can't run code, with settings and model card as JSON in the header."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import torch as safetensors
from torch import Tensor

from motion.atomic_file import atomic_write
from motion.learning.weights_header import HeaderError, read_metadata

MAX_SETTING = 1 << 16
"""Largest number that the settings of a network may hold."""
PLAIN_SETTING = 512
"""Numbers up to this are taken without a comparison with the size of the file."""


class WeightsError(ValueError):
    """A weights file or device that can't be used; the text says why, and the remedy."""


def choose_device(name: str | torch.device | None = None) -> torch.device:
    """The device on which networks run: the named one, by default CUDA where available, else the CPU.

    Raises WeightsError where the named one is not available.
    """
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        chosen = torch.device(name)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        available = ", ".join(["cpu", *(f"cuda:{n}" for n in range(torch.cuda.device_count()))])
        raise WeightsError(f"device {name}: {str(error).splitlines()[0]}; here: {available}") from None
    return chosen


def remedy(kind: str) -> str:
    """How to make a file of a kind, "dancer" or "painter", for error messages."""
    return f"`visitant train {kind} --data DIR --out FILE` makes one"


def write_weights(path: Path, key: str, head: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> None:
    """Write tensors, contiguous and on the CPU, and `head` as JSON under the metadata's one key, atomically.

    Two keys would be in another order each time, and the bytes with them. Raises OSError.
    """
    atomic_write(path, safetensors.save(dict(tensors), {key: json.dumps(head, ensure_ascii=False)}))


def read_header(path: Path, key: str, version: int, bundled: Path) -> dict[str, Any]:
    """The JSON object that a weights file holds under a key such as "visitant dancer"; `bundled` is the file that comes
    with Visitant.

    Raises WeightsError where it is missing, damaged, something else or of another version.
    """
    kind = key.removeprefix("visitant ")
    how = remedy(kind)
    if not path.is_file():
        which = f"the {kind}'s network" if path == bundled else "this network"
        raise WeightsError(f"{path}: {which} isn't there; {how}")
    try:
        text = read_metadata(path).get(key)
    except (HeaderError, OSError) as error:
        raise WeightsError(f"{path}: damaged, or no safetensors file ({error}); {how} anew") from None
    if text is None:
        raise WeightsError(f"{path}: a safetensors file, but no {kind} of Visitant; {how}")
    try:
        head = dict(json.loads(text))
        settings, form = dict(head["settings"]), head["version"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WeightsError(f"{path}: its header is damaged ({type(error).__name__}); {how} anew") from None
    if form != version:
        raise WeightsError(f"{path}: of form {form}, this Visitant reads form {version}; {how} of that form")
    if wrong := _implausible(settings, path.stat().st_size):
        raise WeightsError(f"{path}: no network of this file's size has {wrong}; {how} anew")
    return head


def _implausible(settings: Mapping[str, Any], file_bytes: int) -> str:
    """A setting that cannot be true of a network in a file of this size; empty where there is none.

    A layer of n channels has matrices of about n x n numbers: without this, a wrong number could take all memory.
    """
    for name, value in settings.items():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str):
                continue
            if not isinstance(each, int) or isinstance(each, bool) or not 0 <= each <= MAX_SETTING:
                return f"{name} = {str(each)[:40]}"
            if each > PLAIN_SETTING and each * each > file_bytes:
                return f"{name} = {each}"
    return ""


def require_finite(path: Path, tensors: Mapping[str, Tensor], remedy: str) -> None:
    """Raise WeightsError where a tensor of a file holds NaN or infinity."""
    broken = [name for name, values in tensors.items() if not math.isfinite(values.float().sum().item())]
    if broken:
        raise WeightsError(f"{path}: {', '.join(broken[:3])} holds values that are not finite; {remedy} anew")
