"""Made-up bodies for tests that need one, and what 32 bits leave of their numbers."""

from __future__ import annotations

import numpy as np

from motion import rotation
from motion.body import Body
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M
from motion.vmc import OscMessage


def a_body(seed: int, bones: int = CORE_COUNT) -> Body:
    """Somebody of their own build in any pose, standing somewhere in the room."""
    chance = np.random.default_rng(seed)
    turns = rotation.from_vector(chance.normal(0.0, 0.8, (bones, 3)))
    hips = chance.uniform((-3, 0.3, 0.5), (3, 1.2, 5)).astype(np.float32).astype(float)
    build = REST_OFFSETS_M[:bones] * chance.uniform(0.7, 1.2, (bones, 1))
    return Body(hips, turns, build, np.ones(bones))


def on_the_wire(told: list[OscMessage]) -> list[OscMessage]:
    """The messages with their numbers as 32-bit floats."""
    return [(a, tuple(float(np.float32(v)) if isinstance(v, float) else v for v in args)) for a, args in told]
