"""Clips as the tensors that training draws windows from: mirrored, slower and faster, and what can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import beat, rotation
from motion.body import Motion, joint_positions
from motion.dancer.data import FRAME_RATE, DanceClip, mirror, time_warp

Array = NDArray[np.floating]

SPEED_FACTORS = (1.0, 0.88, 0.94, 1.06, 1.13)
"""How fast clips are learned, times as recorded."""
HORIZON_FRAMES = 30
"""Frames over which the energy that is asked for is meant, and after which a goal is reached."""
MIN_SPEED_M_S = 0.02
"""m/s under which the logarithm of a speed falls no more."""


@dataclass(frozen=True)
class TrainingTensors:
    """All frames of all clips one after the other."""

    joints: Tensor
    """(F, 22, 3) metres in the room."""
    turns: Tensor
    """(F, 22, 6)"""
    speed: Tensor
    """(F,) m/s, of all joints on average since the frame before."""
    clock: Tensor
    """(F, 4) as `motion.dancer.network.Asked.clock` has it, of the body's own kinematic beats."""
    energy: Tensor
    """(F, 2)"""
    style: Tensor
    """(F,) index of the clip's style."""
    start: Tensor
    """(F,) first frame of the clip that the frame is of."""
    end: Tensor
    """(F,) and the one after its last."""
    partner: Tensor
    """(F,) the partner's frame at the same time; -1 where there is none."""

    def to(self, device: torch.device) -> TrainingTensors:
        """The same on a device."""
        return TrainingTensors(**{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


def training_tensors(
    clips: Sequence[DanceClip], styles: Sequence[str], paces: Sequence[float] = SPEED_FACTORS, mirrored: bool = True
) -> TrainingTensors:
    """The tracks of clips, partners among them."""
    parts: list[dict[str, Any]] = []
    first: dict[tuple[str, float, bool], int] = {}
    count = 0
    order = [
        (clip, pace, flip) for pace in paces for flip in ((False, True) if mirrored else (False,)) for clip in clips
    ]
    for clip, pace, flip in order:
        motion = clip.motion if pace == 1.0 else time_warp(clip.motion, pace)
        motion = mirror(motion) if flip else motion
        first[clip.name, pace, flip] = count
        parts.append(_track(motion, styles.index(clip.style), count))
        count += len(motion)
    names = {clip.name for clip in clips}
    for (clip, pace, flip), part in zip(order, parts, strict=True):
        there = first[clip.partner, pace, flip] if clip.partner in names else -1
        steps = np.arange(len(part["joints"]))
        part["partner"] = there + steps if there >= 0 else np.full(len(steps), -1)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    whole = ("style", "start", "end", "partner")
    return TrainingTensors(
        **{name: torch.as_tensor(v.astype(np.int64 if name in whole else np.float32)) for name, v in joined.items()}
    )


def _track(motion: Motion, style: int, start: int) -> dict[str, Any]:
    places = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    count = len(places)
    speed = mean_joint_speeds(places)
    return {
        "joints": places,
        "turns": rotation.to_six(motion.turns),
        "speed": speed,
        "clock": beat_clock(beat.beat_times(places, FRAME_RATE), count),
        "energy": np.stack([log_speeds_ahead(speed), np.ones(count)], axis=1),
        "style": np.full(count, style),
        "start": np.full(count, start),
        "end": np.full(count, start + count),
    }


def mean_joint_speeds(places: Array) -> Array:
    """(T,) m/s mean speed of joints (T, J, 3) since the frame before; the first as the second."""
    speed = np.linalg.norm(np.diff(places, axis=0), axis=-1).mean(axis=-1) * FRAME_RATE
    return np.concatenate([speed[:1], speed])


def log_speeds_ahead(speed: Array) -> Array:
    """(T,) logarithm of the mean speed of the next second."""
    padded = np.concatenate([np.zeros(1), np.cumsum(speed)])
    first = np.arange(len(speed))
    last = np.minimum(first + HORIZON_FRAMES, len(speed))
    return np.log(np.maximum((padded[last] - padded[first]) / (last - first), MIN_SPEED_M_S))


def beat_clock(beats_s: Array, count: int) -> Array:
    """(T, 4) the clock that beats at these times, s, keep; masked before the first and after the last."""
    clock = np.zeros((count, 4))
    times = np.arange(count) / FRAME_RATE
    if len(beats_s) < 2:
        return clock
    after = np.searchsorted(beats_s, times, side="right")
    valid = (after > 0) & (after < len(beats_s))
    after = np.clip(after, 1, len(beats_s) - 1)
    gap = beats_s[after] - beats_s[after - 1]
    phase = 2.0 * np.pi * (times - beats_s[after - 1]) / gap
    clock[:] = np.stack([np.sin(phase), np.cos(phase), np.log(1.0 / gap), np.ones(count)], axis=1)
    return clock * valid[:, None]
