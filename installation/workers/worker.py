"""A worker is a step; where it runs is a setting (see `installation.workers.placement`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Letter:
    """What a worker answers with, and what it is told: plain values, and pixels where there are some."""

    time: float
    """When the world was so, s of show time."""
    body: Any = None
    """None, numbers, strings, lists, dicts, arrays and the dataclasses that `installation.workers.codec` knows."""
    pixels: NDArray[np.uint8] | None = None
    """(height, width, channels)."""
    sequence: int = 0
    generation: int = 0


class Worker(Protocol):
    """Eye, dancer, painter, ear and compiler are such objects; none knows where it runs."""

    def step(self, order: Mapping[str, Any], t: float) -> Letter | None:
        """One step at show time `t`: the newest order in, a letter out, or None when there is nothing new."""

    def close(self) -> None:
        """Give back everything that is owned."""


@dataclass(frozen=True, slots=True)
class Role:
    """Which worker, with which settings, how often, and how large its letters may be."""

    name: str
    factory: str
    """"package.module:function"; called with `settings` as keyword arguments, returns a Worker."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    rate: float = 30.0
    """Nominal steps a second."""
    patient: bool = False
    """Whether its maths threads stop spinning soon, so that other processes get the core; see `placement`."""
    room: int = 1 << 18
    """Bytes that the largest letter takes."""
