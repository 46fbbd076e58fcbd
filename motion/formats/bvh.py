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
from motion.formats.bvh_text import LONGEST, MOVES, BvhError, Clip, clips
from motion.formats.bvh_write import END, write
from motion.rig import Rig
from motion.skeleton import REQUIRED
from motion.take import Take, Up, metres, unit_of, up_of

__all__ = ["BvhError", "Clip", "Plan", "blocks", "joints", "parse", "plan", "pose", "read", "take", "takes", "write"]

Array = NDArray[np.floating]

LARGEST = 256 << 20
"""Bytes of the largest file that is read at once; `blocks` and `takes` read any."""
BLOCK = 1024
"""Frames that are read at a time."""
SAMPLE = 256
"""Frames by which a clip's rest and its way up are judged."""
STIFF = np.radians(5.0)
"""How far a joint that hardly moves turns from its mean, in the mean."""


def read(path: Path) -> Clip:
    """The clip in a file. Raises BvhError, or OSError where the file cannot be read."""
    if path.stat().st_size > LARGEST:
        raise BvhError(f"{path}: larger than {LARGEST >> 20} MiB; such a file is read in blocks")
    return _joined(list(blocks(path)))


def parse(text: str, name: str = "BVH") -> Clip:
    """The clip in a text; `name` opens the messages. Raises BvhError."""
    return _joined(list(clips(text.removeprefix("\ufeff").splitlines(), name, BLOCK)))


def blocks(path: Path, size: int = BLOCK) -> Iterator[Clip]:
    """The clip in a file of any length, `size` frames at a time. Raises BvhError, or OSError."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        yield from clips(iter(lambda: file.readline(LONGEST + 1), ""), str(path), size)


def _joined(parts: list[Clip]) -> Clip:
    return replace(parts[0], frames=np.concatenate([part.frames for part in parts]))


def pose(clip: Clip) -> tuple[Array, Array]:
    """Where joints and End Sites are (T, J + E, 3), and their rotations (T, J + E, 4), in the file's world and unit."""
    shifts = np.empty((len(clip.frames), len(clip.names), 3))
    turns = np.empty((len(clip.frames), len(clip.names), 4))
    column = 0
    for joint, named in enumerate(clip.channels):
        values = clip.frames[:, column : column + len(named)]
        column += len(named)
        moves = [i for i, channel in enumerate(named) if channel in MOVES]
        spins = [i for i, channel in enumerate(named) if channel not in MOVES]
        # A position is where the joint is along its axis, not one that is added to its rest.
        shifts[:, joint] = clip.offsets[joint]
        shifts[:, joint, [MOVES.index(named[i]) for i in moves]] = values[:, moves]
        turns[:, joint] = rotation.from_euler(np.radians(values[:, spins]), "".join(named[i][0] for i in spins))
    return _chained(clip, shifts, turns)


def joints(clip: Clip, scale: float = 1.0) -> Array:
    """(T, J, 3) where the joints are in the file's world, times `scale` (metres a unit)."""
    return scale * pose(clip)[0][:, : len(clip.names)]


def _chained(clip: Clip, shifts: Array, turns: Array) -> tuple[Array, Array]:
    """As `pose`, of each joint's place (T, J, 3) and rotation (T, J, 4) in its parent's frame."""
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
class Plan:
    """How a file's joints become a take: decided once, used for each of its blocks."""

    rig: Rig
    unit: str
    """Name of the unit, "life size" where none is known."""
    unit_m: float
    """Metres a unit."""
    up: Up
    rest: str
    """Which pose the rig rests in: "zero" the file's own; "squared" and "first" where that shows no human figure."""

    def take(self, clip: Clip) -> Take:
        """A clip of the planned hierarchy as a take."""
        places, turns = _upright(*pose(clip), self.up)
        return Take(self.rig, self.unit_m * places, turns, clip.rate)


def take(
    clip: Clip, unit: float | str | None = None, up: Up | None = None, bones: Mapping[str, str] | None = None
) -> Take:
    """The clip as a take; the arguments are those of `plan`. Raises NamingError, or ValueError for the unit."""
    return plan(clip, unit, up, bones).take(clip)


def takes(
    path: Path,
    unit: float | str | None = None,
    up: Up | None = None,
    bones: Mapping[str, str] | None = None,
    size: int = BLOCK,
) -> Iterator[Take]:
    """A file of any length as takes of `size` frames on one rig, planned by the first. Raises as `read` and `take`."""
    planned: Plan | None = None
    for clip in blocks(path, size):
        planned = planned or plan(clip, unit, up, bones)
        yield planned.take(clip)


def plan(
    clip: Clip, unit: float | str | None = None, up: Up | None = None, bones: Mapping[str, str] | None = None
) -> Plan:
    """How to make a take of a clip; what is not given is told from the figure.

    `unit` is one of `motion.take.UNITS` or metres a unit, `up` the axis that points up, `bones` joints by bone which go
    before the automatic ones (`motion.formats.naming.read_map`). Raises NamingError, or ValueError for the unit.
    """
    names = (*clip.names, *(f"{clip.names[joint]} {END}" for joint in clip.ends))
    parents = (*clip.parents, *clip.ends)
    few = replace(clip, frames=clip.frames[:: -(-len(clip.frames) // SAMPLE)])
    places, turns = pose(few)
    found: dict[str, dict[str, int]] = {}
    rests = _rests(few, places, turns)
    for rest, (at, _) in rests.items():
        found[rest] = naming.bones_of(names, parents, at, bones)
        if _stands(at, found[rest]):
            break
    else:
        rest = "zero"
    at, turned = rests[rest]
    if up is None:
        up = up_of(places, at, found[rest])
    if unit is None:
        known, unit_m = unit_of(_leg(at, found[rest]))
    else:
        known, unit_m = str(unit), metres(unit)
    at, turned = _upright(at, turned, up)
    return Plan(Rig(names, parents, unit_m * at, turned, found[rest]), known, unit_m, up, rest)


def _rests(clip: Clip, places: Array, turns: Array) -> dict[str, tuple[Array, Array]]:
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
    moved = np.array([any(channel in MOVES for channel in named) for named in clip.channels])[:, None]
    steps = np.where(moved & ~rooted, np.median(shifts, axis=0), clip.offsets)
    squares = _squares()
    nearest = np.abs(inner @ squares.T).argmax(axis=-1)
    squared = squares[[np.bincount(column).argmax() for column in nearest.T]]
    # A joint that hardly moves rests as it is: many a foot is turned by no right angle.
    mean = rotation.normalise((inner * np.sign((inner * squared).sum(axis=-1, keepdims=True))).mean(axis=0))
    squared = np.where((rotation.angle(inner, mean).mean(axis=0) < STIFF)[:, None], mean, squared)
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
    if not bones.keys() >= REQUIRED:
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


def _upright(places: Array, turns: Array, up: Up) -> tuple[Array, Array]:
    """Places and rotations with the axis `up` turned to Y."""
    if up == "Y":
        return places, turns
    tilt = rotation.from_axis_angle((1.0, 0.0, 0.0), -np.pi / 2.0)
    return rotation.rotate(tilt, places), rotation.multiply(tilt, turns)
