"""Engines whose models are read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from installation.paint.engines.diffusion.engine import Diffusion
from installation.paint.engines.diffusion.load import Model, load
from installation.venue.diffusion_settings import Settings

PROMPTS = {"ink": "reed pen on paper", "gold": "gold leaf : 2 | blue | - grey"}


@cache
def model(folder: str, control: str = "") -> Model:
    return load(Settings(model=folder, control=control, precision="float32"), "cpu")


def opened(folder: Path, **settings: Any) -> Diffusion:
    """An engine in single precision, at half strength, unless the settings say otherwise."""
    told = {"model": str(folder), "strength": 0.5, "feedback": 0.0, "prompts": PROMPTS} | settings
    return Diffusion(model(str(folder), told.get("control", "")), Settings(**told))
