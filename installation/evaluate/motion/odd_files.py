"""Figures of unusual motion files: turned axes, wrong frame counts, T-poses at the start, bodies off the floor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from installation.evaluate.report import Figure
from motion import files, metrics, rotation
from motion.body import joint_positions
from motion.floor import set_on_floor, sole_heights
from motion.rest_pose import start_frames
from motion.rig import humanoid_rig
from motion.skeleton import REST_OFFSETS_M, TOE_BONES
from motion.take import Take

PAIR_ENDS = ("_tpose.bvh", "_turned.bvh")
"""Ends of the names of one performance on two skeletons."""
MAX_PAIR_DEGREES = 1.0
MAX_SOLE_M = 0.02


def measure_odd_files(root: Path | None) -> list[Figure]:
    """All figures of the folder `inputs` in a folder of the material; none where it is not there."""
    folder = next(iter(sorted(root.glob("*/inputs"))), None) if root is not None else None
    if folder is None:
        return []
    figures = []
    for path in sorted(folder.glob(f"*{PAIR_ENDS[0]}")):
        other = path.with_name(path.name.removesuffix(PAIR_ENDS[0]) + PAIR_ENDS[1])
        if other.is_file():
            name = path.name.removesuffix(PAIR_ENDS[0])
            figures.append(Figure.at_most(f"files: {name}, apart", _apart(path, other), MAX_PAIR_DEGREES, "°"))
    parts: tuple[tuple[str, Callable[[Path], list[Figure]]], ...] = (
        ("one_more_frame.bvh", _frame_count),
        ("one_less_frame.bvh", _frame_count),
        ("in_place_hips0.bvh", _floor),
        ("tpose_first.bvh", _opening),
        ("g_finger_end.glb", _fingers),
        ("x_meshopt.glb", _fingers),
        ("comma_decimals.bvh", _refusal),
        ("glued_minus.bvh", _refusal),
        ("empty.gltf", _refusal),
    )
    for name, measure in parts:
        if (folder / name).is_file():
            figures += measure(folder / name)
    return figures


def _first(path: Path) -> Take:
    return next(iter(files.read_takes(path).values()))


def _apart(one: Path, other: Path) -> float:
    """Degrees between the rotations of two takes after retargeting onto one character, the largest of all joints."""
    rig = humanoid_rig(REST_OFFSETS_M)
    turns = [files.retarget_onto(_first(path).motion(fingers=True), rig).turns for path in (one, other)]
    return float(np.degrees(rotation.angle(*turns)).max())


def _frame_count(path: Path) -> list[Figure]:
    return [Figure.at_least(f"files: {path.stem}, frames read", len(_first(path)), 60)]


def _floor(path: Path) -> list[Figure]:
    motion, _ = set_on_floor(_first(path).motion())
    heights = sole_heights(joint_positions(motion.hips_m, motion.turns, motion.offsets_m), motion.offsets_m)
    return [Figure.at_most(f"files: {path.stem}, soles off the floor", float(np.abs(heights).max()), MAX_SOLE_M, "m")]


def _opening(path: Path) -> list[Figure]:
    take = _first(path)
    first = start_frames(take)
    motion, _ = set_on_floor(take.cut(first).motion())
    skate = 100.0 * metrics.foot_skate(metrics.motion_joints(motion)[:, TOE_BONES], motion.rate)
    return [
        Figure.at_least(f"files: {path.stem}, frames of the T-pose found", first, 3),
        Figure.at_least(f"files: {path.stem}, foot skate, which is in it", skate, 30.0, "cm/s"),
    ]


def _fingers(path: Path) -> list[Figure]:
    return [Figure.at_least(f"files: {path.stem}, bones found", len(_first(path).rig.bones), 52)]


def _refusal(path: Path) -> list[Figure]:
    """Whether a file that cannot be read is refused in words that name it."""
    try:
        _first(path)
    except ValueError as error:
        return [Figure.at_least(f"files: {path.name}, refused in words", float(str(path) in str(error)), 1.0)]
    return [Figure.at_least(f"files: {path.name}, refused in words", 0.0, 1.0)]
