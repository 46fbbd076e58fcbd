"""Captured bodies as a camera sees them: landmarks with noise, lifted to bodies as the installation does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import rotation
from motion.body import joint_positions, motion_from_bodies
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.data import FRAME_RATE, DanceClip
from motion.landmark_lifting import LandmarkLifter
from motion.landmarks import LANDMARK_INDEX, landmarks_from_body
from motion.resample import cut
from motion.skeleton import BONE_INDEX

Array = NDArray[np.floating]

NOISE_M = 0.02 / 3.0**0.5
"""Metres RMS of a landmark's noise along each axis: 2 cm as the length of the error."""
MAX_SECONDS = 12.0
"""Seconds of each clip that are seen."""
_SAME = {
    f"{side}_{mark}": f"{side}{bone}"
    for side in ("left", "right")
    for mark, bone in (
        ("shoulder", "UpperArm"), ("elbow", "LowerArm"), ("wrist", "Hand"), ("hip", "UpperLeg"), ("knee", "LowerLeg"),
        ("ankle", "Foot"), ("foot_index", "Toes"),
    )
}  # fmt: skip
LANDMARKS, JOINTS = [LANDMARK_INDEX[m] for m in _SAME], [BONE_INDEX[b] for b in _SAME.values()]
"""The 14 landmarks that are joints of the skeleton, and which."""


@dataclass(frozen=True)
class SimulatedObservation:
    """One clip as it was and as it was seen; all (T, ...)."""

    clip: DanceClip
    true_m: Array
    """(T, 22, 3)"""
    landmarks_m: Array
    """(T, 14, 3) with noise; see MARKS."""
    joints: Tensor
    """(T, 22, 3) of the lifted bodies."""
    turns: Tensor
    """(T, 22, 6)"""

    @cached_property
    def measured(self) -> Tensor:
        """(T, 22, 3) the lifted joints, those that are landmarks where they were measured: lifting calms and lags."""
        joints = self.joints.clone()
        joints[:, JOINTS] = _tensor(self.landmarks_m)
        return joints


def observe_exactly(clip: DanceClip) -> SimulatedObservation:
    """A clip's first LONGEST seconds, seen without noise and lifted without loss."""
    motion = cut(clip.motion, 0.0, MAX_SECONDS)
    true = joint_positions(motion.hips_m, motion.turns, CANONICAL_OFFSETS)
    return SimulatedObservation(clip, true, true[:, JOINTS], _tensor(true), _tensor(rotation.to_six(motion.turns)))


def observe(clip: DanceClip, seed: int) -> SimulatedObservation:
    """A clip's first LONGEST seconds, seen with NOISE, always the same of a seed."""
    motion = cut(clip.motion, 0.0, MAX_SECONDS)
    right = landmarks_from_body(motion)
    points = right + np.random.default_rng(seed).normal(0.0, NOISE_M, right.shape)
    lift, sure = LandmarkLifter(), np.ones(len(LANDMARK_INDEX))
    told = motion_from_bodies(
        [lift.step(p, sure, 1.0 / FRAME_RATE if n else 0.0) for n, p in enumerate(points)], FRAME_RATE
    )
    lifted = joint_positions(told.hips_m, told.turns, told.offsets_m)
    true = joint_positions(motion.hips_m, motion.turns, CANONICAL_OFFSETS)
    return SimulatedObservation(
        clip, true, points[:, LANDMARKS], *(_tensor(v) for v in (lifted, rotation.to_six(told.turns)))
    )


def _tensor(values: Array) -> Tensor:
    return torch.as_tensor(values.astype(np.float32))
