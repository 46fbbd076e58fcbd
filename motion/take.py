"""Takes: recordings on a rig, in metres; guesses of a recording's unit and up axis from its body; T-pose openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from motion import retarget
from motion.body import Motion
from motion.rig import Rig, leg_length_m
from motion.skeleton import REST_OFFSETS_M

Array = NDArray[np.floating]
UpAxis = Literal["Y", "Z"]

METRES_PER_UNIT: Mapping[str, float] = MappingProxyType(
    {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254, "foot": 0.3048, "CMU": 0.056444, "DAZ": 1.45}
)
"""Metres in each unit that motion files use. CMU's captures are in inches divided by 0.45; figures that DAZ scaled to
metres need 1.45 for life size."""
MAX_LEG_RATIO = 1.25
"""Largest ratio between the leg in a known unit and an adult's, or its inverse; beyond it the unit is unknown."""
MAX_OPENING_S = 0.5
"""Time from the start in which a recording may leave its T-pose."""
SNAP_RATIO = 3.0
"""Ratio of the joints' speed to nearly all later speeds where a recording jumps out of its T-pose."""
SNAP_DECAY = 0.7
"""Largest ratio of a step to the one before while a snap decays."""


@dataclass(frozen=True)
class Take:
    """A recording on its own rig: metres, right-handed, Y up."""

    rig: Rig
    positions_m: Array
    """(T, J, 3) positions of the joints."""
    turns: Array
    """(T, J, 4) their global rotations."""
    rate: float
    """Frames a second."""
    rest: str = ""
    """Which pose the rig rests in, for people; empty if the file defines it."""

    def __len__(self) -> int:
        return len(self.positions_m)

    def motion(self, fingers: bool = False) -> Motion:
        """The motion of the rig's body. Raises RigError if required bones are unknown."""
        return retarget.motion_from_rig(self.rig, self.positions_m, self.turns, self.rate, fingers)

    def cut(self, start: int = 0, end: int | None = None) -> Take:
        """The frames from `start` up to, not including, `end`. Raises ValueError if none are left."""
        places = self.positions_m[start:end]
        if not len(places):
            raise ValueError(f"no frame is left between {start} and {end} of {len(self)}")
        return replace(self, positions_m=places, turns=self.turns[start:end])


def opening_frames(take: Take) -> int:
    """Number of frames at the start that stand in a T-pose, or snap out of it, before the recorded movement begins.

    A snap is a step of the joints, relative to the root, that is `SNAP_RATIO` times longer than nearly all later ones;
    the steps after it belong to it while each is much shorter than the one before.
    """
    first = min(max(round(MAX_OPENING_S * take.rate), 1), len(take) // 2)
    if first == 0:
        return 0
    shape = take.positions_m - take.positions_m[:, :1]
    steps = np.linalg.norm(np.diff(shape, axis=0), axis=-1).mean(axis=-1)
    usual = float(np.quantile(steps[first:], 0.99)) if len(steps) > first else 0.0
    snaps = np.flatnonzero(steps[:first] > max(SNAP_RATIO * usual, 1e-6))
    if not len(snaps):
        return 0
    start = int(snaps[-1]) + 1
    while start < first and steps[start + 1] < SNAP_DECAY * steps[start]:
        start += 1
    return start


def guess_unit(rig_leg: float) -> tuple[str, float]:
    """The likeliest unit and its metres for a leg (thigh and shin) of this length: the nearest to an adult's leg.

    If no known unit comes near, "life size" and the metres a unit that make it an adult's leg.
    """
    human = leg_length_m(REST_OFFSETS_M)
    if not rig_leg > 0.0:
        return "m", 1.0
    name = min(METRES_PER_UNIT, key=lambda unit: abs(np.log(rig_leg * METRES_PER_UNIT[unit] / human)))
    if abs(np.log(rig_leg * METRES_PER_UNIT[name] / human)) > np.log(MAX_LEG_RATIO):
        return "life size", human / rig_leg
    return name, METRES_PER_UNIT[name]


def metres_per_unit(unit: float | str) -> float:
    """Metres in a unit given by its name in `METRES_PER_UNIT` or as a number. Raises ValueError."""
    if isinstance(unit, str) and unit in METRES_PER_UNIT:
        return METRES_PER_UNIT[unit]
    try:
        size = float(unit)
    except ValueError:
        size = 0.0
    if not (0.0 < size < np.inf):
        raise ValueError(f"{unit!r} is no unit; known are {', '.join(METRES_PER_UNIT)}, or a number of metres above 0")
    return size


def guess_up_axis(places: Array, rest: Array, bones: Mapping[str, int]) -> UpAxis:
    """The axis that points up, for joints (T, J, 3) as recorded and (J, 3) at rest.

    People are upright most of the time, so the mean direction of the recorded body decides; if that is not clear, as
    for a person who lies down or hangs head first, the rest pose does.
    """
    direction = _upright(places, bones).mean(axis=0)
    if direction[1:].max() < 0.7:
        direction = _upright(rest[None], bones)[0]
    return "Z" if abs(direction[2]) > abs(direction[1]) else "Y"


def uprightness(take: Take) -> float:
    """Height of the head over the feet as a share of their distance, the mean of all frames: about 1 for a body that
    stands, 0 for one that lies, -1 for one upside down; 0 where head or feet are unknown."""
    return float(_upright(take.positions_m, take.rig.bones)[:, 1].mean())


def _upright(places: Array, bones: Mapping[str, int]) -> Array:
    """(T, 3) the direction from between the feet to the head."""
    if not {"leftFoot", "rightFoot", "head"} <= bones.keys():
        return np.zeros((len(places), 3))
    feet = places[:, [bones["leftFoot"], bones["rightFoot"]]].mean(axis=1)
    long = places[:, bones["head"]] - feet
    units: Array = long / np.maximum(np.linalg.norm(long, axis=-1, keepdims=True), 1e-9)
    return units
