"""VMC: a body as messages of the Virtual Motion Capture protocol (V3.1), and such messages as a body; no sockets.

The protocol speaks of a character in Unity: left-handed, Y up, +Z forward, metres, quaternions (x, y, z, w). At rest
the character stands in a T-pose that looks along +Z with its left at -X, whether it was made as VRM 0 or as VRM 1; each
bone is told in its parent's frame. So a bone's own turn is the same in both spaces: X reversed. They differ in how the
room, which is right-handed, lies in Unity's world:

- `vrm1` reverses X, as VRM 1 files are read: who faces out of the wall (+Z) looks along Unity's +Z;
- `vrm0` reverses Z, as VRM 0 files are read, which is the same after half a turn: who faces the wall (-Z) looks along
  Unity's +Z, and so at the viewer of most programs that show one character.

`/VMC/Ext/Root/Pos` tells the spot on the floor below the hips, unturned; the bone Hips its height above that spot and
its turn. A receiver that ignores the root shows the character in its place, at the right height. The positions of all
other bones are their offsets in the T-pose, so that a receiver who uses them gets the body's own proportions.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import rotation
from motion.body import Body, global_rotations, local_rotations
from motion.rig import leg_length_m
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, LEG_BONES, REST_OFFSETS_M, REST_POSITIONS_M

Array = NDArray[np.floating]

Space = Literal["vrm0", "vrm1"]
OscMessage = tuple[str, tuple[int | float | str, ...]]
"""An address and its arguments."""

OK_ADDRESS, TIME_ADDRESS = "/VMC/Ext/OK", "/VMC/Ext/T"
ROOT_ADDRESS, BONE_ADDRESS = "/VMC/Ext/Root/Pos", "/VMC/Ext/Bone/Pos"
BODY_ADDRESSES = (OK_ADDRESS, TIME_ADDRESS, ROOT_ADDRESS, BONE_ADDRESS)
"""The addresses that tell of a body."""

_THUMBS = {"ThumbMetacarpal": "ThumbProximal", "ThumbProximal": "ThumbIntermediate"}


def _unity(bone: str) -> str:
    side = next((side for side in ("left", "right") if bone.startswith(side)), "")
    part = bone.removeprefix(side)
    part = _THUMBS.get(part, part)
    return side.capitalize() + part[0].upper() + part[1:]


UNITY_BONES: tuple[str, ...] = tuple(_unity(bone) for bone in BONES)
"""Unity's names (HumanBodyBones) of `motion.skeleton.BONES`. Its thumbs begin with Proximal, where VRM 1.0's begin with
Metacarpal."""
UNITY_INDEX: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(UNITY_BONES)})

LOADED, CALIBRATED, NORMAL = 1, 3, 0
"""What `/VMC/Ext/OK` says of a character that is there and ready."""
HALF_TURN = np.array([0.0, 0.0, 1.0, 0.0])
WXYZ, XYZW = [3, 0, 1, 2], [1, 2, 3, 0]
"""The order of a quaternion's numbers here, from that on the wire, and back."""
REST_ROW = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
MAX_POSITION_M = 1_000.0
"""Metres from the origin beyond which no position is believed."""
MAX_BONE_OFFSET_M = 3.0
"""Metres from the parent's joint beyond which no bone's position is believed."""
MIN_LEG_M = 0.05
"""Metres of thigh and shin below which the positions of bones say nothing of how the body is built."""
REST_DIRECTIONS = {
    "LeftLowerArm": (-1.0, 0.0, 0.0),
    "RightLowerArm": (1.0, 0.0, 0.0),
    "LeftLowerLeg": (0.0, -1.0, 0.0),
    "RightLowerLeg": (0.0, -1.0, 0.0),
}
"""Bones, and where each lies from its parent's joint in Unity's T-pose."""
QUATERNION_TOLERANCE = 0.1
"""How far from 1 the length of a quaternion may be."""


def body_messages(body: Body, t: float, space: Space = "vrm0", tracking: bool = True) -> list[OscMessage]:
    """One frame: the root, every bone that the body has, then OK and the time `t`, which end the frame.

    `tracking` is false while the body is a guess.
    """
    bones = len(body.turns)
    rows = np.empty((bones, 7))
    rows[:, :3] = _mirrored(body.offsets_m)
    turns = _turned_back(local_rotations(body.turns))
    x, y, z = _mirrored(body.hips_m).tolist()
    if space == "vrm0":
        x, z, turns[0] = -x, -z, rotation.multiply(HALF_TURN, turns[0])
    rows[:, 3:] = turns[:, XYZW]
    rows[0, :3] = 0.0, y, 0.0
    told: list[OscMessage] = [(ROOT_ADDRESS, ("root", x, 0.0, z, *REST_ROW[3:]))]
    told += [(BONE_ADDRESS, (name, *row)) for name, row in zip(UNITY_BONES, rows.tolist(), strict=False)]
    return [*told, (OK_ADDRESS, (LOADED, CALIBRATED, NORMAL, int(tracking))), (TIME_ADDRESS, (float(t),))]


def absent_messages(t: float) -> list[OscMessage]:
    """What is told once when the body has gone."""
    return [(OK_ADDRESS, (0, CALIBRATED, NORMAL, 0)), (TIME_ADDRESS, (float(t),))]


