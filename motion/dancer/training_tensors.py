"""Training tensors: all frames of all clips, mirrored and at several speeds, with their optional inputs."""

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
from motion.dancer.conditioning import LAG_SCALE
from motion.dancer.data import FRAME_RATE, DanceClip, mirror, time_warp
from motion.dancer.directions import DIRECTIONS, HANDS, HORIZON_FRAMES, bar_clock, onset_trace

Array = NDArray[np.floating]

SPEED_FACTORS = (1.0, 0.88, 0.94, 1.06, 1.13)
"""Playback speeds of the clips in training."""
NO_STYLE = -1
"""Index of a style that is not one of the network's."""
HELD_M = 0.2
"""Distance of two hands below which they hold each other."""
MAX_JOINT_M_S = 15.0
"""Speed of a joint above which a recording has jumped: fast hands reach 12."""
MIN_SPEED_M_S = 0.02
"""Lower bound of a speed before its logarithm is taken."""


@dataclass(frozen=True)
class TrainingTensors:
    """All frames of all clips one after the other."""

    joints: Tensor
    """(F, 22, 3) metres in the room."""
    turns: Tensor
    """(F, 22, 6)"""
    speed: Tensor
    """(F,) mean speed of all joints since the frame before, m/s."""
    clock: Tensor
    """(F, 4) as in `motion.dancer.conditioning.Conditioning`, of the body's own kinematic beats."""
    energy: Tensor
    """(F, 2) as in Conditioning."""
    bar: Tensor
    """(F, 3) as in Conditioning."""
    onset: Tensor
    """(F, 2) as in Conditioning."""
    directions: Tensor
    """(F, D, 2) the DIRECTIONS in their order, as in Conditioning."""
    answer: Tensor
    """(F, 4) as in Conditioning."""
    style: Tensor
    """(F,) index of the clip's style; NO_STYLE where the network has none of that name."""
    start: Tensor
    """(F,) first frame of the frame's clip, or since its recording jumped."""
    end: Tensor
    """(F,) the frame after its last one."""
    partner: Tensor
    """(F,) the partner's frame at the same time; -1 where there is none."""

    def to(self, device: torch.device) -> TrainingTensors:
        """The same on a device."""
        return TrainingTensors(**{name: getattr(self, name).to(device) for name in self.__dataclass_fields__})


def training_tensors(
    clips: Sequence[DanceClip],
    styles: Sequence[str],
    speed_factors: Sequence[float] = SPEED_FACTORS,
    mirrored: bool = True,
) -> TrainingTensors:
    """The tensors of clips, at each playback speed, plain and `mirrored`; partners are linked where both are given."""
    parts: list[dict[str, Any]] = []
    first: dict[tuple[str, float, bool], int] = {}
    count = 0
    flips = (False, True) if mirrored else (False,)
    variants = [(clip, speed, flip) for speed in speed_factors for flip in flips for clip in clips]
    for clip, speed, flip in variants:
        motion = clip.motion if speed == 1.0 else time_warp(clip.motion, speed)
        motion = mirror(motion) if flip else motion
        first[clip.name, speed, flip] = count
        lag = clip.answer.lag_seconds / speed
        style = styles.index(clip.style) if clip.style in styles else NO_STYLE
        answer = np.array([clip.answer.arms, clip.answer.body, LAG_SCALE * lag])
        parts.append(_clip_arrays(motion, style, count) | {"answer": np.tile(answer, (len(motion), 1))})
        count += len(motion)
    names = {clip.name for clip in clips}
    for (clip, speed, flip), part in zip(variants, parts, strict=True):
        partner = first[clip.partner, speed, flip] if clip.partner in names and not clip.leads else -1
        steps = np.arange(len(part["joints"]))
        part["partner"] = partner + steps if partner >= 0 else np.full(len(steps), -1)
        held: Array = np.zeros(len(steps))
        if partner >= 0:
            other = next(one for one in parts if one["start"][0] == partner)
            held = hands_held(part["joints"], other["joints"])
        part["answer"] = np.concatenate([part["answer"], held[:, None]], axis=1)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    integer = ("style", "start", "end", "partner")
    return TrainingTensors(
        **{name: torch.as_tensor(v.astype(np.int64 if name in integer else np.float32)) for name, v in joined.items()}
    )


