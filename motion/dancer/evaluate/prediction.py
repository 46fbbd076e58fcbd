"""Prediction errors of noisily observed bodies, beside baselines of constant and zero velocity."""

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
from motion.dancer.reliable_prediction import mixed_causally, simple_guesses

Array = NDArray[np.floating]

HORIZONS_SECONDS = (0.1, 0.2, 0.4)
"""Times ahead for which errors are computed."""
VELOCITY_SHARES = MappingProxyType({"zero velocity": 0.0, "half velocity": 0.5, "constant velocity": 1.0})
"""Baselines that extrapolate with a share of the velocity."""
WARMUP_FRAMES = 30
"""Frames of observation before the first prediction."""
EVERY_FRAMES = 3
"""Frames between two predictions."""
NETWORK = "network with simple guesses"
"""Predictions of the network that give way to simple guesses where those were better a moment ago."""
NETWORK_ALONE = "network alone"
LIFTED = ", lifted"
"""Suffix of predictions from lifted bodies, which are smoothed, instead of the landmarks."""


def prediction_errors(network: Network, observations: Sequence[SimulatedObservation]) -> dict[str, Array]:
    """Mean distance (3,) in millimetres of the 14 joints from the true ones at HORIZONS_SECONDS, by predictor."""
    errors: dict[str, list[Array]] = {}
    for one in observations:
        furthest = round(max(HORIZONS_SECONDS) * FRAME_RATE)
        every = np.arange(HISTORY_FRAMES, len(one.true_m) - furthest)
        kept = (every >= WARMUP_FRAMES) & (every % EVERY_FRAMES == 0)
        now = every[kept]
        if not len(now):
            continue
        frames = [round(s * FRAME_RATE) for s in HORIZONS_SECONDS]
        predictions = _network_predictions(network, one, every, frames) | _baseline_predictions(one, every)
        predictions = {name: joints[kept] for name, joints in predictions.items()}
        true = np.stack([one.true_m[now + f][:, JOINTS] for f in frames], axis=1)
        for name, joints in predictions.items():
            errors.setdefault(name, []).append(np.linalg.norm(joints - true, axis=-1).mean(axis=-1))
    return {name: 1e3 * np.concatenate(values).mean(axis=0) for name, values in errors.items()}


def best_baseline(errors: dict[str, Array]) -> Array:
    """(3,) the least error of the baselines from raw and One-Euro filtered landmarks, at each time ahead."""
    names = [n for n in errors if not n.startswith((NETWORK, NETWORK_ALONE)) and not n.endswith(LIFTED)]
    best: Array = np.min([errors[n] for n in names], axis=0)
    return best


def _network_predictions(
    network: Network, one: SimulatedObservation, now: NDArray[np.intp], frames: Sequence[int]
) -> dict[str, Array]:
    """(N, 3, 14, 3) joints some frames after each of `now` (N,), from measured and from lifted joints; and those from
    measured ones mixed with simple guesses."""
    found, at = {}, [f - 1 for f in frames]
    for name, joints in ((NETWORK_ALONE, one.measured), (NETWORK_ALONE + LIFTED, one.joints)):
        ahead = _predict_frames(network, joints, one.turns, now, max(frames))
        found[name] = ahead[:, at][:, :, JOINTS]
    measured = one.measured.numpy().astype(float)[:, JOINTS]
    guesses = simple_guesses(measured[now[:, None] + np.arange(-HISTORY_FRAMES + 1, 1)], max(frames))[:, :, at]
    seen = np.stack([measured[now + f] for f in frames], axis=1)
    found[NETWORK], _ = mixed_causally(np.concatenate([found[NETWORK_ALONE][None], guesses]), seen, now, frames)
    return found


def _baseline_predictions(one: SimulatedObservation, now: NDArray[np.intp]) -> dict[str, Array]:
    """(N, 3, 14, 3) joints at HORIZONS_SECONDS after each of `now` (N,), by baseline and filter."""
    found = {}
    for suffix, points in (
        ("", one.landmarks_m),
        (", One-Euro", baselines.one_euro_filtered(one.landmarks_m, FRAME_RATE)),
        (LIFTED, one.joints[:, JOINTS].numpy().astype(float)),
    ):
        for name, share in VELOCITY_SHARES.items():
            ahead = [baselines.extrapolate(points, FRAME_RATE, share, s)[now] for s in HORIZONS_SECONDS]
            found[name + suffix] = np.stack(ahead, axis=1)
    return found


@torch.inference_mode()
def _predict_frames(network: Network, joints: Tensor, turns: Tensor, now: NDArray[np.intp], count: int) -> Array:
    """(N, count, 22, 3) joints of the frames after each of `now` (N,), as the network predicts them."""
    window = now[:, None] + np.arange(-HISTORY_FRAMES + 1, 1)
    past, six = joints[window], turns[now]
    found: list[Tensor] = []
    while sum(f.shape[1] for f in found) < count:
        ahead, ahead_six = predict(network, past, six, torch.ones(len(past), len(BODY_PARTS)))
        found.append(ahead)
        # Beyond one continuation, the next starts from the predicted frames.
        past, six = torch.cat([past, ahead], dim=1)[:, -HISTORY_FRAMES:], ahead_six[:, -1]
    return torch.cat(found, dim=1)[:, :count].numpy().astype(float)
