"""The mirror image of a motion that faces an upright mirror."""

from __future__ import annotations

import numpy as np
import torch

from motion import rotation
from motion.body import Motion, joint_positions, transformed
from motion.dancer.body_frame import frame_of
from motion.dancer.data import mirror


def mirror_image(motion: Motion, distance_m: float) -> Motion:
    """The motion in an upright mirror half of `distance_m` in front of its first pose, which faces the mirror."""
    first = frame_of(torch.as_tensor(joint_positions(motion.hips_m[0], motion.turns[0], motion.offsets_m)))
    left = np.array([first.left[0], 0.0, first.left[1]])
    ahead = np.array([-left[2], 0.0, left[0]])
    # `mirror` reflects at x = 0; turned by twice the angle between both mirrors, and half a turn.
    turn = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi + 2.0 * np.arctan2(ahead[0], ahead[2]))
    image = mirror(motion)
    hips = motion.hips_m[0] + distance_m * ahead
    return transformed(image, turn, (hips - rotation.rotate(turn, image.hips_m[0])) * (1.0, 0.0, 1.0))
