"""Encodes bodies as messages of the Virtual Motion Capture protocol (VMC V3.1) and decodes them; without sockets.

The protocol describes a character in Unity: left-handed, Y up, +Z forward, metres, quaternions (x, y, z, w). At rest
the character stands in a T-pose that looks along +Z with its left at -X, whether it is a VRM 0 or a VRM 1; each bone is
relative to its parent. So a bone's rotation is the same for both: X reversed. They differ in how the room, which is
right-handed, lies in Unity's world:

- `vrm1` reverses X, as readers of VRM 1 files do: a person who faces out of the wall (+Z) looks along Unity's +Z;
- `vrm0` reverses Z, as readers of VRM 0 files do, which is the same after half a turn: a person who faces the wall (-Z)
  looks along Unity's +Z, and so at the viewer of most programs that show one character.

`/VMC/Ext/Root/Pos` is the point on the floor below the hips, not rotated; the bone Hips holds the height above that
point and the rotation. A receiver that ignores the root shows the character in place, at the right height. The
positions of all other bones are their offsets in the T-pose, which give a receiver the body's proportions.
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
from motion.floor import set_body_on_floor
from motion.rig import leg_length_m
from motion.skeleton import BONE_INDEX, BONES, CORE_COUNT, LEG_BONES, REST_OFFSETS_M, REST_POSITIONS_M

Array = NDArray[np.floating]

Space = Literal["vrm0", "vrm1"]
OscMessage = tuple[str, tuple[int | float | str, ...]]
"""An OSC address and its arguments."""

OK_ADDRESS = "/VMC/Ext/OK"
TIME_ADDRESS = "/VMC/Ext/T"
ROOT_ADDRESS = "/VMC/Ext/Root/Pos"
BONE_ADDRESS = "/VMC/Ext/Bone/Pos"
BODY_ADDRESSES = (OK_ADDRESS, TIME_ADDRESS, ROOT_ADDRESS, BONE_ADDRESS)
"""All addresses that describe a body."""

_THUMBS = {"ThumbMetacarpal": "ThumbProximal", "ThumbProximal": "ThumbIntermediate"}


def _unity(bone: str) -> str:
    side = next((side for side in ("left", "right") if bone.startswith(side)), "")
    part = bone.removeprefix(side)
    part = _THUMBS.get(part, part)
    return side.capitalize() + part[0].upper() + part[1:]


UNITY_BONES: tuple[str, ...] = tuple(_unity(bone) for bone in BONES)
"""Unity's names (HumanBodyBones) of `motion.skeleton.BONES`. Its thumbs start with Proximal, VRM 1.0's with
Metacarpal."""
UNITY_INDEX: Mapping[str, int] = MappingProxyType({name: i for i, name in enumerate(UNITY_BONES)})
CAMEL_CASE_INDEX: Mapping[str, int] = MappingProxyType(
    {name[0].lower() + name[1:]: i for name, i in UNITY_INDEX.items()}
)
"""The same for senders that begin Unity's names with a small letter, which the protocol does not."""

LOADED, CALIBRATED, NORMAL = 1, 3, 0
"""Arguments of `/VMC/Ext/OK` for a character that is loaded and ready."""
HALF_TURN = np.array([0.0, 0.0, 1.0, 0.0])
WXYZ = [3, 0, 1, 2]
"""Indices that reorder a quaternion from the protocol's order to (w, x, y, z)."""
XYZW = [1, 2, 3, 0]
"""Indices of the inverse order."""
REST_ROW = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
"""Position and quaternion of a bone that was not received."""
MAX_POSITION_M = 1_000.0
"""Positions farther from the origin are rejected."""
MAX_BONE_OFFSET_M = 3.0
"""Positions of bones farther from the parent's joint are rejected."""
MIN_LEG_M = 0.05
"""With a shorter thigh or shin the positions of bones are ignored, and the proportions are canonical."""
REST_DIRECTIONS = {
    "LeftLowerArm": (-1.0, 0.0, 0.0),
    "RightLowerArm": (1.0, 0.0, 0.0),
    "LeftLowerLeg": (0.0, -1.0, 0.0),
    "RightLowerLeg": (0.0, -1.0, 0.0),
}
"""Directions of some bones from the parent's joint in Unity's T-pose."""
QUATERNION_TOLERANCE = 0.1
"""Largest deviation of a quaternion's length from 1."""


