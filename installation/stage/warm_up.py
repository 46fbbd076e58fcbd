"""Warm-up: Moments to draw before the show, because drivers finish a shader at its first use, for up to a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from installation.interface.dancer import Dancer
from installation.interface.moment import Health, Moment, Picture, Programme
from installation.interface.painting import Painting
from installation.interface.scene import Scene
from installation.interface.visitor import State, Visitor
from motion import rotation
from motion.body import Body
from motion.landmarks import LANDMARKS
from motion.skeleton import CORE_COUNT, REST_OFFSETS_M

BLACK = np.zeros((9, 16, 3), np.uint8)
"""A camera picture and a painting."""
BODY = Body(
    np.array([0.0, 0.95, 3.0]),
    np.tile(rotation.IDENTITY, (CORE_COUNT, 1)),
    REST_OFFSETS_M[:CORE_COUNT],
    np.ones(CORE_COUNT),
)
"""A standing body."""
DANCERS = Dancer(1, 1, BODY, slot=1), Dancer(2, 0, BODY, slot=2)
"""One with a partner, and one without."""


def warm_up_moments(
    scenes: Mapping[str, type[Scene] | None], transitions: Sequence[str], aspect: float, frames: Iterator[int]
) -> Iterator[Moment]:
    """Every scene, small and with a visitor, then every transition: all that a show can demand of the driver.

    As in a show, a scene has a camera picture or a painting where its class asks for one. `frames` are frame numbers
    that no Moment has had.
    """
    names = tuple(scenes) or ("",)  # where no scene can be drawn, a calm picture is
    changes = (Programme(names[-1], names[0], 0.5, transition, dark=0.5) for transition in transitions)
    for programme, frame in zip((*(Programme(name) for name in names), *changes), frames, strict=False):
        scene = scenes.get(programme.scene)
        painting = Painting(frame, frame / 30, programme.scene, None, np.zeros((1, 2, 2), np.float32), BLACK)
        yield Moment(
            frame / 30,
            frame,
            1 / 30,
            aspect=aspect,
            visitors=(_visitor(),),
            dancers=DANCERS,
            programme=programme,
            health=Health(quality=0.25),
            picture=Picture(0, BLACK) if scene is not None and scene.shows_camera else None,
            painting=painting if scene is not None and scene.paints else None,
        )


def trial_moments(name: str, scene: type[Scene] | None, aspect: float, frames: Iterator[int]) -> Iterator[Moment]:
    """What finds the errors of a scene: a small picture with a visitor, and those of an empty room, minutes later."""
    yield from warm_up_moments({name: scene}, (), aspect, frames)
    for minutes, frame in zip((0.0, 2.0, 4.0), frames, strict=False):
        yield Moment(frame / 30 + 60.0 * minutes, frame, 1 / 30, aspect=aspect, programme=Programme(name))


def _visitor() -> Visitor:
    count = len(LANDMARKS)
    joints = np.linspace(0.3, 0.7, count * 2, dtype=np.float32).reshape(count, 2)
    ring = np.array([[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]], np.float32)
    zeros = np.zeros((count, 3), np.float32)
    return Visitor(
        id=1,
        slot=1,
        state=State.PRESENT,
        born=0.0,
        seen=0.0,
        box_px=np.array([3, 3, 7, 7], np.float32),
        landmarks_px=joints,
        landmarks_screen=joints,
        landmarks_m=zeros,
        visibility=np.ones(count, np.float32),
        outline_screen=(ring,),
        floor_m=zeros[0, :2],
        velocity_m=zeros[0, :2],
        body=BODY,
    )
