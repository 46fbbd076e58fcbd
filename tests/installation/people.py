"""A made-up visitor for tests that need somebody there."""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.interface.visitor import State, Visitor


def visitor(id: int, slot: int = 0, **other: Any) -> Visitor:
    """Somebody whose values depend on `id` alone, but for `other`."""
    chance = np.random.default_rng(id)

    def some(*shape: int) -> np.ndarray:
        return chance.random(shape, np.float32)

    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.stack([0.5 + 0.1 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)], axis=1).astype(np.float32)
    values = {
        "id": id, "slot": slot or id, "state": State.PRESENT, "born": 0.0, "seen": 1.0, "box_px": some(4),
        "landmarks_px": some(33, 2), "landmarks_screen": some(33, 2), "landmarks_m": some(33, 3),
        "visibility": some(33), "outline_screen": (ring,), "floor_m": some(2), "velocity_m": some(2), "energy": 0.3,
    }  # fmt: skip
    return Visitor(**(values | other))
