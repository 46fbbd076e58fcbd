"""A made-up visitor for tests that need one."""

from __future__ import annotations

from typing import Any

import numpy as np

from installation.interface.visitor import State, Visitor


def visitor(id: int, slot: int = 0, **other: Any) -> Visitor:
    """A visitor whose values depend on `id` alone, except those given in `other`."""
    rng = np.random.default_rng(id)

    def random(*shape: int) -> np.ndarray:
        return rng.random(shape, np.float32)

    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    ring = np.stack([0.5 + 0.1 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)], axis=1).astype(np.float32)
    values: dict[str, Any] = {
        "id": id,
        "slot": slot or id,
        "state": State.PRESENT,
        "born": 0.0,
        "seen": 1.0,
        "box_px": random(4),
        "landmarks_px": random(33, 2),
        "landmarks_screen": random(33, 2),
        "landmarks_m": random(33, 3),
        "visibility": random(33),
        "outline_screen": (ring,),
        "floor_m": random(2),
        "velocity_m": random(2),
        "energy": 0.3,
    }
    return Visitor(**(values | other))
