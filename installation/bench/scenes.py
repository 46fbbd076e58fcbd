"""Milliseconds a frame of every scene, drawn for ghosts in the loop's own steps, with nothing else on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from installation.commands.report import Figure
from installation.control.knobs import Knobs
from installation.eye.visitor import Observation, crowd_of
from installation.moment import Moment, Programme
from installation.place import Inline
from installation.show import eye_roles, with_scene, with_source
from installation.stage.outputs import Outputs
from installation.stage.repertoire import find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue import Canvas, Venue

SMALL, LARGE = (640, 360), (1280, 720)
MOST = 20.0
"""Milliseconds that a scene may take at the small size."""
WARM, COUNTED = 30, 90
"""Frames."""
BOUND = ("tide", "loom")
"""The scenes that hold a wall; the technician's has no target."""


def cost(advance: Callable[[float], None]) -> list[Figure]:
    """The median frame of every scene that comes along, at two sizes, with four ghosts before it."""
    moments = _moments()
    names = (*BOUND, "plumb")
    figures = []
    for done, (name, size) in enumerate((name, size) for name in names for size in (SMALL, LARGE)):
        took = 1e3 * _one(name, size, moments)
        label = f"{name} at {size[0]}x{size[1]}"
        bound = name in BOUND and size == SMALL
        figures.append(Figure.at_most(label, took, MOST, "ms") if bound else Figure(label, took, "ms"))
        advance((done + 1) / (2 * len(names)))
    return figures


def _moments() -> list[Moment]:
    eye = Inline(eye_roles(with_source(Venue(), "ghost:4"), live=False, epoch=0.0)[0])
    moments = []
    for frame in range(WARM + COUNTED):
        letter = eye.newest(frame / 30.0)
        assert letter is not None and isinstance(letter.body, Observation)
        seen = letter.body
        moments.append(
            Moment(frame / 30.0, frame, 1 / 30.0, aspect=16 / 9, visitors=seen.visitors, crowd=crowd_of(seen.visitors))
        )
    return moments


def _one(name: str, size: tuple[int, int], moments: list[Moment]) -> float:
    venue = with_scene(Venue(canvas=Canvas(size=size)), name)
    tree = Knobs()
    tree.add(f"/scene/{name}", find_scene(name, scene_folders(None)).knobs)
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, (name,))
    times = []
    for moment in moments:
        begin = time.perf_counter()
        stage.draw(replace(moment, knobs=tree.values, programme=Programme(name)))
        outputs.ready()
        times.append(time.perf_counter() - begin)
    stage.close()
    outputs.close()
    return float(np.median(times[WARM:]))
