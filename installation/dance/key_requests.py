"""Key poses and paths that dancers are asked for live: poses by name and time, points on the floor; checked at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import files
from motion.body import joint_positions
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS
from motion.dancer.conditioning import WATCHED_JOINTS
from motion.dancer.data import FRAME_RATE, to_canonical
from motion.rig import RigError

Array = NDArray[np.floating]

MIN_FRAMES_APART = 2
"""Frames between two key poses, and until the first."""
MAX_AHEAD_SECONDS = 60.0
"""Latest time of a key pose."""
MAX_KEYS, MAX_POINTS = 32, 64
"""Most key poses that wait, and most points of a path."""


class KeyRequestError(ValueError):
    """A pose or path that dancers cannot be asked for; the text says why, and what would be right."""


def read_poses(folder: Path) -> dict[str, Array]:
    """Joints (22, 3) of the first frame of each motion file of a folder by the file's name without its suffix, as the
    canonical body stands there; empty where there is no folder. Raises KeyRequestError for a file that can't be read.
    """
    poses = {}
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() not in files.READABLE_SUFFIXES:
            continue
        try:
            take = next(iter(files.read_takes(path).values()), None)
        except (ValueError, RigError, OSError) as error:
            raise KeyRequestError(f"{path}: {error}") from error
        if take is None:
            raise KeyRequestError(f"{path}: holds no pose")
        motion = to_canonical(take.motion())
        poses[path.stem] = joint_positions(motion.hips_m[0], motion.turns[0], CANONICAL_OFFSETS)
    return poses


@dataclass(frozen=True)
class Key:
    """A pose to be in at a time."""

    joints_m: Array
    """(22, 3)"""
    at_s: float


@dataclass
class KeyQueue:
    """The key poses that one dancer waits for, in the order of their times."""

    poses: Mapping[str, Array]
    keys: list[Key] = field(default_factory=list)

    def ask(self, name: str, in_beats: float, beats_a_second: float, now_s: float) -> Key:
        """A pose by its name, so many beats from now. Raises KeyRequestError, and then nothing has changed."""
        if name not in self.poses:
            near = difflib.get_close_matches(name, self.poses, 3, 0.4)
            known = f"nearest: {', '.join(near)}" if near else f"there are: {', '.join(self.poses) or 'none'}"
            raise KeyRequestError(f'"{name}": no pose of that name; {known}')
        if not (np.isfinite(in_beats) and beats_a_second > 0.0):
            raise KeyRequestError(f"{in_beats} beats; expected a number, and a beat that is running")
        ahead = in_beats / beats_a_second
        least = MIN_FRAMES_APART / FRAME_RATE
        if not least <= ahead <= MAX_AHEAD_SECONDS:
            raise KeyRequestError(f"{name} in {ahead:.2f} s; expected {least:.2f} to {MAX_AHEAD_SECONDS:g} s from now")
        if len(self.keys) >= MAX_KEYS:
            raise KeyRequestError(f"{name}: {MAX_KEYS} key poses wait already")
        at = now_s + ahead
        if near_keys := [key for key in self.keys if abs(key.at_s - at) < least]:
            apart = abs(near_keys[0].at_s - at) * FRAME_RATE
            raise KeyRequestError(
                f"{name}: {apart:.1f} frames from another key pose; expected at least {MIN_FRAMES_APART} between two"
            )
        key = Key(self.poses[name], at)
        self.keys = sorted([*self.keys, key], key=lambda one: one.at_s)
        return key

    def next(self, now_s: float) -> Key | None:
        """The key pose that comes next; those whose time is over are dropped."""
        while self.keys and self.keys[0].at_s < now_s:
            self.keys.pop(0)
        return self.keys[0] if self.keys else None


def key_input(key: Key, body_m: Array, now_s: float) -> tuple[Tensor, Tensor]:
    """`key_joints` (1, 13, 3) and `key` (1, 4) of a Conditioning for a body with joints (22, 3): the pose is where the
    body is, and faces as it does."""
    pose, body = (torch.as_tensor(np.asarray(part, np.float32))[None] for part in (key.joints_m, body_m))
    there, here = frame_of(pose).left[0], frame_of(body).left[0]
    angle = torch.atan2(here[1], here[0]) - torch.atan2(there[1], there[0])
    c, s = torch.cos(angle), torch.sin(angle)
    centred = pose - pose[:, :1] * torch.tensor([1.0, 0.0, 1.0])
    x, y, z = centred.unbind(-1)
    turned = torch.stack([c * x - s * z, y, s * x + c * z], dim=-1) + body[:, :1] * torch.tensor([1.0, 0.0, 1.0])
    left = max((key.at_s - now_s) * FRAME_RATE, 0.0)
    return turned[:, WATCHED_JOINTS], torch.cat([here, torch.tensor([left, 1.0])])[None]


def read_path(values: Sequence[float], low_m: tuple[float, float], high_m: tuple[float, float]) -> Array:
    """(N, 2) points x z, x z, … on a floor plan from `low_m` to `high_m`. Raises KeyRequestError where they are no
    points, or leave the plan."""
    numbers = np.asarray(values, float)
    if len(numbers) < 2 or len(numbers) % 2 or len(numbers) > 2 * MAX_POINTS:
        raise KeyRequestError(f"{len(numbers)} numbers; expected 1 to {MAX_POINTS} points as x z, in metres")
    points = numbers.reshape(-1, 2)
    for number, point in enumerate(points, 1):
        if not np.isfinite(point).all() or (point < low_m).any() or (point > high_m).any():
            raise KeyRequestError(
                f"point {number} of the path, {point[0]:g} {point[1]:g}: leaves the floor plan; expected x "
                f"{low_m[0]:g}..{high_m[0]:g} and z {low_m[1]:g}..{high_m[1]:g} m"
            )
    return points
