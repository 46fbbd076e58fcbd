"""The dancer's training data: a folder of captured motions, retargeted to the canonical body, and its couples."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import files
from motion.body import Motion, joint_positions
from motion.metrics import floor_height
from motion.resample import at_rate, resample
from motion.rig import RigError, leg_length_m
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, REST_OFFSETS_M, TOE_BONES, TOES_HEIGHT_M, mirrored_bone
from motion.take import Take, opening_frames

Array = NDArray[np.floating]
logger = logging.getLogger(__name__)

FRAME_RATE = 30.0
"""Frames a second of the network's input and output."""
MIN_CLIP_SECONDS = 2.0
"""Duration of the shortest recording that is used."""
MIRROR_BONE = np.array([BONE_INDEX[mirrored_bone(name)] for name in BONES[:CORE_COUNT]])
"""(22,) index of each bone's counterpart on the other side."""


class DataError(ValueError):
    """A folder without usable motions, or with a file that can't be read; the text says which and why."""


@dataclass(frozen=True)
class Answer:
    """How a dancer answers its partner: what it does as the partner's mirror image, and how late."""

    arms: float = 0.0
    """0 or 1"""
    body: float = 0.0
    """0 or 1: trunk, legs and height."""
    lag_seconds: float = 0.0


@dataclass(frozen=True)
class DanceClip:
    """One recording of one body, at FRAME_RATE on the canonical body of `motion.skeleton.REST_OFFSETS_M`."""

    name: str
    style: str
    """The part of the file's name before the first underscore, such as the number of the recorded person."""
    motion: Motion
    partner: str | None = None
    """Name of the clip that was recorded with this one, in the same room and of the same length."""
    answer: Answer = Answer()
    """How it answers this partner."""
    leads: bool = False
    """Whether it is only answered, and answers nothing itself."""


def read_clips(folder: Path, on_read: Callable[[int, int], None] = lambda done, of: None) -> list[DanceClip]:
    """All motions below a folder, in the order of their names. `on_read` receives the number of files read, and of
    all files.

    A folder holds couples when each of its files has one other beside it that is as long to the frame, and whose name
    differs in one number only (60_01.bvh, 61_01.bvh). A file that can't be read is left out with a warning, and its
    partner dances alone. Raises DataError where nothing is left.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder; expected one with .bvh or .glb motions")
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in files.READABLE_SUFFIXES)
    empty = DataError(f"{folder} holds no .bvh or .glb motion of {MIN_CLIP_SECONDS:g} s or more")
    if not paths:
        raise empty
    found: dict[str, tuple[str, Take]] = {}
    frames_by_folder: dict[Path, dict[str, int]] = {}
    errors: list[str] = []
    for done, path in enumerate(paths):
        on_read(done, len(paths))
        try:
            for name, take in files.read_takes(path, rate=2.0 * FRAME_RATE).items():
                if len(take) >= MIN_CLIP_SECONDS * take.rate:
                    label = path.stem if name == path.stem else f"{path.stem}/{name}"
                    found[label] = path.stem.split("_")[0], take
                    frames_by_folder.setdefault(path.parent, {})[label] = len(take)
        except (ValueError, RigError, OSError) as error:
            text = str(error)
            errors.append(text if str(path) in text else f"{path}: {text}")
    on_read(len(paths), len(paths))
    if not found:
        raise DataError("\n".join(errors)) if errors else empty
    for text in errors:
        logger.warning("%s; left out", text)
    partners = {name: other for frames in frames_by_folder.values() for name, other in _partners(frames).items()}
    return _clips(found, partners)


def _clips(takes: Mapping[str, tuple[str, Take]], partners: Mapping[str, str]) -> list[DanceClip]:
    """Clips of takes with their styles, by name."""
    start = {name: opening_frames(take) for name, (_, take) in takes.items()}
    motions = {
        # Both of a couple start at the same frame.
        name: take.cut(max(start[name], start[partners.get(name, name)])).motion()
        for name, (_, take) in takes.items()
    }
    scale = {name: leg_length_m(REST_OFFSETS_M) / leg_length_m(motion.offsets_m) for name, motion in motions.items()}
    clips = []
    for name, (style, _) in takes.items():
        partner = partners.get(name)
        # A couple shares one room, so both paths are scaled alike.
        floor_scale = 0.5 * (scale[name] + scale[name if partner is None else partner])
        clips.append(DanceClip(name, style, to_canonical(motions[name], floor_scale), partner))
    return clips


def to_canonical(motion: Motion, floor_scale: float | None = None) -> Motion:
    """A motion at FRAME_RATE on the canonical body, feet on the floor at 0.

    `floor_scale` scales its path on the floor; by default the ratio of leg lengths.
    """
    size = leg_length_m(REST_OFFSETS_M) / leg_length_m(motion.offsets_m)
    hips = motion.hips_m * np.array([1.0, 0.0, 1.0]) * (size if floor_scale is None else floor_scale)
    hips[:, 1] = motion.hips_m[:, 1] * size
    core = REST_OFFSETS_M[:CORE_COUNT]
    result = replace(
        motion,
        hips_m=hips,
        turns=motion.turns[:, :CORE_COUNT],
        offsets_m=core,
        trust=motion.trust[:, :CORE_COUNT],
        extras={},
    )
    result = at_rate(result, FRAME_RATE)
    toes = joint_positions(result.hips_m, result.turns, core)[:, TOE_BONES]
    down = np.array([0.0, TOES_HEIGHT_M - floor_height(toes), 0.0])
    return replace(result, hips_m=result.hips_m + down)


def mirror(motion: Motion) -> Motion:
    """The motion mirrored at x = 0: left and right change places."""
    return replace(
        motion,
        hips_m=motion.hips_m * np.array([-1.0, 1.0, 1.0]),
        turns=swap_sides(motion.turns),
        trust=motion.trust[:, MIRROR_BONE],
        feet=motion.feet[:, ::-1],
    )


def swap_sides(turns: Array) -> Array:
    """Turns (..., 22, 4) mirrored at x = 0: left and right change places."""
    mirrored: Array = turns[..., MIRROR_BONE, :] * np.array([1.0, 1.0, -1.0, -1.0])
    return mirrored


def time_warp(motion: Motion, speed: float) -> Motion:
    """The motion `speed` times as fast, at the same rate."""
    return resample(motion, np.arange(len(motion)) / (motion.rate * speed), motion.rate)


def couples(clips: Sequence[DanceClip]) -> list[tuple[DanceClip, DanceClip]]:
    """The couples among clips, each once."""
    by_name = {clip.name: clip for clip in clips}
    return [(c, by_name[c.partner]) for c in clips if c.partner is not None and c.name < c.partner]


def _partners(frames: Mapping[str, int]) -> dict[str, str]:
    """Each recording's partner, of the recordings of one folder and their frame counts; empty unless all have one."""
    partners = {}
    for one, count in frames.items():
        others = [name for name, other in frames.items() if other == count and _one_number_apart(one, name)]
        if len(others) != 1:
            return {}
        partners[one] = others[0]
    return partners


def _one_number_apart(one: str, other: str) -> bool:
    a, b = re.split(r"(\d+)", one), re.split(r"(\d+)", other)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1 and a[::2] == b[::2]
