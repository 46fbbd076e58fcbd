"""Visitors as they are, whole, and as they will be: the network goes on from what was seen of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from installation.dance.visitor_history import VisitorHistory
from motion import rotation
from motion.body import Body
from motion.dancer.body_reconstruction import reconstruct
from motion.dancer.data import FRAME_RATE, swap_sides
from motion.dancer.network import AHEAD_FRAMES, PART_OF_BONE, Network
from motion.dancer.prediction import predict
from motion.skeleton import CORE, CORE_OF

Array = NDArray[np.floating]

DOUBT = 0.4
"""Seconds ahead in rows half of the trust in a body is lost."""
HALF_TURN = np.array([0.0, 0.0, 1.0, 0.0])


@torch.inference_mode()
def foresee(net: Network, feed: VisitorHistory, rows: NDArray[np.intp]) -> None:
    """Tell the feed how the bodies in these rows are expected to go on, from their newest frame on."""
    if not len(rows):
        return
    places, turns = feed.past(rows)
    device = net.mean.device
    seen = places, rotation.to_six(turns), feed.covered[rows] < 0.5
    asked = (torch.as_tensor(part.astype(np.float32), device=device) for part in seen)
    told, six = (part.cpu().numpy().astype(float) for part in predict(net, *asked))
    count = len(rows) * AHEAD_FRAMES
    hips, whole = reconstruct(told.reshape(count, CORE, 3), rotation.six_to_matrix(six.reshape(count, CORE, 6)))
    if np.isfinite(hips).all() and np.isfinite(whole).all():
        feed.tell(rows, hips.reshape(-1, AHEAD_FRAMES, 3), whole.reshape(-1, AHEAD_FRAMES, CORE, 4))


def foreseen(feed: VisitorHistory, id: int, body: Body, time: float, ahead: float) -> Body:
    """A visitor's body, seen at `time`, completed, and as it is expected to be `ahead` seconds later.

    What moves is laid upon the body as it was seen: a body that needs neither is given back as it is.
    """
    row = np.array([feed.rows[id]])
    cover = feed.covered[row[0], PART_OF_BONE.numpy()]
    if ahead <= 0.0 and not cover.any():
        return body
    now = feed.expected.told(row, np.array([time * FRAME_RATE]))
    then = feed.expected.shown(row, np.array([(time + ahead) * FRAME_RATE]))
    core, step = body.turns[:CORE], np.zeros(3)
    if ahead > 0.0:
        core = rotation.multiply(rotation.multiply(then[1][0], rotation.conjugate(now[1][0])), core)
        step = (then[0] - now[0])[0] / (1.0, feed.scale[row[0]], 1.0)
    core = rotation.slerp(core, then[1][0], cover)
    count = len(body.turns)
    moved = rotation.multiply(core, rotation.conjugate(body.turns[:CORE]))[CORE_OF[CORE:count]]
    return replace(
        body,
        hips_m=body.hips_m + step,
        turns=np.concatenate([core, rotation.multiply(moved, body.turns[CORE:])]),
        trust=body.trust * 0.5 ** (max(ahead, 0.0) / DOUBT),
    )


def mirrored(feed: VisitorHistory, rows: NDArray[np.intp], frame: float, planes: Array) -> tuple[Array, Array]:
    """Hips (N, 3) and turns (N, 22, 4) of the mirror images of bodies at a frame, in mirrors that stand along the wall
    at z = `planes` (N,)."""
    hips, turns = feed.expected.shown(rows, np.full(len(rows), frame))
    image = rotation.multiply(HALF_TURN, swap_sides(turns))
    return np.stack([hips[:, 0], hips[:, 1], 2.0 * planes - hips[:, 2]], axis=1), image
