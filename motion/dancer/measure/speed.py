"""How long a step takes, with a partner and a clock, from what is asked to bodies whose feet stand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion.dancer.data import RATE
from motion.dancer.ensemble import Ensemble
from motion.dancer.figure import Grip, embodied
from motion.dancer.measure import clock
from motion.dancer.meetings import Floor, Meeting, manner
from motion.dancer.network import Network

Array = NDArray[np.floating]

DANCERS = (1, 4, 8, 16)
STEPS, WARM = 300, 40


def speed(network: Network, some: Sequence[Meeting]) -> dict[int, Array]:
    """By the number of dancers: milliseconds (STEPS,) of a step at 30 Hz; every other one plans, for two frames."""
    return {count: _steps(network, [some[n % len(some)] for n in range(count)]) for count in DANCERS}


def _steps(network: Network, some: Sequence[Meeting]) -> Array:
    floor = Floor(some)
    mover, grip, how = Ensemble(network, floor.past, floor.turns), Grip(len(some)), manner(len(some), energy=1.0)
    took = []
    for frame in range(STEPS + WARM):
        begin = time.perf_counter()
        asked = None
        if mover.due:
            asked = floor.asked(mover, frame % floor.count)
            phase = np.full(len(some), frame / RATE % 1.0)
            asked = replace(asked, clock=clock.row(phase, np.ones(len(some))))
        with torch.inference_mode():
            places, six = mover.frame(asked, how)
        grip.step(*embodied(places.numpy(), six.numpy()), 1.0 / RATE)
        took.append(1e3 * (time.perf_counter() - begin))
    return np.array(took[WARM:])