def body_messages(body: Body, t: float, space: Space = "vrm0", tracking: bool = True) -> list[OscMessage]:
    """One frame: the root, every bone of the body, then OK and the time `t` in seconds, which end the frame.

    `tracking` is false while the body is guessed.
    """
    bones = len(body.turns)
    rows = np.empty((bones, 7))
    rows[:, :3] = _mirrored(body.offsets_m)
    turns = _mirrored_rotations(local_rotations(body.turns))
    x, y, z = _mirrored(body.hips_m).tolist()
    if space == "vrm0":
        x, z, turns[0] = -x, -z, rotation.multiply(HALF_TURN, turns[0])
    rows[:, 3:] = turns[:, XYZW]
    rows[0, :3] = 0.0, y, 0.0
    messages: list[OscMessage] = [(ROOT_ADDRESS, ("root", x, 0.0, z, *REST_ROW[3:]))]
    messages += [(BONE_ADDRESS, (name, *row)) for name, row in zip(UNITY_BONES, rows.tolist(), strict=False)]
    return [*messages, (OK_ADDRESS, (LOADED, CALIBRATED, NORMAL, int(tracking))), (TIME_ADDRESS, (float(t),))]


def absent_messages(t: float) -> list[OscMessage]:
    """The messages to send once after the body has left."""
    return [(OK_ADDRESS, (0, CALIBRATED, NORMAL, 0)), (TIME_ADDRESS, (float(t),))]


