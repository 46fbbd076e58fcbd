"""Completion of hidden legs: direction errors after two seconds, beside legs that keep their last seen pose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from motion import metrics
from motion.dancer.body_frame import frame_of, rotate_to_body, rotate_to_room
from motion.dancer.conditioning import BODY_PARTS, HISTORY_FRAMES, PART_OF_BONE
from motion.dancer.data import FRAME_RATE
from motion.dancer.evaluate.simulated_landmarks import SimulatedObservation
from motion.dancer.network import Network
from motion.dancer.prediction import predict

Array = NDArray[np.floating]

HIDDEN_SECONDS = 2.0
"""Duration for which legs are hidden."""
EVERY_SECONDS = 3.0
"""Time between the starts of two such durations."""
WARMUP_FRAMES = 30
"""Frames before the first, in which all is visible."""
WALKING_M_S = 0.5
"""Mean speed of the hips over the floor above which a solo is walking."""
LEG_SEGMENTS = [n for n, name in enumerate(metrics.SEGMENTS) if "Leg" in name or "Foot" in name]
LEG_PARTS = [BODY_PARTS.index("left leg"), BODY_PARTS.index("right leg")]


@dataclass(frozen=True)
class CompletionError:
    """Mean angles between the directions of hidden limbs and the true ones, degrees."""

    network: float
    held: float
    """Of limbs that keep their last seen directions, relative to the body or to the room, whichever is better."""
    times: int
    """Number of times that legs were hidden."""


def is_walking(observation: SimulatedObservation) -> bool:
    """Whether the clip is a solo that walks or runs."""
    hips = observation.true_m[:, 0, [0, 2]]
    speed = float(np.linalg.norm(np.diff(hips, axis=0), axis=-1).mean()) * FRAME_RATE
    return observation.clip.partner is None and speed > WALKING_M_S


@torch.inference_mode()
def completion_error(network: Network, observations: Sequence[SimulatedObservation]) -> CompletionError | None:
    """Errors of hidden legs in some observations; None where none is long enough."""
    count = round(HIDDEN_SECONDS * FRAME_RATE)
    starts = [
        (s, f)
        for s in observations
        for f in range(WARMUP_FRAMES, len(s.joints) - count, round(EVERY_SECONDS * FRAME_RATE))
    ]
    if not starts:
        return None

    def windows(first: int, last: int) -> tuple[torch.Tensor, torch.Tensor, Array]:
        parts = [
            (s.joints[f + first : f + last], s.turns[f + first : f + last], s.true_m[f + first : f + last])
            for s, f in starts
        ]
        return torch.stack([p[0] for p in parts]), torch.stack([p[1] for p in parts]), np.stack([p[2] for p in parts])

    past, past_turns, _ = windows(1 - HISTORY_FRAMES, 1)
    joints, turns, true = windows(1, count + 1)
    mask = torch.ones(len(BODY_PARTS))
    mask[LEG_PARTS] = 0.0
    visible = (mask[PART_OF_BONE] > 0.0)[None, :, None]
    history, six = past, past_turns[:, -1]
    predictions = []
    for frame in range(count):
        predicted, predicted_six = (p[:, 0] for p in predict(network, history, six, mask.expand(len(starts), -1)))
        predictions.append(predicted.numpy())
        # Visible parts are as observed, whatever was predicted of them.
        newest = torch.where(visible, joints[:, frame], predicted)
        history = torch.cat([history[:, 1:], newest[:, None]], dim=1)
        six = torch.where(visible, turns[:, frame], predicted_six)
    truth = metrics.segment_directions(true)[:, :, LEG_SEGMENTS]
    last = torch.as_tensor(metrics.segment_directions(past[:, -1].numpy())[:, LEG_SEGMENTS].astype(np.float32))
    local = rotate_to_body(frame_of(past[:, -1]).left[:, None], last)
    with_body = rotate_to_room(frame_of(joints).left[:, :, None], local[:, None].expand(-1, count, -1, -1)).numpy()
    in_room = np.broadcast_to(last.numpy()[:, None], truth.shape)

    def error(directions: Array) -> float:
        return float(metrics.direction_error(directions, truth).mean())

    network_error = error(metrics.segment_directions(np.stack(predictions, axis=1))[:, :, LEG_SEGMENTS])
    return CompletionError(network_error, min(error(with_body), error(in_room)), len(starts))
