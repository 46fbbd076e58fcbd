"""BVH, the text form of motion capture: read strictly, turned into joints and into takes, and written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.formats import naming
from motion.formats.bvh_text import MAX_LINE_CHARACTERS, POSITION_CHANNELS, BvhClip, BvhError, read_clips
from motion.formats.bvh_write import END_SITE, write
from motion.rig import Rig
from motion.skeleton import REQUIRED_BONES
from motion.take import Take, UpAxis, guess_unit, guess_up_axis, metres_per_unit

__all__ = ["BvhError", "Clip", "Plan", "blocks", "joints", "parse", "plan", "pose", "read", "take", "takes", "write"]

Array = NDArray[np.floating]

MAX_FILE_BYTES = 256 << 20
"""Bytes of the largest file that is read at once; `read_blocks` and `read_takes` read any."""
BLOCK_FRAMES = 1024
"""Frames that are read at a time."""
SAMPLE_FRAMES = 256
"""Frames by which a clip's rest and its way up are judged."""
MAX_STIFF_ROTATION = np.radians(5.0)
"""How far a joint that hardly moves turns from its mean, in the mean."""


def read(path: Path) -> BvhClip:
    """The clip in a file. Raises BvhError, or OSError where the file cannot be read."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BvhError(f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB; such a file is read in blocks")
    return _joined(list(read_blocks(path)))


def parse(text: str, name: str = "BVH") -> BvhClip:
    """The clip in a text; `name` opens the messages. Raises BvhError."""
    return _joined(list(read_clips(text.removeprefix("\ufeff").splitlines(), name, BLOCK_FRAMES)))


def read_blocks(path: Path, size: int = BLOCK_FRAMES) -> Iterator[BvhClip]:
    """The clip in a file of any length, `size` frames at a time. Raises BvhError, or OSError."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        yield from read_clips(iter(lambda: file.readline(MAX_LINE_CHARACTERS + 1), ""), str(path), size)


def _joined(parts: list[BvhClip]) -> BvhClip:
    return replace(parts[0], frames=np.concatenate([part.frames for part in parts]))


def joint_poses(clip: BvhClip) -> tuple[Array, Array]:
    """Where joints and End Sites are (T, J + E, 3), and their rotations (T, J + E, 4), in the file's world and unit."""
    shifts = np.empty((len(clip.frames), len(clip.names), 3))
    turns = np.empty((len(clip.frames), len(clip.names), 4))
    column = 0
    for joint, named in enumerate(clip.channels):
        values = clip.frames[:, column : column + len(named)]
        column += len(named)
        moves = [i for i, channel in enumerate(named) if channel in POSITION_CHANNELS]
        spins = [i for i, channel in enumerate(named) if channel not in POSITION_CHANNELS]
        # A position is where the joint is along its axis, not one that is added to its rest.
        shifts[:, joint] = clip.offsets[joint]
        shifts[:, joint, [POSITION_CHANNELS.index(named[i]) for i in moves]] = values[:, moves]
        turns[:, joint] = rotation.from_euler(np.radians(values[:, spins]), "".join(named[i][0] for i in spins))
    return _chained(clip, shifts, turns)


def joint_positions(clip: BvhClip, scale: float = 1.0) -> Array:
    """(T, J, 3) where the joints are in the file's world, times `scale` (metres a unit)."""
    return scale * joint_poses(clip)[0][:, : len(clip.names)]


def _chained(clip: BvhClip, shifts: Array, turns: Array) -> tuple[Array, Array]:
    """As `joint_poses`, of each joint's place (T, J, 3) and rotation (T, J, 4) in its parent's frame."""
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
class TakePlan:
    """How a file's joints become a take: decided once, used for each of its blocks."""

    rig: Rig
    unit: str
    """Name of the unit, "life size" where none is known."""
    unit_m: float
    """Metres a unit."""
    up: UpAxis
    rest: str
    """Which pose the rig rests in: "zero" the file's own; "squared" and "first" where that shows no human figure."""

    def take(self, clip: BvhClip) -> Take:
        """A clip of the planned hierarchy as a take."""
        places, turns = _upright(*joint_poses(clip), self.up)
        return Take(self.rig, self.unit_m * places, turns, clip.rate)


def to_take(
    clip: BvhClip, unit: float | str | None = None, up: UpAxis | None = None, bones: Mapping[str, str] | None = None
) -> Take:
    """The clip as a take; the arguments are those of `plan_take`. Raises NamingError, or ValueError for the unit."""
    return plan_take(clip, unit, up, bones).take(clip)


def read_takes(
    path: Path,
    unit: float | str | None = None,
    up: UpAxis | None = None,
    bones: Mapping[str, str] | None = None,
    size: int = BLOCK_FRAMES,
) -> Iterator[Take]:
    """A file of any length as takes of `size` frames on one rig, planned by the first. Raises as `read` and `to_take`."""
    planned: TakePlan | None = None
    for clip in read_blocks(path, size):
        planned = planned or plan_take(clip, unit, up, bones)
        yield planned.take(clip)


