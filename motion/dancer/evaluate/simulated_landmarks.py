"""Simulated observations of captured bodies: landmarks with noise, lifted to bodies as live."""

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
"""Duration of each clip that is observed."""
_BONE_OF_LANDMARK = {
    f"{side}_{landmark}": f"{side}{bone}"
    for side in ("left", "right")
    for landmark, bone in (
        ("shoulder", "UpperArm"),
        ("elbow", "LowerArm"),
        ("wrist", "Hand"),
        ("hip", "UpperLeg"),
        ("knee", "LowerLeg"),
        ("ankle", "Foot"),
        ("foot_index", "Toes"),
    )
}
LANDMARKS = [LANDMARK_INDEX[name] for name in _BONE_OF_LANDMARK]
"""The 14 landmarks that are joints of the skeleton."""
JOINTS = [BONE_INDEX[name] for name in _BONE_OF_LANDMARK.values()]
"""Their joints."""


@dataclass(frozen=True)
class SimulatedObservation:
    """A clip and its observation, over T frames."""

    clip: DanceClip
    true_m: Array
    """(T, 22, 3) captured joints."""
    landmarks_m: Array
    """(T, 14, 3) LANDMARKS with noise."""
    joints: Tensor
    """(T, 22, 3) of the lifted bodies."""
    turns: Tensor
    """(T, 22, 6) of the lifted bodies."""

    @cached_property
    def measured(self) -> Tensor:
        """(T, 22, 3) the lifted joints, but LANDMARKS where they were measured: lifting smooths, and so lags."""
        joints = self.joints.clone()
        joints[:, JOINTS] = _tensor(self.landmarks_m)
        return joints


def observe_exactly(clip: DanceClip) -> SimulatedObservation:
    """The first MAX_SECONDS of a clip without noise, and the captured body in place of the lifted one."""
    motion = cut(clip.motion, 0.0, MAX_SECONDS)
    true = joint_positions(motion.hips_m, motion.turns, CANONICAL_OFFSETS)
    return SimulatedObservation(clip, true, true[:, JOINTS], _tensor(true), _tensor(rotation.to_six(motion.turns)))


def observe(clip: DanceClip, seed: int) -> SimulatedObservation:
    """The first MAX_SECONDS of a clip with noise of NOISE_M, and lifted; the same for the same seed."""
    motion = cut(clip.motion, 0.0, MAX_SECONDS)
    exact = landmarks_from_body(motion)
    points = exact + np.random.default_rng(seed).normal(0.0, NOISE_M, exact.shape)
    lifter, visibility = LandmarkLifter(), np.ones(len(LANDMARK_INDEX))
    bodies = [lifter.step(p, visibility, 1.0 / FRAME_RATE if n else 0.0) for n, p in enumerate(points)]
    lifted = motion_from_bodies(bodies, FRAME_RATE)
    joints = joint_positions(lifted.hips_m, lifted.turns, lifted.offsets_m)
    true = joint_positions(motion.hips_m, motion.turns, CANONICAL_OFFSETS)
    six = rotation.to_six(lifted.turns)
    return SimulatedObservation(clip, true, points[:, LANDMARKS], _tensor(joints), _tensor(six))


def _tensor(values: Array) -> Tensor:
    return torch.as_tensor(values.astype(np.float32))
