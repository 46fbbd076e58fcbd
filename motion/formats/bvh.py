"""BVH motion capture files: reading, joint positions and rotations, conversion to takes, and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats import bvh_rest, naming
from motion.formats.bvh_text import MAX_LINE_CHARACTERS, POSITION_CHANNELS, BvhClip, BvhError, read_clips
from motion.formats.bvh_write import END_SITE, Z_TO_Y, BvhLayout, write, write_like
from motion.rig import Rig
from motion.skeleton import REQUIRED_BONES
from motion.take import Take, UpAxis, guess_unit, guess_up_axis, metres_per_unit

__all__ = [
    "BvhClip",
    "BvhError",
    "BvhLayout",
    "BvhRig",
    "TakePlan",
    "joint_poses",
    "joint_positions",
    "parse",
    "plan_take",
    "read",
    "read_blocks",
    "read_takes",
    "to_take",
    "write",
    "write_like",
]

Array = NDArray[np.floating]

MAX_FILE_BYTES = 256 << 20
"""Bytes of the largest file that `read` accepts; `read_blocks` and `read_takes` accept any."""
BLOCK_FRAMES = 1024
"""Frames in a block."""
SAMPLE_FRAMES = 256
"""Frames from which a clip's rest pose and up axis are guessed."""
RestKind = Literal["zero", "structure", "first"]
"""The rest pose: all rotations zero; `motion.formats.bvh_rest.structural_rest`, where that shows no standing figure; or
the first frame, where the structure is none of a person either."""
REST_NAMES: Mapping[RestKind, str] = {
    "zero": "its zero pose",
    "structure": "a T-pose by its structure",
    "first": "its first frame",
}
"""For people."""


def read(path: Path) -> BvhClip:
    """The clip in a file. Raises BvhError, OSError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BvhError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB; read such a file in blocks")
    return _joined(list(read_blocks(path)))


def parse(text: str, name: str = "BVH") -> BvhClip:
    """The clip in a text; error messages start with `name`. Raises BvhError."""
    return _joined(list(read_clips(text.removeprefix("\ufeff").splitlines(), name, BLOCK_FRAMES)))


def read_blocks(path: Path, size: int = BLOCK_FRAMES) -> Iterator[BvhClip]:
    """The clip in a file of any length, `size` frames at a time. Raises BvhError, OSError."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        yield from read_clips(iter(lambda: file.readline(MAX_LINE_CHARACTERS + 1), ""), str(path), size)


def _joined(parts: list[BvhClip]) -> BvhClip:
    return replace(parts[0], frames=np.concatenate([part.frames for part in parts]))


def joint_poses(clip: BvhClip) -> tuple[Array, Array]:
    """Positions (T, J + E, 3) and rotations (T, J + E, 4) of joints and End Sites in the file's world and unit."""
    shifts = np.empty((len(clip.frames), len(clip.names), 3))
    turns = np.empty((len(clip.frames), len(clip.names), 4))
    column = 0
    for joint, named in enumerate(clip.channels):
        values = clip.frames[:, column : column + len(named)]
        column += len(named)
        moves = [i for i, channel in enumerate(named) if channel in POSITION_CHANNELS]
        spins = [i for i, channel in enumerate(named) if channel not in POSITION_CHANNELS]
        # A position channel replaces the offset along its axis; it is not added to it.
        shifts[:, joint] = clip.offsets[joint]
        shifts[:, joint, [POSITION_CHANNELS.index(named[i]) for i in moves]] = values[:, moves]
        turns[:, joint] = rotation.from_euler(np.radians(values[:, spins]), "".join(named[i][0] for i in spins))
    return _chained(clip, shifts, turns)


def joint_positions(clip: BvhClip, scale: float = 1.0) -> Array:
    """(T, J, 3) positions of the joints in the file's world, times `scale` (metres a unit)."""
    return scale * joint_poses(clip)[0][:, : len(clip.names)]


def _chained(clip: BvhClip, shifts: Array, turns: Array) -> tuple[Array, Array]:
    """As `joint_poses`, for positions (T, J, 3) and rotations (T, J, 4) in the parents' frames."""
    count = len(clip.names)
    places = np.empty((len(shifts), count + len(clip.ends), 3))
    turned = np.empty((len(shifts), count + len(clip.ends), 4))
    for joint, parent in enumerate((*clip.parents, *clip.ends)):
        shift = shifts[:, joint] if joint < count else clip.end_offsets[joint - count]
        turn = turns[:, joint] if joint < count else rotation.IDENTITY
        if parent < 0:
            places[:, joint], turned[:, joint] = shift, turn
        else:
            places[:, joint] = places[:, parent] + rotation.rotate(turned[:, parent], shift)
            turned[:, joint] = rotation.multiply(turned[:, parent], turn)
    return places, turned


@dataclass(frozen=True)
class BvhRig(Rig):
    """The rig of a BVH file."""

    layout: BvhLayout | None = None
    """How the file holds it."""


@dataclass(frozen=True)
class TakePlan:
    """How the joints of a file become a take: decided once, used for each of its blocks."""

    rig: BvhRig
    unit: str
    """Name of the unit; "life size" if it is unknown."""
    unit_m: float
    """Metres a unit."""
    up: UpAxis
    rest: RestKind
    """Which pose is the rest pose."""

    def take(self, clip: BvhClip) -> Take:
        """The take of a clip with the planned hierarchy."""
        places, turns = _upright(*joint_poses(clip), self.up)
        return Take(self.rig, self.unit_m * places, turns, clip.rate, REST_NAMES[self.rest])


