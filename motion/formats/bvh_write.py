"""Writes takes as BVH files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.atomic_file import atomic_open
from motion.formats.bvh_text import POSITION_CHANNELS, BvhClip, BvhError
from motion.rig import Rig
from motion.take import Take, UpAxis

Array = NDArray[np.floating]

Z_TO_Y = rotation.from_axis_angle((1.0, 0.0, 0.0), -np.pi / 2.0)
"""(4,) from a space whose Z points up to one whose Y does."""
END_SITE = "End Site"
"""Suffix of the name of an End Site's joint, after its parent's name."""
STRETCH_M = 2e-6
"""A joint that leaves its position in its parent's frame by more than this gets position channels."""


def write(path: Path, take: Take, unit_m: float = 0.01, order: str = "ZXY") -> None:
    """Write a take as a BVH file, atomically: the rig's own joints, whose rotations are zero in the rest pose.

    Lengths are in units of `unit_m` metres, by default centimetres, which most programs expect; rotations in degrees
    about the axes of `order`, without jumps from frame to frame. Joints that stretch get position channels. Of several
    roots only the one above the hips is written; blanks in names become "_". Raises BvhError for a take without frames
    or joints, ValueError for an invalid order, OSError.
    """
    if sorted(order) != ["X", "Y", "Z"]:
        raise ValueError(f"{order!r} is no order of rotations; expected ZXY, XYZ or the like")
    if not len(take) or not take.rig.names:
        raise BvhError(f"{path}: nothing to write, the take has {len(take)} frames of {len(take.rig.names)} joints")
    rig = take.rig
    tree = _tree(rig)
    kept = [joint for joint in tree if not _is_end(rig, joint)]
    above = np.array([max(rig.parents[joint], 0) for joint in kept])
    rooted = np.array([rig.parents[joint] < 0 for joint in kept])
    # Global rotations from the rest pose, whose own are written as zero.
    turned = rotation.multiply(take.turns, rotation.conjugate(rig.turns))
    carry = np.where(rooted[:, None], rotation.IDENTITY, turned[:, above])
    base = np.where(rooted[:, None], 0.0, take.positions_m[:, above])
    spins = rotation.multiply(rotation.conjugate(carry), turned[:, kept])
    shifts = rotation.rotate(rotation.conjugate(carry), take.positions_m[:, kept] - base)
    offsets = np.where(rooted[:, None], 0.0, rig.positions_m[kept] - rig.positions_m[above])
    moves = rooted | (np.abs(shifts - offsets).max(axis=(0, 2)) > STRETCH_M)
    degrees = np.degrees(continuous_angles(spins, order))
    columns = []
    for i in range(len(kept)):
        columns += [shifts[:, i] / unit_m] if moves[i] else []
        columns.append(degrees[:, i])
    # Adding 0.0 removes the sign of a rounded -0.
    rows = np.round(np.concatenate(columns, axis=1), 6) + 0.0
    form = " ".join(["%.6f"] * rows.shape[1]) + "\n"
    moving = {joint for joint, moved in zip(kept, moves, strict=True) if moved}
    with atomic_open(path) as file:
        file.writelines(_hierarchy(rig, tree, moving, unit_m, order))
        file.write(f"MOTION\nFrames: {len(take)}\nFrame Time: {1.0 / take.rate:.9g}\n")
        file.writelines(form % tuple(row) for row in rows.tolist())


@dataclass(frozen=True)
class BvhLayout:
    """How a file holds a skeleton."""

    clip: BvhClip
    """Its hierarchy; the frames do not matter."""
    unit_m: float
    """Metres a unit."""
    up: UpAxis


def write_like(path: Path, take: Take, layout: BvhLayout) -> None:
    """Write a take on the rig of a BVH file with that file's own joints, offsets, channels, unit and axes, atomically.

    A joint without position channels stays at its offset, and one without three rotation channels turns about those it
    has. Raises BvhError for a take of other joints, OSError.
    """
    clip = layout.clip
    count = len(clip.names)
    if take.rig.names[:count] != clip.names or not len(take):
        raise BvhError(f"{path}: a take of {len(take)} frames of other joints than the file has that it should be like")
    places, turns = take.positions_m[:, :count] / layout.unit_m, take.turns[:, :count]
    if layout.up == "Z":
        back = rotation.conjugate(Z_TO_Y)
        places, turns = rotation.rotate(back, places), rotation.multiply(back, turns)
    columns: list[Array] = []
    for joint, (parent, channels) in enumerate(zip(clip.parents, clip.channels, strict=True)):
        above = turns[:, parent] if parent >= 0 else np.tile(rotation.IDENTITY, (len(take), 1))
        undone = rotation.conjugate(above)
        shift = rotation.rotate(undone, places[:, joint] - (places[:, parent] if parent >= 0 else 0.0))
        axes = "".join(channel[0] for channel in channels if channel not in POSITION_CHANNELS)
        order = axes + "".join(axis for axis in "XYZ" if axis not in axes)
        spin = rotation.multiply(undone, turns[:, joint])
        degrees = np.degrees(continuous_angles(spin[:, None], order)[:, 0]) if axes else np.zeros((len(take), 3))
        for channel in channels:
            is_position = channel in POSITION_CHANNELS
            columns.append(
                shift[:, POSITION_CHANNELS.index(channel)] if is_position else degrees[:, order.index(channel[0])]
            )
    rows = np.round(np.stack(columns, axis=1), 6) + 0.0
    form = " ".join(["%.6f"] * rows.shape[1]) + "\n"
    with atomic_open(path) as file:
        file.write("HIERARCHY\n")
        file.writelines(_clip_lines(clip, 0, 0))
        file.write(f"MOTION\nFrames: {len(take)}\nFrame Time: {1.0 / take.rate:.9g}\n")
        file.writelines(form % tuple(row) for row in rows.tolist())


