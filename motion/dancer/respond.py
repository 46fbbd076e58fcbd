"""The dancer's answer to what somebody was recorded to do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray

from motion import rotation
from motion.body import Motion, joints, placed
from motion.contact import LEGS, SOLE, contacts
from motion.dancer.body_frame import below
from motion.dancer.body_reconstruction import BUILT
from motion.dancer.collision_avoidance import Apart
from motion.dancer.data import RATE, canonical, mirror
from motion.dancer.evaluation_pairs import BEFORE, Floor, Meeting, landed, poses
from motion.dancer.guidance import ANSWERS, MIRRORS, guidance, manner
from motion.dancer.network import Network
from motion.skeleton import CORE

Array = NDArray[np.floating]


def answered(
    motion: Motion,
    network: Network,
    seed: int = 0,
    closeness: float = ANSWERS,
    variety: float = 1.0,
    distance_m: float = 1.2,
) -> Motion:
    """What a dancer does who meets somebody that moves as `motion` does: as long, at 30 frames a second, on the
    canonical body, in the same room.

    They begin as their mirror image, `distance_m` before them. `closeness` is 0 for a dance of its own .. 1 for a
    mirror, `variety` 0 for what is most likely. The same seed gives the same dance. `network` is on the processor.
    """
    seen = canonical(motion, 1.0)
    image = reflected(seen, distance_m)
    # Nobody moved before it began.
    before = np.maximum(np.arange(-BEFORE, len(seen)), 0)
    meeting = Meeting("", "", *(_picked(one, before) for one in (image, seen)))
    floor = Floor([meeting], late=0, listener=network)
    ensemble = Apart(network, floor.past, floor.turns, seed)
    how = manner(1, guidance(closeness), variety=variety)
    hips, bones = (values[:, 0] for values in poses(ensemble, floor, how))
    share = min(max((closeness - MIRRORS) / (1.0 - MIRRORS), 0.0), 1.0)
    if share > 0.0:
        hips = hips + share * (image.hips_m - hips)
        bones = rotation.slerp(bones, image.turns, np.full(bones.shape[:2], share))
    (dance,) = landed(hips[:, None], bones[:, None], [len(seen)])
    feet = contacts(dance.joints_m[:, LEGS[:, 3]], RATE, SOLE)
    return Motion(dance.hips_m, dance.turns, BUILT, RATE, np.ones((len(seen), CORE)), feet)


def reflected(motion: Motion, distance_m: float) -> Motion:
    """The motion as seen in an upright mirror half of `distance_m` before where it begins, that it faces there."""
    first = below(torch.as_tensor(joints(motion.hips_m[0], motion.turns[0], motion.offsets_m)))
    left = np.array([first.left[0], 0.0, first.left[1]])
    ahead = np.array([-left[2], 0.0, left[0]])
    # A mirror that faces along x, turned by twice the angle between both and half a turn.
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi + 2.0 * np.arctan2(ahead[0], ahead[2]))
    image = mirror(motion)
    hips = motion.hips_m[0] + distance_m * ahead
    return placed(image, turn, (hips - rotation.rotate(turn, image.hips_m[0])) * (1.0, 0.0, 1.0))


def _picked(motion: Motion, frames: NDArray[np.intp]) -> Motion:
    return replace(
        motion,
        hips_m=motion.hips_m[frames],
        turns=motion.turns[frames],
        trust=motion.trust[frames],
        feet=motion.feet[frames],
    )
