"""Quality of the beat network on the tracks that are kept aside: its losses, and its peaks as beats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from installation.ear.beat.features import FRAME_SECONDS, POWER_FLOOR, network_input
from installation.ear.beat.network import TARGET_DELAY_SECONDS
from installation.training.ear.batches import targets
from installation.training.ear.beat_network import TorchBeatNetwork
from installation.training.ear.feature_library import TrainingTrack

PEAK = 0.35
"""Least probability of a peak that counts as a beat."""
HALF_WINDOW_SECONDS = 0.07
"""Distance up to which a peak hits a beat."""
MAX_FRAMES = 1500
"""Frames of a track that are read: half a minute."""


def evaluate(network: TorchBeatNetwork, tracks: Sequence[TrainingTrack]) -> dict[str, float]:
    """The loss, and the F-measure of peaks by kind of track; no augmentation. Empty without tracks."""
    losses: list[float] = []
    scores: dict[str, list[float]] = {}
    for track in tracks:
        odds, loss = _run(network, track)
        losses.append(loss)
        seconds = len(odds) * FRAME_SECONDS - 1.0
        beats = track.beats[track.beats < seconds]
        if len(beats):
            scores.setdefault(track.kind, []).append(_f_measure(peaks(odds[:, 0]), beats))
    if not losses:
        return {}
    return {"loss aside": float(np.mean(losses)), **{f"F {kind}": float(np.mean(s)) for kind, s in scores.items()}}


def _run(network: TorchBeatNetwork, track: TrainingTrack) -> tuple[NDArray[np.float32], float]:
    """Probabilities (frames, 2), and the loss of the beats."""
    frames = min(len(track.main), MAX_FRAMES)
    powers = np.exp(track.main[:frames].astype(np.float32)) - POWER_FLOOR
    target, _ = targets(track, 0, frames)
    with torch.no_grad():
        logits = network(torch.from_numpy(network_input(np.maximum(powers, 0.0)))[None])[0]
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], torch.from_numpy(target[:, 0]))
    return torch.sigmoid(logits).numpy(), float(loss)


def peaks(odds: NDArray[np.float32]) -> NDArray[np.floating]:
    """Times of the local maxima above PEAK, s."""
    middle = odds[1:-1]
    found = np.flatnonzero((middle >= PEAK) & (middle >= odds[:-2]) & (middle > odds[2:])) + 1
    return (found + 1) * FRAME_SECONDS - TARGET_DELAY_SECONDS


def _f_measure(found: NDArray[np.floating], beats: NDArray[np.floating]) -> float:
    if not len(found):
        return 0.0
    distance = np.abs(found[:, None] - beats[None, :])
    hits = int((distance.min(axis=0) <= HALF_WINDOW_SECONDS).sum())
    return 2.0 * hits / (len(found) + len(beats))
