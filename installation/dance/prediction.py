"""Prediction of visitors: the network completes hidden limbs, extrapolates bodies and provides their mirror images."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from installation.dance.visitor_history import VisitorHistory
from motion import rotation
from motion.body import Body
from motion.dancer.body_reconstruction import reconstruct
from motion.dancer.conditioning import PART_OF_BONE
from motion.dancer.continuation import AHEAD_FRAMES
from motion.dancer.data import FRAME_RATE, swap_sides
from motion.dancer.network import Network
from motion.dancer.prediction import predict
from motion.skeleton import CORE_CARRIERS, CORE_COUNT
from motion.smooth import decay_factor

Array = NDArray[np.floating]

TRUST_HALF_LIFE_SECONDS = 0.4
"""Seconds of extrapolation in which the trust in a body halves."""
DOUBTFUL_ERROR_M = 0.2
"""Expected error of a prediction at which the trust in a body halves."""
HALF_TURN = np.array([0.0, 0.0, 1.0, 0.0])
"""Quaternion of half a turn about the vertical."""


@torch.inference_mode()
def add_predictions(net: Network, history: VisitorHistory, rows: NDArray[np.intp]) -> None:
    """Predict the bodies in rows (N,) of the history from their newest frame on, and add the predictions to it.

    The network's prediction is mixed with simple guesses by how wrong each was a moment ago; hidden limbs are the
    network's, and go where the hips go.
    """
    if not len(rows):
        return
    past, turns = history.recent_motion(rows)
    device = net.mean.device
    observed = past, rotation.to_six(turns), history.completion[rows] < 0.5
    inputs = (torch.as_tensor(part.astype(np.float32), device=device) for part in observed)
    joints_m, turns_6d = (part.cpu().numpy().astype(float) for part in predict(net, *inputs))
    frame, reliability = history.latest_frame[rows], history.reliability
    reliability.check(rows, frame, past)
    mixed, share = reliability.mix(rows, frame, past, joints_m)
    seen = observed[2][:, PART_OF_BONE.numpy()][:, None, :, None]
    joints_m = np.where(seen, mixed, joints_m + mixed[:, :, :1] - joints_m[:, :, :1])
    turns_6d = np.where(
        seen, observed[1][:, None] + share[..., None, None] * (turns_6d - observed[1][:, None]), turns_6d
    )
    count = len(rows) * AHEAD_FRAMES
    matrices = rotation.six_to_matrix(turns_6d.reshape(count, CORE_COUNT, 6))
    hips, whole = reconstruct(joints_m.reshape(count, CORE_COUNT, 3), matrices)
    if np.isfinite(hips).all() and np.isfinite(whole).all():
        history.add_prediction(rows, hips.reshape(-1, AHEAD_FRAMES, 3), whole.reshape(-1, AHEAD_FRAMES, CORE_COUNT, 4))


def predicted_body(history: VisitorHistory, id: int, body: Body, time: float, ahead_seconds: float) -> Body:
    """A visitor's body, observed at `time`, with its hidden limbs completed, extrapolated by `ahead_seconds`.

    The predicted movement is applied to the observed body; the same object is returned where nothing is to be
    completed or extrapolated.
    """
    row = np.array([history.rows[id]])
    completion = history.completion[row[0], PART_OF_BONE.numpy()]
    if ahead_seconds <= 0.0 and not completion.any():
        return body
    now_hips, now_turns = history.predictions.predict(row, np.array([time * FRAME_RATE]))
    then_hips, then_turns = history.predictions.show(row, np.array([(time + ahead_seconds) * FRAME_RATE]))
    error_m = history.reliability.uncertainty_m(int(row[0]), ahead_seconds * FRAME_RATE)
    core, step = body.turns[:CORE_COUNT], np.zeros(3)
    if ahead_seconds > 0.0:
        core = rotation.multiply(rotation.multiply(then_turns[0], rotation.conjugate(now_turns[0])), core)
        step = (then_hips - now_hips)[0] / (1.0, history.leg_scale[row[0]], 1.0)
    core = rotation.slerp(core, then_turns[0], completion)
    count = len(body.turns)
    moved = rotation.multiply(core, rotation.conjugate(body.turns[:CORE_COUNT]))[CORE_CARRIERS[CORE_COUNT:count]]
    return replace(
        body,
        hips_m=body.hips_m + step,
        turns=np.concatenate([core, rotation.multiply(moved, body.turns[CORE_COUNT:])]),
        trust=body.trust * decay_factor(TRUST_HALF_LIFE_SECONDS, max(ahead_seconds, 0.0)) * _certainty(error_m),
    )


def _certainty(error_m: float) -> float:
    """Factor of the trust in a body that is predicted with an error of so many metres."""
    return 1.0 / (1.0 + (error_m / DOUBTFUL_ERROR_M) ** 2)


def mirrored_poses(history: VisitorHistory, rows: NDArray[np.intp], frame: float, planes: Array) -> tuple[Array, Array]:
    """Hips (N, 3) and turns (N, 22, 4) at a frame of the mirror images of the bodies in rows (N,), in mirrors along the
    wall at z = `planes` (N,)."""
    hips, turns = history.predictions.show(rows, np.full(len(rows), frame))
    image = rotation.multiply(HALF_TURN, swap_sides(turns))
    return np.stack([hips[:, 0], hips[:, 1], 2.0 * planes - hips[:, 2]], axis=1), image
