"""Made-up dancers: couples that keep one beat, and some who dance alone; as clips, and as a folder of BVH files."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import torch

from motion import files, rotation
from motion.body import Motion, t_pose
from motion.dancer.conditioning import (
    BODY_PARTS,
    HISTORY_FRAMES,
    PARTNER_FRAMES,
    SPEED_FRAMES,
    WATCHED_JOINTS,
    Conditioning,
)
from motion.dancer.data import DanceClip, to_canonical
from motion.dancer.directions import DIRECTIONS
from motion.dancer.network import Network, Settings
from motion.dancer.training_losses import TrainingConfig, fit_statistics
from motion.dancer.training_tensors import TrainingTensors, training_tensors
from motion.skeleton import BONE_INDEX, CORE_COUNT

TINY = Settings(hidden=24, blocks=1, modes=12, styles=("60", "61"))
FEW = TrainingConfig(rows=24, rounds=3)


def dance(
    seconds: float = 6.0, seed: int = 0, beat_hz: float = 1.1, at: tuple[float, float] = (0.0, 0.0), rate: float = 30.0
) -> Motion:
    """A body on one spot that swings its arms and bows on a beat, turns about slowly, and stands on both feet."""
    chance = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate)) / rate
    swing = np.sin(np.pi * beat_hz * t + chance.uniform(0.0, 0.3))
    vectors = np.zeros((len(t), CORE_COUNT, 3))
    for bones, axis, size in (
        (("leftUpperArm", "leftLowerArm", "leftHand"), (0.0, 0.2, -1.0), 0.9),
        (("rightUpperArm", "rightLowerArm", "rightHand"), (0.0, 0.2, 1.0), 0.9),
        (("spine", "chest", "upperChest", "neck", "head"), (1.0, 0.0, 0.0), 0.25),
    ):
        turn = np.multiply(axis, size * chance.uniform(0.7, 1.3))
        vectors[:, [BONE_INDEX[bone] for bone in bones]] = (swing[:, None] * turn)[:, None]
    start = t_pose()
    about = rotation.from_vector(np.outer(0.2 * np.sin(0.4 * t), (0.0, 1.0, 0.0)))
    turns = rotation.multiply(about[:, None], rotation.from_vector(vectors))
    hips = start.hips_m + np.stack([at[0] + 0.1 * np.sin(0.5 * t), 0.0 * t, at[1] + 0.0 * t], axis=1)
    return Motion(hips, turns, start.offsets_m, rate, np.ones((len(t), CORE_COUNT)), np.ones((len(t), 2), bool))


def couple(number: int, seconds: float = 6.0) -> tuple[DanceClip, DanceClip]:
    """Two who face each other and keep one beat."""
    names = f"60_{number:02}", f"61_{number:02}"
    beat_hz = 0.9 + 0.1 * number
    one = dance(seconds, number, beat_hz, (0.0, -0.5))
    other = dance(seconds, number + 50, beat_hz, (0.0, 0.5))
    half = rotation.from_axis_angle([0.0, 1.0, 0.0], np.pi)
    other = replace(other, turns=rotation.multiply(half, other.turns))
    return (
        DanceClip(names[0], "60", to_canonical(one), names[1]),
        DanceClip(names[1], "61", to_canonical(other), names[0]),
    )


def company(couples: int = 3, seconds: float = 6.0) -> list[DanceClip]:
    """So many couples, each of another length, which identifies it."""
    return [clip for number in range(1, couples + 1) for clip in couple(number, seconds + 0.4 * number)]


def folder(path: Path, couples: int = 3, seconds: float = 6.0, solos: int = 0) -> Path:
    """The same as BVH files, couples in one folder and solos in another."""
    (path / "couples").mkdir(parents=True)
    for clip in company(couples, seconds):
        files.save(path / "couples" / f"{clip.name}.bvh", files.retarget_onto(clip.motion))
    for number in range(solos):
        (path / "solo").mkdir(exist_ok=True)
        # Each of another length: two of one length would be taken for a couple.
        motion = dance(seconds + 0.5 * number, 100 + number)
        files.save(path / "solo" / f"07_{number + 1:02}.bvh", files.retarget_onto(motion))
    return path


@cache
def tracks() -> TrainingTensors:
    """Of three couples."""
    return training_tensors(company(), TINY.styles, (1.0,))


@cache
def prepared(seed: int = 1) -> Network:
    """A network that knows what these couples are like, and has learned nothing yet."""
    torch.manual_seed(seed)
    network = Network(TINY)
    fit_statistics(network, tracks(), FEW, torch.Generator().manual_seed(seed))
    return network.eval()


def question(at: int, rows: int = 4, delay: int = 1) -> Conditioning:
    """What is asked at so many bodies' frames, `at` and every seventh after it, with everything that can be asked."""
    all_of = tracks()
    frames = at + 7 * torch.arange(rows)
    there = all_of.partner[frames] - delay
    yes = torch.ones(rows, 1)
    return Conditioning(
        all_of.joints[frames[:, None] + torch.arange(-HISTORY_FRAMES + 1, 1)],
        all_of.turns[frames],
        torch.zeros(rows, len(BODY_PARTS)),
        all_of.joints[there[:, None] + torch.arange(-PARTNER_FRAMES + 1, 1)][:, :, WATCHED_JOINTS],
        all_of.speed[there[:, None] + torch.arange(-SPEED_FRAMES + 1, 1)],
        delay * yes,
        yes,
        torch.tensor([[0.6, 0.8, 0.1, 1.0]]).repeat(rows, 1),
        torch.tensor([[-1.0, 1.0]]).repeat(rows, 1),
        torch.tensor([[0.3, -0.2, 0.0, 1.0, 1.0]]).repeat(rows, 1),
        answer=torch.tensor([[1.0, 0.0, 0.1, 0.0]]).repeat(rows, 1),
        bar=torch.tensor([[0.8, 0.6, 1.0]]).repeat(rows, 1),
        onset=torch.tensor([[0.5, 1.0]]).repeat(rows, 1),
        directions={name: torch.tensor([[0.3, 1.0]]).repeat(rows, 1) for name in DIRECTIONS},
        key_joints=all_of.joints[frames + 20][:, WATCHED_JOINTS],
        key=torch.tensor([[1.0, 0.0, 20.0, 1.0]]).repeat(rows, 1),
        style=torch.tensor([[1.0, 0.0]]).repeat(rows, 1),
    )
