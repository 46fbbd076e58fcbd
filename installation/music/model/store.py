"""The composer's file of weights: safetensors with settings and model card in the header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from installation.music.model.network import ComposerNetwork, ComposerSettings
from installation.music.model.tokens import BAR_STEPS, DATA_GENRES
from installation.music.notes import DRUM_VOICES
from motion.learning import checkpoint
from motion.learning.checkpoint import WeightsError

BUNDLED_WEIGHTS = Path(__file__).parents[1] / "weights" / "composer.safetensors"
"""The weights that come with Visitant."""
FORMAT_VERSION = 1
"""Version of the file's format."""
HEADER_KEY = "visitant composer"
"""The one key of the header's metadata."""
REMEDY = checkpoint.remedy("composer")
OFFSETS_SHAPE = (len(DATA_GENRES), BAR_STEPS, len(DRUM_VOICES), 2)


@dataclass(frozen=True, slots=True)
class ComposerModel:
    """A trained composer."""

    network: ComposerNetwork
    offsets: NDArray[np.float32]
    """OFFSETS_SHAPE: mean and deviation of how far drummers play from the grid, steps, by genre, step and voice."""
    card: Mapping[str, Any]


def save(path: Path, network: ComposerNetwork, offsets: NDArray[np.float32], card: Mapping[str, Any]) -> None:
    """Write a network, its table of micro-timing and its model card, a JSON object, atomically. Raises OSError."""
    tensors = {
        name: values.detach().to("cpu", torch.bfloat16).contiguous() for name, values in network.state_dict().items()
    }
    tensors["offsets"] = torch.from_numpy(offsets).to(torch.float16).contiguous()
    head = {"version": FORMAT_VERSION, "settings": asdict(network.settings), "card": dict(card)}
    checkpoint.write_weights(path, HEADER_KEY, head, tensors)


def load(path: str | Path | None = None) -> ComposerModel:
    """The model of a file, by default of BUNDLED_WEIGHTS, on the CPU and in evaluation mode.

    Raises WeightsError where it is missing, damaged, of another version or of another size than its settings say.
    """
    path = Path(path or BUNDLED_WEIGHTS)
    head = _read_header(path)
    try:
        network = ComposerNetwork(ComposerSettings(**head["settings"]))
        with safe_open(path, "pt") as file:
            state = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        checkpoint.require_finite(path, state, REMEDY)
        offsets = state.pop("offsets").numpy()
        network.load_state_dict(state)
    except (SafetensorError, OSError) as error:
        raise WeightsError(f"{path}: damaged ({error}); {REMEDY} anew") from None
    except (TypeError, RuntimeError, KeyError) as error:
        first = str(error).splitlines()[0] if str(error) else "no table of micro-timing"
        raise WeightsError(f"{path}: does not fit this version ({first}); {REMEDY} that fits") from None
    if offsets.shape != OFFSETS_SHAPE or network.settings.vocabulary != ComposerSettings().vocabulary:
        raise WeightsError(f"{path}: of another vocabulary; {REMEDY} that fits")
    return ComposerModel(network.eval(), offsets, head["card"])


def card(path: str | Path | None = None) -> dict[str, Any]:
    """The model card of a file, by default of BUNDLED_WEIGHTS, read without the weights. Raises WeightsError."""
    return dict(_read_header(Path(path or BUNDLED_WEIGHTS))["card"])


def _read_header(path: Path) -> dict[str, Any]:
    return checkpoint.read_header(path, HEADER_KEY, FORMAT_VERSION, BUNDLED_WEIGHTS)
