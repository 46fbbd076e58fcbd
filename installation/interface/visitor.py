"""Visitors as scenes see them: values only, with the coordinate space of every number in its name.

A suffix names the space:
- `_px`      pixels of the unmirrored camera picture, x right, y down;
- `_screen`  the camera picture as the audience sees it (mirrored where the venue mirrors), x 0..1 from left
             to right, y 0..1 from bottom to top;
- `_m`       metres in the room: right-handed, Y up, origin on the floor below the middle of the wall,
             +Z out of the wall towards the visitors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from installation.core.records import Fields, WireError, enum_record, record, require_arrays
from installation.interface.body import Body

Array = NDArray[np.float32]
STATE = 4
"""MessagePack extension type of `State`."""
_VISITOR_SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "box_px": (4,),
        "landmarks_px": (33, 2),
        "landmarks_screen": (33, 2),
        "landmarks_m": (33, 3),
        "visibility": (33,),
        "floor_m": (2,),
        "velocity_m": (2,),
    }
)


def _check_visitor(fields: Fields) -> None:
    require_arrays("a visitor", fields, _VISITOR_SHAPES)
    for ring in fields["outline_screen"]:
        if not isinstance(ring, np.ndarray) or ring.ndim != 2 or ring.shape[1] != 2:
            raise WireError("a visitor whose outline is not made of points")
    if not isinstance(fields.get("body"), Body | None):
        raise WireError("a visitor whose body is no Body")


@enum_record(STATE)
class State(StrEnum):
    """How sure it is that a visitor is there."""

    ENTERING = "entering"
    """Detected, but not yet for long enough to be trusted."""
    PRESENT = "present"
    LOST = "lost"
    """Hidden for a moment; the values are predicted."""
    LEFT = "left"
    """Gone; reported once, in the observation in which it happens."""


# Twenty fields: a value without behaviour, whose names are part of saved files.
@record("Visitor", _check_visitor)
@dataclass(frozen=True, slots=True)
class Visitor:
    """One tracked person at one time."""

    id: int
    """Identity; it only grows and is never used twice."""
    slot: int
    """Stable number 1..N for controllers over OSC; freed when the visitor leaves."""
    state: State
    born: float
    """When first detected, s of show time."""
    seen: float
    """When last detected, s of show time."""
    box_px: Array
    """(4,) x0, y0, x1, y1."""
    landmarks_px: Array
    """(33, 2) smoothed."""
    landmarks_screen: Array
    """(33, 2) smoothed."""
    landmarks_m: Array
    """(33, 3) smoothed, standing in the room."""
    visibility: Array
    """(33,) 0..1."""
    outline_screen: tuple[Array, ...]
    """Rings of (n, 2): outer rings run counter-clockwise, holes clockwise. A few hundred points at most."""
    floor_m: Array
    """(2,) x and z of the body on the floor."""
    velocity_m: Array
    """(2,) m/s on the floor."""
    energy: float = 0.0
    """How much the limbs move, 0 (still) .. 1 (dancing wildly)."""
    openness: float = 0.0
    """0 (arms at the body) .. 1 (limbs spread wide)."""
    symmetry: float = 0.0
    """0 .. 1 (left and right mirror each other)."""
    hands: tuple[float, float] = (0.0, 0.0)
    """Left and right hand raised: 0 at the hip or below .. 1 above the head."""
    facing: float = 0.0
    """Turn about Y in radians: 0 faces the wall, +pi/2 faces +X."""
    camera: int = 0
    body: Body | None = None
    """The pose of the humanoid in the room; None until enough landmarks were seen."""


@record("Crowd")
@dataclass(frozen=True, slots=True)
class Crowd:
    """All visitors who are present, entering or lost, as one."""

    count: int = 0
    energy: float = 0.0
    centre_screen: tuple[float, float] = (0.5, 0.5)
    centre_m: tuple[float, float] = (0.0, 3.0)


@record("Observation")
@dataclass(frozen=True, slots=True)
class Observation:
    """The result of one step of an eye."""

    time: float
    """When the world was so: the frame's time, s of show time."""
    sequence: int
    """Number of frames that the eye has read."""
    size_px: tuple[int, int]
    """Width and height of the camera picture."""
    visitors: tuple[Visitor, ...] = ()
    camera: int = 0
    source: str = "ok"
    """"ok", or the fault of the camera, in words for the technician."""
    rate: float = 0.0
    """Observations a second, measured by the eye; the nominal rate in a film."""
    statues: tuple[Array, ...] = field(default=())
    """Boxes (4,) in pixels of static objects that look like people."""
    capture: str = ""
    """What the camera gives, in words for the technician: size, pixel format, rate, and where that is not as asked."""
    film_seconds: float = -1.0
    """Place of the picture in the camera's film, s since its first one; -1 where the camera is no film."""


def crowd_of(visitors: tuple[Visitor, ...]) -> Crowd:
    """Summarise visitors as a crowd."""
    here = [v for v in visitors if v.state is not State.LEFT]
    if not here:
        return Crowd()
    hips = np.mean([v.landmarks_screen[23:25].mean(axis=0) for v in here], axis=0)
    floor = np.mean([v.floor_m for v in here], axis=0)
    return Crowd(
        count=len(here),
        energy=float(np.mean([v.energy for v in here])),
        centre_screen=(float(hips[0]), float(hips[1])),
        centre_m=(float(floor[0]), float(floor[1])),
    )
