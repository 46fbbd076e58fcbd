"""The dancer's response to a recorded motion, as a motion of the same length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion
from motion.contact import detect_contacts
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE, to_canonical
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, PairBatch, lock_feet, roll_out_poses
from motion.dancer.guidance import ANSWER_CLOSENESS, MIRROR_CLOSENESS, partner_guidance, uniform_guidance
from motion.dancer.mirror_image import mirror_image
from motion.dancer.network import Network
from motion.skeleton import CORE_COUNT, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]


def respond(
    motion: Motion,
    network: Network,
    seed: int = 0,
    closeness: float = ANSWER_CLOSENESS,
    variety: float = 1.0,
    distance_m: float = 1.2,
) -> Motion:
    """The dancer's motion for a partner that moves as `motion` does: equally long, at FRAME_RATE, in the same room, on
    the canonical body.

    It begins as the partner's mirror image, `distance_m` in front of the partner. `closeness` is 0 for a dance of its
    own .. 1 for a mirror; `variety` 0 gives the most likely dance. The same seed gives the same dance. `network` is on
    the CPU.
    """
    partner = to_canonical(motion, 1.0)
    image = mirror_image(partner, distance_m)
    # Before the recording both bodies stand still.
    frames = np.maximum(np.arange(-CONTEXT_FRAMES, len(partner)), 0)
    pair = EvaluationPair("", "", *(_frames_of(one, frames) for one in (image, partner)))
    batch = PairBatch([pair], latency_frames=0, estimator=network, closeness=closeness)
    model = CollisionAvoiding(network, batch.past, batch.turns, seed)
    guidance = uniform_guidance(1, partner_guidance(closeness), variety=variety)
    hips, turns = (values[:, 0] for values in roll_out_poses(model, batch, guidance))
    mirroring = min(max((closeness - MIRROR_CLOSENESS) / (1.0 - MIRROR_CLOSENESS), 0.0), 1.0)
    if mirroring > 0.0:
        hips = hips + mirroring * (image.hips_m - hips)
        turns = rotation.slerp(turns, image.turns, np.full(turns.shape[:2], mirroring))
    (rollout,) = lock_feet(hips[:, None], turns[:, None], [len(partner)])
    feet = detect_contacts(rollout.joints_m[:, TOE_BONES], FRAME_RATE, TOES_HEIGHT_M)
    trust = np.ones((len(partner), CORE_COUNT))
    return Motion(rollout.hips_m, rollout.turns, CANONICAL_OFFSETS, FRAME_RATE, trust, feet)


def _frames_of(motion: Motion, frames: NDArray[np.intp]) -> Motion:
    return replace(
        motion,
        hips_m=motion.hips_m[frames],
        turns=motion.turns[frames],
        trust=motion.trust[frames],
        feet=motion.feet[frames],
    )