def to_take(
    clip: BvhClip,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    rest: Literal["zero"] | None = None,
) -> Take:
    """The take of a clip; the arguments are those of `plan_take`. Raises NamingError, or ValueError for the unit."""
    return plan_take(clip, unit, up, bones, rest).take(clip)


def read_takes(
    path: Path,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    size: int = BLOCK_FRAMES,
) -> Iterator[Take]:
    """Takes of `size` frames from a file of any length, on one rig planned by the first. Raises as `to_take`."""
    planned: TakePlan | None = None
    for clip in read_blocks(path, size):
        planned = planned or plan_take(clip, unit, up, bones)
        yield planned.take(clip)


def plan_take(
    clip: BvhClip,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    rest: Literal["zero"] | None = None,
) -> TakePlan:
    """How to make a take of a clip; arguments that are None are guessed from the figure.

    `unit` is one of `motion.take.METRES_PER_UNIT` or metres a unit, `up` the axis that points up, `bones` joints by
    bone that override the automatic ones (`motion.formats.naming.read_bone_map`), `rest` the rest pose. Raises
    NamingError, or ValueError for the unit.
    """
    names = (*clip.names, *(f"{clip.names[joint]} {END_SITE}" for joint in clip.ends))
    parents = (*clip.parents, *clip.ends)
    few = replace(clip, frames=clip.frames[:: -(-len(clip.frames) // SAMPLE_FRAMES)])
    places, turns = joint_poses(few)
    steps, observed = _in_parents(few, places, turns)

    def find(at: Array) -> dict[str, int]:
        return naming.find_bones(names, parents, at, bones)

    at, turned = _posed(clip, steps, np.tile(rotation.IDENTITY, (len(clip.names), 1)))
    kind: RestKind = "zero"
    found = find(at)
    if rest is None and not _rests_at_zero(joints := _joints(clip, steps, observed, found), at):
        first = _posed(clip, steps, observed[0])
        if (recorded := find(first[0])).keys() >= REQUIRED_BONES:
            # Without names left and right follow from the shape, which a zero pose that is none of a person lacks.
            joints = _joints(clip, steps, observed, recorded)
        if joints.bones.keys() >= REQUIRED_BONES:
            laid = _posed(clip, steps, bvh_rest.structural_rest(joints))
            poses: tuple[tuple[RestKind, tuple[Array, Array]], ...] = (("structure", laid), ("first", first))
            for name, posed in poses:
                if kind == "zero" and bvh_rest.stands(posed[0], joints.bones):
                    kind, found, (at, turned) = name, dict(joints.bones), posed
    if up is None:
        up = guess_up_axis(places, at, found)
    if unit is None:
        known, unit_m = guess_unit(_leg(at, found))
    else:
        known, unit_m = str(unit), metres_per_unit(unit)
    if kind != "structure":
        at, turned = _upright(at, turned, up)
    layout = BvhLayout(clip, unit_m, up)
    return TakePlan(BvhRig(names, parents, unit_m * at, turned, found, None, layout), known, unit_m, up, kind)


def _in_parents(clip: BvhClip, places: Array, turns: Array) -> tuple[Array, Array]:
    """Usual positions (J, 3) and recorded rotations (T, J, 4) of the joints in their parents' frames."""
    count = len(clip.names)
    above = np.maximum(clip.parents, 0)
    rooted = np.array(clip.parents)[:, None] < 0
    inner = rotation.multiply(rotation.conjugate(turns[:, above]), turns[:, :count])
    shifts = rotation.rotate(rotation.conjugate(turns[:, above]), places[:, :count] - places[:, above])
    moved = np.array([any(channel in POSITION_CHANNELS for channel in named) for named in clip.channels])[:, None]
    steps = np.where(moved & ~rooted, np.median(shifts, axis=0), clip.offsets)
    return steps, np.where(rooted, turns[:, :count], inner)


def _joints(clip: BvhClip, steps: Array, observed: Array, bones: Mapping[str, int]) -> bvh_rest.Joints:
    return bvh_rest.Joints(clip.parents, steps, clip.ends, clip.end_offsets, bones, observed)


def _rests_at_zero(joints: bvh_rest.Joints, at: Array) -> bool:
    """Whether the zero pose, with joints at `at` (J, 3), is one that the skeleton rests in."""
    return bvh_rest.stands(at, joints.bones) and not bvh_rest.is_turned(joints)


def _posed(clip: BvhClip, steps: Array, inner: Array) -> tuple[Array, Array]:
    """Positions (J + E, 3) and rotations (J + E, 4) for rotations (J, 4) in the parents' frames."""
    at, turned = _chained(clip, steps[None], inner[None])
    return at[0], turned[0]


def _leg(at: Array, bones: Mapping[str, int]) -> float:
    """Length of thigh and shin, the mean of both sides; 0 if they are unknown."""
    chains = [[f"{side}{bone}" for bone in ("UpperLeg", "LowerLeg", "Foot")] for side in ("left", "right")]
    if not bones.keys() >= {bone for chain in chains for bone in chain}:
        return 0.0
    chain = at[[[bones[bone] for bone in chain] for chain in chains]]
    return float(np.linalg.norm(np.diff(chain, axis=1), axis=-1).sum() / 2.0)


def _upright(places: Array, turns: Array, up: UpAxis) -> tuple[Array, Array]:
    """Positions and rotations with the axis `up` rotated to Y."""
    if up == "Y":
        return places, turns
    return rotation.rotate(Z_TO_Y, places), rotation.multiply(Z_TO_Y, turns)