def _clip_lines(clip: BvhClip, joint: int, level: int) -> Iterator[str]:
    """The lines of a joint and of all below it, as the file has them."""
    indent = "\t" * level
    kind = "JOINT" if level else "ROOT"
    yield f"{indent}{kind} {clip.names[joint]}\n{indent}{{\n{indent}\tOFFSET {_numbers(clip.offsets[joint])}\n"
    channels = clip.channels[joint]
    yield f"{indent}\tCHANNELS {' '.join([str(len(channels)), *channels])}\n"
    for child, parent in enumerate(clip.parents):
        if parent == joint:
            yield from _clip_lines(clip, child, level + 1)
    for end, offset in zip(clip.ends, clip.end_offsets, strict=True):
        if end == joint:
            yield from _end(indent + "\t", offset)
    yield f"{indent}}}\n"


def continuous_angles(turns: Array, order: str) -> Array:
    """Radians (T, J, 3) about the axes of `order` for rotations (T, J, 4), each frame's nearest to the frame before.

    Every rotation has two sets of angles, plus any number of whole turns. In gimbal lock, where the middle angle is a
    right one, the last angle stays as it was.
    """
    found = rotation.to_euler(turns, order)
    even = 1.0 if order in "XYZXY" else -1.0
    last = np.zeros(found.shape[1:])
    for frame, first in enumerate(found):
        locked = np.abs(np.abs(first[:, 1]) - np.pi / 2.0) < 1e-4
        same = even * np.sign(first[:, 1])
        held = np.where(locked, last[:, 2], first[:, 2])
        first = np.stack([first[:, 0] + same * (first[:, 2] - held), first[:, 1], held], axis=1)
        other = first * (1.0, -1.0, 1.0) + np.pi
        near, far = (last + (choice - last + np.pi) % (2.0 * np.pi) - np.pi for choice in (first, other))
        better = np.abs(far - last).sum(axis=1) < np.abs(near - last).sum(axis=1)
        found[frame] = last = np.where(better[:, None], far, near)
    return found


def _is_end(rig: Rig, joint: int) -> bool:
    return rig.names[joint].endswith(END_SITE) and rig.parents[joint] >= 0 and joint not in rig.parents


def _tree(rig: Rig) -> list[int]:
    """The joints of one root in depth-first order."""
    root = rig.bones.get("hips", 0)
    while rig.parents[root] >= 0:
        root = rig.parents[root]
    found, waiting = [], [root]
    while waiting:
        joint = waiting.pop()
        found.append(joint)
        waiting += [child for child, parent in enumerate(rig.parents) if parent == joint][::-1]
    return found


def _hierarchy(rig: Rig, tree: list[int], moving: set[int], unit_m: float, order: str) -> Iterator[str]:
    """The lines before MOTION."""
    used: set[str] = set()
    depth = [0] * len(rig.names)
    open_: list[int] = []
    yield "HIERARCHY\n"
    for joint in tree:
        parent = rig.parents[joint]
        while open_ and open_[-1] != parent:
            yield "\t" * depth[open_.pop()] + "}\n"
        level = depth[joint] = 0 if parent < 0 else depth[parent] + 1
        step = np.zeros(3) if parent < 0 else (rig.positions_m[joint] - rig.positions_m[parent]) / unit_m
        indent = "\t" * level
        if _is_end(rig, joint):
            yield from _end(indent, step)
            continue
        open_.append(joint)
        kind = "ROOT" if parent < 0 else "JOINT"
        yield f"{indent}{kind} {_name(rig.names[joint], used)}\n{indent}{{\n{indent}\tOFFSET {_numbers(step)}\n"
        channels = [*(POSITION_CHANNELS if joint in moving else ()), *(f"{axis}rotation" for axis in order)]
        yield f"{indent}\tCHANNELS {len(channels)} {' '.join(channels)}\n"
        if joint not in rig.parents:
            yield from _end(indent + "\t", np.zeros(3))
    while open_:
        yield "\t" * depth[open_.pop()] + "}\n"


def _end(indent: str, step: Array) -> Iterator[str]:
    yield f"{indent}End Site\n{indent}{{\n{indent}\tOFFSET {_numbers(step)}\n{indent}}}\n"


def _numbers(values: Array) -> str:
    return " ".join(f"{value:.6f}" for value in np.round(values, 6) + 0.0)


def _name(name: str, used: set[str]) -> str:
    """A name that a BVH file can hold and that is not used yet."""
    plain = "_".join(name.replace("{", " ").replace("}", " ").split()) or "joint"
    found, count = plain, 1
    while found in used:
        count += 1
        found = f"{plain}_{count}"
    used.add(found)
    return found
