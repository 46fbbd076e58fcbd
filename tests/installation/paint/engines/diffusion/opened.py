"""Engines whose models are read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from installation.paint.engines.diffusion.engine import DiffusionEngine
from installation.paint.engines.diffusion.load import DiffusionModel, load
from installation.venue.diffusion_section import DiffusionSection

PROMPTS = {"ink": "reed pen on paper", "gold": "gold leaf : 2 | blue | - grey"}


@cache
def model(folder: str, control: str = "") -> DiffusionModel:
    return load(DiffusionSection(model=folder, control=control, precision="float32"), "cpu")


def opened(folder: Path, **settings: Any) -> DiffusionEngine:
    """An engine in single precision, at half strength, unless the settings say otherwise."""
    values: dict[str, Any] = {"model": str(folder), "strength": 0.5, "feedback": 0.0, "prompts": PROMPTS} | settings
    return DiffusionEngine(model(str(folder), values.get("control", "")), DiffusionSection(**values))