def concatenated(parts: Sequence[TrainingTensors]) -> TrainingTensors:
    """The frames of several tensors one after the other."""
    joined: dict[str, Tensor] = {}
    shifts = np.cumsum([0, *(len(part.start) for part in parts)]).tolist()
    for name in TrainingTensors.__dataclass_fields__:
        values = [getattr(part, name) for part in parts]
        if name in ("start", "end"):
            values = [value + shift for value, shift in zip(values, shifts, strict=False)]
        elif name == "partner":
            values = [
                torch.where(value < 0, value, value + shift) for value, shift in zip(values, shifts, strict=False)
            ]
        joined[name] = torch.cat(values)
    return TrainingTensors(**joined)


def hands_held(joints_m: Array, partner_m: Array) -> Array:
    """(T,) 1 where a hand of the body (T, 22, 3) meets one of the partner's within HORIZON_FRAMES, else 0."""
    apart = joints_m[:, HANDS, None] - partner_m[:, None, HANDS]
    meets = np.linalg.norm(apart, axis=-1).min(axis=(1, 2)) < HELD_M
    ahead = np.pad(meets, (0, HORIZON_FRAMES - 1))
    held: Array = np.lib.stride_tricks.sliding_window_view(ahead, HORIZON_FRAMES).any(axis=1).astype(float)
    return held


def _clip_arrays(motion: Motion, style: int, start: int) -> dict[str, Any]:
    joints = joint_positions(motion.hips_m, motion.turns, motion.offsets_m)
    count = len(joints)
    speed = mean_joint_speeds(joints)
    beats = beat.beat_times(joints, FRAME_RATE)
    yes = np.ones(count)
    return {
        "joints": joints,
        "turns": rotation.to_six(motion.turns),
        "speed": speed,
        "clock": beat_clock(beats, count),
        "energy": np.stack([log_speeds_ahead(speed), yes], axis=1),
        "bar": bar_clock(joints, beats, FRAME_RATE),
        "onset": np.stack([onset_trace(joints, FRAME_RATE), yes], axis=1),
        "directions": np.stack(
            [np.stack([measure(joints, FRAME_RATE), yes], axis=1) for measure in DIRECTIONS.values()], axis=1
        ),
        "style": np.full(count, style),
        **_segments(joints, start),
    }


def _segments(joints_m: Array, first: int) -> dict[str, NDArray[np.integer]]:
    """`start` and `end` of each frame of joints (T, 22, 3), counted from `first`: no window crosses a jump."""
    fastest = np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).max(axis=1) * FRAME_RATE
    bounds = np.array([0, *(np.flatnonzero(fastest > MAX_JOINT_M_S) + 1), len(joints_m)])
    segment = np.searchsorted(bounds, np.arange(len(joints_m)), side="right")
    return {"start": first + bounds[segment - 1], "end": first + bounds[segment]}


def mean_joint_speeds(joints_m: Array) -> Array:
    """(T,) m/s mean speed of joints (T, J, 3) since the frame before; the first as the second."""
    speed = np.linalg.norm(np.diff(joints_m, axis=0), axis=-1).mean(axis=-1) * FRAME_RATE
    return np.concatenate([speed[:1], speed])


def log_speeds_ahead(speed: Array) -> Array:
    """(T,) logarithm of the mean of speeds (T,) over the next HORIZON_FRAMES."""
    padded = np.concatenate([np.zeros(1), np.cumsum(speed)])
    first = np.arange(len(speed))
    last = np.minimum(first + HORIZON_FRAMES, len(speed))
    log_speeds: Array = np.log(np.maximum((padded[last] - padded[first]) / (last - first), MIN_SPEED_M_S))
    return log_speeds


def beat_clock(beats_s: Array, count: int) -> Array:
    """(T, 4) clock inputs of beats at times (N,), s; masked before the first beat and after the last."""
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
