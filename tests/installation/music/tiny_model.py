"""A composer's model that has learned nothing: what holds for it holds for every other."""

from __future__ import annotations

from functools import cache

import numpy as np

from installation.music.model.settings import ComposerSettings
from installation.music.model.store import HITS_SHAPE, OFFSETS_SHAPE, ComposerModel, parameter_shapes


@cache
def tiny_model() -> ComposerModel:
    """A network of 24 channels and random weights."""
    settings = ComposerSettings(width=24, layers=1, heads=2)
    rng = np.random.default_rng(5)
    weights = {
        name: (np.ones(shape) if len(shape) == 1 else rng.standard_normal(shape) / shape[1] ** 0.5).astype(np.float32)
        for name, shape in parameter_shapes(settings).items()
    }
    return ComposerModel(settings, weights, np.zeros(OFFSETS_SHAPE, np.float32), np.zeros(HITS_SHAPE, np.float32), {})
