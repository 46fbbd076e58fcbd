"""Looking ahead: where a body that is seen through noise will be, beside standing still and going on."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion.dancer import baselines
from motion.dancer.conditioning import BODY_PARTS, HISTORY_FRAMES
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.simulated_landmarks import JOINTS, SimulatedObservation
from motion.dancer.network import Network
from motion.dancer.prediction import predict

Array = NDArray[np.floating]

HORIZONS_SECONDS = (0.1, 0.2, 0.4)
"""Seconds."""
VELOCITY_SHARES = MappingProxyType({"zero velocity": 0.0, "half velocity": 0.5, "constant velocity": 1.0})
WARMUP_FRAMES = 30
"""Frames of looking before anything is counted."""
NETWORK = "network"
LIFTED = ", lifted"
"""Of those who look at bodies that were calmed, and not at the landmarks as they come."""
EVERY_FRAMES = 3
"""Frames between two looks ahead that are counted."""


def prediction_errors(network: Network, some: Sequence[SimulatedObservation]) -> dict[str, Array]:
    """By who looks ahead: mean distance (3,) in millimetres of the 14 joints from where they are AHEAD_S later."""
    found: dict[str, list[Array]] = {}
    for one in some:
        furthest = round(max(HORIZONS_SECONDS) * FRAME_RATE)
        now = np.arange(WARMUP_FRAMES, len(one.true_m) - furthest, EVERY_FRAMES)
        if not len(now):
            continue
        frames = [round(s * FRAME_RATE) for s in HORIZONS_SECONDS]
        told = {}
        for name, joints in ((NETWORK, one.measured), (NETWORK + LIFTED, one.joints)):
            told[name] = _told(network, joints, one.turns, now, furthest)[:, [f - 1 for f in frames]][:, :, JOINTS]
        for how, points in (
            ("", one.landmarks_m),
            (", One-Euro", baselines.one_euro_filtered(one.landmarks_m, FRAME_RATE)),
            (LIFTED, one.joints[:, JOINTS].numpy().astype(float)),
        ):
            for name, share in VELOCITY_SHARES.items():
                there = [baselines.extrapolate(points, FRAME_RATE, share, s)[now] for s in HORIZONS_SECONDS]
                told[name + how] = np.stack(there, axis=1)
        true = np.stack([one.true_m[now + f][:, JOINTS] for f in frames], axis=1)
        for name, places in told.items():
            found.setdefault(name, []).append(np.linalg.norm(places - true, axis=-1).mean(axis=-1))
    return {name: 1e3 * np.concatenate(values).mean(axis=0) for name, values in found.items()}


def best_baseline(found: dict[str, Array]) -> Array:
    """(3,) the least error of standing still, going on and half of it, raw and through One-Euro, at each time ahead."""
    names = [n for n in found if n != NETWORK and not n.endswith(LIFTED)]
    return np.min([found[n] for n in names], axis=0)


@torch.inference_mode()
def _told(network: Network, joints: Tensor, turns: Tensor, now: NDArray[np.intp], count: int) -> Array:
    """(N, count, 22, 3) joints of the frames after each of `now` (N,), as the network expects them."""
    window = now[:, None] + np.arange(-HISTORY_FRAMES + 1, 1)
    past, six = joints[window], turns[now]
    found: list[Tensor] = []
    while sum(f.shape[1] for f in found) < count:
        places, turned = predict(network, past, six, torch.ones(len(past), len(BODY_PARTS)))
        found.append(places)
        # Beyond what is told at once, it goes on from what it said.
        past, six = torch.cat([past, places], dim=1)[:, -HISTORY_FRAMES:], turned[:, -1]
    return torch.cat(found, dim=1)[:, :count].numpy().astype(float)