class VmcDecoder:
    """Decodes the messages of one sender, one at a time, in any order and split into any datagrams.

    A frame is complete when OK or the time arrives, when all bones of the last two frames have arrived, or, for senders
    of neither, when a bone arrives a second time. Bones that are missing in a frame stay as they were.
    """

    def __init__(self, space: Space = "vrm0", drops: Counter[str] | None = None) -> None:
        """`drops` counts rejected messages by reason."""
        self.drops: Counter[str] = Counter() if drops is None else drops
        self.time: float | None = None
        """The sender's clock, s; None until it arrives."""
        self.is_camel_case = False
        """Whether the sender's names begin with a small letter: "leftUpperArm"."""
        self._space = space
        self._rows: list[tuple[float, ...] | None] = [None] * (len(BONES) + 1)
        """Position and quaternion (x, y, z, w) of each bone and, last, of the root, as received."""
        self._frame: tuple[tuple[float, ...] | None, ...] = ()
        self._arrived: set[int] = set()
        self._expected: set[int] = set()
        """Rows that arrived in the last two frames."""
        self._last: set[int] = set()

    def decode(self, address: str, arguments: Sequence[object]) -> bool:
        """Decode one message; returns whether it completes a frame. Never raises."""
        if address in (BONE_ADDRESS, ROOT_ADDRESS):
            return self._transform(address, arguments)
        if address == TIME_ADDRESS:
            if not arguments or not _is_number(arguments[0]):
                self.drops["malformed time"] += 1
                return False
            self.time = float(arguments[0])  # type: ignore[arg-type]
        elif address != OK_ADDRESS:
            self.drops["address of no body"] += 1
            return False
        return self._end()

    @property
    def body(self) -> Body | None:
        """The body in the room of the last complete frame; None before the first frame with hips.

        Bones that never arrived are fixed to their parents, with trust 0. The protocol does not hold the height of the
        hips in the T-pose: it is derived from the legs.
        """
        if not self._frame:
            return None
        root = self._frame[-1]
        rows = self._frame[:-1]
        count = len(BONES) if any(row is not None for row in rows[CORE_COUNT:]) else CORE_COUNT
        received = np.array([row is not None for row in rows[:count]])
        table = np.array([row or REST_ROW for row in (root, *rows[:count])])
        places, turns = table[1:, :3], table[1:, 3:][:, WXYZ]
        spin = table[0, 3:][WXYZ]
        hips = table[0, :3] + rotation.rotate(spin, places[0])
        turns[0] = rotation.multiply(spin, turns[0])
        if self._space == "vrm0":
            hips, turns[0] = hips * (-1.0, 1.0, -1.0), rotation.multiply(rotation.conjugate(HALF_TURN), turns[0])
        turns = rotation.normalise(global_rotations(_mirrored_rotations(turns)))
        body = Body(_mirrored(hips), turns, _offsets(_mirrored(places), received), received.astype(float))
        return set_body_on_floor(body) if self.sends_rotations_only else body

    @property
    def bone_count(self) -> int:
        """Number of bones that have arrived."""
        return sum(row is not None for row in self._rows[:-1])

    @property
    def lacks_hips(self) -> bool:
        """Whether bones arrive and the hips, without which there is no body, do not."""
        return self._rows[0] is None and self.bone_count > 0

    @property
    def sends_rotations_only(self) -> bool:
        """Whether no bone has a position, and the root no height; `body` is set on the floor then."""
        if not self._frame or any(row is not None and any(row[:3]) for row in self._frame[:-1]):
            return False
        root = self._frame[-1]
        return root is None or root[1] == 0.0

    @property
    def has_rotated_rest(self) -> bool:
        """Whether the bones' positions show that bones are rotated at rest, as in a VRM 1 that was not normalised.

        The protocol does not hold the rest pose: such a body is distorted until its sender sends normalised bones.
        """
        if not self._frame:
            return False
        found = ((self._frame[UNITY_INDEX[name]], along) for name, along in REST_DIRECTIONS.items())
        steps = ((np.array(row[:3]), along) for row, along in found if row is not None)
        return any(step @ along < 0.5 * np.linalg.norm(step) for step, along in steps)

    def _transform(self, address: str, arguments: Sequence[object]) -> bool:
        name = arguments[0] if arguments else None
        place = len(BONES) if address == ROOT_ADDRESS else self._bone(name)
        if place < 0:
            self.drops["unknown bone"] += 1
            return False
        row = arguments[1:8]
        if len(row) < 7 or not all(_is_number(value) for value in row):
            self.drops["position or quaternion not finite"] += 1
            return False
        x, y, z, *quaternion = (float(value) for value in row)  # type: ignore[arg-type]
        far = MAX_POSITION_M if address == ROOT_ADDRESS or place == 0 else MAX_BONE_OFFSET_M
        if max(abs(x), abs(y), abs(z)) > far:
            self.drops["too far away"] += 1
            return False
        length = math.hypot(*quaternion)
        if abs(length - 1.0) > QUATERNION_TOLERANCE:
            self.drops["quaternion not of unit length"] += 1
            return False
        ended = place in self._arrived and self._end()
        self._rows[place] = (x, y, z, *(value / length for value in quaternion))
        self._arrived.add(place)
        return (self._arrived == self._expected and self._end()) or ended

    def _bone(self, name: object) -> int:
        """Index of the bone that the sender calls so; -1 if there is none."""
        if not isinstance(name, str):
            return -1
        place = UNITY_INDEX.get(name, -1)
        if place < 0 and (place := CAMEL_CASE_INDEX.get(name, -1)) >= 0:
            self.is_camel_case = True
        return place

    def _end(self) -> bool:
        """Complete the frame; returns False if it is empty or the hips are unknown."""
        if not self._arrived:
            return False
        self._expected, self._last, self._arrived = self._arrived | self._last, self._arrived, set()
        if self._rows[0] is None:
            return False
        self._frame = tuple(self._rows)
        return True


def _mirrored(places: Array) -> Array:
    """Positions (..., 3) from a right-handed space to Unity's, X reversed, and back."""
    return places * (-1.0, 1.0, 1.0)


def _mirrored_rotations(turns: Array) -> Array:
    """Quaternions (..., 4), w first, from a right-handed space to Unity's, X reversed, and back."""
    return turns * (1.0, 1.0, -1.0, -1.0)


def _offsets(places: Array, received: NDArray[np.bool_]) -> Array:
    """(B, 3) as `Body` has them, from the received positions (B, 3); canonical if the legs are too short."""
    legs = LEG_BONES[:, 1:3].ravel()
    if not (np.linalg.norm(places[legs], axis=-1) > MIN_LEG_M).all():
        return REST_OFFSETS_M[: len(places)].copy()
    # A bone that the sender's character lacks coincides with its parent.
    offsets = np.where(received[:, None], places, 0.0)
    sole = "Toes" if received[BONE_INDEX["leftToes"]] and received[BONE_INDEX["rightToes"]] else "Foot"
    offsets[0] = 0.0
    size = leg_length_m(offsets) / leg_length_m(REST_OFFSETS_M)
    offsets[0, 1] = size * REST_POSITIONS_M[BONE_INDEX[f"left{sole}"], 1] - offsets[LEG_BONES.ravel(), 1].sum() / 2.0
    return offsets


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
