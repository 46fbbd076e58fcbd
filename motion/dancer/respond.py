"""The dancer's answer to what somebody was recorded to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joint_positions, transformed
from motion.contact import detect_contacts
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.collision_avoidance import CollisionAvoiding
from motion.dancer.data import FRAME_RATE, mirror, to_canonical
from motion.dancer.evaluation_pairs import CONTEXT_FRAMES, EvaluationPair, PairBatch, lock_feet, roll_out_poses
from motion.dancer.guidance import ANSWER_CLOSENESS, MIRROR_CLOSENESS, partner_guidance, uniform_guidance
from motion.dancer.network import Network
from motion.skeleton import CORE, TOE_BONES, TOES_HEIGHT_M

Array = NDArray[np.floating]


def respond(
    motion: Motion,
    network: Network,
    seed: int = 0,
    closeness: float = ANSWER_CLOSENESS,
    variety: float = 1.0,
    distance_m: float = 1.2,
) -> Motion:
    """What a dancer does who meets somebody that moves as `motion` does: as long, at 30 frames a second, on the
    canonical body, in the same room.

    They begin as their mirror image, `distance_m` before them. `closeness` is 0 for a dance of its own .. 1 for a
    mirror, `variety` 0 for what is most likely. The same seed gives the same dance. `network` is on the processor.
    """
    seen = to_canonical(motion, 1.0)
    image = mirror_image(seen, distance_m)
    # Nobody moved before it began.
    before = np.maximum(np.arange(-CONTEXT_FRAMES, len(seen)), 0)
    meeting = EvaluationPair("", "", *(_picked(one, before) for one in (image, seen)))
    floor = PairBatch([meeting], late=0, listener=network)
    ensemble = CollisionAvoiding(network, floor.past, floor.turns, seed)
    how = uniform_guidance(1, partner_guidance(closeness), variety=variety)
    hips, bones = (values[:, 0] for values in roll_out_poses(ensemble, floor, how))
    share = min(max((closeness - MIRROR_CLOSENESS) / (1.0 - MIRROR_CLOSENESS), 0.0), 1.0)
    if share > 0.0:
        hips = hips + share * (image.hips_m - hips)
        bones = rotation.slerp(bones, image.turns, np.full(bones.shape[:2], share))
    (dance,) = lock_feet(hips[:, None], bones[:, None], [len(seen)])
    feet = detect_contacts(dance.joints_m[:, TOE_BONES], FRAME_RATE, TOES_HEIGHT_M)
    return Motion(dance.hips_m, dance.turns, CANONICAL_OFFSETS, FRAME_RATE, np.ones((len(seen), CORE)), feet)


def mirror_image(motion: Motion, distance_m: float) -> Motion:
    """The motion as seen in an upright mirror half of `distance_m` before where it begins, that it faces there."""
    first = frame_of(torch.as_tensor(joint_positions(motion.hips_m[0], motion.turns[0], motion.offsets_m)))
    left = np.array([first.left[0], 0.0, first.left[1]])
    ahead = np.array([-left[2], 0.0, left[0]])
    # A mirror that faces along x, turned by twice the angle between both and half a turn.
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi + 2.0 * np.arctan2(ahead[0], ahead[2]))
    image = mirror(motion)
    hips = motion.hips_m[0] + distance_m * ahead
    return transformed(image, turn, (hips - rotation.rotate(turn, image.hips_m[0])) * (1.0, 0.0, 1.0))


def _picked(motion: Motion, frames: NDArray[np.intp]) -> Motion:
    return replace(
        motion,
        hips_m=motion.hips_m[frames],
        turns=motion.turns[frames],
        trust=motion.trust[frames],
        feet=motion.feet[frames],
    )
