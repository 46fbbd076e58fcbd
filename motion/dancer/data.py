"""What the dancer learns from: a folder of captured motions on the canonical body, and who danced with whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import files
from motion.body import Motion, joint_positions
from motion.metrics import floor_of
from motion.resample import at_rate, resample
from motion.rig import RigError, leg
from motion.skeleton import BONES, CORE, INDEX, OFFSETS, TOE_BONES, TOES_HEIGHT_M, mirrored
from motion.take import Take, opening_frames

Array = NDArray[np.floating]

FRAME_RATE = 30.0
"""Frames a second that the network thinks in."""
MIN_CLIP_SECONDS = 2.0
"""Seconds that a recording must last to be learned from."""
MIRROR_BONE = np.array([INDEX[mirrored(name)] for name in BONES[:CORE]])


class DataError(ValueError):
    """A folder that nothing can be learned from, or a file in it that can't be read; says why."""


@dataclass(frozen=True)
class DanceClip:
    """One recording of one body, at `RATE` on the canonical body of `motion.skeleton.OFFSETS`."""

    name: str
    style: str
    """What stands before the first underscore of the file's name, such as the number of the person who moves."""
    motion: Motion
    partner: str | None = None
    """Name of the clip that was recorded with this one, in the same room and as long."""


def read_clips(folder: Path, heard: Callable[[int, int], None] = lambda done, of: None) -> list[DanceClip]:
    """All motions below a folder, in the order of their names. `heard` is told how many files are read.

    A folder holds couples when each of its files has one other beside it that is as long to the frame, and whose name
    differs in one number only (60_01.bvh, 61_01.bvh). Raises DataError, with every file that can't be read and why.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; expected one with .bvh or .glb motions")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in files.READABLE_SUFFIXES)
    nothing = DataError(f"{folder} holds no .bvh or .glb motion of {MIN_CLIP_SECONDS:g} s or more")
    if not paths:
        raise nothing
    found: dict[str, tuple[str, Take]] = {}
    folders: dict[Path, dict[str, int]] = {}
    wrong: list[str] = []
    for done, path in enumerate(paths):
        heard(done, len(paths))
        try:
            for name, take in files.read_takes(path, rate=2.0 * FRAME_RATE).items():
                if len(take) >= MIN_CLIP_SECONDS * take.rate:
                    label = path.stem if name == path.stem else f"{path.stem}/{name}"
                    found[label] = path.stem.split("_")[0], take
                    folders.setdefault(path.parent, {})[label] = len(take)
        except (ValueError, RigError, OSError) as error:
            wrong.append(f"{path}: {error}")
    heard(len(paths), len(paths))
    if wrong:
        raise DataError("\n".join(wrong))
    if not found:
        raise nothing
    pairs = {name: other for lengths in folders.values() for name, other in _pairs(lengths).items()}
    first = {name: opening_frames(take) for name, (_, take) in found.items()}
    motions = {
        # Both of a couple begin at once.
        name: take.cut(max(first[name], first[pairs.get(name, name)])).motion()
        for name, (_, take) in found.items()
    }
    scale = {name: leg(OFFSETS) / leg(motion.offsets_m) for name, motion in motions.items()}
    # A couple stays in one room: both ways of going are scaled alike.
    return [
        DanceClip(
            name,
            style,
            to_canonical(motions[name], 0.5 * (scale[name] + scale[pairs.get(name, name)])),
            pairs.get(name),
        )
        for name, (style, _) in found.items()
    ]


def to_canonical(motion: Motion, scale: float | None = None) -> Motion:
    """A motion at `RATE` on the canonical body, feet on the floor at 0.

    `scale` is how much longer its ways on the floor become; without it, by as much as its legs do.
    """
    size = leg(OFFSETS) / leg(motion.offsets_m)
    hips = motion.hips_m * np.array([1.0, 0.0, 1.0]) * (size if scale is None else scale)
    hips[:, 1] = motion.hips_m[:, 1] * size
    core = OFFSETS[:CORE]
    moved = replace(
        motion, hips_m=hips, turns=motion.turns[:, :CORE], offsets_m=core, trust=motion.trust[:, :CORE], extras={}
    )
    moved = at_rate(moved, FRAME_RATE)
    toes = joint_positions(moved.hips_m, moved.turns, core)[:, TOE_BONES]
    down = np.array([0.0, TOES_HEIGHT_M - floor_of(toes), 0.0])
    return replace(moved, hips_m=moved.hips_m + down)


def mirror(motion: Motion) -> Motion:
    """The motion as a mirror at x = 0 shows it: left and right change places."""
    return replace(
        motion,
        hips_m=motion.hips_m * np.array([-1.0, 1.0, 1.0]),
        turns=swap_sides(motion.turns),
        trust=motion.trust[:, MIRROR_BONE],
        feet=motion.feet[:, ::-1],
    )


def swap_sides(turns: Array) -> Array:
    """Turns (..., 22, 4) as a mirror at x = 0 shows them: left and right change places."""
    return turns[..., MIRROR_BONE, :] * np.array([1.0, 1.0, -1.0, -1.0])


def time_warp(motion: Motion, pace: float) -> Motion:
    """The motion `pace` times as fast, at the same rate."""
    return resample(motion, np.arange(len(motion)) / (motion.rate * pace), motion.rate)


def couples(clips: Sequence[DanceClip]) -> list[tuple[DanceClip, DanceClip]]:
    """Those who danced together, each couple once."""
    by_name = {clip.name: clip for clip in clips}
    return [(c, by_name[c.partner]) for c in clips if c.partner is not None and c.name < c.partner]


def _pairs(lengths: Mapping[str, int]) -> dict[str, str]:
    """Who is whose partner, of the recordings of one folder and how many frames each has."""
    pairs = {}
    for one, frames in lengths.items():
        others = [o for o, many in lengths.items() if many == frames and _one_number_apart(one, o)]
        if len(others) != 1:
            return {}
        pairs[one] = others[0]
    return pairs


def _one_number_apart(one: str, other: str) -> bool:
    a, b = re.split(r"(\d+)", one), re.split(r"(\d+)", other)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1 and a[::2] == b[::2]
