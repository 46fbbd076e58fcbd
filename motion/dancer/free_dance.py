"""Dances that go on from a motion as they are wished for: style, speed, directions, a way over the floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from motion import rotation
from motion.body import Motion, joint_positions
from motion.dancer.batched_inference import BatchedInference
from motion.dancer.body_frame import frame_of
from motion.dancer.body_reconstruction import CANONICAL_OFFSETS, reconstruct
from motion.dancer.collision_avoidance import pose_correction
from motion.dancer.conditioning import BODY_PARTS, HISTORY_FRAMES, Conditioning
from motion.dancer.directions import HORIZON_FRAMES
from motion.dancer.guidance import Guidance, energy_input, typical_speed, uniform_guidance
from motion.dancer.network import Network
from motion.dancer.planted_feet import plant_feet

Array = NDArray[np.floating]
Poses = tuple[Array, Array]
"""Hips (..., 3) and turns (..., 22, 4)."""

WISH_GUIDANCE = 3.0
"""Guidance scale on energy and directions: bodies that stand begin to dance, and walk as fast as they are wished to."""


@dataclass(frozen=True)
class Wish:
    """How to dance; what is not wished for is left to the network."""

    style: str | None = None
    """One of the network's styles; a style that it has not is left out."""
    speed: float | None = None
    """Mean speed of the joints, times the typical one."""
    directions: Mapping[str, float] = field(default_factory=dict)
    """Numbers by names of `motion.dancer.directions.DIRECTIONS`, in their units."""
    travel_m_s: float | None = None
    """Speed over the floor straight on, as the body faces."""
    turning_rad_s: float = 0.0
    """Turn of that way, to the left above 0."""
    arrival_m: Array | None = None
    """(22, 3) joints of a pose towards which it goes."""
    arrival_frames: int = 0
    """Frames until then."""


def append_frames(motion: Motion, hips_m: Array, turns: Array) -> Motion:
    """A motion with further frames: hips (F, 3) and turns (F, B, 4)."""
    more = len(hips_m)
    extras = {name: np.concatenate([v, np.repeat(v[-1:], more, axis=0)]) for name, v in motion.extras.items()}
    return replace(
        motion,
        hips_m=np.concatenate([motion.hips_m, hips_m]),
        turns=np.concatenate([motion.turns, turns]),
        trust=np.concatenate([motion.trust, np.ones((more, motion.trust.shape[1]))]),
        feet=np.concatenate([motion.feet, np.zeros((more, 2), bool)]),
        extras=extras,
    )


@torch.inference_mode()
def dance_on(motion: Motion, frames: int, network: Network, wish: Wish | None = None, seed: int = 0) -> Motion:
    """A canonical motion at FRAME_RATE followed by so many `frames` of dance, feet planted. The same seed gives the
    same dance. `network` is on the CPU."""
    wish = wish or Wish()
    last = np.maximum(np.arange(len(motion) - HISTORY_FRAMES, len(motion)), 0)
    past = joint_positions(motion.hips_m[last], motion.turns[last], CANONICAL_OFFSETS)
    six = rotation.to_six(motion.turns[-1])
    model = BatchedInference(network, _row(past), _row(six), seed)
    guidance = uniform_guidance(1, directed=WISH_GUIDANCE)
    fixed = _wished(network, wish)
    heading = frame_of(model.joints[:, -1]).left
    hips, turns = [], []
    for number in range(frames):
        asked = None
        if model.plan_due:
            asked = replace(fixed, joints=model.joints, turns=model.turns)
            if wish.travel_m_s is not None:
                turned = _turned(heading, wish.turning_rad_s * (number / motion.rate + 1.0))
                asked = replace(asked, goal=_goal(model.joints[:, -1, 0], turned, wish.travel_m_s))
            elif wish.arrival_m is not None:
                there = _row(wish.arrival_m)
                left = wish.arrival_frames - number
                asked = replace(asked, goal=goal_towards(model.joints[:, -1, 0], there, left))
        hip, turn = step_body(model, asked, guidance)
        hips.append(hip[0])
        turns.append(turn[0])
    longer = append_frames(motion, np.array(hips).reshape(-1, 3), np.array(turns).reshape(-1, *motion.turns.shape[1:]))
    return plant_feet(longer, len(motion), len(longer)) if frames else motion


def step_body(model: BatchedInference, conditioning: Conditioning | None, guidance: Guidance) -> Poses:
    """The next hips (N, 3) and turns (N, 22, 4) of bodies without collisions, from which they go on."""
    found, turned = (part.numpy() for part in model.next_frame(conditioning, guidance))
    matrices = rotation.six_to_matrix(turned)
    hips, turns = reconstruct(found, matrices)
    moved, turned_by = (
        torch.as_tensor(np.asarray(part, np.float32)) for part in pose_correction(found, turned, matrices, hips, turns)
    )
    model.joints = torch.cat([model.joints[:, :-1], model.joints[:, -1:] + moved[:, None]], dim=1)
    model.turns = model.turns + turned_by
    return hips, turns


def goal_towards(hips: Tensor, there: Tensor, frames: int) -> Tensor:
    """(N, 5) the goal of bodies with hips (N, 3) that will be as joints (N, 22, 3) are after so many frames."""
    aim = frame_of(there)
    place = hips[:, ::2] + min(1.0, HORIZON_FRAMES / max(frames, 1)) * (there[:, 0, ::2] - hips[:, ::2])
    return torch.cat([place, aim.left, torch.ones(len(hips), 1)], dim=1)


def _wished(network: Network, wish: Wish) -> Conditioning:
    styles = network.settings.styles
    style = None
    if wish.style in styles:
        style = torch.zeros(1, len(styles))
        style[0, styles.index(wish.style)] = 1.0
    energy = None
    if wish.speed is not None:
        energy = energy_input(torch.full((1, 1), wish.speed * typical_speed(network)))
    directions = {name: torch.tensor([[value, 1.0]]) for name, value in wish.directions.items()}
    none = torch.zeros(1, HISTORY_FRAMES, len(CANONICAL_OFFSETS), 3)
    return Conditioning(
        none,
        torch.zeros(1, len(CANONICAL_OFFSETS), 6),
        torch.zeros(1, len(BODY_PARTS)),
        energy=energy,
        directions=directions,
        style=style,
    )


def _goal(hips: Tensor, left: Tensor, speed: float) -> Tensor:
    """(1, 5) one second ahead; a body faces its left vector turned by a quarter to the right."""
    forward = torch.stack([-left[:, 1], left[:, 0]], dim=1)
    return torch.cat([hips[:, ::2] + speed * forward, left, torch.ones(1, 1)], dim=1)


def _turned(left: Tensor, angle: float) -> Tensor:
    """A vector (1, 2) of x and z turned to the left by an angle."""
    c, s = float(np.cos(angle)), float(np.sin(angle))
    return torch.stack([c * left[:, 0] + s * left[:, 1], -s * left[:, 0] + c * left[:, 1]], dim=1)


def _row(values: Array) -> Tensor:
    return torch.as_tensor(values.astype(np.float32))[None]
