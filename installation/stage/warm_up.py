"""Moments to draw before anybody watches: drivers finish a program at its first use, which takes up to a second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from installation.interface.dancer import Dancer
from installation.interface.moment import Health, Moment, Picture, Programme
from installation.interface.painting import Painting
from installation.interface.visitor import State, Visitor
from motion import rotation
from motion.body import Body
from motion.landmarks import LANDMARKS
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

BLACK = np.zeros((9, 16, 3), np.uint8)
BODY = Body(
    np.array([0.0, 0.95, 3.0]),
    np.tile(rotation.IDENTITY, (CORE_COUNT, 1)),
    REST_OFFSETS_M[:CORE_COUNT],
    np.ones(CORE_COUNT),
)
DANCERS = Dancer(1, 1, BODY, slot=1), Dancer(2, 0, BODY, slot=2)
"""One who answers, and one who is alone."""


def rehearsal(names: Sequence[str], kinds: Sequence[str], aspect: float, frames: Iterator[int]) -> Iterator[Moment]:
    """Every scene, small and with somebody there, then every transition: what a show can ask of the driver. `frames`
    are numbers that no Moment has had."""
    changes = (Programme(names[-1], names[0], 0.5, kind, dark=0.5) for kind in kinds)
    for programme, frame in zip((*(Programme(name) for name in names), *changes), frames, strict=False):
        yield Moment(
            frame / 30, frame, 1 / 30, aspect=aspect, visitors=(_somebody(),), dancers=DANCERS, programme=programme,
            knobs={"/visitant/overlay": True}, health=Health(quality=0.25),
            picture=Picture(0, BLACK),
            painting=Painting(frame, frame / 30, programme.scene, None, np.zeros((1, 2, 2), np.float32), BLACK),
        )  # fmt: skip


def _somebody() -> Visitor:
    count = len(LANDMARKS)
    joints = np.linspace(0.3, 0.7, count * 2, dtype=np.float32).reshape(count, 2)
    ring = np.array([[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]], np.float32)
    zeros = np.zeros((count, 3), np.float32)
    return Visitor(
        id=1, slot=1, state=State.PRESENT, born=0.0, seen=0.0, box_px=np.array([3, 3, 7, 7], np.float32),
        landmarks_px=joints, landmarks_screen=joints, landmarks_m=zeros, visibility=np.ones(count, np.float32),
        outline_screen=(ring,), floor_m=zeros[0, :2], velocity_m=zeros[0, :2], body=BODY,
    )  # fmt: skip
