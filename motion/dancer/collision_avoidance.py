"""Collision avoidance by a soft push between bodies whose hips are too near, and correction of impossible poses."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import rotation
from motion.body import joint_positions
from motion.dancer.batched_inference import BatchedInference
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS

Array = NDArray[np.floating]

MIN_HIP_DISTANCE_M = 0.68
"""Distance between hips below which bodies are pushed apart. With it they intersect as rarely as captured couples,
which come nearer now and then."""
PUSH_M_S_PER_M = 10.0
"""Speed of the push for each metre below that distance."""
MAX_PUSH_M_S = 1.4
"""Highest speed of the push."""
CORRECTION_SHARE = 0.03
"""Share of a pose's error that is corrected in each frame."""
MAX_CORRECTION_M = 0.4
"""Longest error of a joint that is taken into account."""


def separation(positions: Array, others: Array, dt: float) -> Array:
    """(N, 2) metres by which bodies at `positions` (N, 2) are pushed in `dt` seconds, each away from the body at
    `others` (N, 2)."""
    way = positions - others
    distance = np.linalg.norm(way, axis=-1, keepdims=True)
    # A body at the same position has no direction of its own; it is pushed along x.
    unit = np.where(distance > 1e-3, way / np.maximum(distance, 1e-3), (1.0, 0.0))
    push: Array = dt * np.minimum(PUSH_M_S_PER_M * np.maximum(MIN_HIP_DISTANCE_M - distance, 0.0), MAX_PUSH_M_S) * unit
    return push


class CollisionAvoiding(BatchedInference):
    """Batched inference whose bodies can be moved over the floor."""

    @torch.inference_mode()
    def move(self, by_m: Array) -> None:
        """Move the bodies, and what is planned for them, by x and z (N, 2), metres."""
        offset = np.zeros((len(by_m), 1, 1, 9), np.float32)
        offset[:, 0, 0, [0, 2]] = by_m
        self._offset(torch.from_numpy(offset).to(self.turns.device))

    @torch.inference_mode()
    def correct(self, by_m: Array, by_six: Array) -> None:
        """Offset joints by (N, 22, 3) metres and turns by (N, 22, 6), past and plan alike, so that the offset is no
        movement."""
        by = torch.from_numpy(np.concatenate([by_m, by_six], axis=-1, dtype=np.float32)[:, None]).to(self.turns.device)
        self.turns = self.turns + by[:, 0, :, 3:]
        self._offset(by)

    def _offset(self, by: Tensor) -> None:
        """Offset past joints and the plan by (N, 1, 1 or 22, 9)."""
        self.joints = self.joints + by[..., :3]
        if self._plan is not None:
            self._plan = self._plan + by


def pose_correction(
    network_joints_m: Array, network_turns: Array, matrices: Array, hips_m: Array, turns: Array
) -> tuple[Array, Array]:
    """Offsets (N, 22, 3) and (N, 22, 6) for `CollisionAvoiding.correct` that pull the network's joints (N, 22, 3) and
    turns (N, 22, 6) towards a possible body in each frame; without them both drift.

    `matrices` (N, 22, 3, 3) are those turns; hips and turns are what `body_reconstruction.reconstruct` makes of them.
    """
    error = joint_positions(hips_m, turns, CANONICAL_OFFSETS) - network_joints_m
    error = error * np.minimum(1.0, MAX_CORRECTION_M / np.maximum(rotation.length(error), 1e-6))
    orthonormal = np.concatenate([matrices[..., 0], matrices[..., 1]], axis=-1)
    return CORRECTION_SHARE * error, CORRECTION_SHARE * (orthonormal - network_turns)
