"""Models with random weights, saved once; all of it is left out where `visitant[diffusion]` is not installed."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

collect_ignore_glob = [] if find_spec("diffusers") and find_spec("transformers") else ["test_*.py"]


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model of each form."""
    from installation.paint.engines.diffusion import tiny_models

    folder = tmp_path_factory.mktemp("models")
    tiny_models.save_turbo(folder / "turbo")
    tiny_models.save_turbo(folder / "full", small=False, prediction="v_prediction")
    tiny_models.save_lcm(folder / "lcm")
    tiny_models.save_sdxl(folder / "large")
    tiny_models.save_autoencoder(folder / "coder", seed=1)
    tiny_models.save_controlnet(folder / "control")
    return folder


@pytest.fixture
def disc() -> Callable[[float], np.ndarray]:
    """Guides (32, 40, 12) of a light disc that is so far to the right."""
    from installation.paint.guide.guide import CHANNEL_INDEX, CHANNELS

    def made(place: float) -> np.ndarray:
        rows, columns = np.mgrid[:32, :40] / 32.0
        guide = np.zeros((32, 40, len(CHANNELS)), np.float32)
        away = np.hypot(rows - 0.5, columns - place)
        guide[..., CHANNEL_INDEX["light"]] = np.where(away < 0.25, 0.8, -0.4)
        guide[..., CHANNEL_INDEX["edge"]] = np.exp(-(((away - 0.25) / 0.05) ** 2))
        guide[..., CHANNEL_INDEX["near"]] = away < 0.25
        return guide

    return made
