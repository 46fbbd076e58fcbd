"""Completing: legs that are hidden for two seconds, beside legs that stay as they were last seen."""

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

HIDDEN_SECONDS, EVERY_SECONDS = 2.0, 3.0
"""Seconds for which legs are hidden, and between two such times."""
WARMUP_FRAMES = 30
"""Frames that are seen whole before."""
WALKING_M_S = 0.5
"""m/s that the hips of somebody who walks go over the floor on average."""
LEG_SEGMENTS = [n for n, name in enumerate(metrics.SEGMENTS) if "Leg" in name or "Foot" in name]
LEG_PARTS = [BODY_PARTS.index("left leg"), BODY_PARTS.index("right leg")]


@dataclass(frozen=True)
class CompletionError:
    """Degrees between the directions of hidden limbs and the true ones, on average."""

    network: float
    held: float
    """Of limbs that stay as they were last seen: turning with the body, or as they were in the room, whichever is
    nearer the truth."""
    times: int
    """How often legs were hidden."""


def is_walking(one: SimulatedObservation) -> bool:
    """Whether somebody alone walks or runs."""
    hips = one.true_m[:, 0, [0, 2]]
    return (
        one.clip.partner is None
        and float(np.linalg.norm(np.diff(hips, axis=0), axis=-1).mean()) * FRAME_RATE > WALKING_M_S
    )


@torch.inference_mode()
def completion_error(network: Network, some: Sequence[SimulatedObservation]) -> CompletionError | None:
    """What becomes of the legs of some who are seen; None where nobody is seen for long enough."""
    count = round(HIDDEN_SECONDS * FRAME_RATE)
    at = [
        (n, f)
        for n, s in enumerate(some)
        for f in range(WARMUP_FRAMES, len(s.joints) - count, round(EVERY_SECONDS * FRAME_RATE))
    ]
    if not at:
        return None

    def windows(first: int, last: int) -> tuple[torch.Tensor, torch.Tensor, Array]:
        parts = [(s.joints[f + first : f + last], s.turns[f + first : f + last], s.true_m[f + first : f + last])
                 for s, f in ((some[n], f) for n, f in at)]  # fmt: skip
        return torch.stack([p[0] for p in parts]), torch.stack([p[1] for p in parts]), np.stack([p[2] for p in parts])

    past, past_turns, _ = windows(1 - HISTORY_FRAMES, 1)
    joints, turns, true = windows(1, count + 1)
    mask = torch.ones(len(BODY_PARTS))
    mask[LEG_PARTS] = 0.0
    sees = (mask[PART_OF_BONE] > 0.0)[None, :, None]
    now, six = past, past_turns[:, -1]
    told = []
    for frame in range(count):
        said, turned = (part[:, 0] for part in predict(network, now, six, mask.expand(len(at), -1)))
        told.append(said.numpy())
        # What is seen is not what was expected of it.
        now = torch.cat([now[:, 1:], torch.where(sees, joints[:, frame], said)[:, None]], dim=1)
        six = torch.where(sees, turns[:, frame], turned)
    right = metrics.segment_directions(true)[:, :, LEG_SEGMENTS]
    last = torch.as_tensor(metrics.segment_directions(past[:, -1].numpy())[:, LEG_SEGMENTS].astype(np.float32))
    own = rotate_to_body(frame_of(past[:, -1]).left[:, None], last)
    carried = rotate_to_room(frame_of(joints).left[:, :, None], own[:, None].expand(-1, count, -1, -1)).numpy()
    stays = np.broadcast_to(last.numpy()[:, None], right.shape)

    def error(directions: Array) -> float:
        return float(metrics.direction_error(directions, right).mean())

    network_error = error(metrics.segment_directions(np.stack(told, axis=1))[:, :, LEG_SEGMENTS])
    return CompletionError(network_error, min(error(carried), error(stays)), len(at))
