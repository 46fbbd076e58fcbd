"""Bodies that come too near are pushed apart, softly: two who dance together do not go through each other."""

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
"""Metres between hips under which bodies are pushed apart: with it they are seen in each other as rarely as captured
couples are, who come nearer now and then."""
PUSH_M_S_PER_M, MAX_PUSH_M_S = 10.0, 1.4
"""m/s of the push for each metre that they are too near, and at most."""


def separation(places: Array, others: Array, dt: float) -> Array:
    """(N, 2) metres by which bodies at (N, 2) are moved in `dt` seconds, each away from another at (N, 2)."""
    way = places - others
    far = np.linalg.norm(way, axis=-1, keepdims=True)
    # Who stands in the other's place goes aside.
    unit = np.where(far > 1e-3, way / np.maximum(far, 1e-3), (1.0, 0.0))
    return dt * np.minimum(PUSH_M_S_PER_M * np.maximum(MIN_HIP_DISTANCE_M - far, 0.0), MAX_PUSH_M_S) * unit


CORRECTION_SHARE, MAX_CORRECTION_M = 0.03, 0.4
"""Share of what is amiss that is mended in a frame, and metres of it that are believed at most."""


class CollisionAvoiding(BatchedInference):
    """An ensemble whose bodies can be moved over the floor."""

    @torch.inference_mode()
    def move(self, by_m: Array) -> None:
        """Bodies and what they are about to do are moved by x and z (N, 2), metres."""
        shift = np.zeros((len(by_m), 1, 1, 9), np.float32)
        shift[:, 0, 0, [0, 2]] = by_m
        self._shift(torch.from_numpy(shift).to(self.turns.device))

    @torch.inference_mode()
    def correct(self, by_m: Array, by_six: Array) -> None:
        """Joints are elsewhere by (N, 22, 3) metres, turns otherwise by (N, 22, 6), and always were: no movement is
        made of that."""
        by = torch.from_numpy(np.concatenate([by_m, by_six], axis=-1, dtype=np.float32)[:, None]).to(self.turns.device)
        self.turns = self.turns + by[:, 0, :, 3:]
        self._shift(by)

    def _shift(self, by: Tensor) -> None:
        """Joints, and all that is planned, are elsewhere by (N, 1, 1 or 22, 9)."""
        self.joints = self.joints + by[..., :3]
        if self._plan is not None:
            self._plan = self._plan + by


def pose_correction(told_m: Array, told_six: Array, turned: Array, hips_m: Array, turns: Array) -> tuple[Array, Array]:
    """By how much bodies that were told to have joints (N, 22, 3) and turns (N, 22, 6) are to be mended, each frame,
    given those turns as matrices (N, 22, 3, 3) and what a body of them is (see `body_reconstruction.embodied`): else
    both drift from what a body can have."""
    miss = joint_positions(hips_m, turns, CANONICAL_OFFSETS) - told_m
    miss = miss * np.minimum(1.0, MAX_CORRECTION_M / np.maximum(rotation.length(miss), 1e-6))
    return CORRECTION_SHARE * miss, CORRECTION_SHARE * (
        np.concatenate([turned[..., 0], turned[..., 1]], axis=-1) - told_six
    )
