"""Milliseconds a frame of every scene, drawn for ghosts in the loop's own steps, with nothing else on the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from installation.commands.report import Figure
from installation.control.knobs import Knobs
from installation.dance.dancer import Dancer
from installation.eye.visitor import Observation, Visitor, crowd_of
from installation.moment import Moment, Programme
from installation.place import Inline
from installation.show import eye_roles, with_scene, with_source
from installation.stage.looks import LOOKS
from installation.stage.outputs import Outputs
from installation.stage.repertoire import find_scene, scene_folders
from installation.stage.stage import Stage
from installation.venue import Canvas, Venue

SMALL, LARGE = (640, 360), (1280, 720)
MOST = 20.0
"""Milliseconds that a scene may take at the small size."""
WARM, COUNTED = 30, 90
"""Frames."""
SHOWN: tuple[tuple[str, dict[str, str]], ...] = (
    ("tide", {}), ("loom", {}), *(("guise", {"look": look}) for look in LOOKS), ("plumb", {}),
    ("pas_de_deux", {}), ("chorus", {}),
)  # fmt: skip
"""What is measured, and how its knobs are turned."""
FREE = ("plumb", "character")
"""The technician's scene and characters, which are whatever the venue has, have no target."""


def cost(advance: Callable[[float], None]) -> list[Figure]:
    """The median frame of every scene that comes along, at two sizes, with four ghosts before it."""
    moments = _moments()
    figures = []
    for done, ((name, turned), size) in enumerate((shown, size) for shown in SHOWN for size in (SMALL, LARGE)):
        took = 1e3 * _one(name, turned, size, moments)
        label = f"{' '.join((name, *turned.values()))} at {size[0]}x{size[1]}"
        bound = size == SMALL and not {name, *turned.values()} & set(FREE)
        figures.append(Figure.at_most(label, took, MOST, "ms") if bound else Figure(label, took, "ms"))
        advance((done + 1) / (2 * len(SHOWN)))
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


def _beside(visitors: Sequence[Visitor]) -> tuple[Dancer, ...]:
    """One dancer a metre beside each visitor, who moves as they do."""
    return tuple(
        Dancer(1000 + v.id, v.id, replace(v.body, hips_m=v.body.hips_m + (1.0, 0.0, 0.0)), slot=v.slot)
        for v in visitors
        if v.body is not None
    )


def _one(name: str, turned: dict[str, str], size: tuple[int, int], moments: list[Moment]) -> float:
    venue = with_scene(Venue(canvas=Canvas(size=size)), name)
    tree = Knobs()
    scene = find_scene(name, scene_folders(None))
    tree.add(f"/scene/{name}", scene.knobs)
    if scene.cast.each:
        moments = [replace(moment, dancers=_beside(moment.visitors)) for moment in moments]
    knobs = {**tree.values, **{f"/scene/{name}/{knob}": value for knob, value in turned.items()}}
    outputs = Outputs.open(venue, headless=True)
    stage = Stage(outputs.context, venue, (name,))
    times = []
    for moment in moments:
        begin = time.perf_counter()
        stage.draw(replace(moment, knobs=knobs, programme=Programme(name)))
        outputs.ready()
        times.append(time.perf_counter() - begin)
    stage.close()
    outputs.close()
    return float(np.median(times[WARM:]))