class VmcDecoder:
    """The pose that one sender tells, message by message, in any order and cut into any datagrams.

    A frame is complete when OK or the time comes, when all that the frames before told has come again, or, for
    senders that never say so, when a bone comes a second time. What is not told in a frame stays as it was.
    """

    def __init__(self, space: Space = "vrm0", drops: Counter[str] | None = None) -> None:
        """`drops` counts what is not understood, by reason."""
        self.drops: Counter[str] = Counter() if drops is None else drops
        self.time: float | None = None
        """The sender's own clock, s; None until it tells."""
        self._space = space
        self._rows: list[tuple[float, ...] | None] = [None] * (len(BONES) + 1)
        """Position and quaternion (x, y, z, w) of each bone and, last, of the root, as they came."""
        self._frame: tuple[tuple[float, ...] | None, ...] = ()
        self._fresh: set[int] = set()
        self._usual: set[int] = set()
        """What the last two frames told."""
        self._before: set[int] = set()

    def hear(self, address: str, arguments: Sequence[object]) -> bool:
        """Take one message; whether a frame is complete by it. Never raises."""
        if address in (BONE_ADDRESS, ROOT_ADDRESS):
            return self._transform(address, arguments)
        if address == TIME_ADDRESS:
            if not arguments or not _is_number(arguments[0]):
                self.drops["not what VMC says"] += 1
                return False
            self.time = float(arguments[0])  # type: ignore[arg-type]
        elif address != OK_ADDRESS:
            self.drops["no address of a body"] += 1
            return False
        return self._end()

    @property
    def body(self) -> Body | None:
        """The body of the last complete frame in the room; None before there was one with hips.

        Bones that were never told go with their parents, at trust 0. How high the hips stand over the floor in the
        T-pose is not on the wire: it is told from the legs.
        """
        if not self._frame:
            return None
        root = self._frame[-1]
        rows = self._frame[:-1]
        count = len(BONES) if any(row is not None for row in rows[CORE_COUNT:]) else CORE_COUNT
        heard = np.array([row is not None for row in rows[:count]])
        table = np.array([row or REST_ROW for row in (root, *rows[:count])])
        places, turns = table[1:, :3], table[1:, 3:][:, WXYZ]
        spin = table[0, 3:][WXYZ]
        hips = table[0, :3] + rotation.rotate(spin, places[0])
        turns[0] = rotation.multiply(spin, turns[0])
        if self._space == "vrm0":
            hips, turns[0] = hips * (-1.0, 1.0, -1.0), rotation.multiply(rotation.conjugate(HALF_TURN), turns[0])
        turns = rotation.normalise(global_rotations(_turned_back(turns)))
        return Body(_mirrored(hips), turns, _offsets(_mirrored(places), heard), heard.astype(float))

    @property
    def raw(self) -> bool:
        """Whether the bones' positions say that they rest turned, as those of VRM 1 may that nobody normalised.

        How they rest is not on the wire: such a body is bent out of shape until its sender tells normalised bones.
        """
        if not self._frame:
            return False
        told = ((self._frame[UNITY_INDEX[name]], along) for name, along in REST_DIRECTIONS.items())
        steps = ((np.array(row[:3]), along) for row, along in told if row is not None)
        return any(step @ along < 0.5 * np.linalg.norm(step) for step, along in steps)

    def _transform(self, address: str, arguments: Sequence[object]) -> bool:
        name = arguments[0] if arguments else None
        place = len(BONES) if address == ROOT_ADDRESS else UNITY_INDEX.get(name, -1) if isinstance(name, str) else -1
        if place < 0:
            self.drops["no such bone"] += 1
            return False
        row = arguments[1:8]
        if len(row) < 7 or not all(_is_number(value) for value in row):
            self.drops["no position and quaternion of finite numbers"] += 1
            return False
        x, y, z, *quaternion = (float(value) for value in row)  # type: ignore[arg-type]
        far = MAX_POSITION_M if address == ROOT_ADDRESS or place == 0 else MAX_BONE_OFFSET_M
        if max(abs(x), abs(y), abs(z)) > far:
            self.drops["too far away"] += 1
            return False
        length = math.hypot(*quaternion)
        if abs(length - 1.0) > QUATERNION_TOLERANCE:
            self.drops["a quaternion that is no rotation"] += 1
            return False
        ended = place in self._fresh and self._end()
        self._rows[place] = (x, y, z, *(value / length for value in quaternion))
        self._fresh.add(place)
        return (self._fresh == self._usual and self._end()) or ended

    def _end(self) -> bool:
        """Close the frame, if there is anything in it and the hips are known."""
        if not self._fresh:
            return False
        self._usual, self._before, self._fresh = self._fresh | self._before, self._fresh, set()
        if self._rows[0] is None:
            return False
        self._frame = tuple(self._rows)
        return True


def _mirrored(places: Array) -> Array:
    """Positions (..., 3) between a right-handed space and Unity's, X reversed; the same both ways."""
    return places * (-1.0, 1.0, 1.0)


def _turned_back(turns: Array) -> Array:
    """Quaternions (..., 4), w first, between a right-handed space and Unity's, X reversed; the same both ways."""
    return turns * (1.0, 1.0, -1.0, -1.0)


def _offsets(places: Array, heard: NDArray[np.bool_]) -> Array:
    """(B, 3) as `Body` has them, from the positions that were told; canonical where they say nothing."""
    legs = LEG_BONES[:, 1:3].ravel()
    if not (np.linalg.norm(places[legs], axis=-1) > MIN_LEG_M).all():
        return REST_OFFSETS_M[: len(places)].copy()
    # A bone that the sender's character has not stands where its parent does.
    offsets = np.where(heard[:, None], places, 0.0)
    sole = "Toes" if heard[BONE_INDEX["leftToes"]] and heard[BONE_INDEX["rightToes"]] else "Foot"
    offsets[0] = 0.0
    size = leg_length_m(offsets) / leg_length_m(REST_OFFSETS_M)
    offsets[0, 1] = size * REST_POSITIONS_M[BONE_INDEX[f"left{sole}"], 1] - offsets[LEG_BONES.ravel(), 1].sum() / 2.0
    return offsets


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