def plan_take(
    clip: BvhClip, unit: float | str | None = None, up: UpAxis | None = None, bones: Mapping[str, str] | None = None
) -> TakePlan:
    """How to make a take of a clip; what is not given is told from the figure.

    `unit` is one of `motion.take.METRES_PER_UNIT` or metres a unit, `up` the axis that points up, `bones` joints by bone which go
    before the automatic ones (`motion.formats.naming.read_bone_map`). Raises NamingError, or ValueError for the unit.
    """
    names = (*clip.names, *(f"{clip.names[joint]} {END_SITE}" for joint in clip.ends))
    parents = (*clip.parents, *clip.ends)
    few = replace(clip, frames=clip.frames[:: -(-len(clip.frames) // SAMPLE_FRAMES)])
    places, turns = joint_poses(few)
    found: dict[str, dict[str, int]] = {}
    rests = _rests(few, places, turns)
    for rest, (at, _) in rests.items():
        found[rest] = naming.find_bones(names, parents, at, bones)
        if _stands(at, found[rest]):
            break
    else:
        rest = "zero"
    at, turned = rests[rest]
    if up is None:
        up = guess_up_axis(places, at, found[rest])
    if unit is None:
        known, unit_m = guess_unit(_leg(at, found[rest]))
    else:
        known, unit_m = str(unit), metres_per_unit(unit)
    at, turned = _upright(at, turned, up)
    return TakePlan(Rig(names, parents, unit_m * at, turned, found[rest]), known, unit_m, up, rest)


def _rests(clip: BvhClip, places: Array, turns: Array) -> dict[str, tuple[Array, Array]]:
    """Poses (J + E, 3), (J + E, 4) in which the figure may rest, the likeliest first.

    Rotations of zero are a T-pose in most files. Where they are not, a joint's own axes usually lie along or across
    its parent's: the turn of that kind to which a joint is nearest in most frames is the next guess, and the first
    frame the last.
    """
    count = len(clip.names)
    above = np.maximum(clip.parents, 0)
    rooted = np.array(clip.parents)[:, None] < 0
    inner = rotation.multiply(rotation.conjugate(turns[:, above]), turns[:, :count])
    inner = np.where(rooted, turns[:, :count], inner)
    shifts = rotation.rotate(rotation.conjugate(turns[:, above]), places[:, :count] - places[:, above])
    moved = np.array([any(channel in POSITION_CHANNELS for channel in named) for named in clip.channels])[:, None]
    steps = np.where(moved & ~rooted, np.median(shifts, axis=0), clip.offsets)
    squares = _squares()
    nearest = np.abs(inner @ squares.T).argmax(axis=-1)
    squared = squares[[np.bincount(column).argmax() for column in nearest.T]]
    # A joint that hardly moves rests as it is: many a foot is turned by no right angle.
    mean = rotation.normalise((inner * np.sign((inner * squared).sum(axis=-1, keepdims=True))).mean(axis=0))
    squared = np.where((rotation.angle(inner, mean).mean(axis=0) < MAX_STIFF_ROTATION)[:, None], mean, squared)
    poses = {"zero": np.tile(rotation.IDENTITY, (count, 1)), "squared": squared, "first": inner[0]}
    chained = {rest: _chained(clip, steps[None], pose[None]) for rest, pose in poses.items()}
    return {rest: (at[0], turned[0]) for rest, (at, turned) in chained.items()}


def _squares() -> Array:
    """(24, 4) the rotations that take axes to axes."""
    quarters = np.pi / 2.0 * np.array(list(product(range(4), repeat=3)))
    turns = np.round(rotation.to_matrix(rotation.from_euler(quarters, "XYZ")))
    return rotation.from_matrix(np.unique(turns, axis=0))


def _stands(at: Array, bones: Mapping[str, int]) -> bool:
    """Whether joints (J, 3) show a human figure: legs below the trunk, sides on their sides."""
    if not bones.keys() >= REQUIRED_BONES:
        return False

    def step(start: str, end: str) -> Array:
        along = at[bones[end]] - at[bones[start]]
        return along / max(float(np.linalg.norm(along)), 1e-9)

    trunk = step("hips", "head")
    legs = [step(f"{side}UpperLeg", f"{side}{end}") for side in ("left", "right") for end in ("LowerLeg", "Foot")]
    sides = step("rightUpperLeg", "leftUpperLeg") @ step("rightUpperArm", "leftUpperArm")
    return bool(sides > 0.7 and all(leg @ trunk < -0.7 for leg in legs))


def _leg(at: Array, bones: Mapping[str, int]) -> float:
    """Length of thigh and shin, the mean of both sides; 0 where they are not known."""
    chains = [[f"{side}{bone}" for bone in ("UpperLeg", "LowerLeg", "Foot")] for side in ("left", "right")]
    if not bones.keys() >= {bone for chain in chains for bone in chain}:
        return 0.0
    chain = at[[[bones[bone] for bone in chain] for chain in chains]]
    return float(np.linalg.norm(np.diff(chain, axis=1), axis=-1).sum() / 2.0)


def _upright(places: Array, turns: Array, up: UpAxis) -> tuple[Array, Array]:
    """Places and rotations with the axis `up` turned to Y."""
    if up == "Y":
        return places, turns
    tilt = rotation.from_axis_angle((1.0, 0.0, 0.0), -np.pi / 2.0)
    return rotation.rotate(tilt, places), rotation.multiply(tilt, turns)
